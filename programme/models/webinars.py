"""A webinar: what it is for. When it is belongs to its event."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from iurc_portal.translation.constraints import some_language


class WebinarQuerySet(models.QuerySet):
    def editable_by(self, user):
        """Staff edit the webinars that their own city's side organises, managers all: as their events (14.8)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("programme.change_webinar"):
            return self.filter(event__organizer__side=user.side)
        return self.none()


class Webinar(models.Model):
    """Why and for whom; it owns one ``events.Event``, where name, times and state are read (programme spec P30)."""

    exchange = models.ForeignKey(
        "programme.Exchange",
        verbose_name=_("exchange"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="webinars",
    )
    event = models.OneToOneField(
        "events.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="webinar"
    )
    audience = models.CharField(_("for whom"), max_length=300, blank=True)
    goals = models.TextField(_("goals"), blank=True)
    summary = models.TextField(_("summary, afterwards"), blank=True)
    # How many were there, as ``events.services.attendance`` says; kept in step by ``services.attendance_counts``.
    attended = models.PositiveIntegerField(_("people present"), null=True, editable=False)
    # The same people by country, as they wrote it ("" where they did not): numbers by ISO code.
    attended_by_country = models.JSONField(default=dict, editable=False)
    attended_is_stale = models.BooleanField(default=True, editable=False)

    objects = WebinarQuerySet.as_manager()

    class Meta:
        verbose_name = _("webinar")
        verbose_name_plural = _("webinars")
        ordering = ["event__dtstart", "pk"]

    def __str__(self):
        return str(self.event)


class WebinarSegment(models.Model):
    """A part of a webinar, by minutes from its start: it moves with the event and has no hour of its own."""

    webinar = models.ForeignKey(Webinar, verbose_name=_("webinar"), on_delete=models.CASCADE, related_name="segments")
    starts_after = models.PositiveSmallIntegerField(_("minutes from the start"))
    title = models.CharField(_("title"), max_length=240)
    speakers = models.CharField(_("speakers"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=3, blank=True)

    class Meta:
        verbose_name = _("part of the webinar")
        verbose_name_plural = _("parts of the webinar")
        ordering = ["webinar", "starts_after", "pk"]
        constraints = [some_language("webinarsegment", "title")]

    def __str__(self):
        return self.title or f"#{self.pk}"
