"""Who is who of a visit, for its delegates and the team: in protocol order, with readings (spec section 3)."""

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from programme.models import StudyVisit
from programme.services.day import last_held
from programme.views.agenda import receivers_of, working_copy


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
    held = last_held(found)
    items = held.items if held else working_copy(found, None)[0] if is_staff else ()
    hosts = receivers_of(item for item in items if not item.event.is_cancelled)
    delegates = found.delegates.coming().select_related("person__organisation", "track").in_protocol_order()
    team = [person for person in (found.lead, found.deputy, found.partner_lead) if person is not None]
    context = {"visit": found, "delegates": delegates, "hosts": hosts, "team": team}
    return render(request, "programme/visit_people.html", context)
