"""The staff's month, and moving an event from it: first what would follow is said, then one button does it (17)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from events import owners, staff_month
from events.day_notes import notes_on
from events.models import Event
from events.services.moving import consequences_of, move_event
from events.services.notices import quiet
from events.staff_calendar import conflicts_of
from events.when import When
from iurc_portal.clock import ZONES, PartnerSide, WallClockError, after, day_bounds, resolve_wall_clock
from iurc_portal.staff.calendar import Asked, kinds_for, marks_of
from iurc_portal.staff.times import DayField, FoldField, HourField, answered_fold
from iurc_portal.translation import times

FARTHEST = 400  # days that a drag can go


class CalendarPages:
    """For the admin of events: the month of everything, and the page that moves one event."""

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("calendar/", view(self.calendar_view), name="events_calendar"),
            path("calendar/<int:pk>/move/", view(self.move_view), name="events_calendar_move"),
        ]
        return [*own, *super().get_urls()]

    def calendar_view(self, request):
        return calendar_page(request, self)

    def move_view(self, request, pk):
        return move_page(request, self, pk)


@require_safe
def calendar_page(request, model_admin):
    """A month or a week under filters. What cannot be read in the address is said, and the usual is shown."""
    if not request.user.has_perm("events.view_event"):
        raise PermissionDenied
    now = timezone.now()
    zone = ZONES[PartnerSide(request.user.side or PartnerSide.TORINO)]
    today = now.astimezone(zone).date()
    day, understood = _day(request.GET.get("day", ""), today)
    view = request.GET.get("view", "")
    view = view if view in staff_month.VIEWS else staff_month.MONTH
    dates = staff_month.dates_of(day, view)
    kinds = kinds_for(request.user)
    chosen = [name for name in kinds if name in request.GET.getlist("kind")]
    city = request.GET.get("city", "")
    city = city if city in PartnerSide.values else ""
    mine = request.GET.get("mine") == "1"
    marks = [
        mark
        for mark in marks_of(Asked(dates[0][0], dates[-1][-1], zone, request.user, now))
        if mark.background or ((not chosen or mark.kind in chosen) and (not mine or mark.is_mine))
        if not city or mark.side in {"", city}
    ]
    if chosen and "closed" not in chosen:
        marks = [mark for mark in marks if mark.kind != "closed"]
    before, following = staff_month.steps(day, view)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Calendar"),
        "opts": model_admin.opts,
        "weeks": staff_month.build(marks, dates, day=day, today=today, view=view),
        "heading": _heading(day, dates, view),
        "view": view,
        "day": day,
        "today": today,
        "before": before,
        "after": following,
        "not_understood": not understood,
        "kinds": [(name, label, name in chosen) for name, label in kinds.items()],
        "cities": [(side.value, side.label, side.value == city) for side in PartnerSide],
        "city": city,
        "mine": mine,
        "conflicts": [mark for mark in marks if mark.conflicts],
        "shown": [mark for mark in marks if not mark.background],
        "whose": PartnerSide(request.user.side or PartnerSide.TORINO).label,
        "request": request,
    }
    return TemplateResponse(request, "admin/events/calendar.html", context)


def _day(text: str, today: date) -> tuple[date, bool]:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else date.fromisoformat(f"{text}-01")
    except ValueError:
        return today, not text
    if not staff_month.FIRST_YEAR <= day.year <= staff_month.LAST_YEAR:
        return today, False
    return day, True


def _heading(day: date, dates: list[list[date]], view: str) -> str:
    return times.date_range(dates[0][0], dates[0][-1]) if view == staff_month.WEEK else times.date_words(day, "month")


class MoveForm(forms.Form):
    """Another day and another hour, on the clocks of the event's own zone; the length stays what it is."""

    date = DayField(label=_("day"))
    starts = HourField(label=_("begins at"))
    fold = FoldField(label=_("which of the two"))

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, **kwargs)
        self.event = event
        if event.all_day:
            del self.fields["starts"]

    @classmethod
    def usual(cls, event: Event, shift: int = 0) -> dict[str, str]:
        """What the event's own times read, so many days on."""
        local = event.dtstart.astimezone(ZoneInfo(event.tzid))
        day = event.when.first_day + timedelta(days=shift)
        return {
            "date": day.isoformat(),
            "starts": f"{local:%H:%M}",
            "fold": "" if shift else answered_fold(local),
        }

    def clean(self):
        data = super().clean()
        if "date" not in data or (not self.event.all_day and "starts" not in data):
            return data
        tzid = self.event.tzid
        if self.event.all_day:
            length = self.event.when.last_day - self.event.when.first_day
            data["times"] = day_bounds(data["date"], data["date"] + length, tzid)
            return data
        try:
            wall = datetime.combine(data["date"], data["starts"])
            start = resolve_wall_clock(wall, tzid, fold=data.get("fold"))
        except WallClockError as error:
            if error.choices:
                self.fields["fold"].offer(error.choices)
                self.asks_fold = True
            self.add_error("starts", error)
        else:
            data["times"] = start, after(start, self.event.length, tzid)
        return data

    asks_fold = False


