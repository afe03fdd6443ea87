"""What staff may do with letters that have not left (events spec 17, Outbox)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from iurc_portal.audit.models import Transition
from iurc_portal.database import after_commit
from iurc_portal.notifications.models import DROPPED_BY, Message
from iurc_portal.notifications.services import DEFAULT_LIFE, Letter, call_courier, queue_messages, queued

AGAIN = [Message.State.QUEUED, Message.State.FAILED, Message.State.DROPPED]
DROPPABLE = [Message.State.QUEUED, Message.State.FAILED]


@transaction.atomic
def send_again(messages: QuerySet, *, now: datetime) -> int:
    """Put letters that did not leave back into the queue, due now. What is no longer wanted is dropped on the way."""
    keys = list(messages.filter(state__in=AGAIN).exclude(to="").values_list("pk", flat=True))
    changed = Message.objects.filter(pk__in=keys, state__in=AGAIN).update(
        state=Message.State.QUEUED, not_before=None, expires_at=now + DEFAULT_LIFE, attempts=0, error=""
    )
    after_commit(call_courier, keys)
    return changed


@transaction.atomic
def write_anew(messages: QuerySet, *, now: datetime, by) -> int:
    """Send letters that have left a second time: under new keys, so that each has fresh tokens in it (4.22).

    Their guards are asked again; what is no longer wanted is dropped with its reason. Who did it stands in the log.
    Returns how many were written.
    """
    remembered = now - timedelta(days=settings.IURC_PRIVACY["payload_days"])  # later nobody knows what it said
    sent = list(
        messages.filter(state=Message.State.SENT).exclude(sent_at__lte=remembered).exclude(to="").order_by("pk")
    )
    keys = queue_messages(
        Letter(
            key=f"{message.key[:150]}:anew:{message.pk}:{now:%Y%m%dT%H%M%S%f}",
            kind=message.kind,
            to=message.to,
            language=message.language,
            tzid=message.tzid,
            payload=message.payload,
            subject_id=message.subject_id,
            ordering_key=message.ordering_key,
        )
        for message in sent
    )
    written = queued(keys)
    Transition.objects.bulk_create(
        Transition(
            model=Message._meta.label_lower,
            object_id=str(new.pk),
            from_state=Message.State.SENT,
            to_state=Message.State.QUEUED,
            actor=by,
            at=now,
            comment=str(old.pk),
        )
        for old, new in zip(sent, written, strict=True)
    )
    return len(written)


def drop(messages: QuerySet, *, by) -> int:
    """Take letters out of the queue. Who did it stands in the row."""
    return messages.filter(state__in=DROPPABLE).update(
        state=Message.State.DROPPED, error=f"{DROPPED_BY}{by.get_username()}"
    )
