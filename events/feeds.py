"""Calendars to subscribe to: what stands in them and how each event reads (events spec 7).

Public ones hold what is listed for everybody; a personal one merges all that one person is in. Apps above add what
they know of (``register_source``): items of a visit are events, and only ``programme`` knows who is in the delegation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from events import ical
from events.audiences import mode_of
from events.models import Event, FeedToken, Registration, Series, Track
from events.models.addresses import ALL
from iurc_portal.kept_files import Shelf

SHELF = Shelf("feeds", {"events.event", "events.track", "events.series", "ecosystem.place", "ecosystem.city"})

# How each state of a registration reads in the person's own feed: the table of states of the spec. A state that is
# not here is not listed.
PARTSTAT = {
    "pending": "TENTATIVE",
    "confirmed": "ACCEPTED",
    "waiting": "TENTATIVE",
    "offered": "TENTATIVE",
}


@dataclass(frozen=True)
class PublicFeed:
    """One calendar for everybody: its address within ``/feeds/`` without language, its name and its events.

    ``of`` is the track, the series or the like of which it is. ``more`` gives what stands in it besides events: from a
    language and ``now`` (aware) the entries, in order.
    """

    slug: str
    name: str
    events: QuerySet[Event]
    of: object | None = None
    more: Callable[[str, datetime], list[ical.Entry]] | None = None


@dataclass(frozen=True)
class Person:
    """Whose personal feed it is: a user, or a guest known by the key of a proved address."""

    user: object | None
    email_key: str | None
    language: str
    tzid: str


# --- Public ----------------------------------------------------------------------------------------------------------


def everything() -> PublicFeed:
    return PublicFeed("all", _("Torino–Nagoya: all events"), Event.objects.listed())


def name_with(part: object) -> str:
    return _("Torino–Nagoya: %(track)s") % {"track": part}


def of_track(track: Track) -> PublicFeed:
    return PublicFeed(track.slug, name_with(track), Event.objects.listed().filter(track=track), track)


def of_series(series: Series) -> PublicFeed:
    return PublicFeed(series.slug, name_with(series), Event.objects.listed().filter(series=series), series)


def _track_called(slug: str) -> PublicFeed | None:
    track = Track.objects.filter(slug=slug).first()
    return of_track(track) if track else None


def _every_track(now: datetime) -> list[PublicFeed]:
    return [of_track(track) for track in Track.objects.exclude(slug__in=ALL).order_by("slug")]


def _series_called(slug: str) -> PublicFeed | None:
    series = Series.objects.listed().filter(slug=slug).first()
    return of_series(series) if series else None


def _every_series(now: datetime) -> list[PublicFeed]:
    return [of_series(series) for series in Series.objects.with_dates_to_come(now=now).order_by("slug")]


@dataclass(frozen=True)
class Kind:
    """What events are divided by, each part with a calendar of its own: how one is found by its slug, and all that
    are worth subscribing to at a moment.
    """

    called: Callable[[str], PublicFeed | None]
    every: Callable[[datetime], list[PublicFeed]]


KINDS = [Kind(_track_called, _every_track), Kind(_series_called, _every_series)]


@dataclass(frozen=True)
class FilteredList:
    """A list that can be filtered, as a calendar: ``/feeds/<slug>.<language>.ics?theme=energy`` (7.1).

    ``parameters`` are those of the list's filter that say what stands in it; ``build`` takes them as the list's page
    does. Whatever else stands in an address is not looked at, so that one question has one copy.
    """

    slug: str
    parameters: tuple[str, ...]
    build: Callable[[QueryDict], PublicFeed]

    def asked(self, query: QueryDict) -> QueryDict:
        """What ``query`` asks of this list, in one order: names and values sorted, each once, none without end."""
        found = QueryDict(mutable=True)
        for name in self.parameters:
            values = sorted({value[:LONGEST_VALUE] for value in query.getlist(name) if value})
            if values:
                found.setlist(name, values[:MOST_VALUES])
        return found


LISTS: dict[str, FilteredList] = {}
MOST_VALUES, LONGEST_VALUE = 40, 200


def register_list(entry: FilteredList) -> None:
    LISTS[entry.slug] = entry


def register_kind(kind: Kind, *, shows: Iterable[str] = ()) -> None:
    """Add calendars; all copies are void when one of the models that these show (``app.model``) is saved."""
    KINDS.append(kind)
    SHELF.labels.update(shows)


def list_called(slug: str) -> FilteredList | None:
    return LISTS.get("all" if slug in ALL else slug)


def public_feed(slug: str, query: QueryDict | None = None) -> PublicFeed | None:
    """The calendar behind ``/feeds/<slug>.<language>.ics``, named in the active language; None if there is none.

    ``query`` is what is asked of a list (``FilteredList.asked``).
    """
    if query and (listed := list_called(slug)):
        return listed.build(query)
    if slug in ALL:
        return everything()
    return next((feed for kind in KINDS if (feed := kind.called(slug))), None)


def public_feeds(*, now: datetime) -> list[PublicFeed]:
    """All that everybody can subscribe to at ``now``, named in the active language. One query a kind."""
    return [everything(), *(feed for kind in KINDS for feed in kind.every(now))]


def address_of(feed: PublicFeed, language: str) -> str:
    return settings.SITE_URL + reverse("events_feed", args=[feed.slug, language])


def as_webcal(address: str) -> str:
    """The address by which calendar programs open and subscribe in one go."""
    return f"webcal://{address.split('://', 1)[1]}"


def within_window(events: QuerySet[Event], *, now: datetime) -> QuerySet[Event]:
    """Events from 90 days back to two years ahead; cancelled ones for 90 days after it, since many programs never
    delete what merely disappears (7.1, 7.5)."""
    back, ahead = window(now)
    lately_cancelled = Q(status=Event.Status.CANCELLED, cancelled_at__gt=back)
    still_on = Q(status=Event.Status.CONFIRMED, dtend__gt=back)
    shown = events.filter(still_on | lately_cancelled, dtstart__lt=ahead)
    return shown.select_related("place__city").order_by("dtstart", "pk")


def window(now: datetime) -> tuple[datetime, datetime]:
    """The first and the last moment that calendars tell of at ``now`` (7.1)."""
    days = settings.IURC_EVENTS
    return now - timedelta(days=days["feed_days_back"]), now + timedelta(days=days["feed_days_ahead"])


def is_within(event: Event, *, now: datetime) -> bool:
    """The same as ``within_window``, of an event as people hold it."""
    back, ahead = window(now)
    is_news = (
        event.cancelled_at is not None and event.cancelled_at > back if event.is_cancelled else event.dtend > back
    )
    return is_news and event.dtstart < ahead


def render_public(feed: PublicFeed, *, language: str, now: datetime) -> tuple[bytes, datetime]:
    """The calendar and the last change of an event in it. One query, and those of what stands in it besides."""
    entries = [ical.entry_for(event, language=language) for event in within_window(feed.events, now=now)]
    entries += feed.more(language, now) if feed.more is not None else []
    return ical.calendar(entries, name=feed.name, language=language), _newest(entries, now)


# --- Personal --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """An event as a person holds it where that is not what its row says today: ``event`` is made of frozen facts and
    has no relations but its place; ``url`` is the page to read more on.
    """

    event: Event
    url: str


Source = Callable[[Person], QuerySet[Event] | list[Held] | None]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Add events that a person is in without a registration; None if this person is in none for sure."""
    _sources.append(source)


