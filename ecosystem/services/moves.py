"""A move of a state, with its line in the log."""

from datetime import datetime

from iurc_portal.audit.services import record_transition


def move(obj, state: str, *, by, now: datetime, reason: str = "", comment: str = "", also=()) -> None:
    """Move and save ``obj``, with the fields ``also`` that the caller has set, and write the line of the log."""
    former = obj.move_to(state)
    obj.save(update_fields=["state", *also])
    record_transition(obj, from_state=former, to_state=state, now=now, actor=by, reason=reason, comment=comment)
