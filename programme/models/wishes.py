"""The dates a visitor wishes for, best first (programme spec P1): at most three."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

MOST_WISHES = 3


class DateWish(models.Model):
    """Days, both inclusive, in the host city's calendar. ``order`` 1 is what the visitors would like best."""

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.CASCADE, related_name="wishes"
    )
    order = models.PositiveSmallIntegerField(
        _("order"), validators=[MinValueValidator(1), MaxValueValidator(MOST_WISHES)]
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("wish for dates")
        verbose_name_plural = _("wishes for dates")
        ordering = ["visit", "order"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "order"], name="datewish_once_per_place"),
            models.CheckConstraint(
                name="datewish_ends_after_it_starts",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day is before the first: set a later last day."),
            ),
            models.CheckConstraint(name="datewish_one_of_three", condition=Q(order__range=(1, MOST_WISHES))),
        ]

    def __str__(self):
        return f"{self.first_day} – {self.last_day}"
