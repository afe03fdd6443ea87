"""Who speaks at a webinar: named in public, with nothing that is not said on its page."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.accounts.names import Named
from iurc_portal.translation.languages import best_text


class Speaker(Named):
    """Somebody who speaks, moderates or interprets, in the order in which the page names them.

    ``person`` is somebody known to the programme, whose name, post and organisation are told unless they are written
    here; whoever is not has a name here. Address and telephone of a person are told nowhere.
    """

    class Role(models.TextChoices):
        SPEAKER = "speaker", pgettext_lazy("webinar", "speaker")
        MODERATOR = "moderator", pgettext_lazy("webinar", "moderator")
        INTERPRETER = "interpreter", pgettext_lazy("webinar", "interpreter")

    webinar = models.ForeignKey(
        "programme.Webinar", verbose_name=_("webinar"), on_delete=models.CASCADE, related_name="speakers"
    )
    person = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="talks",
    )
    role = models.CharField(_("role"), max_length=11, choices=Role, default=Role.SPEAKER)
    order = models.PositiveSmallIntegerField(_("order"), default=0, help_text=_("The smallest number comes first."))
    title = models.CharField(_("title or post"), max_length=160, blank=True)
    organisation = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="speakers",
    )
    affiliation = models.CharField(_("organisation, in words"), max_length=200, blank=True)
    bio = models.TextField(_("who this is, in a few words"), max_length=600, blank=True)

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["webinar", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="speaker_has_a_name",
                condition=models.Q(person__isnull=False) | ~models.Q(family_name=""),
                violation_error_message=_("Choose a person, or write the family name."),
            ),
            models.UniqueConstraint(
                fields=["webinar", "person", "role"],
                name="speaker_once",
                violation_error_message=_("This person is already there in this role."),
            ),
        ]

    def __str__(self):
        return self.display_name("ja" if not self.romaji and not self.family_name.isascii() else "en")

    @property
    def named(self) -> Named:
        """Who has the name: the person, or this row. A list reads ``person`` along."""
        return self.person if self.person is not None else self

    def name_parts(self, language: str) -> tuple[str, ...]:
        return super().name_parts(language) if self.person is None else self.person.name_parts(language)

    @property
    def post(self) -> tuple[str, str]:
        """Title or post for a reader of the active language and the language of the text: written here, else known."""
        own = best_text(self, "title")
        return own if own[0] or self.person is None else best_text(self.person, "title")

    @property
    def known_organisation(self):
        """The organisation that pages name: chosen here, else the person's; None where words stand for it."""
        chosen = self.organisation
        if chosen is None and self.person is not None and not best_text(self, "affiliation")[0]:
            chosen = self.person.organisation
        return chosen if chosen is not None and chosen.is_told else None
