"""Addresses of personal calendars: one for each device, of which only a digest is kept (events spec 7.2, 16.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FeedTokenQuerySet(models.QuerySet):
    def working(self, *, now):
        """Those that still answer at ``now`` (aware); of guests while their registration lives is asked elsewhere."""
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


class FeedToken(models.Model):
    """The right to read one person's calendar from one device: of a user, or of a guest by their registration.

    A new address replaces the former one in the same row, so that name and settings stay. Ended for ever by
    ``revoked_at``; a day after which it is of no use is ``expires_at``.
    """

    class State(models.TextChoices):
        WORKING = "working", pgettext_lazy("calendar address", "in use")
        EXPIRED = "expired", pgettext_lazy("calendar address", "expired")
        REVOKED = "revoked", pgettext_lazy("calendar address", "switched off")

    class Alarm(models.IntegerChoices):
        """Minutes before the start (7.8)."""

        QUARTER = 15, _("15 minutes before")
        HOUR = 60, _("1 hour before")
        DAY = 1440, _("24 hours before")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="feed_tokens",
    )
    registration = models.ForeignKey(
        "events.Registration",
        verbose_name=_("registration"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="feed_tokens",
    )
    name = models.CharField(pgettext_lazy("calendar address", "device"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    alarm = models.PositiveSmallIntegerField(_("alarm"), choices=Alarm, null=True, blank=True)
    created_at = models.DateTimeField(_("made"), editable=False)
    renewed_at = models.DateTimeField(_("address renewed"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("switched off"), null=True, blank=True, editable=False)

    objects = FeedTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("address of a calendar")
        verbose_name_plural = _("addresses of calendars")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="feedtoken_of_one_person",
                condition=Q(user=None, registration__isnull=False) | Q(user__isnull=False, registration=None),
            ),
            models.UniqueConstraint(
                fields=["user", "name"], condition=Q(revoked_at=None, user__isnull=False), name="feedtoken_user_device"
            ),
            models.UniqueConstraint(
                fields=["registration", "name"],
                condition=Q(revoked_at=None, registration__isnull=False),
                name="feedtoken_guest_device",
            ),
        ]

    def __str__(self):
        return self.name

    def state_at(self, now) -> str:
        """Derived, never stored: ``now`` (aware) decides, as for everything that ends by itself."""
        if self.revoked_at is not None:
            return self.State.REVOKED
        if self.expires_at is not None and now >= self.expires_at:
            return self.State.EXPIRED
        return self.State.WORKING
