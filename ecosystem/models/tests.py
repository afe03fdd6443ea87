"""Tests carried out in the two cities: what was tried, by whom, with what outcome."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models.sourcing import Located, Sourced, point_constraints
from iurc_portal.translation.constraints import some_language


class DatePrecision(models.TextChoices):
    """How much of a date is known. A start is stored as the first day it may be, an end as the last day."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class TestRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self

    def editable_by(self, user):
        """Staff edit the tests of their own city, managers all (ecosystem spec 8)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("ecosystem.change_testrun"):
            return self.filter(Q(city__slug=user.side) | Q(city=None))
        return self.none()


class TestRun(Sourced, Located):
    """One trial in a city. ``unknown`` is only for imported ones whose sources do not say how it ended."""

    __test__ = False  # its name begins with "Test", but pytest has nothing to collect here

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("test", "planned")
        RUNNING = "running", pgettext_lazy("test", "running")
        COMPLETED = "completed", pgettext_lazy("test", "completed")
        STOPPED = "stopped", pgettext_lazy("test", "stopped")
        UNKNOWN = "unknown", pgettext_lazy("test", "outcome not known")

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=240)
    tested = models.TextField(_("what was tested"), blank=True)
    outcome = models.TextField(_("outcome"), blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PLANNED)
    start = models.DateField(_("start"), null=True, blank=True)
    start_precision = models.CharField(
        _("how exact is the start"), max_length=5, choices=DatePrecision, default=DatePrecision.DAY
    )
    end = models.DateField(_("end"), null=True, blank=True)
    end_precision = models.CharField(
        _("how exact is the end"), max_length=5, choices=DatePrecision, default=DatePrecision.DAY
    )
    testbed = models.ForeignKey(
        "ecosystem.Testbed",
        verbose_name=_("testbed"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="runs",
    )
    organisations = models.ManyToManyField(
        "ecosystem.Organisation", verbose_name=_("organisations"), blank=True, related_name="test_runs"
    )
    initiatives = models.ManyToManyField(
        "ecosystem.Initiative", verbose_name=_("initiatives"), blank=True, related_name="test_runs"
    )
    themes = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("themes"),
        blank=True,
        related_name="test_runs",
        limit_choices_to={"scheme": "theme"},
    )
    place_name = models.CharField(_("place"), max_length=240, blank=True)
    city = models.ForeignKey(
        "ecosystem.City",
        verbose_name=_("city"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="test_runs",
    )
    trl_in = models.PositiveSmallIntegerField(
        _("TRL at the start"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    trl_out = models.PositiveSmallIntegerField(
        _("TRL at the end"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    budget = models.CharField(_("budget"), max_length=240, blank=True)

    objects = TestRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        ordering = [F("start").desc(nulls_last=True), "slug"]
        constraints = [
            some_language("testrun", "title"),
            models.CheckConstraint(
                name="testrun_ends_after_it_starts",
                condition=Q(start=None) | Q(end=None) | Q(end__gte=F("start")),
                violation_error_message=_("The test ends before it starts: set an end after the start."),
            ),
            *point_constraints("testrun"),
        ]

    def __str__(self):
        return self.title or self.slug

    def clean(self):
        super().clean()
        if self.testbed is not None and self.city_id is not None and self.testbed.city_id != self.city_id:
            words = _("“%(name)s” is in %(city)s: choose a testbed of the test's own city.")
            params = {"name": self.testbed, "city": self.testbed.city}
            raise ValidationError({"testbed": ValidationError(words, "other_city", params)})

    def get_absolute_url(self):
        return reverse("ecosystem:test", args=[self.slug])
