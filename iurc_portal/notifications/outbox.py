"""What staff may do with letters that have not left (events spec 17, Outbox)."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from iurc_portal.notifications.models import DROPPED_BY, Message
from iurc_portal.notifications.services import DEFAULT_LIFE, call_courier

AGAIN = [Message.State.QUEUED, Message.State.FAILED, Message.State.DROPPED]
DROPPABLE = [Message.State.QUEUED, Message.State.FAILED]


@transaction.atomic
def send_again(messages: QuerySet, *, now: datetime) -> int:
    """Put letters that did not leave back into the queue, due now. What is no longer wanted is dropped on the way."""
    keys = list(messages.filter(state__in=AGAIN).values_list("pk", flat=True))
    changed = Message.objects.filter(pk__in=keys, state__in=AGAIN).update(
        state=Message.State.QUEUED, not_before=None, expires_at=now + DEFAULT_LIFE, attempts=0, error=""
    )
    transaction.on_commit(partial(call_courier, keys), robust=True)
    return changed


def drop(messages: QuerySet, *, by) -> int:
    """Take letters out of the queue. Who did it stands in the row."""
    return messages.filter(state__in=DROPPABLE).update(
        state=Message.State.DROPPED, error=f"{DROPPED_BY}{by.get_username()}"
    )
