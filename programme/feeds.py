"""What of visits stands in a person's own calendar: the items of the last release, in own groups (7.2, P13).

And the calendars for everybody of what the programme's pages list: visits, webinars, strands, milestones.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from events import ical
from events.feeds import Held as HeldEvent
from events.feeds import Kind, Person, PublicFeed, name_with, register_kind, window
from events.models import Event
from iurc_portal.clock import ROME, day_start
from iurc_portal.translation.languages import best_text
from programme.models import AgendaVersion, Delegate, Edition, Exchange, InterpreterAssignment, Milestone, StudyVisit
from programme.models.delegations import HostConfirmation
from programme.models.visits import StudyVisitQuerySet
from programme.versions.held import Held, read

CALLED_OFF = ("postponed", "cancelled")


def visits_of(person: Person) -> list[HeldEvent] | None:
    """Items of the visits that ``person`` is a delegate of, and those at which they receive or interpret, as released.

    Delegates, hosts and interpreters are known by their account; guests without one are in no visit. Of a visit that
    is called off everything stands as cancelled until calendars have noticed.
    """
    known = getattr(person.user, "person", None) if person.user is not None else None
    if known is None:
        return None
    coming = Delegate.objects.filter(person=known).exclude(reply="declined")
    hosting = HostConfirmation.objects.filter(person=known).exclude(answer="declined")
    interpreting = InterpreterAssignment.objects.filter(interpreter=known)
    visits = StudyVisit.objects.filter(
        Q(pk__in=coming.values("visit"))
        | Q(pk__in=hosting.values("item__day__visit"))
        | Q(pk__in=interpreting.values("item__day__visit")),
        state__in=(*StudyVisitQuerySet.RELEASED_STATES, *CALLED_OFF),
    )
    versions = AgendaVersion.objects.select_related("visit__host_city").last_of(visits).values()
    found = [(held, event) for held in read(versions) for event in _events(held, known.pk)]
    _cancel([event for held, event in found if held.version.visit.state in CALLED_OFF])
    with translation.override(person.language):
        return [HeldEvent(event, settings.SITE_URL + _page(held, known.pk)) for held, event in found]


def _events(held: Held, person: int) -> Iterable[Event]:
    return (item.event for item in held.of_person(person))


def _cancel(events: list[Event]) -> None:
    """Show ``events`` as off, with the number and the moment of their rows."""
    rows = Event.objects.in_bulk([event.pk for event in events]) if events else {}
    for event in events:
        row = rows.get(event.pk)
        event.status = Event.Status.CANCELLED
        if row is not None:
            event.sequence = max(event.sequence, row.sequence)
            event.last_modified = row.last_modified
            event.cancelled_at = row.cancelled_at or row.last_modified


def _page(held: Held, person: int) -> str:
    """The agenda for who is in the delegation, the visit's own page for hosts."""
    visit = held.version.visit
    is_guest = any(one["person"] == person for one in held.version.snapshot["people"])
    return reverse("programme:visit_agenda", args=[visit.slug]) if is_guest else visit.get_absolute_url()


# --- For everybody ---------------------------------------------------------------------------------------------------

VISITS, PROGRAMME, WEBINARS, EXCHANGE = "study-visits", "programme", "webinars", "exchange-"
NO_DAY_KNOWN = date(2020, 1, 1)  # a milestone has no last change: the day of its sources stands for it


def register_calendars() -> None:
    shows = (
        "programme.studyvisit",
        "programme.milestone",
        "programme.edition",
        "programme.exchange",
        "programme.webinar",
    )
    register_kind(Kind(_called, _every), shows=shows)


def _called(slug: str) -> PublicFeed | None:
    if slug in _BY_SLUG:
        return _BY_SLUG[slug]()
    if slug.startswith(EXCHANGE):
        exchange = Exchange.objects.public().filter(slug=slug.removeprefix(EXCHANGE)).first()
        return of_exchange(exchange) if exchange else None
    return None


def _every(now: datetime) -> list[PublicFeed]:
    exchanges = Exchange.objects.filter(state__in=["planned", "active"]).order_by("slug")
    return [_of_programme(), _of_visits(), *map(of_exchange, exchanges)]


def _webinars() -> QuerySet[Event]:
    return Event.objects.listed().filter(webinar__isnull=False)


def _of_webinars() -> PublicFeed:
    """What stands on the page of webinars; where there is a track of that name, its calendar comes first."""
    return PublicFeed(WEBINARS, name_with(_("webinars")), _webinars())


def _of_visits() -> PublicFeed:
    visits = StudyVisit.objects.all()
    return PublicFeed(VISITS, name_with(_("study visits")), Event.objects.none(), more=_entries_of(visits))


def _of_programme() -> PublicFeed:
    """Webinars, visits and the milestones of the edition that runs."""
    visits = _entries_of(StudyVisit.objects.all())

    def more(language: str, now: datetime) -> list[ical.Entry]:
        return [*visits(language, now), *_milestones(language, now)]

    return PublicFeed(PROGRAMME, name_with(_("programme")), _webinars(), more=more)


def of_exchange(exchange: Exchange) -> PublicFeed:
    events = Event.objects.listed().filter(webinar__exchange=exchange)
    visits = StudyVisit.objects.filter(exchange=exchange)
    return PublicFeed(EXCHANGE + exchange.slug, name_with(exchange), events, exchange, _entries_of(visits))


_BY_SLUG = {WEBINARS: _of_webinars, VISITS: _of_visits, PROGRAMME: _of_programme}


def _entries_of(visits: QuerySet[StudyVisit]) -> Callable[[str, datetime], list[ical.Entry]]:
    """Public visits with their days; what is called off stays for ninety days, as an event does (7.5)."""

    def more(language: str, now: datetime) -> list[ical.Entry]:
        back, ahead = window(now)
        off = Q(state__in=CALLED_OFF, updated_at__gt=back)
        known = visits.public().filter(last_day__gte=back.date(), first_day__lt=ahead.date())
        rows = known.filter(off | ~Q(state__in=CALLED_OFF)).select_related("host_city").order_by("first_day", "pk")
        return [_visit(row, language) for row in rows]

    return more


def _visit(visit: StudyVisit, language: str) -> ical.Entry:
    return ical.day_entry(
        uid=f"visit-{visit.pk}@{settings.ICS_DOMAIN}",
        first=visit.first_day,
        last=visit.last_day,
        tzid=visit.host_city.tzid,
        summary=best_text(visit, "title", language),
        text=best_text(visit, "public_summary", language)[0],
        url=settings.SITE_URL + visit.get_absolute_url(),
        language=language,
        changed=visit.updated_at,
        location=best_text(visit.host_city, "name", language)[0],
        is_cancelled=visit.state in CALLED_OFF,
        is_free=False,
    )


def _milestones(language: str, now: datetime) -> list[ical.Entry]:
    edition, (back, ahead) = Edition.objects.current(), window(now)
    if edition is None:
        return []
    rows = edition.milestones.filter(due_on__gte=back.date(), due_on__lt=ahead.date())
    return [_milestone(row, language) for row in rows]


def _milestone(milestone: Milestone, language: str) -> ical.Entry:
    return ical.day_entry(
        uid=f"milestone-{milestone.pk}@{settings.ICS_DOMAIN}",
        first=milestone.due_on,
        last=milestone.due_on,
        tzid=ROME.key,
        summary=best_text(milestone, "title", language),
        text="",
        url=settings.SITE_URL + reverse("programme:progress"),
        language=language,
        changed=day_start(milestone.as_of or NO_DAY_KNOWN, ROME.key),
    )
