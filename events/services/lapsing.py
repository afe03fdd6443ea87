"""Places that members of a group do not take: they decline, or nobody answers in time (events spec 2.18)."""

from datetime import datetime

from events.exceptions import Busy, RegistrationClosed
from events.models import Registration, RegistrationGroup
from events.services import letters
from events.services.registrations import locked, steps, waiting
from iurc_portal.notifications.services import heartbeat

JOB = "release_lapsed_members"
State = Registration.State


def decline(registration: Registration, *, now: datetime) -> Registration:
    """A member does not want the place that somebody asked for. Twice is no error. Raises ``RegistrationClosed``."""
    with locked(registration.event) as event:
        registration = Registration.objects.select_related("group__lead").get(pk=registration.pk)
        registration.event = event
        if registration.state != State.UNPROVED or registration.group is None:
            return registration
        if now >= event.dtstart:
            raise RegistrationClosed(event)
        end(registration, reason="member_declined", now=now)
        lead = registration.group.lead
        if registration.group.invited_at is not None and lead.state == State.CONFIRMED:
            letters.queue_members_gone(lead, [_name_for(lead, registration)], declined=True, now=now)
    return registration


def release_lapsed(*, now: datetime) -> dict[str, int]:
    """Every minute: end what members did not answer in time, and tell each lead once. Counts go to the heartbeat.

    The seats are free at the instant the hold ends (2.10); this tells people. Two sweeps at once write one letter,
    and one busy event stops no other.
    """
    late = {"members__state": State.UNPROVED, "members__hold_until__lte": now}
    groups = RegistrationGroup.objects.filter(invited_at__isnull=False, **late).select_related("event").distinct()
    with heartbeat(JOB, now=now) as counts:
        counts |= {"released": 0, "busy": 0}
        for group in groups:
            try:
                counts["released"] += _release(group, now=now)
            except Busy:
                counts["busy"] += 1
    return counts


def _release(group: RegistrationGroup, *, now: datetime) -> int:
    with locked(group.event) as event:
        lead = Registration.objects.get(pk=group.lead_id)
        members = group.members.select_for_update(of=("self",), no_key=True).exclude(pk=lead.pk).order_by("pk")
        rows = list(members.filter(state=State.UNPROVED, hold_until__lte=now))
        for row in rows:
            row.event = event
            end(row, reason="member_lapsed", now=now)
        if rows and lead.state == State.CONFIRMED and now < event.dtstart:
            letters.queue_members_gone(lead, [_name_for(lead, row) for row in rows], declined=False, now=now)
    return len(rows)


def end(row: Registration, *, reason: str, now: datetime) -> None:
    """The place is free again, and the link to it leads nowhere any more."""
    steps.move(row, State.CANCELLED, now=now, reason=reason)
    steps.let_go(row, now=now)
    row.tokens.filter(used_at=None).update(used_at=now)
    waiting.promote_soon(row.event, now=now)


def _name_for(lead: Registration, row: Registration) -> str:
    return row.display_name(lead.language) or row.email
