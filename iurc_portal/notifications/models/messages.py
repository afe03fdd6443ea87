"""The outbox. A row is the truth, Celery only the courier (events spec 4.16)."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iurc_portal.clock import validate_tzid
from iurc_portal.notifications import registry
from iurc_portal.translation.languages import Language

if TYPE_CHECKING:
    from iurc_portal.notifications.models.texts import LetterText

CLAIM_LASTS = timedelta(minutes=10)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
DROPPED_BY = "dropped by "


class MessageQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state__in=[Message.State.QUEUED, Message.State.SENDING])

    def deliverable(self, *, now):
        """What a courier may take at ``now``: queued and due, or claimed by a worker that never came back."""
        queued = Q(state=Message.State.QUEUED) & (Q(not_before=None) | Q(not_before__lte=now))
        lost = Q(state=Message.State.SENDING, claimed_at__lt=now - CLAIM_LASTS)
        return self.filter(queued | lost)

    def with_order(self):
        """Annotate ``is_held_back``: an earlier letter of the same order has not left yet (4.23)."""
        earlier = self.model.objects.waiting().filter(
            ordering_key=models.OuterRef("ordering_key"), pk__lt=models.OuterRef("pk")
        )
        waits = Q(state__in=[Message.State.QUEUED, Message.State.SENDING]) & ~Q(ordering_key="")
        return self.annotate(
            is_held_back=models.Case(
                models.When(waits, then=models.Exists(earlier)),
                default=models.Value(False),
                output_field=models.BooleanField(),
            )
        )


class Message(models.Model):
    """One letter to one person. Unique by ``key``: the same news is never queued twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to leave")
        SENDING = "sending", _("leaving")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("not sent: no longer needed")
        FAILED = "failed", _("failed")

    key = models.CharField(_("key"), max_length=200, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60, editable=False)
    subject_id = models.CharField(max_length=64, blank=True, editable=False)
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    tzid = models.CharField(_("time zone"), max_length=64, validators=[validate_tzid])
    payload = models.JSONField(default=dict, blank=True, editable=False)
    ordering_key = models.CharField(max_length=320, blank=True, editable=False)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    message_id = models.CharField(_("Message-ID"), max_length=250, blank=True, editable=False)
    error = models.TextField(_("error"), blank=True, editable=False)
    # What the mail service calls this letter, and when it told us that the letter had come back (4.26).
    provider_id = models.CharField(max_length=250, blank=True, editable=False, db_index=True)
    returned_at = models.DateTimeField(_("came back"), null=True, blank=True, editable=False)

    subject: Any = None  # the record that the letter is about, where a batch has read it …
    occasion: Any = None  # … and what it comes from, a rule or a broadcast
    letter_text: "LetterText | None" = None  # the words to say it with: read for a batch, or tried in a preview

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("outbox")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "not_before"], name="message_state_due"),
            models.Index(fields=["ordering_key", "id"], name="message_order"),
        ]

    def __str__(self):
        return f"{registry.title_of(self.kind)} → {self.to}"

    def pause(self) -> timedelta:
        """How long to wait after this many failed attempts: 30 s, doubling, an hour at most (4.20)."""
        return min(FIRST_PAUSE * 2 ** max(self.attempts - 1, 0), LONGEST_PAUSE)


def reason_words(message: Message) -> str:
    """Why a letter did not leave, for staff. The portal's own reasons are kept in the source language and end before
    a full stop; what a mail server said stays as it is.
    """
    if message.state != Message.State.DROPPED:
        return message.error
    reason, stop, rest = message.error.partition(". ")
    if reason.startswith(DROPPED_BY):
        return _("taken out by %(user)s") % {"user": message.error.removeprefix(DROPPED_BY)}
    in_words = gettext(reason) if reason else ""
    return f"{in_words}{stop}{rest}"


class AddressStatus(models.Model):
    """What mail servers said of an address. A new proof of the address clears it."""

    class State(models.TextChoices):
        GOOD = "good", _("good")
        SOFT = "soft", _("temporarily refused")
        HARD = "hard", _("refused for good")
        COMPLAINT = "complaint", _("reported our mail as unwanted")

    email_key = models.CharField(_("address"), max_length=254, unique=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.GOOD)
    since = models.DateTimeField(_("since"))
    detail = models.TextField(_("what the mail server said"), blank=True)

    class Meta:
        verbose_name = _("address status")
        verbose_name_plural = _("address statuses")
        ordering = ["email_key"]

    def __str__(self):
        return self.email_key

    @property
    def refuses_mail(self) -> bool:
        return self.state in {self.State.HARD, self.State.COMPLAINT}


class Heartbeat(models.Model):
    """When a scheduled job last succeeded; shown on the staff's home and by ``/readyz``."""

    name = models.CharField(_("job"), max_length=80, unique=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    counts = models.JSONField(_("counts"), default=dict, blank=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        ordering = ["name"]

    def __str__(self):
        return self.name
