"""Reminder rules and the ledger of what was owed to whom: derived, not scheduled ahead (events spec 4)."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.triggers import Trigger as Duration
from events.triggers import in_the_morning, validate_trigger

FARTHEST_GRACE = 24 * 60


class ReminderRuleQuerySet(models.QuerySet):
    def editable_by(self, user):
        """Those of the events that this person edits; those of tracks are everybody's, so managers write them."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("events.change_reminderrule"):
            return self.filter(event__organizer__side=user.side)
        return self.none()


class ReminderRule(models.Model):
    """When people are reminded of an event, or written to after it.

    ``trigger`` is an RFC 5545 §3.3.6 duration: before the start (``-PT24H``) or after the end (``PT2H``, a follow-up).
    A rule of a track is copied to each event that is created in it (4.1). ``text`` is added to the letter; for a
    follow-up it goes to those who came, ``absent_text`` to the others.
    """

    class Trigger(models.TextChoices):
        """The usual ones before the start; any other duration may be typed."""

        WEEK = "-P7D", _("7 days before")
        DAY = "-PT24H", _("24 hours before")
        HOUR = "-PT1H", _("1 hour before")
        QUARTER = "-PT15M", _("15 minutes before")

    class Relation(models.TextChoices):
        START = "start", _("the start")
        END = "end", _("the end")

    class Audience(models.TextChoices):
        ALL = "all", pgettext_lazy("audience", "all who take part")
        ON_SITE = "on_site", pgettext_lazy("audience", "who comes in person")
        ONLINE = "online", pgettext_lazy("audience", "who takes part online")
        SPEAKERS = "speakers", pgettext_lazy("audience", "speakers")

    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reminder_rules",
    )
    track = models.ForeignKey(
        "events.Track",
        verbose_name=_("track"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reminder_rules",
        help_text=_("For every event created in this track from now on."),
    )
    trigger = models.CharField(
        _("when"),
        max_length=12,
        validators=[validate_trigger],
        help_text=_(
            "Days (-P7D) keep the hour on the clock of the event's city, even over a clock change; hours and minutes "
            "(-PT24H, -PT15M) are exact. After the end: PT2H or P1D."
        ),
    )
    relative_to = models.CharField(_("counted from"), max_length=5, choices=Relation, default=Relation.START)
    audience = models.CharField(_("to whom"), max_length=8, choices=Audience, default=Audience.ALL)
    grace = models.PositiveSmallIntegerField(
        _("how late it may leave, in minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(FARTHEST_GRACE)],
        help_text=_("After that it is noted as missed and not sent. Empty: by distance from the event."),
    )
    text = models.TextField(
        _("text of your own"),
        blank=True,
        help_text=_("Added to the letter. In a follow-up: for those who took part."),
    )
    absent_text = models.TextField(
        _("text for those who did not come"), blank=True, help_text=_("In follow-ups only.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["event", "track", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "trigger", "relative_to", "audience"],
                name="reminderrule_once",
                violation_error_message=_("This event has that reminder already."),
            ),
            models.UniqueConstraint(
                fields=["track", "trigger", "relative_to", "audience"],
                name="reminderrule_once_per_track",
                violation_error_message=_("This track has that reminder already."),
            ),
            models.CheckConstraint(
                name="reminderrule_of_event_or_track",
                condition=Q(event__isnull=False, track=None) | Q(event=None, track__isnull=False),
                violation_error_message=_("Choose an event or a track, one of the two."),
            ),
            models.CheckConstraint(
                name="reminderrule_before_start_or_after_end",
                condition=Q(relative_to="start", trigger__startswith="-")
                | (Q(relative_to="end") & ~Q(trigger__startswith="-")),
                violation_error_message=_(
                    "A reminder comes before the start (a duration with a minus), a follow-up after the end (without)."
                ),
            ),
        ]

    def __str__(self):
        try:
            return Duration.parse(self.trigger).words()
        except ValueError:
            return self.trigger

    def clean(self):
        """What a duration counts from follows from its sign, so that no form has to ask for it twice."""
        super().clean()
        self.relative_to = self.Relation.START if self.trigger.startswith("-") else self.Relation.END

    @property
    def duration(self) -> Duration:
        return Duration.parse(self.trigger)

    @property
    def is_follow_up(self) -> bool:
        return self.relative_to == self.Relation.END

    def due_at(self, event=None) -> datetime:
        """When it is due: a pure function of rule and event (4.4). ``event`` is for rules of tracks.

        For whole days it is reckoned from the morning of the first, a follow-up from the morning after the last.
        """
        event = event or self.event
        start, end = event.dtstart, event.dtend
        if event.all_day:
            start, end = (in_the_morning(day, event.tzid) for day in (event.when.first_day, event.when.day_after))
        return self.duration.due_at(start, event.tzid, end=end)

    def leaves_at(self, due: datetime, event, tzid: str) -> datetime:
        """When it leaves for somebody who lives in ``tzid`` (4.12)."""
        return self.duration.leaves_at(due, event.dtstart, tzid, all_day=event.all_day)

    def too_late_at(self, leaves: datetime, event) -> datetime:
        """From when on it may no longer leave (4.9)."""
        grace = timedelta(minutes=self.grace) if self.grace else None
        return self.duration.too_late_at(leaves, event.dtstart, grace=grace)


class Delivery(models.Model):
    """The ledger: one row per person, rule and version of the schedule, so that a reminder leaves once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("handed to the outbox")
        SENT = "sent", _("sent")
        MISSED = "missed", _("too late to send")
        SKIPPED = "skipped", _("not sent: another letter stood in for it")
        VOID = "void", _("not sent: no longer needed")

    registration = models.ForeignKey(
        "events.Registration", verbose_name=_("registration"), on_delete=models.CASCADE, related_name="deliveries"
    )
    rule = models.ForeignKey(
        ReminderRule, verbose_name=_("reminder"), on_delete=models.CASCADE, related_name="deliveries"
    )
    schedule_version = models.PositiveIntegerField()
    due_at = models.DateTimeField(_("due"))
    not_before = models.DateTimeField(
        _("not before"), null=True, blank=True, help_text=_("In the morning of the recipient, for what fell at night.")
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    message = models.ForeignKey(
        "notifications.Message",
        verbose_name=_("message"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
    )

    class Meta:
        verbose_name = _("reminder sent")
        verbose_name_plural = _("reminders sent")
        ordering = ["-due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "rule", "schedule_version"], name="delivery_once_per_schedule"
            )
        ]
        indexes = [models.Index(fields=["message"], condition=Q(state="queued"), name="delivery_on_its_way")]

    def __str__(self):
        return f"{self.rule} → {self.registration_id} ({self.state})"
