"""Who was at the sample webinar that is over, as the provider of its room told it; one row waits for staff."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from events.models import Event
from events.services.attendance_import import import_attendance
from programme.demo import people
from programme.demo.samples import Samples

PAST, COMING = "sample-webinar-two-ecosystems", "sample-webinar-automated-driving"
HEADINGS = "Name (Original Name),User Email,Join Time,Leave Time"
PHONE = "Torino +39 011 000 0000\n名古屋 +81 52 000 0000\nPIN 000 000"
STAYS = [(-5, 90), (0, 92), (3, 40), (1, 91), (-10, 95), (0, 88), (20, 90)]
STAYS += [(-2, 90), (0, 60), (1, 92), (5, 90), (-8, 91), (0, 45), (2, 90), (-1, 93)]  # minutes from the start


def make_attendance(samples: Samples) -> None:
    samples.once("attendance", "list-of-past-webinar", lambda: _list_of_those_present(samples))
    samples.once("attendance", "telephone", _telephone)


def _list_of_those_present(samples: Samples) -> Event:
    event = Event.objects.get(slug=PAST)
    rows = [row_of(event, "Ken Mihon", people.COMPANY, 0, 90)]
    rows += [row_of(event, f"Guest {n}", f"sample{n}@guests.example", *stay) for n, stay in enumerate(STAYS, start=1)]
    rows.append(row_of(event, "Sala riunioni (tablet)", "", -2, 91))
    import_attendance(
        event=event,
        data="\n".join([HEADINGS, *rows]).encode(),
        tzid=event.tzid,
        now=event.dtend + timedelta(hours=2),
        by=people.user(people.STAFF_TORINO),
    )
    return event


def row_of(event: Event, name: str, email: str, came: int, left: int) -> str:
    """A line of the provider's list; minutes are from the start."""
    start = event.dtstart.astimezone(ZoneInfo(event.tzid))
    times = (f"{start + timedelta(minutes=minute):%Y-%m-%d %H:%M:%S}" for minute in (came, left))
    return ",".join((name, email, *times))


def _telephone() -> Event:
    event = Event.objects.get(slug=COMING)
    event.phone_access = PHONE
    event.save(update_fields=["phone_access"])
    return event
