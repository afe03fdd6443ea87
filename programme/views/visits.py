"""Study visits: what everybody may read."""

from collections import Counter

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ecosystem.geography import centres
from ecosystem.models import Organisation
from iurc_portal.clock import ROME
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import written
from programme.came_of_it import of_visit
from programme.models import Delegate, StudyVisit
from programme.schedule import days_of
from programme.services.day import last_held
from programme.services.people_counts import guests_kept
from programme.services.visit_reports import public_report

PER_PAGE = 24


@require_safe
@kept_for_visitors(seconds=60)
def visits(request):
    """Coming visits first, then those that were."""
    today = timezone.now().astimezone(ROME).date()
    public = StudyVisit.objects.public().select_related("host_city", "guest_city", "exchange")
    coming = list(public.coming(today=today)[:50])
    former = public.exclude(pk__in=[visit.pk for visit in coming])
    page = Paginator(former, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "programme/visits.html", {"coming": coming, "page": page})


@require_safe
@kept_for_visitors(seconds=60)
def visit(request, slug):
    """The public page: aims, days, places, outcomes, the delegation in numbers. Staff see it before it is public."""
    found = get_object_or_404(
        StudyVisit.objects.visible_to(request.user).select_related("host_city", "guest_city", "exchange"), slug=slug
    )
    held = last_held(found) if found.is_released else None
    items = [item for item in held.items if item.is_public] if held else []
    roles = Counter(found.delegates.exclude(reply=Delegate.Reply.DECLINED).values_list("role", flat=True))
    seen = [item for item in items if not item.event.is_cancelled]
    places = list({item.event.place_id: item.event.place for item in seen if item.event.place_id}.values())
    receivers = list({item.organisation_id: item.organisation for item in seen if item.organisation_id}.values())
    context = {
        "visit": found,
        **written(found, "public_summary", "title"),
        "days": days_of(found, items),
        "places": places,
        "points": points_of(places),
        "cities": centres([found.host_city]),
        "receivers": [
            organisation for organisation in receivers if organisation.state == Organisation.State.PUBLISHED
        ],
        "delegation": [Delegate.Role(role).counted(roles[role]) for role in Delegate.Role if roles[role]],
        "delegation_size": sum(roles.values()) or guests_kept(found) or found.expected_size,
        "report": public_report(found),
        "came_of_it": of_visit(found),
        "may_read_agenda": StudyVisit.objects.with_agenda_for(request.user).filter(pk=found.pk).exists(),
    }
    return render(request, "programme/visit.html", context)


def points_of(places) -> list[dict]:
    """The places that have a point, numbered as in the list beside the map; each leads to its line there."""
    return [
        {
            "number": number,
            "name": str(place),
            "url": f"#place-{place.pk}",
            "latitude": float(place.latitude),
            "longitude": float(place.longitude),
            "approximate": place.is_approximate,
        }
        for number, place in enumerate(places, start=1)
        if place.has_point
    ]
