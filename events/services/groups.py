"""One person registers several: all of their seats or none (events spec 2.18).

Until the lead's address is proved nobody else is written to. Then each member learns who has registered them, and
from then on the row is theirs: they confirm or decline, and a seat for which nobody answers is free again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.exceptions import AddressNotAdmitted, EventFull, GroupTooLarge, RegistrationClosed
from events.models import AccessToken, Event, Registration, RegistrationGroup, SeatPool
from events.services import registrations
from events.services.lapsing import end
from events.services.registrations import locked, parties, seats, steps, take_seats
from events.services.registrations.asking import NO_PLACE_YET
from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import zone_of_language

State = Registration.State
NAMES = ("family_name", "given_name", "family_kana", "given_kana", "company", "job_title")


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody whom the lead names. ``person`` holds some of ``NAMES``; ``language`` is a code of ours."""

    email: str
    language: str
    person: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return email_key(self.email)


def request_group(
    *,
    event: Event,
    email: str,
    person: Mapping[str, str],
    members: Sequence[Member],
    now: datetime,
    name: str = "",
    user=None,
    wanted: Collection[str] = (),
    answers: Mapping[int, Any] | None = None,
) -> Registration:
    """Ask for places for ``email``, who leads, and for ``members``; returns the lead's registration.

    The lead is asked to prove the address, as anybody is; members' seats are held as long as the lead's. A lead who
    has a place already gets the letter that says so, with the way to their own page, where they bring others; the
    caller sees no difference (2.6). Asking again before the proof replaces the members. All sit in the same pools.
    Where their seats are not free, or others wait, they wait in line as one (3.4), if the event has a line.

    Raises ``EventFull``, ``GroupTooLarge``, ``RegistrationClosed``, ``Busy``, or ``ValidationError`` (``twice``).
    """
    asked = {"email": email, "person": person, "now": now, "user": user, "answers": answers, "wanted": wanted}
    proved = user is not None and registrations.has_verified_address(user, email)
    check_members(event, members, lead_email=email)
    known = event.registrations.filter(email_key=email_key(email)).exclude(state__in=NO_PLACE_YET)
    if not proved and known.exists():
        return registrations.request_registration(event=event, **asked)
    with locked(event) as event:
        check_members(event, members, lead_email=email)
        former = event.registrations.filter(email_key=email_key(email)).first()
        if former is not None and former.state not in {*NO_PLACE_YET, State.CONFIRMED}:
            raise EventFull(event)  # in line already, alone or with others: nobody joins them there
        earlier = RegistrationGroup.objects.filter(lead=former).first() if former is not None else None
        if earlier is not None:
            earlier.event = event
            _let_go(earlier, besides=members, now=now)
        party = 1 + _newcomers(event, members, lead=former, now=now)
        lead = registrations.request_registration(event=event, party=party, **asked)
        group = _group_of(lead, name=name, now=now)
        if lead.state != State.CONFIRMED and group.invited_at is not None:
            group.invited_at = None  # the lead had given the place back: whom they name now waits for the proof again
            group.save(update_fields=["invited_at"])
        if lead.takes_a_seat(now=now):
            _hold(group, members, until=lead.hold_until or parties.answer_until(event, now=now), now=now)
        else:
            _wait(group, members, now=now)
        if lead.state == State.CONFIRMED:
            _invite(group, now=now)
    return lead


def register_delegation(
    *,
    event: Event,
    email: str,
    person: Mapping[str, str],
    members: Sequence[Member],
    now: datetime,
    by,
    name: str = "",
    wanted: Collection[str] = (SeatPool.Kind.DELEGATION,),
) -> RegistrationGroup:
    """Staff register a delegation: its lead has a place at once (2.21), members confirm as in any group (11.8).

    They sit in the pool ``wanted``, by default the one for delegations where the event has one. Who has a place
    already keeps it and is not written to. All or nobody. Raises as ``request_group`` does.
    """
    with locked(event) as event:
        check_members(event, members, lead_email=email, limit=delegation_limit())
        lead = registrations.register_by_staff(event=event, email=email, person=person, now=now, by=by, wanted=wanted)
        if lead.state != State.CONFIRMED:
            raise EventFull(event)
        group = _group_of(lead, name=name, now=now)
        _hold(group, members, until=parties.answer_until(event, now=now), now=now, by=by)
        _invite(group, now=now)
    return group


