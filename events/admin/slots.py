"""The staff's page that finds a time for both cities, and the way from a slot to an event (12.16)."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from unfold.widgets import UnfoldAdminSelectWidget

from ecosystem.closures import SATURDAY, Closures
from events import owners
from events.admin.day_notes import day_notes
from events.slots import MOST_DAYS, OFFICE, Slot, best_first, find_slots
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.staff.times import DayField, HourField
from iurc_portal.translation import times

PER_PAGE = 40
LENGTHS = (30, 45, 60, 90, 120, 150, 180, 240)
STRETCHES = (0, 60, 120, 180, 240)  # minutes that a side may come early or stay late
NOBODY_GIVES_MORE = timedelta(hours=3)  # what is proposed unasked where no start is common
FORTNIGHT = timedelta(days=13)


def length_words(minutes: int) -> str:
    """``1 h 30 min``, as Italian, English and Japanese agendas write it."""
    hours, rest = divmod(minutes, 60)
    parts = [_("%(n)s h") % {"n": hours}] if hours else []
    return " ".join([*parts, _("%(n)s min") % {"n": rest}] if rest or not hours else parts)


class SlotForm(forms.Form):
    """What is asked for. Without an answer each question has the usual one, so the page opens with slots on it."""

    first = DayField(label=_("from"))
    last = DayField(label=_("to"))
    length = forms.TypedChoiceField(label=_("length"), coerce=int, widget=UnfoldAdminSelectWidget())
    stretch = forms.TypedChoiceField(
        label=_("outside the office hours, at most"), coerce=int, widget=UnfoldAdminSelectWidget()
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["length"].choices = [(minutes, length_words(minutes)) for minutes in LENGTHS]
        self.fields["stretch"].choices = [
            (minutes, length_words(minutes) if minutes else _("not at all")) for minutes in STRETCHES
        ]
        for side in PartnerSide:
            for end, words in (("opens", _("%(city)s works from")), ("closes", _("%(city)s works until"))):
                self.fields[f"{side.value}_{end}"] = HourField(label=words % {"city": side.label})

    @staticmethod
    def usual(today: date) -> dict[str, str]:
        hours = {
            f"{side.value}_{end}": f"{hour:%H:%M}"
            for side in PartnerSide
            for end, hour in zip(("opens", "closes"), OFFICE, strict=True)
        }
        first = today + timedelta(days=1)
        return {
            "first": first.isoformat(),
            "last": (first + FORTNIGHT).isoformat(),
            "length": "60",
            "stretch": "0",
        } | hours

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last"):
            if data["last"] < data["first"]:
                words = _("The last day is before the first: set a later last day.")
                self.add_error("last", ValidationError(words, code="order"))
            elif (data["last"] - data["first"]).days >= MOST_DAYS:
                words = _("Ask for %(n)s days at most.")
                self.add_error("last", ValidationError(words, code="long", params={"n": MOST_DAYS}))
        for side in PartnerSide:
            opens, closes = data.get(f"{side.value}_opens"), data.get(f"{side.value}_closes")
            if opens is not None and closes is not None and closes <= opens:
                words = _("The office closes before it opens: set a later hour.")
                self.add_error(f"{side.value}_closes", ValidationError(words, code="order"))
        return data

    @property
    def offices(self) -> dict[PartnerSide, tuple[time, time]]:
        data = self.cleaned_data
        return {side: (data[f"{side.value}_opens"], data[f"{side.value}_closes"]) for side in PartnerSide}


def slot_of(query) -> dict:
    """What the form of a new event begins with, from the address of a slot (``_ways``); nonsense is left out."""
    found = {"anchor": query["anchor"]} if query.get("anchor") in {zone.key for zone in ZONES.values()} else {}
    try:
        day = date.fromisoformat(query.get("date", ""))
        starts, ends = (time.fromisoformat(query.get(name, "")) for name in ("starts", "ends"))
    except ValueError:
        return found
    last = day + timedelta(days=1) if query.get("ends_next_day") else day
    return found | {"starts": datetime.combine(day, starts), "ends": datetime.combine(last, ends)}


class StaffPages:
    """For the admin of events: the slot finder, and what is told of a day while it is typed."""

    def get_urls(self):
        own = [
            path("slots/", self.admin_site.admin_view(self.slots_view), name="events_slots"),
            path("day-notes/", self.admin_site.admin_view(day_notes), name="events_day_notes"),
        ]
        return [*own, *super().get_urls()]

    def slots_view(self, request):
        return slots_page(request, self)


@require_safe
def slots_page(request, model_admin):
    """GET alone: a search that changes nothing. A question that cannot be answered comes back with its reason."""
    if not request.user.has_perm("events.view_event"):
        raise PermissionDenied
    side = PartnerSide(request.user.side or PartnerSide.TORINO)
    usual = SlotForm.usual(timezone.now().astimezone(ZONES[side]).date())
    form = SlotForm({**usual, **{name: value for name, value in request.GET.items() if name in usual}})
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Find a time for both cities"),
        "opts": model_admin.opts,
        "form": form,
        "sides": list(PartnerSide),
        "request": request,
    }
    if form.is_valid():
        context |= _answer(
            form, side, may_start=request.user.has_perm("events.add_event"), number=request.GET.get("page")
        )
    return TemplateResponse(request, "admin/events/slots.html", context)


def _answer(form: SlotForm, side: PartnerSide, *, may_start: bool, number) -> dict:
    """Slots within what was asked; where there are none, those that stretch anybody least, and it says so."""
    data, closures = form.cleaned_data, Closures()
    ask = {"anchor": side, "offices": form.offices, "closures": closures}
    length = timedelta(minutes=data["length"])
    limit = timedelta(minutes=data["stretch"])
    every = find_slots(data["first"], data["last"], length, stretch=max(limit, NOBODY_GIVES_MORE), **ask)
    slots = [slot for slot in every if slot.stretch <= limit]
    nearest = None
    if not slots and every:
        nearest = best_first(every)[0].stretch
        slots = [slot for slot in every if slot.stretch <= nearest]
    page = Paginator(slots, PER_PAGE).get_page(number)
    words = ngettext("%(n)s start is possible.", "%(n)s starts are possible.", len(slots)) % {"n": len(slots)}
    return {
        "page": page,
        "rows": [_row(slot, side, may_start) for slot in page],
        "found": words if slots and nearest is None else "",
        "nearest": length_words(int(nearest.total_seconds() // 60)) if nearest is not None else "",
        "closed": _closed(data["first"], data["last"], closures),
    }


def _row(slot: Slot, own: PartnerSide, may_start: bool) -> dict:
    sides = [slot.sides[side] for side in sorted(PartnerSide, key=lambda side: side != own)]
    zone = ZONES[own]
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    return {
        "day": times.date_words(sides[0].time.start, "short"),
        "cells": [
            {
                "city": side.time.label,
                "range": times.time_range(side.time),
                "date": times.date_words(side.time.start, "weekday_day"),
                "other_day": side.time.start.date() != sides[0].time.start.date(),
                "early": length_words(_minutes(side.early)) if side.early else "",
                "late": length_words(_minutes(side.late)) if side.late else "",
                "remarks": [closure.name for closure in side.closures],
            }
            for side in sides
        ],
        "is_common": slot.is_common,
        "starts": _ways(start, end, zone) if may_start else [],
    }


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def _ways(start, end, zone: ZoneInfo) -> list[tuple]:
    """Where an event of this slot can be written: on its own, or as what an app above makes of it."""
    typed = {
        "anchor": zone.key,
        "date": f"{start:%Y-%m-%d}",
        "starts": f"{start:%H:%M}",
        "ends": f"{end:%H:%M}",
        **({"ends_next_day": "1"} if end.date() > start.date() else {}),
    }
    pages = [*owners.add_pages(), (_("Event"), reverse("admin:events_event_add"))]
    return [(words, f"{address}?{urlencode(typed)}") for words, address in pages]


def _closed(first: date, last: date, closures: Closures) -> list[str]:
    """The weekdays on which one of the cities does not work, with the reason."""
    lines = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() >= SATURDAY:
            continue
        for side in PartnerSide:
            names = [closure.name for closure in closures.on(side, day)]
            if names:
                lines.append(f"{times.date_words(day, 'weekday_day')} – {side.label}: {', '.join(names)}")
    return lines
