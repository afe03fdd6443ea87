"""What of the programme goes into staff's connected calendars (events spec 9)."""

from django.db.models import Q, QuerySet

from events.models import Event, RemoteCalendar


def webinars(calendar: RemoteCalendar) -> QuerySet[Event] | None:
    if calendar.scope != RemoteCalendar.Scope.WEBINARS:
        return None
    return Event.objects.filter(webinar__isnull=False)


def visits_of_owner(calendar: RemoteCalendar) -> QuerySet[Event] | None:
    """The items of the visits that the owner leads, deputises in or accompanies, as they stand today."""
    if calendar.scope != RemoteCalendar.Scope.MINE:
        return None
    visit = "agenda_item__day__visit"
    team = Q()
    for post in ("lead", "deputy", "partner_lead"):
        team |= Q(**{f"{visit}__{post}": calendar.owner_id})
    return Event.objects.filter(team)
