"""Writing the log of transitions."""

from datetime import datetime

from django.db import models

from iurc_portal.audit.models import Transition


def record_transition(
    obj: models.Model,
    *,
    from_state: str,
    to_state: str,
    now: datetime,
    actor=None,
    reason: str = "",
    comment: str = "",
) -> Transition:
    """Write one line for a move of ``obj``, in the caller's transaction. ``now`` is aware; ``actor`` None is a job."""
    return Transition.objects.create(
        model=obj._meta.label_lower,
        object_id=str(obj.pk),
        from_state=from_state,
        to_state=to_state,
        at=now,
        actor=actor if actor is not None and actor.is_authenticated else None,
        reason=reason,
        comment=comment,
    )
