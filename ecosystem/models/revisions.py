"""Proposals to change a profile: who speaks for an organisation proposes, staff decide (ecosystem spec E16)."""

from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ecosystem.models.organisations import Organisation
from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.languages import Language

# What members may propose to change. A field with a language stands for its three columns.
REVISABLE = ("name", "kana", "summary", "description", "address", "website", "contact_languages")
TRANSLATED = {"name", "summary", "description", "address"}


class Column(NamedTuple):
    """One column that may be proposed: its name, the field it belongs to, its language or ""."""

    name: str
    field: str
    language: str

    @property
    def label(self) -> str:
        return capfirst(str(Organisation._meta.get_field(self.field).verbose_name))


COLUMNS = tuple(
    Column(f"{field}_{code}" if code else field, field, str(code))
    for field in REVISABLE
    for code in (Language.values if field in TRANSLATED else [""])
)


def texts_of_profile(organisation: Organisation) -> dict:
    """What the profile says now, by column, as a form would give it back: a text, or a list of languages."""
    return {column.name: plain(getattr(organisation, column.name), column.field) for column in COLUMNS}


def plain(value, field: str):
    """One spelling for what only looks different: "" for no text, the line ends of Unix, no space around."""
    if field == "contact_languages":
        return list(value or [])
    return (value or "").replace("\r\n", "\n").strip()


class ProfileRevisionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=ProfileRevision.State.PROPOSED)

    def editable_by(self, user):
        """Staff decide about the organisations they may edit."""
        return self.filter(organisation__in=Organisation.objects.editable_by(user))


class ProfileRevision(StateMachine):
    """One proposal. ``changes`` maps columns to what stood there and what is to: {"name_it": {"old": …, "new": …}}.

    ``base`` is the number of the latest revision its author had before them, 0 for none. Once decided nothing of it
    changes any more; ``accepted`` names the columns that became public.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ACCEPTED = "accepted", _("accepted")
        PARTLY_ACCEPTED = "partly_accepted", _("accepted in part")
        REJECTED = "rejected", _("rejected")
        SUPERSEDED = "superseded", _("replaced by a later proposal")
        WITHDRAWN = "withdrawn", _("withdrawn")

    NEXT = {
        "proposed": {"accepted", "partly_accepted", "rejected", "superseded", "withdrawn"},
        "accepted": set(),
        "partly_accepted": set(),
        "rejected": set(),
        "superseded": set(),
        "withdrawn": set(),
    }

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="revisions"
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    base = models.PositiveIntegerField(_("written over number"), default=0, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    proposed_at = models.DateTimeField(_("proposed on"), editable=False)
    changes = models.JSONField(_("changes"), default=dict, editable=False)
    note = models.TextField(_("note for the reviewers"), blank=True, editable=False)
    state = models.CharField(_("state"), max_length=15, choices=State, default=State.PROPOSED, editable=False)
    accepted = models.JSONField(_("accepted fields"), default=list, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)

    objects = ProfileRevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="profilerevision_number"),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="proposed"), name="profilerevision_one_open"
            ),
            models.CheckConstraint(
                name="profilerevision_decided_once",
                condition=Q(state="proposed", decided_at=None) | (~Q(state="proposed") & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self):
        return f"{self.organisation} #{self.number}"

    @property
    def columns(self) -> list[Column]:
        """The columns it changes, in the order of the form."""
        return [column for column in COLUMNS if column.name in self.changes]
