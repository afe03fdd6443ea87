"""The agenda that a delegation carries through the day: what people hold, offline too, delays, who was there."""

import json
from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ecosystem.emergency import numbers_of
from ecosystem.models import Person
from iurc_portal.clock import day_start
from programme.day_forms import AttendanceForm, DelayForm
from programme.models import AgendaItem, Attendance, Delegate, HostConfirmation, StudyVisit
from programme.schedule import days_of, now_and_next
from programme.services import day as of_day
from programme.services.readiness import today_in
from programme.versions.difference import difference
from programme.versions.freezing import freeze
from programme.versions.held import Held

KEPT_AFTER = 2  # days after the visit's last until phones forget their copy (programme spec 3)
STYLES = ("portal/portal.css", "vendor/bootstrap-italia/bootstrap-italia-subset.min.css")
SCRIPTS = ("portal/portal.js", "portal/agenda.js")
FONTS = tuple(f"vendor/titillium-web/titillium-web-latin-{weight}-normal.woff2" for weight in (400, 600, 700))


@never_cache
@require_safe
def visit_agenda(request, slug):
    """The released agenda, for its delegation (own groups) and for staff, who may also look at the working copy."""
    found = _visit(request, slug)
    if found is None:
        return render(request, "programme/agenda_unknown.html", status=404)
    now = timezone.now()
    is_staff = request.user.has_perm("programme.view_studyvisit")
    held = of_day.last_held(found)
    working = is_staff and (held is None or "working" in request.GET)
    person = getattr(request.user, "person", None)
    items, changes = working_copy(found, held) if working else _released(found, held, None if is_staff else person)
    context = agenda_context(found, items, changes, held=held, working=working, now=now)
    team = is_staff and StudyVisit.objects.editable_by(request.user).filter(pk=found.pk).exists()
    todays = [slot for day in context["days"] if day.date == context["today"] for slot in day.slots]
    context |= {
        "is_staff": is_staff,
        "delay_form": DelayForm(slots=_to_come(todays, now))
        if team and not working and _to_come(todays, now)
        else None,
        "may_tick": held is not None and of_day.may_tick(request.user, found),
        "kept_until": kept_until(found) if not working else None,
    }
    return render(request, "programme/visit_agenda.html", context)


def agenda_context(visit: StudyVisit, items, changes, *, held: Held | None, working: bool, now: datetime) -> dict:
    """What the page of an agenda shows to whoever reads ``items``; what only the team may do is left out."""
    late = of_day.minutes_late(visit, items, now=now) if not working else {}
    days = days_of(visit, items, changes=changes, late=late)
    current, coming = now_and_next(days, now=now)
    today = today_in(visit, now)
    todays = [slot for day in days if day.date == today for slot in day.slots]
    of_country, of_city = numbers_of(visit.host_city)
    return {
        "of_country": of_country,
        "of_city": of_city,
        "visit": visit,
        "version": held.version if held else None,
        "working": working,
        "days": days,
        "today": today,
        "now": now,
        "current": current,
        "coming": coming,
        "late": next((slot for slot in todays if slot.late and slot.end > now), None),
        "changed": [slot for day in days for slot in day.slots if slot.is_changed],
        "has_groups": any(item.groups for item in items),
        "delegates": visit.delegates.coming().select_related("person__organisation").in_protocol_order(),
        "hosts": receivers_of(items),
    }


@never_cache
@require_safe
def agenda_worker(request, slug):
    """What keeps the page of one agenda readable without a network; it answers for that page alone."""
    found = _visit(request, slug)
    until = kept_until(found) if found is not None else None
    if found is None or until is None:
        raise Http404
    files = [*STYLES, *SCRIPTS, *(FONTS if get_language() != "ja" else ())]
    facts = {
        "page": reverse("programme:visit_agenda", args=[found.slug]),
        "name": f"agenda-{found.pk}-{get_language()}",
        "until": int(until.timestamp() * 1000),
        "files": [static(name) for name in files],
    }
    script = render_to_string("programme/agenda_worker.js", {"facts": json.dumps(facts)})
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, private=True)
    return response


@require_POST
def visit_delay(request, slug):
    """The team says how late the day runs."""
    found = _visit(request, slug)
    if found is None:
        raise Http404
    if not StudyVisit.objects.editable_by(request.user).filter(pk=found.pk).exists():
        raise PermissionDenied
    now, held = timezone.now(), of_day.last_held(found)
    today = [item for item in held.items if item.day.date == today_in(found, now)] if held else []
    form = DelayForm(request.POST, slots=[slot for day in days_of(found, today) for slot in day.slots])
    if form.is_valid():
        try:
            of_day.note_delay(found, now=now, by=request.user, **form.cleaned_data)
            messages.success(request, _("Written down. The hosts whom it concerns are told."))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
    else:
        messages.error(request, " ".join(text for errors in form.errors.values() for text in errors))
    return redirect("programme:visit_agenda", found.slug)


