"""Who wants news by mail. Letters about a booked event need no subscription; everything else does (4.27)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import validate_tzid
from iurc_portal.notifications import registry
from iurc_portal.translation.languages import Language


class SubscriptionQuerySet(models.QuerySet):
    def active(self):
        """Those whose address was proved and that nobody has ended since: they alone are written to."""
        return self.exclude(proved_at=None).filter(ended_at=None)

    def of(self, email: str):
        """Those of one address, however it is written."""
        return self.filter(email_key=email_key(email))

    def end(self, *, now) -> int:
        """No more news from ``now`` on. Returns how many were ended; doing it twice is no error."""
        return self.filter(ended_at=None).update(ended_at=now)


class Subscription(models.Model):
    """One address and one topic, for life: who comes back revives the row.

    ``proved_at`` is set by the button behind the mailed link, ``ended_at`` by the person, by a mail program on their
    behalf (RFC 8058) or by a complaint. Asking again after an end needs a new proof.
    """

    email = models.EmailField(_("e-mail"))
    email_key = models.CharField(max_length=254, editable=False)
    topic = models.CharField(_("topic"), max_length=60, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    tzid = models.CharField(_("time zone"), max_length=64, validators=[validate_tzid])
    asked_at = models.DateTimeField(_("asked"))
    proved_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-asked_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["email_key", "topic"], name="subscription_once_per_topic")]
        indexes = [
            models.Index(fields=["topic", "language"], name="subscription_active", condition=Q(ended_at=None)),
        ]

    def __str__(self):
        return f"{self.email} ({self.about})"

    @property
    def about(self) -> str:
        return registry.topic_title(self.topic)

    @property
    def is_active(self) -> bool:
        return self.proved_at is not None and self.ended_at is None


class SubscriptionToken(models.Model):
    """The digest of a token that was mailed. The clear token stands in its letter alone (16.2).

    A token that ends a subscription has no end of its own: an old letter must still be a way out.
    """

    class Purpose(models.TextChoices):
        PROVE = "prove", _("confirm the address")
        END = "end", _("end the subscription")

    subscription = models.ForeignKey(
        Subscription, verbose_name=_("subscription"), on_delete=models.CASCADE, related_name="tokens"
    )
    purpose = models.CharField(_("purpose"), max_length=5, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("token of a subscription")
        verbose_name_plural = _("tokens of subscriptions")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.purpose} {self.subscription_id}"

    def is_expired(self, *, now) -> bool:
        return self.expires_at is not None and now >= self.expires_at
