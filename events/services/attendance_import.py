"""The list of the room's provider: whose row is it? What nobody can tell waits for staff (events spec 8.6)."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events import codes
from events.attendance_files import Presence, read_presences
from events.models import AttendanceInterval, Event, Registration
from events.services.check_in import tell_recorded
from iurc_portal.accounts.addresses import email_key
from iurc_portal.audit.services import record_transition
from iurc_portal.clock import validate_tzid
from iurc_portal.search.fold import fold, to_katakana

SOURCE = "import"
State, How = AttendanceInterval.State, AttendanceInterval.How


@dataclass(frozen=True)
class Imported:
    """How many rows were new, and of those how many found their person; ``known`` ones were there already."""

    matched: int
    waiting: int
    known: int


@transaction.atomic
def import_attendance(*, event: Event, data: bytes, tzid: str, now: datetime, by=None, encoding: str = "") -> Imported:
    """Take in a provider's file whose hours are those of ``tzid``. The same file twice changes nothing.

    Raises ``ValidationError`` with lines and reasons; nothing is written then.
    """
    validate_tzid(tzid)
    event = _locked(event)
    presences = read_presences(data, event=event, tzid=tzid, encoding=encoding)
    rows = {external_id(event, presence): presence for presence in presences}
    known = set(
        AttendanceInterval.objects.filter(event=event, source=SOURCE, external_id__in=rows).values_list(
            "external_id", flat=True
        )
    )
    people = People(event)
    new = [_interval(event, key, row, people, now=now, by=by) for key, row in rows.items() if key not in known]
    AttendanceInterval.objects.bulk_create(new, batch_size=500)
    matched = {row.registration_id: row.registration for row in new if row.registration is not None}
    tell_recorded(matched.values())
    waiting = sum(row.state == State.WAITING for row in new)
    return Imported(matched=sum(row.state == State.MATCHED for row in new), waiting=waiting, known=len(known))


@transaction.atomic
def match(event: Event, who: str, registration: Registration, *, now: datetime, by) -> int:
    """Say whose the waiting rows of ``who`` are; later files follow. Returns how many rows it was.

    Raises ``ValidationError`` for a registration that has no place at this event.
    """
    event = _locked(event)
    found = Registration.objects.confirmed().filter(event=event, pk=registration.pk).first()
    if found is None:
        raise ValidationError(_("Choose somebody with a confirmed place at this event."), code="foreign")
    found.event = event
    rows = _move(event, who, State.WAITING, State.MATCHED, registration=found, now=now, by=by)
    if rows:
        tell_recorded([found])
    return rows


@transaction.atomic
def leave_out(event: Event, who: str, *, now: datetime, by) -> int:
    """The waiting rows of ``who`` are nobody's: a test, the technician, a second device."""
    return _move(_locked(event), who, State.WAITING, State.IGNORED, registration=None, now=now, by=by)


@transaction.atomic
def put_back(event: Event, who: str, *, now: datetime, by) -> int:
    """Take a decision about ``who`` back: their rows wait again."""
    event = _locked(event)
    matched = Registration.objects.filter(
        attendance_intervals__event=event, attendance_intervals__who=who
    ).select_related("event")
    affected = list(matched.distinct())
    rows = _move(event, who, State.MATCHED, State.WAITING, registration=None, now=now, by=by)
    rows += _move(event, who, State.IGNORED, State.WAITING, registration=None, now=now, by=by)
    tell_recorded(affected)
    return rows


class People:
    """Those with a place at an event, found by what a list says of them: number, then address, then unique name.

    What staff decided about a person of an earlier file comes before all. Five queries at most.
    """

    def __init__(self, event: Event):
        confirmed = list(event.registrations.confirmed())
        for registration in confirmed:
            registration.event = event
        self.by_id = {registration.pk: registration for registration in confirmed}
        self.by_code = codes.ids_by_code(event)
        self.by_email = {row.email_key: row.pk for row in confirmed if row.email_key}
        names: dict[str, set[int]] = defaultdict(set)
        for registration in confirmed:
            for name in names_of(registration):
                names[name].add(registration.pk)
        self.by_name = {name: next(iter(ids)) for name, ids in names.items() if len(ids) == 1}
        decided = AttendanceInterval.objects.filter(event=event).filter(how=How.STAFF)
        self.decided = dict(decided.values_list("who", "registration_id"))
        self.left_out = set(
            AttendanceInterval.objects.filter(event=event, state=State.IGNORED).values_list("who", flat=True)
        )

    def find(self, presence: Presence, who: str) -> tuple[Registration | None, str]:
        ways = (
            (self.decided.get(who), How.STAFF),
            (self.by_code.get(codes.normal(presence.code)) if presence.code else None, How.CODE),
            (self.by_email.get(email_key(presence.email)) if presence.email else None, How.EMAIL),
            (self.by_name.get(name_key(presence.name)) if presence.name else None, How.NAME),
        )
        for pk, how in ways:
            if pk in self.by_id:
                return self.by_id[pk], how
        return None, ""


def names_of(registration: Registration) -> set[str]:
    """Every way in which the name may stand in a list, as it is compared."""
    family, given = registration.family_name, registration.given_name
    written = [(family, given), (given, family), (registration.family_kana, registration.given_kana)]
    names = {name_key("".join(parts)) for parts in written if all(parts)}
    return (names | {name_key(registration.romaji)}) - {""}


def name_key(name: str) -> str:
    """A name as it is compared: width, case, accents, kana and spaces make no difference (11.11)."""
    return "".join(to_katakana(fold(name)).split())


def external_id(event: Event, presence: Presence) -> str:
    """The same row has the same id in every copy of the list, whatever its encoding or format."""
    times = f"{presence.joined_at.isoformat()}|{presence.left_at.isoformat()}"
    return _digest(f"{who_of(event, presence)}|{times}")


def who_of(event: Event, presence: Presence) -> str:
    """A digest of how the list names somebody."""
    parts = (
        codes.normal(presence.code),
        email_key(presence.email) if presence.email else "",
        name_key(presence.name),
    )
    return _digest("|".join((str(event.public_id), *parts)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _interval(event: Event, key: str, row: Presence, people: People, *, now: datetime, by) -> AttendanceInterval:
    who = who_of(event, row)
    registration, how = people.find(row, who)
    state = State.MATCHED if registration else State.IGNORED if who in people.left_out else State.WAITING
    return AttendanceInterval(
        event=event,
        registration=registration,
        state=state,
        how=how,
        joined_at=row.joined_at,
        left_at=row.left_at,
        source=SOURCE,
        external_id=key,
        who=who,
        name=row.name or row.code,
        email=row.email,
        imported_at=now,
        imported_by=by,
    )


def _move(
    event: Event, who: str, former: str, wanted: str, *, registration: Registration | None, now: datetime, by
) -> int:
    """Move every row of ``who`` that is ``former`` by the table, each with its line in the log."""
    rows: Iterable[AttendanceInterval] = AttendanceInterval.objects.filter(event=event, who=who, state=former)
    moved = 0
    for row in rows:
        row.move_to(wanted)
        row.registration, row.how = registration, How.STAFF if registration else ""
        row.save(update_fields=["state", "registration", "how"])
        record_transition(row, from_state=former, to_state=wanted, now=now, actor=by)
        moved += 1
    return moved


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event.pk)
