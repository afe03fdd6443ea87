"""What of visits stands in a person's own calendar: the items of the last release, in own groups (7.2, P13)."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from events.feeds import Held as HeldEvent
from events.feeds import Person
from events.models import Event
from programme.models import AgendaVersion, Delegate, InterpreterAssignment, StudyVisit
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