@never_cache
def visit_attendance(request, slug):
    """The tick list of who was there, for the team and the head of the delegation."""
    found = _visit(request, slug)
    if found is None or not of_day.may_tick(request.user, found):
        return render(request, "programme/agenda_unknown.html", status=404)
    now, held = timezone.now(), of_day.last_held(found)
    if request.method == "POST":
        return _tick(request, found, now=now)
    items = [item for item in held.items if not item.event.is_cancelled] if held else []
    delegates = list(found.delegates.exclude(reply=Delegate.Reply.DECLINED).select_related("person__organisation"))
    ticked: dict[int, dict[int, str]] = {}
    for item, delegate, state in Attendance.objects.filter(item__day__visit=found).values_list(
        "item", "delegate", "state"
    ):
        ticked.setdefault(item, {})[delegate] = state
    begun = [item for item in items if item.event.dtstart <= now]
    forms = {
        item.pk: AttendanceForm(
            item=item.pk,
            delegates=of_day.expected_at(held, item, delegates) if held else [],
            states=ticked.get(item.pk, {}),
        )
        for item in begun
    }
    context = {
        "visit": found,
        "days": [(day, [(slot, forms[slot.item.pk]) for slot in day.slots]) for day in days_of(found, begun)][::-1],
        "today": today_in(found, now),
        "coming": [slot for day in days_of(found, items) for slot in day.slots if slot.item.pk not in forms],
    }
    return render(request, "programme/visit_attendance.html", context)


def _tick(request, visit, *, now):
    """Write one item's list down and say how it stands, or why not."""
    form = AttendanceForm(request.POST)
    page = reverse("programme:visit_attendance", args=[visit.slug])
    try:
        counts = of_day.note_attendance(visit, item=form.item, states=form.states, now=now, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(page)
    total = {"n": counts["present"] + counts["part"]}
    messages.success(request, _("Saved. Present, at least for a part: %(n)s.") % total)
    return redirect(f"{page}#item-{form.item}")


def kept_until(visit: StudyVisit) -> datetime | None:
    """Until when phones may keep their copy; None where they keep none: the visit has no dates, or it is off."""
    if visit.last_day is None or not visit.is_released:
        return None
    return day_start(visit.last_day + timedelta(days=KEPT_AFTER + 1), visit.host_city.tzid)


def _visit(request, slug) -> StudyVisit | None:
    readable = StudyVisit.objects.with_agenda_for(request.user).filter(slug=slug)
    return readable.select_related("host_city", "guest_city", "lead").first()


def _released(visit: StudyVisit, held: Held | None, person: Person | None):
    """The items that people hold, those of ``person`` alone if one is given, and what the last release changed."""
    if held is None or not visit.is_released:
        return [], {}
    former = visit.versions.filter(number=held.version.number - 1).first()
    changes = difference(former.snapshot["items"], held.version.snapshot["items"]) if former else []
    return list(_own(visit, held, person)), {change.item["pk"]: change for change in changes}


def _own(visit: StudyVisit, held: Held, person: Person | None) -> tuple[AgendaItem, ...]:
    """Whoever came to the delegation after the release reads what their group reads."""
    if person is None:
        return held.items
    if any(one["person"] == person.pk for one in held.version.snapshot["people"]):
        return held.of_person(person.pk)
    return held.in_track(visit.delegates.filter(person=person).values_list("track", flat=True).first())


def working_copy(visit: StudyVisit, held: Held | None):
    """The working copy, and how it differs from what people hold."""
    items = list(
        AgendaItem.objects.filter(day__visit=visit)
        .select_related("day", "event__place", "organisation")
        .prefetch_related("hosts__person__organisation", "tracks")
        .order_by("event__dtstart", "pk")
    )
    for item in items:
        item.receivers = [host.person for host in item.hosts.all() if host.answer != HostConfirmation.Answer.DECLINED]
        item.groups = list(item.tracks.all())
    if held is None:
        return items, {}
    changes = difference(held.version.snapshot["items"], freeze(visit, held=held.version.snapshot)["items"])
    return items, {change.item["pk"]: change for change in changes}


def receivers_of(items) -> list[Person]:
    """Each person who receives the delegation at ``items``, once, in the order of the agenda."""
    return list({host.pk: host for item in items for host in item.receivers}.values())


def _to_come(slots, now):
    return [slot for slot in slots if not slot.is_cancelled and slot.event.dtend > now]
