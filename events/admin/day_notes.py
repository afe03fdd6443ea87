"""The address that tells staff, while they type a date, what that day is in both cities (12.17).

Forms show the same words when they are loaded again, so nothing rests on scripts.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecosystem.closures import Closures
from events.day_notes import notes_between, notes_on
from iurc_portal.clock import ROME, validate_tzid
from iurc_portal.staff.times import DayField, HourField


class QuestionForm(forms.Form):
    """A day, or two; an hour and a zone where they are known. Half-typed values are no questions yet."""

    day = DayField()
    last = DayField(required=False)
    hour = HourField(required=False)
    tzid = forms.CharField(required=False, max_length=64, validators=[validate_tzid])

    def notes(self) -> list[str]:
        data = self.cleaned_data
        if data["last"] and data["last"] > data["day"]:
            return notes_between(data["day"], data["last"])
        return notes_on(data["day"], data["hour"], data["tzid"] or ROME.key)


@require_safe
@never_cache
def day_notes(request):
    """``?day=2026-11-23&hour=09:30&tzid=Europe/Rome`` → ``{"notes": ["Nagoya: …"]}``; what is no date has no notes."""
    if not request.user.has_perm("events.view_event"):
        raise PermissionDenied
    form = QuestionForm(request.GET)
    return JsonResponse({"notes": form.notes() if form.is_valid() else []})


def notes_of(event, closures: Closures | None = None) -> list[str]:
    """The same for a stored event, for its page. A page of many events hands over one ``closures`` for all."""
    zone = ZoneInfo(event.tzid)
    first, last = event.when.days_on(zone)
    if last > first + timedelta(days=1):
        return notes_between(first, last, closures=closures)
    hour = None if event.all_day else event.dtstart.astimezone(zone).time()
    return notes_on(first, hour, event.tzid, closures=closures)


def watched(notes: list[str], *, day: str, hour: str = "", anchor: str = "", last: str = "", tzid: str = "") -> str:
    """The notes as a list that ``portal/day-notes.js`` keeps up to date.

    ``day``, ``hour``, ``anchor`` and ``last`` name fields of the same form; ``tzid`` is a zone that no field says.
    """
    names = {"day": day, "hour": hour, "anchor": anchor, "last": last, "tzid": tzid}
    context = {"notes": notes, "watch": {name: value for name, value in names.items() if value}}
    return mark_safe(render_to_string("admin/events/_day_notes.html", context))  # noqa: S308 – a template, escaped
