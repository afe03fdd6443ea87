"""Where somebody stands who has no place yet: position, offer, and what they may do (events spec 3.3, 3.6, 3.8)."""

from datetime import datetime

from events.models import AccessToken, Event, Registration, SeatPool

State = Registration.State


def standing_of(token: AccessToken, *, now: datetime) -> dict:
    """For the own page. ``standing`` is the state as it is at ``now``: an offer that has ended is missed already,
    whether or not a sweep has run (2.10). ``position`` counts those in line up to this person, a
    group as one; ``party`` is the number of seats that this person waits for, the group's included.
    """
    found, event = token.registration, token.registration.event
    standing = found.state
    if standing == State.OFFERED and not (found.hold_until and now < found.hold_until):
        standing = State.EXPIRED.value
    in_time = event.status == Event.Status.CONFIRMED and now < event.dtstart
    position, party = None, 1
    if standing in {State.WAITING, State.OFFERED}:
        rows = Registration.objects.with_position().with_party()
        position, party = rows.values_list("position", "party").get(pk=found.pk)
    return {
        "standing": standing,
        "may_act": token.manages,
        "position": position,
        "party": party,
        "offer_until": found.hold_until if standing == State.OFFERED else None,
        "may_claim": token.manages and in_time and standing == State.OFFERED,
        "may_leave": token.manages and in_time and found.state in Registration.CURRENT,
        "may_rejoin": token.manages
        and standing == State.EXPIRED
        and event.waiting_list
        and event.accepts_registrations(now=now),
        "waits_for_headset": standing in Registration.CURRENT
        and found.seats.filter(pool__kind=SeatPool.Kind.HEADSET, state="waiting").exists(),
    }