@require_http_methods(["GET", "HEAD", "POST"])
def move_page(request, model_admin, pk):
    """GET asks where to; POST says what would follow, with ``confirmed`` it does it. Refusals are words."""
    event = Event.objects.filter(pk=pk).select_related("place", *owners.relations()).first()
    if not request.user.has_perm("events.view_event"):
        raise PermissionDenied
    if event is None:
        raise Http404("no such event")
    now = timezone.now()
    back = QueryDict(request.POST.get("back", request.GET.urlencode() if request.method != "POST" else ""))
    form = MoveForm(_typed(request, event), event=event) if request.method == "POST" else None
    context = {"refusals": [], "found": None}
    status = 200
    if form is not None and form.is_valid():
        start, end = form.cleaned_data["times"]
        try:
            if "confirmed" in request.POST:
                return _moved(request, model_admin, event, start, end, back, now=now)
            found = consequences_of(event, start=start, end=end, now=now, by=request.user, conflicts=conflicts_of)
            context["found"] = found
            context |= _told(event, found)
        except ValidationError as refusal:
            context["refusals"], status = refusal.messages, 409
    elif form is not None:
        status = 422
    context |= {
        **model_admin.admin_site.each_context(request),
        "title": _("Move “%(event)s”") % {"event": event},
        "opts": model_admin.opts,
        "event": event,
        "owner_page": owners.staff_page(event),
        "lines": event.when.short_lines((get_language() or "it")[:2]),
        "form": form or MoveForm(initial=MoveForm.usual(event), event=event),
        "city": event.when.city,
        "back": back.urlencode(),
        "back_address": _back_to(back),
    }
    return TemplateResponse(request, "admin/events/calendar_move.html", context, status=status)


def _typed(request, event: Event) -> dict[str, str]:
    """What was typed, or what a drag means: so many days on, at the same hour of the event's own clocks."""
    shift = request.POST.get("shift", "")
    if shift.lstrip("-").isdecimal() and len(shift) < 6 and abs(int(shift)) <= FARTHEST:
        return MoveForm.usual(event, int(shift))
    return request.POST


def _told(event: Event, found) -> dict:
    language = (get_language() or "it")[:2]
    when = When(found.start, found.end, event.tzid, event.all_day)
    local = found.start.astimezone(ZoneInfo(event.tzid))
    owned = owners.owner_of(event)
    return {
        "new_lines": when.short_lines(language),
        "minutes": int(quiet().total_seconds() // 60),
        "notes": notes_on(local.date(), None if event.all_day else local.time(), event.tzid),
        "owner_notes": owned[0].notes(owned[1]) if owned and owned[0].notes else [],
    }


def _moved(request, model_admin, event: Event, start, end, back: QueryDict, *, now) -> HttpResponseRedirect:
    from events.admin.notices import say_who_will_be_told

    moved = move_event(event, start=start, end=end, now=now, by=request.user)
    words = _("“%(event)s” is now at another time: %(when)s.")
    lines = " · ".join(moved.when.short_lines((get_language() or "it")[:2]))
    model_admin.message_user(request, words % {"event": moved, "when": lines}, messages.SUCCESS)
    say_who_will_be_told(model_admin, request, moved)
    return HttpResponseRedirect(_back_to(back))


def _back_to(back: QueryDict) -> str:
    address = reverse("admin:events_calendar")
    return f"{address}?{back.urlencode()}" if back else address
