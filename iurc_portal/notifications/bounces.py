"""What mail servers and mail services say of addresses, and what follows from it (events spec 4.26).

The news come from the SMTP dialogue itself and, where a mail service is configured, from its webhooks through
django-anymail. Both are put into the same four states; a new proof of the address clears them.
"""

import re
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from iurc_portal.accounts.addresses import email_key
from iurc_portal.notifications.models import AddressStatus, Message, Subscription

State = AddressStatus.State
# RFC 3463: the mailbox or its domain does not exist or has moved away. Anything else (policy, reputation, size) says
# something of us or of the letter and must not close the address.
NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.(?:1|2|3|6|10)\b")
HARD_REASONS = {"invalid", "bounced"}
ADDRESS_LENGTH, DETAIL_LENGTH = 254, 1000


def note_refusal(address: str, words: str, *, now: datetime) -> None:
    """A server refused this recipient for good; the address is closed only if it does not exist."""
    if NO_SUCH_ADDRESS.search(words):
        note(address, State.HARD, words, at=now)


@transaction.atomic
def note(address: str, state: str, words: str, *, at: datetime) -> bool:
    """Note that a server said ``state`` of ``address`` at ``at``. Returns whether that changed anything.

    News come late and in any order: what is older than the latest proof is no longer true, and a full mailbox does
    not reopen an address that does not exist. A complaint ends the subscriptions of the address.
    """
    key = email_key(address)[:ADDRESS_LENGTH]
    status, created = AddressStatus.objects.select_for_update().get_or_create(
        email_key=key, defaults={"state": state, "since": at, "detail": words[:DETAIL_LENGTH]}
    )
    if state == State.COMPLAINT:
        Subscription.objects.of(address).end(now=at)
    if created:
        return True
    is_old = at <= status.since
    weaker = (state == State.SOFT and status.refuses_mail) or (state == State.HARD and status.state == State.COMPLAINT)
    if is_old or weaker:
        return False
    status.state, status.since, status.detail = state, at, words[:DETAIL_LENGTH]
    status.save()
    return True


def words_about(address: str) -> str:
    """What servers have said of an address, for staff; "" while all is well."""
    status = AddressStatus.objects.filter(email_key=email_key(address)).exclude(state=State.GOOD).first()
    if status is None:
        return ""
    return ": ".join(filter(None, (str(status.get_state_display()), status.detail)))


def state_of(event) -> str:
    """The state that a normalised event of django-anymail means for its address, or "" for none.

    Source: anymail.signals, EventType and RejectReason.
    """
    kind, reason = event.event_type, event.reject_reason or ""
    if kind == "complained" or (kind == "rejected" and reason == "spam"):
        return State.COMPLAINT
    if kind in {"bounced", "rejected"}:
        return State.HARD if reason in HARD_REASONS else State.SOFT if kind == "bounced" else ""
    return State.SOFT if kind == "deferred" else ""


def hear(sender, event, esp_name, **kwargs) -> None:
    """Take one event of a mail service (``anymail.signals.tracking``). The same event twice changes nothing.

    Events without a recipient, and kinds that say nothing of an address (opened, clicked), are passed over.
    """
    if not event.recipient or len(event.recipient) > ADDRESS_LENGTH or "@" not in event.recipient:
        return
    at = min(event.timestamp or timezone.now(), timezone.now())
    words = " ".join(filter(None, (event.mta_response, event.description))).replace("\0", "") or event.event_type
    if event.event_type == "delivered":
        AddressStatus.objects.filter(email_key=email_key(event.recipient), state=State.SOFT, since__lt=at).update(
            state=State.GOOD, since=at, detail=""
        )
    if event.event_type == "unsubscribed":
        Subscription.objects.of(event.recipient).end(now=at)
    if state := state_of(event):
        note(event.recipient, state, words, at=at)
    if event.event_type in {"bounced", "rejected", "failed", "complained"}:
        _mark_letter(event, words, at=at)


def _mark_letter(event, words: str, *, at: datetime) -> None:
    """The letter itself says that it came back. It has left: its state stays."""
    if not event.message_id:
        return
    Message.objects.filter(provider_id=event.message_id[:250], returned_at=None, state=Message.State.SENT).update(
        returned_at=at, error=words[:DETAIL_LENGTH]
    )
