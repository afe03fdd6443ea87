"""Events, who registers and who was there, calendars of others."""

from datetime import datetime, timedelta

from events.models import Event, FeedSource, QuestionSet, Registration, RemoteCalendar, RemoteItem, SyncProposal, Track
from events.models.events import uid_for
from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import day_bounds
from tests.factories.ecosystem import make_organisation
from tests.factories.ground import START, make_user, numbers


def make_track(slug="webinars", **fields):
    return Track.objects.get_or_create(slug=slug, defaults={"name_en": slug.title(), **fields})[0]


def make_event(**fields):
    """A published public event, on 3 March 2026 from 09:00 to 10:30 in Torino, open for registration."""
    n = next(numbers)
    event = Event(
        **{
            "slug": f"event-{n}",
            "name_en": f"Event {n}",
            "status": Event.Status.CONFIRMED,
            "published_at": START - timedelta(days=60),
            "dtstart": START,
            "dtend": fields.get("dtstart", START) + timedelta(minutes=90),
            "registration_open": True,
            **fields,
        }
    )
    if event.track_id is None:
        event.track = make_track()
    if event.organizer_id is None:
        event.organizer = make_organisation()
    event.uid = uid_for(event.public_id)
    event.save()
    return event


def make_days(first, last=None, tzid="Europe/Rome", **fields):
    """An event of whole days on the calendar of ``tzid``, from ``first`` to ``last``."""
    start, end = day_bounds(first, last or first, tzid)
    return make_event(dtstart=start, dtend=end, tzid=tzid, all_day=True, **fields)


def make_registration(event=None, **fields):
    n = next(numbers)
    email = fields.pop("email", f"guest{n}@example.org")
    return Registration.objects.create(
        **{
            "event": event or make_event(),
            "email": email,
            "email_key": email_key(email),
            "family_name": "Yamada",
            "given_name": "Taro",
            "state": Registration.State.CONFIRMED,
            "joined_at": START - timedelta(days=30),
            "confirmed_at": START - timedelta(days=30),
            "language": "ja",
            "tzid": "Asia/Tokyo",
            **fields,
        }
    )


def make_presence(registration, start_minute=0, end_minute=90, **fields):
    """A time of presence of ``registration``, in minutes from the start of its event."""
    n = next(numbers)
    start = registration.event.dtstart
    return registration.attendance_intervals.create(
        **{
            "event": registration.event,
            "state": "matched",
            "how": "email",
            "joined_at": start + timedelta(minutes=start_minute),
            "left_at": start + timedelta(minutes=end_minute),
            "external_id": f"presence-{n}",
            "who": f"who-{n}",
            "imported_at": start + timedelta(days=1),
            **fields,
        }
    )


def make_question(question_set=None, *, choices=(), **fields):
    """A question of a set, a new one if none is given, asked in English; ``choices`` are English words."""
    question_set = question_set or QuestionSet.objects.create(name_en=f"Questions {next(numbers)}")
    n = question_set.questions.count()
    question = question_set.questions.create(**{"order": n, "kind": "text", "label_en": f"Question {n}", **fields})
    for order, words in enumerate(choices):
        question.choices.create(order=order, label_en=words)
    return question


def make_feed_source(**fields):
    n = next(numbers)
    if "owner" not in fields:  # of Torino's side
        fields["owner"] = make_organisation()
    fields.setdefault("track", make_track())
    return FeedSource.objects.create(
        **{"name": f"Calendar {n}", "url": f"https://partner{n}.example/feed.ics", "language": "it", **fields}
    )


def make_remote_calendar(owner=None, **fields):
    """A calendar of a member of staff, connected and never run."""
    n = next(numbers)
    defaults = {
        "display_name": f"Calendar {n}",
        "url": f"https://dav.example/calendars/{n}/",
        "username": "anna",
        "secret": "a-remote-password",
        "scope": "webinars",
        "language": "en",
    }
    owner = owner or make_user(is_staff=True)
    return RemoteCalendar.objects.create(owner=owner, **{**defaults, **fields})


def make_remote_item(calendar=None, event=None, **fields):
    """A copy of ``event`` on which both sides agree, or with ``event=False`` something that others wrote there."""
    n = next(numbers)
    event = None if event is False else event or make_event()
    facts = (
        {
            "when": f"{event.dtstart:%Y-%m-%dT%H:%M:%SZ}/{event.dtend:%Y-%m-%dT%H:%M:%SZ}",
            "summary": event.name,
        }
        if event
        else {"when": "2026-03-03T08:00:00Z/2026-03-03T09:00:00Z", "summary": f"Found {n}"}
    )
    defaults = {
        "event": event,
        "href": f"/calendars/item-{n}.ics",
        "uid": event.uid if event else f"found-{n}@elsewhere.example",
        "etag": f'"{n}"',
        "base": {"ours": facts, "theirs": facts} if event else {"theirs": facts},
    }
    return RemoteItem.objects.create(calendar=calendar or make_remote_calendar(), **{**defaults, **fields})


def make_proposal(item=None, **fields):
    """Somebody moved an entry by an hour in their calendar."""
    item = item or make_remote_item()
    ours = {"when": item.base["ours"]["when"]}
    start, end = (datetime.fromisoformat(part) + timedelta(hours=1) for part in ours["when"].split("/"))
    theirs = {"when": f"{start:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}"}
    defaults = {
        "kind": "change",
        "fields": ["when"],
        "base": ours,
        "ours": ours,
        "theirs": theirs,
        "created_at": START,
    }
    return SyncProposal.objects.create(item=item, **{**defaults, **fields})