def person_of(token: FeedToken) -> Person | None:
    """Whose calendar ``token`` opens, or None where it opens none any more: the account is closed, the place is gone.

    A guest's address dies with the registration it was made for (16.9).
    """
    if token.user is not None:
        user = token.user
        return Person(user, None, user.language, user.tzid) if user.is_active else None
    registration = token.registration
    if registration is None or registration.state not in PARTSTAT or not registration.email_key:
        return None
    return Person(None, registration.email_key, registration.language, registration.tzid)


def registrations_of(person: Person) -> QuerySet[Registration]:
    """All registrations of one person that stand in their calendar."""
    whose = {"user": person.user} if person.user is not None else {"email_key": person.email_key}
    return Registration.objects.filter(state__in=PARTSTAT, **whose)


def render_personal(token: FeedToken, person: Person, *, now: datetime) -> tuple[bytes, datetime]:
    """The calendar of ``person`` for one device, in their language and zone. Two queries, however many events, and
    two for seats if any takes place in both ways; sources of what is held otherwise ask on their own."""
    held = {registration.event_id: registration for registration in registrations_of(person)}
    mine = Event.objects.published()
    wanted = Q(pk__in=held)
    frozen: dict[int, Held] = {}
    for source in _sources:
        events = source(person)
        if isinstance(events, QuerySet):
            wanted |= Q(Exists(events.filter(pk=OuterRef("pk"))))
        elif events is not None:
            frozen |= {one.event.pk: one for one in events if is_within(one.event, now=now)}
    rows = [event for event in within_window(mine.filter(wanted), now=now) if event.pk not in frozen]
    shown = sorted([*rows, *(one.event for one in frozen.values())], key=lambda event: (event.dtstart, event.pk))
    both_ways = {event.pk for event in shown if event.event_attendance_mode == Event.AttendanceMode.MIXED}
    prefetch_related_objects([held[pk] for pk in both_ways & held.keys()], "seats__pool")
    pages = {pk: one.url for pk, one in frozen.items()}
    entries = [
        _personal_entry(event, held.get(event.pk), person=person, alarm=token.alarm, url=pages.get(event.pk, ""))
        for event in shown
    ]
    with translation.override(person.language):
        name = _("Torino–Nagoya: my calendar")
    return ical.calendar(entries, name=name, language=person.language), _newest(entries, token.created_at)


