"""Study visits: what everybody may read, and the agenda that delegates carry with them."""

from collections import Counter

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecosystem.geography import centres
from ecosystem.models import Organisation
from iurc_portal.clock import ROME
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import written
from programme.models import AgendaItem, Delegate, HostConfirmation, StudyVisit
from programme.schedule import days_of, now_and_next, recent_changes
from programme.services.reports import public_report

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
    items = list(
        AgendaItem.objects.public()
        .filter(day__visit=found)
        .select_related("day", "event__place", "organisation__city")
        .order_by("event__dtstart", "pk")
    )
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
        "delegation_size": sum(roles.values()) or found.expected_size,
        "report": public_report(found),
        "may_read_agenda": StudyVisit.objects.with_agenda_for(request.user).filter(pk=found.pk).exists(),
    }
    return render(request, "programme/visit.html", context)


@never_cache
@require_safe
def visit_agenda(request, slug):
    """The agenda of a delegation, for its members and for staff; for everybody else it does not exist."""
    found = (
        StudyVisit.objects.with_agenda_for(request.user)
        .filter(slug=slug)
        .select_related("host_city", "guest_city", "lead")
        .first()
    )
    if found is None:
        return render(request, "programme/agenda_unknown.html", status=404)
    now = timezone.now()
    is_staff = request.user.has_perm("programme.view_studyvisit")
    items = (
        AgendaItem.objects.filter(day__visit=found)
        if is_staff
        else AgendaItem.objects.released().filter(day__visit=found)
    )
    items = list(
        items.select_related("day", "event__place", "organisation")
        .prefetch_related("hosts__person")
        .order_by("event__dtstart", "pk")
    )
    changes = recent_changes(items, now=now) if found.is_released else {}
    days = days_of(found, items, changes=changes)
    current, coming = now_and_next(days, now=now)
    context = {
        "visit": found,
        "days": days,
        "today": now.astimezone(days[0].slots[0].host.start.tzinfo).date() if days else None,
        "current": current,
        "coming": coming,
        "changed": [slot for day in days for slot in day.slots if slot.changed_at],
        "delegates": found.delegates.coming().select_related("person__organisation").in_protocol_order(),
        "hosts": hosts_of(items),
        "is_staff": is_staff,
    }
    return render(request, "programme/visit_agenda.html", context)


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


def hosts_of(items) -> list[HostConfirmation]:
    """Each person who receives the delegation, once, in the order of the agenda; those who declined are left out."""
    hosts = {}
    for item in items:
        for host in item.hosts.all():
            if host.answer != HostConfirmation.Answer.DECLINED:
                hosts.setdefault(host.person_id, host)
    return list(hosts.values())