def add_members(lead: Registration, members: Sequence[Member], *, now: datetime) -> RegistrationGroup:
    """Somebody who has a place brings others: they are written to at once. Raises as ``request_group`` does."""
    with locked(lead.event) as event:
        lead = Registration.objects.get(pk=lead.pk)
        lead.event = event
        if lead.state != State.CONFIRMED or not event.accepts_registrations(now=now):
            raise RegistrationClosed(event)
        group = _group_of(lead, now=now)
        there = set(standing(group).exclude(pk=lead.pk).values_list("email_key", flat=True))
        new = [member for member in members if member.key not in there]
        check_members(event, new, lead_email=lead.email, already=len(there))
        _hold(group, new, until=parties.answer_until(event, now=now), now=now)
        _invite(group, now=now)
    return group


def prove(token: AccessToken, *, now: datetime, consent_version: str = "") -> Registration:
    """As ``prove_registration``. Where the registration leads a group, all get their seats, or all wait.

    A member has read the privacy notice here, of the version ``consent_version``: nobody could do so for them.
    """
    asked = Registration.objects.select_related("event").get(tokens=token)
    with locked(asked.event):
        registration = registrations.prove_registration(token, now=now)
        if registration.group_id is not None and not registration.consent_version and consent_version:
            registration.consent_version = consent_version
            registration.save(update_fields=["consent_version"])
    return registration


def delegation_limit() -> int:
    """How many people staff register at once, the lead included."""
    return settings.IURC_EVENTS["delegation_size"]


def standing(group: RegistrationGroup):
    """The registrations of ``group`` that hold or await a place, the lead first."""
    return group.members.exclude(state=State.CANCELLED).order_by("joined_at", "pk")


def check_members(
    event: Event, members: Sequence[Member], *, lead_email: str, already: int = 0, limit: int | None = None
) -> None:
    """Refuse too many people, and an address named twice. ``already`` are in the group beside its lead."""
    limit = event.group_limit if limit is None else limit
    if len(members) + already + 1 > limit:
        raise GroupTooLarge(event, limit)
    seen = {email_key(lead_email)}
    for member in members:
        if not event.admits(member.email):
            raise AddressNotAdmitted(event)
        if member.key in seen:
            words = _("%(email)s stands here twice: each person needs an address of their own.")
            raise ValidationError(words, code="twice", params={"email": member.email})
        seen.add(member.key)


# --- Parts; the caller holds the event's lock ------------------------------------------------------------------------


def _group_of(lead: Registration, *, now: datetime, name: str = "") -> RegistrationGroup:
    """The group that ``lead`` leads, made if there is none. Who was named by somebody else leaves that group."""
    group, _made = RegistrationGroup.objects.get_or_create(
        lead=lead, defaults={"event": lead.event, "name": name, "created_at": now}
    )
    group.lead, group.event = lead, lead.event
    if name and group.name != name:
        group.name = name
        group.save(update_fields=["name"])
    if lead.group_id != group.pk:
        lead.group = group
        lead.save(update_fields=["group"])
    return group


def _hold(group: RegistrationGroup, members: Sequence[Member], *, until: datetime, now: datetime, by=None) -> None:
    """Rows with a held seat for those of ``members`` who neither have a place nor ask for one by themselves.

    All seats or none. Raises ``EventFull``.
    """
    rows = _named(group, members, now=now)
    _take(group.event, seats.pools_of(group.lead), rows, until=until, now=now, by=by)


