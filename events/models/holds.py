"""Events whose participants are kept longer than the rule says, with the reason (events spec 13.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RetentionHoldQuerySet(models.QuerySet):
    def standing(self):
        """Those that nobody has ended."""
        return self.filter(ended_at=None)

    def editable_by(self, user):
        """Those of events that this person edits."""
        from events.models.events import Event  # the two modules know of each other

        return self.filter(event__in=Event.objects.editable_by(user))


class RetentionHold(models.Model):
    """One event whose confirmed participants stay named after 24 months. Never deleted: it is ended."""

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="retention_holds"
    )
    reason = models.CharField(
        _("reason"),
        max_length=300,
        help_text=_("Why the names are needed for longer, for example a report that the grant asks for."),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    at = models.DateTimeField(_("since"), editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    objects = RetentionHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("event kept longer")
        verbose_name_plural = _("events kept longer")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event"],
                condition=Q(ended_at=None),
                name="retentionhold_one_standing",
                violation_error_message=_("The participants of this event are kept longer already."),
            ),
            models.CheckConstraint(
                name="retentionhold_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Write the reason."),
            ),
        ]

    def __str__(self):
        return str(self.event)
