"""Who is who of a visit, for its delegates and the team: in protocol order, with readings (spec section 3)."""

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.models import Event
from programme.models import AgendaItem, StudyVisit
from programme.views.visits import hosts_of


@never_cache
@require_safe
def visit_people(request, slug):
    """For everybody else the page does not exist."""
    found = (
        StudyVisit.objects.with_agenda_for(request.user)
        .filter(slug=slug)
        .select_related("host_city", "guest_city", "lead", "deputy", "partner_lead")
        .first()
    )
    if found is None:
        return render(request, "programme/agenda_unknown.html", status=404)
    is_staff = request.user.has_perm("programme.view_studyvisit")
    items = AgendaItem.objects.all() if is_staff else AgendaItem.objects.released()
    items = (
        items.filter(day__visit=found)
        .exclude(event__status=Event.Status.CANCELLED)
        .prefetch_related("hosts__person__organisation")
        .order_by("event__dtstart", "pk")
    )
    delegates = found.delegates.coming().select_related("person__organisation", "track").in_protocol_order()
    team = [person for person in (found.lead, found.deputy, found.partner_lead) if person is not None]
    context = {"visit": found, "delegates": delegates, "hosts": hosts_of(items), "team": team}
    return render(request, "programme/visit_people.html", context)
