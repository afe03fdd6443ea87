"""Reminder rules and the ledger of what was owed to whom: derived, not scheduled ahead (events spec 4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReminderRule(models.Model):
    """When people are reminded of an event. ``trigger`` is an RFC 5545 §3.3.6 duration relative to the start."""

    class Trigger(models.TextChoices):
        WEEK = "-P7D", _("7 days before")
        DAY = "-PT24H", _("24 hours before")
        HOUR = "-PT1H", _("1 hour before")
        QUARTER = "-PT15M", _("15 minutes before")

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), on_delete=models.CASCADE, related_name="reminder_rules"
    )
    trigger = models.CharField(_("when"), max_length=12, choices=Trigger)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["event", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "trigger"], name="reminderrule_once")]

    def __str__(self):
        return self.get_trigger_display()


class Delivery(models.Model):
    """The ledger: one row per person, rule and version of the schedule, so that a reminder leaves once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("handed to the outbox")
        MISSED = "missed", _("too late to send")
        SKIPPED = "skipped", _("a nearer reminder was sent instead")
        VOID = "void", _("the event has moved")

    registration = models.ForeignKey(
        "events.Registration", verbose_name=_("registration"), on_delete=models.CASCADE, related_name="deliveries"
    )
    rule = models.ForeignKey(
        ReminderRule, verbose_name=_("reminder"), on_delete=models.CASCADE, related_name="deliveries"
    )
    schedule_version = models.PositiveIntegerField()
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.QUEUED)
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

    def __str__(self):
        return f"{self.rule} → {self.registration_id} ({self.state})"
