"""Rearranging a visit's agenda: minutes earlier or later, a day copied, hosts swapped, conflicts mended."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from events.models import Event
from iurc_portal.staff.addresses import key_in
from iurc_portal.translation.times import date_words
from programme import services
from programme.admin.fields import DayField
from programme.admin.workplaces import WORKPLACES, workplace
from programme.availability import bands_of, lanes_of
from programme.models import AgendaItem, Vehicle
from programme.schedule import Day, days_of

MOVES = {"move": services.move_item, "shift": services.shift_from, "lengthen": services.lengthen_item}


class CopyDayForm(forms.Form):
    source = forms.TypedChoiceField(label=_("copy the day"), widget=UnfoldAdminSelectWidget, coerce=str)
    target = DayField(label=_("to the day"))

    def __init__(self, *args, days, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(f"{day.date:%Y-%m-%d}", date_words(day.date, "day")) for day in days]

    def clean_source(self):
        return DayField().clean(self.cleaned_data["source"])


class SwapForm(forms.Form):
    first = forms.ChoiceField(label=_("hosts of"), widget=UnfoldAdminSelectWidget)
    second = forms.ChoiceField(label=_("and of"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [
            (str(item.pk), f"{date_words(item.day.date, 'short')} {item.event.wall_start[11:16]} {item.event}")
            for item in items
        ]
        self.fields["first"].choices = self.fields["second"].choices = choices


class BulkForm(forms.Form):
    """What is done with the ticked items: so many minutes later, or a vehicle for each (or none)."""

    minutes = forms.IntegerField(
        label=_("Minutes later (− earlier)"), initial=15, required=False, min_value=-720, max_value=720
    )
    vehicle = forms.ModelChoiceField(
        label=_("vehicle"),
        queryset=Vehicle.objects.all(),
        required=False,
        empty_label=_("no vehicle"),
        widget=UnfoldAdminSelectWidget,
    )


@workplace("arrange", _("Rearrange the agenda"), order=15)
def arrange(request, visit, context):
    items = _items_of(visit)
    days = days_of(visit, items)
    posted = request.POST if request.method == "POST" else None
    copy = CopyDayForm(posted if posted and "copy" in posted else None, days=days)
    swap = SwapForm(posted if posted and "swap" in posted else None, items=items)
    bulk = BulkForm(posted if posted and "bulk" in posted else None)
    refused: dict[int, str] = {}
    if posted is not None and "bulk" in posted:
        refused = _in_bulk(request, items, bulk)
        if not refused and not bulk.errors:
            return redirect(WORKPLACES["arrange"].address(visit))
        items = _items_of(visit)
        days = days_of(visit, items)
    elif posted is not None and _done(request, visit, {str(item.pk): item for item in items}, copy, swap):
        here = WORKPLACES["arrange"].address(visit)
        editor = reverse("admin:programme_studyvisit_change", args=[visit.pk]) + "#tab-agenda"
        return redirect(editor if posted.get("from") == "editor" else here)
    conflicts = services.conflicts_of(visit, now=timezone.now()) if items else []
    for day in days:
        for slot in day.slots:
            slot.item.refusal = refused.get(slot.item.pk, "")
            slot.item.conflicts = [told for told in conflicts if slot.item.pk in {item.pk for item in told.items}]
    bands = bands_of(visit, lanes_of(visit, items), days)
    by_date = {day.date: day for day in days}
    context |= {
        "days": days,
        "board": [(by_date.get(date, Day(date)), band) for date, band in bands.items()],
        "conflicts": conflicts,
        "copy": copy,
        "swap": swap,
        "bulk": bulk,
        "refused": len(refused),
        "ticked": {key_in(key) for key in posted.getlist("item")} if refused and posted else set(),
        "may_edit": True,
        "elsewhere": True,
    }
    status = 422 if refused or bulk.errors else 200
    return TemplateResponse(request, "admin/programme/studyvisit/arrange.html", context, status=status)


def _items_of(visit) -> list[AgendaItem]:
    return list(
        AgendaItem.objects.filter(day__visit=visit)
        .exclude(event__status=Event.Status.CANCELLED)
        .select_related("day__visit__host_city", "event__place", "vehicle")
        .prefetch_related("tracks", "hosts__person", "interpreters__interpreter")
        .order_by("event__dtstart", "pk")
    )


def _in_bulk(request, items: list[AgendaItem], form: BulkForm) -> dict[int, str]:
    """Do the pressed button's act with each ticked item by itself; return why for those that were refused."""
    ticked = set(request.POST.getlist("item"))
    chosen = [item for item in items if str(item.pk) in ticked]
    if not form.is_valid():
        return {}
    if not chosen:
        form.add_error(None, ValidationError(_("Tick the items first."), code="items"))
        return {}
    how = {"now": timezone.now(), "by": request.user}
    minutes, vehicle = form.cleaned_data["minutes"], form.cleaned_data["vehicle"]
    if request.POST["bulk"] == "move" and not minutes:
        form.add_error("minutes", ValidationError(_("Write by how many minutes."), code="minutes"))
        return {}
    refused: dict[int, str] = {}
    for item in chosen:
        try:
            if request.POST["bulk"] == "move":
                services.move_item(item, minutes, **how)
            else:
                services.change_agenda_item(item, vehicle=vehicle, **how)
        except ValidationError as refusal:
            refused[item.pk] = " ".join(refusal.messages)
    if done := len(chosen) - len(refused):
        words = ngettext("%(n)s item is changed.", "%(n)s items are changed.", done)
        messages.success(request, words % {"n": done})
    return refused


def _done(request, visit, items, copy, swap) -> bool:
    """Do what was asked and say so, or why not; False where a form has to be shown with its errors."""
    how = {"now": timezone.now(), "by": request.user}
    try:
        if "copy" in request.POST:
            if not copy.is_valid():
                return False
            copied = services.copy_day(visit, copy.cleaned_data["source"], copy.cleaned_data["target"], **how)
            words = ngettext("%(n)s item copied as a draft.", "%(n)s items copied as drafts.", len(copied))
            messages.success(request, words % {"n": len(copied)})
        elif "swap" in request.POST:
            if not swap.is_valid():
                return False
            services.swap_hosts(items[swap.cleaned_data["first"]], items[swap.cleaned_data["second"]])
            messages.success(request, _("Hosts swapped: both are asked again."))
        else:
            _move(request, items, how)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return True


def _move(request, items, how) -> None:
    """``mend`` says what, which item and by how many minutes; a number typed beside a button takes its place.

    Raises ``ValidationError`` for what nobody could have typed or is gone meanwhile.
    """
    action, _colon, rest = request.POST.get("mend", "").partition(":")
    number, _colon, minutes = rest.partition(":")
    item = items.get(number)
    if action not in MOVES or item is None:
        raise ValidationError(_("This item is no longer on the agenda."), code="gone")
    typed = minutes or request.POST.get("minutes", "")
    by_so_much = forms.IntegerField().clean(typed)
    done = MOVES[action](item, by_so_much, **how)
    moved = done if isinstance(done, list) else [done]
    words = ngettext("%(n)s item has new times.", "%(n)s items have new times.", len(moved))
    messages.success(request, words % {"n": len(moved)})