def _wait(group: RegistrationGroup, members: Sequence[Member], *, now: datetime) -> None:
    """Rows for those of ``members`` who wait along with their lead: no seat yet, and no letter."""
    pools = seats.pools_of(group.lead)
    for row in _named(group, members, now=now):
        steps.move(row, State.UNPROVED, now=now)
        steps.let_go(row, now=now)
        seats.wish_for(row, pools)


def _named(group: RegistrationGroup, members: Sequence[Member], *, now: datetime) -> list[Registration]:
    """The rows of those of ``members`` for whom the lead may ask, filled in and not saved."""
    event, lead = group.event, group.lead
    known = _rows_of(event, members)
    rows = []
    for member in members:
        row = known.get(member.key) or Registration(event=event, email_key=member.key)
        row.event = event
        if row.pk and not _may_be_named(row, group.pk, now=now):
            continue
        if row.state == State.CANCELLED or row.group_id != group.pk:
            row.last_mail_at = None  # what they were written before was not about this
        _fill(row, member)
        row.group, row.joined_at, row.source = group, lead.joined_at, Registration.Source.DELEGATION
        row.priority = lead.priority
        rows.append(row)
    return rows


def _newcomers(event: Event, members: Sequence[Member], *, lead: Registration | None, now: datetime) -> int:
    """How many of ``members`` would need a seat: who has one, or asks for one by themselves, does not."""
    known = _rows_of(event, members)
    mine = lead.group_id if lead is not None else None
    return sum(
        (row := known.get(member.key)) is None or (_may_be_named(row, mine, now=now) and not row.takes_a_seat(now=now))
        for member in members
    )


def _rows_of(event: Event, members: Sequence[Member]) -> dict[str, Registration]:
    rows = event.registrations.filter(email_key__in=[one.key for one in members])
    return {row.email_key: row for row in rows if row.email_key}


def _take(
    event: Event, pools: Sequence[SeatPool], rows: Sequence[Registration], *, until: datetime, now: datetime, by=None
) -> None:
    """Seats for all of ``rows``, held ``until`` then. Who waits goes first (2.14). Raises ``EventFull``."""
    stand = seats.stand_of(event, now=now)
    for row in rows:
        if row.pk and row.takes_a_seat(now=now):
            seats.change_kind(row, pools, stand)
    if any(not (row.pk and row.takes_a_seat(now=now)) for row in rows) and not stand.free_to_take(pools):
        raise EventFull(event)
    take_seats(event, pools, rows, state=State.UNPROVED, hold_until=until, now=now, stand=stand, by=by)


def _may_be_named(row: Registration, group_id: int | None, *, now: datetime) -> bool:
    """Whether a lead may (again) ask for a place for the person of ``row``: their own doings come first."""
    if row.state == State.CANCELLED:
        return True
    lapsed = row.hold_until is not None and row.hold_until <= now
    is_ours = group_id is not None and row.group_id == group_id
    return row.state == State.UNPROVED and (is_ours or lapsed)


def _fill(row: Registration, member: Member) -> None:
    row.email, row.language, row.tzid = member.email, member.language, zone_of_language(member.language)
    for name in NAMES:
        setattr(row, name, member.person.get(name, ""))


def _invite(group: RegistrationGroup, *, now: datetime) -> None:
    """Write to the members who have not been written to, with their seats held for 72 hours. Raises ``EventFull``."""
    event, lead = group.event, group.lead
    rows = list(group.members.filter(state=State.UNPROVED, last_mail_at=None).exclude(pk=lead.pk).order_by("pk"))
    for row in rows:
        row.event = event
    _take(event, seats.pools_of(lead), rows, until=parties.answer_until(event, now=now), now=now)
    parties.tell(lead, rows, now=now)


def _let_go(group: RegistrationGroup, *, besides: Sequence[Member], now: datetime) -> None:
    """Whom an earlier request named and this one does not; they have not heard of it."""
    named = group.members.filter(state=State.UNPROVED, last_mail_at=None).exclude(pk=group.lead_id)
    for row in named.exclude(email_key__in=[member.key for member in besides]):
        row.event = group.event
        end(row, reason="", now=now)
