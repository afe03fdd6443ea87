"""What of a visit stands in a person's own calendar: the items of its agenda, meals and transfers included (7.2)."""

from django.db.models import Q, QuerySet

from events.feeds import Person
from events.models import Event
from programme.models import AgendaItem, StudyVisit
from programme.models.delegations import HostConfirmation


def visits_of(person: Person) -> QuerySet[Event] | None:
    """Released items of the visits that ``person`` is a delegate of, and those at which they receive the others.

    Delegates and hosts are known by their account; guests without one are in no visit.
    """
    if person.user is None:
        return None
    visits = StudyVisit.objects.with_delegate(person.user)
    hosting = HostConfirmation.objects.filter(person__user=person.user).exclude(answer="declined")
    items = AgendaItem.objects.released().filter(Q(day__visit__in=visits) | Q(pk__in=hosting.values("item")))
    return Event.objects.filter(agenda_item__in=items)
