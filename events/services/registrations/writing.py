"""Which letter tells a person what became of their request; what it says is in ``events.mail_seats``.

Every function runs in the caller's transaction, under the event's lock. Nobody here gets a calendar part but those
who are confirmed (events spec 6.1).
"""

from datetime import datetime

from events.models import Offer, Registration
from events.services import letters


def queue_pending(registration: Registration, *, now: datetime) -> None:
    """The request has arrived and staff decide."""
    letters.queue_text(registration, "events.pending", now=now)


def queue_waiting(registration: Registration, *, now: datetime, offer_closed: bool = False) -> None:
    """The person is in line; ``offer_closed``: again, since an offer ended without their doing (3.9)."""
    letters.queue_text(registration, "events.waiting", now=now, payload={"offer_closed": offer_closed})


def queue_offered(registration: Registration, offer: Offer) -> None:
    """A place is kept until the offer's end, and so long the letter is worth sending."""
    letters.queue_text(
        registration,
        "events.offered",
        now=offer.offered_at,
        payload={"offer": offer.pk, "expires_at": offer.expires_at.isoformat()},
        expires_at=offer.expires_at,
    )


def queue_missed(registration: Registration, *, now: datetime) -> None:
    """The offer ran out; the way back is one button."""
    letters.queue_text(registration, "events.missed", now=now)


def queue_rejected(registration: Registration, *, now: datetime) -> None:
    letters.queue_text(registration, "events.rejected", now=now, payload={"note": registration.decision_note})


def queue_left(registration: Registration, *, former: str, now: datetime) -> None:
    """A request was withdrawn before it became a place: no calendar knows of it."""
    letters.queue_text(registration, "events.left", now=now, payload={"former": former})


def queue_promoted(registration: Registration) -> None:
    """A place after approval, or without an offer: the same invitation as everybody's, with other words before it."""
    letters.queue_confirmed(registration, kind="events.promoted")


def queue_extra(registration: Registration, *, now: datetime) -> None:
    """A headset has become free for somebody who has a place already (2.17)."""
    letters.queue_text(registration, "events.extra", now=now)
