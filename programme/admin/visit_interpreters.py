"""Interpreters of a visit: who works how long on which day, what nobody interprets yet, assigning them to items."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from ecosystem.models import Person
from iurc_portal.staff.addresses import key_in
from iurc_portal.staff.fields import COMMON_LANGUAGES
from iurc_portal.templatetags.portal_tags import language_name
from programme import services
from programme.admin.fields import HourField, choose_by_typing
from programme.admin.workplaces import WORKPLACES, workplace
from programme.conflicts.facts import AFTERWARDS, AT_ONCE, Item, Plan
from programme.conflicts.gather import languages_of, plan_of
from programme.conflicts.interpreting import A_DAY, duties_by_person, gaps, interpreters_needed, load_by_day
from programme.models import AgendaItem, InterpreterAssignment
from programme.schedule import days_of, wall_pair


class AssignForm(forms.Form):
    """One interpreter for the items that are ticked; hours only for a part of a single item."""

    interpreter = forms.ModelChoiceField(label=_("interpreter"), queryset=Person.objects.all())
    language_from = forms.ChoiceField(label=_("from language"), widget=UnfoldAdminSelectWidget)
    language_to = forms.ChoiceField(label=_("into language"), widget=UnfoldAdminSelectWidget)
    starts = HourField(
        label=pgettext_lazy("hour", "from"), required=False, help_text=_("Empty: from the start of the item.")
    )
    ends = HourField(label=pgettext_lazy("hour", "until"), required=False, help_text=_("Empty: to its end."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        languages = [(code, language_name(code)) for code in COMMON_LANGUAGES]
        self.fields["language_from"].choices = self.fields["language_to"].choices = languages
        choose_by_typing(
            self.fields["interpreter"], InterpreterAssignment._meta.get_field("interpreter"), may_add=True
        )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("language_from") and cleaned.get("language_from") == cleaned.get("language_to"):
            self.add_error("language_to", ValidationError(_("Choose two different languages."), code="same"))
        return cleaned

    def hours_at(self, item: AgendaItem) -> dict[str, datetime]:
        """The hours typed, on the host city's clocks of the item's day. Raises ``ValidationError``."""
        starts, ends = self.cleaned_data["starts"], self.cleaned_data["ends"]
        zone = ZoneInfo(item.event.tzid)
        begins, over = item.event.dtstart.astimezone(zone), item.event.dtend.astimezone(zone)
        if starts is None and ends is None:
            return {}
        first, last = starts or begins.time(), ends or over.time()
        pair = wall_pair(begins.date(), first, last, item.event.tzid, ends_next_day=last <= first)
        return {"starts": pair[0], "ends": pair[1]}


@dataclass
class Row:
    """An item that is interpreted or should be, with what is missing in words."""

    slot: object
    missing: list[str]


@dataclass
class Load:
    """Minutes of one interpreter by day; ``over`` are the days that are too long."""

    name: str
    days: list[tuple[date, int, bool]]
    total: int


@workplace("interpreters", _("Interpreters"), order=30)
def interpreters(request, visit, context):
    plan = plan_of(visit)
    items = {
        item.pk: item
        for item in AgendaItem.objects.filter(pk__in=[item.pk for item in plan.items])
        .select_related("day__visit__host_city", "event")
        .prefetch_related("interpreters__interpreter", "tracks")
        .order_by("event__dtstart", "pk")
    }
    posted = request.POST if request.method == "POST" else None
    spoken, understood = (sorted(languages_of(city)) for city in (visit.host_city, visit.guest_city))
    form = AssignForm(
        posted if posted is not None and "remove" not in posted else None,
        initial={"language_from": (spoken or [""])[0], "language_to": (understood or [""])[0]},
    )
    ticked = {key_in(pk) for pk in posted.getlist("item")} & set(items) if posted is not None else set()
    chosen = [item for pk, item in items.items() if pk in ticked]
    if posted is not None and (_remove(request, items) or _assign(request, form, chosen)):
        return redirect(WORKPLACES["interpreters"].address(visit))
    wanted = {item.pk: item for item in plan.in_order if item.spoken or item.duties or item.mode != "none"}
    days = sorted({plan.day_of(item.start) for item in wanted.values()})
    context |= {
        "form": form,
        "media": form.media,
        "ticked": ticked,
        "agenda": [
            (day, [Row(slot, _missing(plan, wanted[slot.item.pk])) for slot in day.slots])
            for day in days_of(visit, [item for pk, item in items.items() if pk in wanted])
        ],
        "days": days,
        "loads": _loads(plan, days),
        "needed": [
            (day, _needed(plan, [item for item in wanted.values() if plan.day_of(item.start) == day])) for day in days
        ],
    }
    return TemplateResponse(request, "admin/programme/studyvisit/interpreters.html", context)


def _remove(request, items) -> bool:
    """Take off the assignment whose button was pressed; one that is gone already is no matter."""
    number = request.POST.get("remove", "")
    if not number:
        return False
    assignment = InterpreterAssignment.objects.filter(pk=key_in(number), item__in=items).first()
    if assignment is not None:
        services.unassign_interpreter(assignment)
        messages.success(request, _("%(name)s is no longer assigned.") % {"name": assignment.interpreter})
    return True


def _assign(request, form, chosen: list[AgendaItem]) -> bool:
    """Assign to each of ``chosen``; what is refused says why and leaves the others."""
    if not form.is_valid():
        return False
    if not chosen:
        form.add_error(None, ValidationError(_("Tick the items at which this person interprets."), code="items"))
        return False
    cleaned = form.cleaned_data
    done = 0
    for item in chosen:
        try:
            services.assign_interpreter(
                item,
                cleaned["interpreter"],
                languages=(cleaned["language_from"], cleaned["language_to"]),
                **form.hours_at(item),
            )
            done += 1
        except ValidationError as refusal:
            form.add_error(None, [f"{item.event}: {why}" for why in refusal.messages])
    if done:
        words = ngettext("Assigned to %(n)s item.", "Assigned to %(n)s items.", done)
        messages.success(request, words % {"n": done})
    return not form.errors


def _missing(plan: Plan, item: Item) -> list[str]:
    """«Japanese: 30 of 60 minutes for 4 people», for each language that somebody does not understand."""
    found = []
    for language, people, stretches in gaps(plan, item):
        minutes = sum(int((end - start).total_seconds() // 60) for start, end in stretches)
        facts = {"language": language_name(language), "minutes": minutes, "all": item.minutes, "n": len(people)}
        words = _("%(language)s: %(minutes)s of %(all)s minutes without an interpreter")
        if people:
            words = ngettext(
                "%(language)s: %(minutes)s of %(all)s minutes without an interpreter for %(n)s person",
                "%(language)s: %(minutes)s of %(all)s minutes without an interpreter for %(n)s people",
                len(people),
            )
        found.append(words % facts)
    return found


def _loads(plan: Plan, days: list[date]) -> list[Load]:
    found = []
    for person, duties in duties_by_person(plan).items():
        load = load_by_day(plan, duties)
        found.append(
            Load(
                plan.people.get(person, ""),
                [(day, load.get(day, 0), load.get(day, 0) > A_DAY) for day in days],
                sum(load.values()),
            )
        )
    return sorted(found, key=lambda row: row.name)


def _needed(plan: Plan, items: list[Item]) -> int:
    """How many interpreters the items of a day take (P9); where nobody chose how, as if afterwards."""
    at_once = [item.minutes for item in items if item.mode in AT_ONCE]
    undecided = [item.minutes for item in items if item.mode == "none" and any(gaps(plan, item))]
    afterwards = sum(undecided) + sum(item.minutes for item in items if item.mode in AFTERWARDS)
    return interpreters_needed(afterwards, sum(at_once), longest_at_once=max(at_once, default=0))
