"""A portal calendar and a real collection, and hands on both sides."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import Permission

from ecosystem.models import Organisation
from events.caldav.auth import Basic
from events.caldav.client import Client
from events.caldav.copies import Copy, entry_of, fields_of, name_of, read, when_text
from events.models import Event, RemoteCalendar, SyncProposal, SyncRun
from events.services import scheduling
from events.services.calendars.proposals import decide
from events.services.calendars.running import run_calendar
from programme.models import Webinar
from tests.caldav.servers import PASSWORD, USER, Server
from tests.factories import START, make_event, make_organisation, make_remote_calendar, make_user

NOW = START - timedelta(days=10)


@dataclass
class Rig:
    """``calendar`` reaches the collection at ``path``, through ``address`` where a proxy stands between.

    Its owner is of Torino's staff, and so are the events, unless ``organizer`` is of the other city.
    """

    server: Server
    path: str
    address: str = ""
    now: datetime = NOW
    fields: dict = field(default_factory=dict)
    organizer: Organisation | None = None
    first: datetime = START

    def __post_init__(self):
        url = (self.address or self.server.address) + self.path
        owner = make_user(is_staff=True, side="torino")
        owner.user_permissions.add(Permission.objects.get(codename="change_event"))
        self.calendar = make_remote_calendar(owner, url=url, username=USER, secret=PASSWORD, **self.fields)

    # --- Our side ----------------------------------------------------------------------------------------------------

    def event(self, name: str = "Talk", *, days: int = 0, **fields) -> Event:
        start = self.first + timedelta(days=days)
        self.organizer = self.organizer or make_organisation()
        event = make_event(name_en=name, dtstart=start, organizer=self.organizer, **fields)
        Webinar.objects.bulk_create([Webinar(event=event)])  # which asks no index
        return event

    def move(self, event: Event, hours: int = 1) -> None:
        event.refresh_from_db()
        length = timedelta(hours=hours)
        scheduling.schedule_event(event, start=event.dtstart + length, end=event.dtend + length, now=self.now)

    def rename(self, event: Event, name: str) -> None:
        event.refresh_from_db()
        event.name_en = name
        event.save()

    def cancel(self, event: Event) -> None:
        event.refresh_from_db()
        scheduling.cancel_event(event, now=self.now)

    def run(self, **options) -> SyncRun | None:
        self.now += timedelta(minutes=20)
        calendar = RemoteCalendar.objects.select_related("owner").get(pk=self.calendar.pk)
        run = run_calendar(calendar, now=self.now, **options)
        self.calendar.refresh_from_db()
        return run

    def proposal(self) -> SyncProposal:
        return SyncProposal.objects.open().get(item__calendar=self.calendar)

    def proposals(self) -> list[tuple[str, list[str]]]:
        rows = SyncProposal.objects.open().filter(item__calendar=self.calendar).order_by("pk")
        return [(row.kind, row.fields) for row in rows]

    def decide(self, decision: str, proposal: SyncProposal | None = None) -> SyncProposal:
        proposal = proposal or self.proposal()
        return decide(proposal, decision, shown=proposal.digest, now=self.now, by=self.calendar.owner)

    def ours(self, event: Event) -> dict[str, str]:
        event = Event.objects.select_related("place__city").get(pk=event.pk)
        item = self.calendar.items.filter(event=event).first()
        return fields_of(entry_of(event, language=self.calendar.language, note=item.note if item else ""))

    # --- Their side --------------------------------------------------------------------------------------------------

    def client(self) -> Client:
        return Client(self.server.address + self.path, Basic(USER, PASSWORD))

    def there(self) -> dict[str, Copy]:
        """What stands in the collection, by address."""
        with self.client() as client:
            return {one.href: read(one.data) for one in client.fetch(client.listing().etags)}

    def copy(self, event: Event) -> Copy | None:
        found = [copy for copy in self.there().values() if copy.uid == event.uid]
        assert len(found) <= 1, "the event stands there twice"
        return found[0] if found else None

    def href(self, event: Event) -> str:
        return self.calendar.items.get(event=event).href

    def rewrite(self, event: Event, change: Callable[[list[str]], list[str]]) -> None:
        """Somebody changes the lines of the entry in their calendar program."""
        with self.client() as client:
            href = self.href(event)
            resource = client.get(href)
            lines = change(read(resource.data).component.text())
            client.update(href, "\r\n".join([*lines, ""]).encode(), etag=resource.etag)

    def set_there(self, event: Event, **values: str) -> None:
        def change(lines):
            own = _inside(lines)
            out = [line for n, line in enumerate(lines) if not (n in own and name_of(line) in values)]
            at = out.index("END:VEVENT")
            return [*out[:at], *(f"{name}:{value}" for name, value in values.items() if value), *out[at:]]

        self.rewrite(event, change)

    def move_there(self, event: Event, hours: int = 1) -> None:
        start, end = (datetime.fromisoformat(part) for part in self.copy(event).fields["when"].split("/"))
        length = timedelta(hours=hours)
        start, end = (f"{moment + length:%Y%m%dT%H%M%SZ}" for moment in (start, end))
        self.set_there(event, DTSTART=start, DTEND=end)

    def delete_there(self, event: Event) -> None:
        with self.client() as client:
            resource = client.get(self.href(event))
            client.delete(resource.href, etag=resource.etag)

    def add_there(self, uid: str = "dentist@home.example", href: str = "", **values: str) -> str:
        """Somebody writes something of their own."""
        facts = {"DTSTAMP": "20260101T000000Z", "DTSTART": "20260310T090000Z", "DTEND": "20260310T100000Z"}
        facts |= {"SUMMARY": "Dentist", **values}
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//home//EN", "BEGIN:VEVENT", f"UID:{uid}"]
        lines += [*(f"{name}:{value}" for name, value in facts.items()), "END:VEVENT", "END:VCALENDAR", ""]
        href = href or f"{self.path}{uid.partition('@')[0]}.ics"
        with self.client() as client:
            client.create(href, "\r\n".join(lines).encode())
        return href


def _inside(lines: list[str]) -> set[int]:
    """The numbers of the lines that belong to the entry itself, not to what is within it."""
    inside, found = [], set()
    for n, line in enumerate(lines):
        if line.startswith("BEGIN:"):
            inside.append(line[6:])
        elif line.startswith("END:"):
            inside.pop()
        elif inside[-1:] == ["VEVENT"]:
            found.add(n)
    return found


def moved(event: Event, hours: int = 1) -> str:
    length = timedelta(hours=hours)
    return when_text(event.dtstart + length, event.dtend + length)
