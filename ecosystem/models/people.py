"""People known to the programme. Never public by themselves."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from iurc_portal.accounts.names import Named


class Person(Named):
    """A contact, a host, a delegate. Rank bands: programme spec P15 (1 mayor … 6 officer and others)."""

    title = models.CharField(_("title or post"), max_length=160, blank=True)
    organisation = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="people",
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True, help_text=_("Codes: it, en, ja…"))
    rank_band = models.PositiveSmallIntegerField(
        _("rank band"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(6)],
        help_text=_("1 mayor or president, 2 deputy, 3 director general, 4 director, 5 manager, 6 others."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="person",
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["family_name", "given_name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="person_has_a_name",
                condition=~models.Q(family_name=""),
                violation_error_message=_("Write the family name."),
            ),
            models.CheckConstraint(name="person_rank_band", condition=models.Q(rank_band__gte=1, rank_band__lte=6)),
        ]

    def __str__(self):
        return self.display_name("ja" if not self.romaji and not self.family_name.isascii() else "en")
