"""What is to be done about one entry: both sides read, compared, and the verdict (events spec 9, "Three states")."""

from copy import copy as shallow
from dataclasses import dataclass

from events import ical
from events.caldav.compare import Action, Verdict, compare
from events.caldav.copies import FIELDS, Copy, Fields, entry_of, fields_of
from events.models import Event, RemoteCalendar, RemoteItem
from events.services.calendars.choosing import mark
from iurc_portal.translation.languages import columns

ROOM, NOTE = RemoteCalendar.Owned.ROOM, RemoteCalendar.Owned.NOTE


@dataclass
class Plan:
    """One entry within a run. ``item`` may not be stored yet; ``theirs`` is None where the entry is not there.

    ``is_editable``: the calendar's owner may change the event, so that its room may be taken from the entry.

    ``copy`` is the entry as it was fetched in this run, where it was: without it what it said is taken from the row.
    """

    calendar: RemoteCalendar
    item: RemoteItem
    event: Event
    is_chosen: bool
    is_over: bool
    is_editable: bool
    copy: Copy | None = None
    is_there: bool = True
    waits: bool = False
    was_gone: bool = False
    adopted: bool = False

    def __post_init__(self):
        self.read_ours()
        self.judge()

    def read_ours(self) -> None:
        """Render what the event says now."""
        self.entry = entry_of(self.event, language=self.calendar.language, note=self.item.note)
        self.ours = fields_of(self.entry) if self.is_chosen else None
        self.mark = mark(self.event, self.calendar)

    def judge(self) -> Verdict:
        base = self.item.base
        self.verdict = compare(
            base_ours=base.get("ours", {}),
            base_theirs=base.get("theirs", {}),
            ours=self.ours,
            theirs=self.theirs,
            owned=self.owned,
            owed=self.item.owed,
            was_gone=self.was_gone,
            waits=self.waits,
            is_over=self.is_over,
        )
        if self.is_new:
            self.verdict = Verdict(Action.CREATE)
        return self.verdict

    @property
    def is_new(self) -> bool:
        """Never written, as far as we know."""
        return self.is_chosen and not self.is_there and not self.item.base

    @property
    def theirs(self) -> Fields | None:
        if not self.is_there:
            return None
        if self.copy is not None:
            return self.copy.fields
        return self.item.base.get("now") or self.item.base.get("theirs", {})

    @property
    def owned(self) -> set[str]:
        """An event that takes place online has no room to change, and the other city's is not changed from here."""
        is_online = self.event.event_attendance_mode == Event.AttendanceMode.ONLINE
        return set(self.calendar.remote_owns) - (set() if self.is_editable and not is_online else {ROOM})

    @property
    def needs_copy(self) -> bool:
        """Whether writing must see the entry first, because something of others in it survives."""
        is_written = self.verdict.action == Action.WRITE
        return is_written and self.copy is None and bool(self.verdict.keep or self.item.base.get("extras"))

    def agree(self, ours: Fields, theirs: Fields, names=FIELDS) -> None:
        """Both sides are in step in ``names``: note how each of them says it, and what waits besides."""
        base = self.item.base
        for side, fields in (("ours", ours), ("theirs", theirs)):
            base[side] = {**base.get(side, {}), **{name: fields.get(name, "") for name in names}}
        self.remember(theirs)

    def remember(self, theirs: Fields) -> None:
        """What stands there now, where that is not what was agreed on."""
        base = self.item.base
        base.pop("now", None)
        if theirs != base.get("theirs", {}):
            base["now"] = theirs

    def adopt(self, copy: Copy) -> None:
        """An entry of ours that no row knows: what both sides agreed on follows from what it says (9.16).

        As we wrote it, it is an echo. Else what differs from ours was changed there, and is asked about; of an entry
        that never was ours but has our UID (an invitation accepted in the calendar) only what matters.
        """
        self.adopted = True
        if copy.is_as_written:
            ours, theirs = copy.fields, copy.fields
        elif copy.is_of(self.event):
            ours, theirs = self.ours or {}, self.ours or {}
        else:
            ours = self.ours or {}
            theirs = {**copy.fields, **{name: ours.get(name, "") for name in ("when", "summary", "status")}}
        self.item.base = {"ours": dict(ours), "theirs": dict(theirs)}
        self.remember(copy.fields)
        self.judge()


def room_in(event: Event, text: str, language: str) -> str:
    """The room in a LOCATION, without what we write after it ourselves."""
    bare = shallow(event)
    for column in columns("location"):
        setattr(bare, column, "")
    rest = ical.where(bare, language=language)
    online = rest.rpartition(" / ")[2] if " / " in rest else ""
    if text == rest:
        return ""
    text = text.removesuffix(f", {rest}")
    return (text.removesuffix(f" / {online}") if online else text)[:240]


def note_in(entry: ical.Entry, note: str, text: str) -> str:
    """What somebody wrote into a DESCRIPTION around our own words; all of it, where our words are gone."""
    ours = fields_of(entry)["description"]
    own = ours.removesuffix(f"\n\n{note}") if note else ours
    before, found, after = text.partition(own)
    parts = [before, after] if found else [text]
    return "\n\n".join(part.strip() for part in parts if part.strip())