def _personal_entry(
    event: Event, registration: Registration | None, *, person: Person, alarm: int | None, url: str
) -> ical.Entry:
    """An event as this person has it: PARTSTAT by their state, SEQUENCE as high as in the last mail to them (7.2).

    A feed carries no ATTENDEE (7.4). Calendars therefore show an uncertain place as a tentative entry, and the words
    say so; what the place was when follows it in DTSTAMP, which has to move when the entry does.
    """
    mode = mode_of(registration, event.event_attendance_mode) if registration is not None else ""
    note = way_in(event, registration, mode=mode, language=person.language)
    entry = ical.entry_for(event, language=person.language, tzid=person.tzid, mode=mode, note=note, url=url)
    if registration is None:
        return replace(entry, alarm=_alarm(event, alarm))
    partstat = PARTSTAT[registration.state]
    moments = [entry.last_modified, registration.joined_at, registration.confirmed_at]
    changed = max(moment for moment in moments if moment is not None)
    entry = replace(
        entry,
        sequence=max(event.sequence, registration.last_sequence or 0),
        partstat=partstat,
        stamp=changed,
        last_modified=changed,
    )
    if partstat == "ACCEPTED":
        return replace(entry, alarm=_alarm(event, alarm))
    with translation.override(person.language):
        notice = _("Your place is not certain yet: your registration page says more.")
    status = entry.status if event.is_cancelled else Event.Status.TENTATIVE
    return replace(entry, status=status, description=f"{notice}\n\n{entry.description}")


def way_in(event: Event, registration: Registration | None, *, mode: str, language: str) -> str:
    """How somebody confirmed takes part online, for a calendar that is made again and again; "" for the others.

    No token: of those in letters only digests are kept (16.2), and a new one each time would change the bytes (7.4).
    Whoever has an account finds the own page there; a guest has it in our letters.
    """
    if registration is None or registration.state != Registration.State.CONFIRMED:
        return ""
    if event.is_cancelled or mode == Event.AttendanceMode.OFFLINE:
        return ""
    with translation.override(language):
        if registration.user_id is not None:
            return ical.way_in(settings.SITE_URL + reverse("my"))
        return _("The link to take part online is in our messages about your registration.")


def _alarm(event: Event, minutes: int | None) -> int | None:
    return None if event.is_cancelled else minutes


def _newest(entries: Iterable[ical.Entry], otherwise: datetime) -> datetime:
    return max((entry.last_modified for entry in entries), default=otherwise)
