"""Deciding what the other side proposed (events spec 9.1, 9.14, "Three states")."""

from datetime import datetime

from events.models import SyncProposal


def decide(proposal: SyncProposal, decision: str, *, now: datetime, by) -> SyncProposal:
    """Take one of ``proposal.choices`` (``SyncProposal.Decision``).

    ``accepted`` and ``theirs`` change the event by the ordinary services, with their notices: time
    (``schedule_event``), title, room (``relocate_event``), state (``cancel_event``, ``restore_event``); a changed text
    stays in this calendar as its note; what the portal does not keep (a rule of repetition, an address) is put back.
    ``put_back`` and ``ours`` are written at the next run, which is due at once. Raises ``ValidationError``: code
    ``decided`` where somebody was quicker, ``outdated`` where the event has changed since it was seen, and whatever
    the services say (a draft, a time that ends before it starts).
    """
    raise NotImplementedError
