"""Keeping the participants of one event longer than the rule says, and ending that (events spec 13.2)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import RetentionHold
from iurc_portal.audit.services import record_transition


@transaction.atomic
def keep_longer(hold: RetentionHold, *, by, now: datetime) -> RetentionHold:
    """Write ``hold``, with its line in the log of the event. The caller has validated it."""
    hold.by, hold.at = by, now
    hold.save()
    _note(hold, reason="kept_longer", comment=hold.reason, by=by, now=now)
    return hold


@transaction.atomic
def end(hold: RetentionHold, *, by, now: datetime) -> None:
    """From now on the rule holds again. Raises ``ValidationError`` (``ended``) where somebody has ended it before."""
    if not RetentionHold.objects.standing().filter(pk=hold.pk).update(ended_at=now, ended_by=by):
        raise ValidationError(_("This exception has ended already."), code="ended")
    _note(hold, reason="kept_no_longer", comment="", by=by, now=now)


def _note(hold: RetentionHold, *, reason: str, comment: str, by, now: datetime) -> None:
    event = hold.event
    record_transition(
        event, from_state=event.status, to_state=event.status, now=now, actor=by, reason=reason, comment=comment
    )
