"""Staff exchanges from proposal to report; their sessions own events (programme spec 1.1, P30)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from iurc_portal.audit.services import record_transition
from iurc_portal.clock import ZONES, PartnerSide, resolve_wall_clock
from programme.models import StaffExchange, StaySession
from programme.services.owned_events import cancel_owned, plan_owned

State = StaffExchange.State
TRACK = "staff-exchanges"
TRACK_NAMES = {"name_it": "Scambi di personale", "name_en": "Staff exchanges", "name_ja": "職員交流"}
REASONED = (State.DECLINED, State.CANCELLED)


@transaction.atomic
def move_stay(stay: StaffExchange, to_state: str, *, now: datetime, by=None, reason: str = "") -> StaffExchange:
    """Move it along its table and write the log; cancelling cancels its sessions.

    Raises ``ValidationError``: ``transition``, ``days`` for an agreement without both days, ``early`` for beginning or
    completing before its day, ``note`` for a report without a learning note, ``reason`` for a no without a word.
    """
    stay = StaffExchange.objects.select_for_update(of=("self",), no_key=True).get(pk=stay.pk)
    former = stay.move_to(to_state)
    today = now.astimezone(ZONES[PartnerSide(stay.hosting.side)]).date()
    reason = reason.strip()
    if to_state == State.AGREED and not (stay.first_day and stay.last_day):
        raise ValidationError(_("Write the first and the last day: a stay is agreed with its days."), code="days")
    if to_state == State.RUNNING and stay.first_day is not None and stay.first_day > today:
        raise ValidationError(_("It has not begun yet: move it on its first day."), code="early")
    if to_state == State.COMPLETED and stay.last_day is not None and stay.last_day > today:
        raise ValidationError(_("It is not over yet: move it on its last day."), code="early")
    if to_state == State.REPORTED and not stay.note:
        raise ValidationError(_("Write the learning note first: it is the report of the stay."), code="note")
    if to_state in REASONED:
        if not reason:
            raise ValidationError(_("Write why it is declined or cancelled."), code="reason")
        stay.reason = reason
    stay.save()
    record_transition(stay, from_state=former, to_state=to_state, now=now, actor=by, comment=reason)
    if to_state == State.CANCELLED:
        for session in stay.sessions.select_related("event"):
            cancel_owned(session.event, now=now, by=by, reason=reason)
    return stay


@transaction.atomic
def plan_session(
    stay: StaffExchange,
    *,
    names: dict[str, str],
    start: datetime,
    end: datetime,
    tzid: str,
    now: datetime,
    by=None,
    **venue,
) -> StaySession:
    """A session of ``stay`` with its event; ``names`` are columns of the event. Times as in ``create_event``.

    Raises ``ValidationError``: ``outside`` for a session that is not within the days of the stay, by the clocks of
    ``tzid``.
    """
    begins = start if start.tzinfo else resolve_wall_clock(start, tzid)
    day = begins.astimezone(ZoneInfo(tzid)).date()
    if stay.first_day is None or stay.last_day is None or not stay.first_day <= day <= stay.last_day:
        words = _("%(day)s is not within the stay (%(first)s – %(last)s).")
        params = {"day": day, "first": stay.first_day or "?", "last": stay.last_day or "?"}
        raise ValidationError(words, code="outside", params=params)
    event = plan_owned(
        track=TRACK,
        track_names=TRACK_NAMES,
        names=names,
        side=stay.hosting.side,
        organizer=stay.hosting,
        start=start,
        end=end,
        tzid=tzid,
        exchange=stay.exchange,
        now=now,
        by=by,
        **venue,
    )
    return StaySession.objects.create(stay=stay, event=event)
