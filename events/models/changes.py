"""What changed about a published event, and when people were told (events spec 5.1, 5.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EventChangeQuerySet(models.QuerySet):
    def untold(self):
        """What people have not been told yet, oldest first."""
        return self.filter(notified_at=None).order_by("pk")


class EventChange(models.Model):
    """One field of one event that got another value. Append-only: only ``notified_at`` is written later, once.

    ``field`` is a column of ``Event``; ``old`` and ``new`` are its values as text: instants in ISO 8601 (UTC), a place
    by its key, nothing as "". Written for events that were published at least once: nobody was told of others.
    """

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), on_delete=models.CASCADE, related_name="changes", editable=False
    )
    field = models.CharField(_("what"), max_length=24, editable=False)
    old = models.CharField(_("before"), max_length=240, blank=True, editable=False)
    new = models.CharField(_("after"), max_length=240, blank=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    at = models.DateTimeField(_("at"), editable=False)
    material = models.BooleanField(
        _("people are told"),
        editable=False,
        help_text=_("Time, zone, place, way of taking part, cancelled, restored."),
    )
    notified_at = models.DateTimeField(_("told"), null=True, blank=True, editable=False)

    objects = EventChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of an event")
        verbose_name_plural = _("changes of events")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["event", "at"], condition=Q(notified_at=None), name="eventchange_untold")]

    def __str__(self):
        return f"{self.field}: {self.old} → {self.new}"
