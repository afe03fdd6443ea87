"""Introductions: an organisation of each city meets one of the other, and what comes of it (programme spec 1.1).

A meeting owns its event; where the two meet within a visit, that is the event of the agenda item.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def _party(label, related_name: str, side: str):
    return models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=label,
        on_delete=models.PROTECT,
        related_name=related_name,
        limit_choices_to={"side": side},
    )


class MeetingQuerySet(models.QuerySet):
    def editable_by(self, user):
        """A meeting is of both cities: the staff of either write on it."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        return self if user.is_staff and user.side and user.has_perm("programme.change_meeting") else self.none()


class Meeting(models.Model):
    """Two organisations introduced to each other. When it is belongs to its event, which is private."""

    class Outcome(models.TextChoices):
        OPEN = "", pgettext_lazy("outcome", "not known yet")
        NOTHING = "nothing", pgettext_lazy("outcome", "nothing came of it")
        TALKING = "talking", pgettext_lazy("outcome", "they go on talking")
        AGREEMENT = "agreement", pgettext_lazy("outcome", "agreement or joint project")
        TEST = "test", pgettext_lazy("outcome", "test in the city")
        SETTLED = "settled", pgettext_lazy("outcome", "settled in the city")

    exchange = models.ForeignKey(
        "programme.Exchange", verbose_name=_("exchange"), on_delete=models.PROTECT, related_name="meetings"
    )
    event = models.OneToOneField(
        "events.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="meeting", editable=False
    )
    organisation_torino = _party(_("organisation of Torino"), "meetings_torino", "torino")
    organisation_nagoya = _party(_("organisation of Nagoya"), "meetings_nagoya", "nagoya")
    people = models.ManyToManyField(
        "ecosystem.Person", verbose_name=_("people of both sides"), blank=True, related_name="meetings"
    )
    interpreter = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=_("interpreter"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="meetings_interpreted",
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome, default=Outcome.OPEN, blank=True)
    outcome_on = models.DateField(_("known since"), null=True, blank=True)
    outcome_note = models.TextField(_("what came of it"), blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-event__dtstart", "pk"]
        constraints = [
            models.CheckConstraint(
                name="meeting_outcome_has_its_day",
                condition=Q(outcome="", outcome_on=None) | (~Q(outcome="") & Q(outcome_on__isnull=False)),
                violation_error_message=_("An outcome and the day since when it is known go together: write both."),
            )
        ]

    def __str__(self):
        return f"{self.organisation_torino} – {self.organisation_nagoya}"
