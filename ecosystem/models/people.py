"""People known to the programme. Never public by themselves."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.accounts.names import Named


class RankBand(models.IntegerChoices):
    """How high a post is, for both cities: whom one receives, one receives by somebody of the same band (P15)."""

    HEAD = 1, pgettext_lazy("rank", "mayor or president")
    DEPUTY = 2, pgettext_lazy("rank", "deputy mayor or vice president")
    DIRECTOR_GENERAL = 3, pgettext_lazy("rank", "director general")
    DIRECTOR = 4, pgettext_lazy("rank", "director")
    MANAGER = 5, pgettext_lazy("rank", "manager")
    OFFICER = 6, pgettext_lazy("rank", "officer and others")


class Person(Named):
    """A contact, a host, a delegate. Rank bands: programme spec P15."""

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
    rank_band = models.PositiveSmallIntegerField(_("rank band"), choices=RankBand, default=RankBand.OFFICER)
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
