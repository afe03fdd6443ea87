"""The outbox and what belongs to it: letters, addresses, heartbeats, texts that staff adjust, subscriptions."""

from iurc_portal.notifications.models.messages import (
    CLAIM_LASTS,
    DROPPED_BY,
    AddressStatus,
    Heartbeat,
    Message,
    MessageQuerySet,
    reason_words,
)
from iurc_portal.notifications.models.subscriptions import Subscription, SubscriptionToken
from iurc_portal.notifications.models.texts import AdjustedText, LetterText

__all__ = [
    "CLAIM_LASTS",
    "DROPPED_BY",
    "AddressStatus",
    "AdjustedText",
    "Heartbeat",
    "LetterText",
    "Message",
    "MessageQuerySet",
    "Subscription",
    "SubscriptionToken",
    "reason_words",
]
