"""What the programme adds to the staff's month: visits as bands, deadlines, and conflicts between items of visits."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from iurc_portal.staff.calendar import Asked, Mark, Source, register
from iurc_portal.translation.languages import best_text
from programme.conflicts.doubles import doubles
from programme.conflicts.gather import plans_between
from programme.conflicts.words import tell
from programme.models import AgendaItem, FollowUp, Milestone, StudyVisit
from programme.models.materials import due_day

State = StudyVisit.State
FARTHEST = timedelta(days=90)  # how long before an item its material may be due and still be looked for
OFF = (State.CANCELLED, State.POSTPONED)
EDIT = "admin:programme_studyvisit_change"


def register_sources() -> None:
    see = "programme.view_studyvisit"
    kinds = {"webinars": gettext_lazy("webinars")}
    register(Source(kinds, lambda asked: (), "events.view_event"))  # given by events, which owns their hours
    register(Source({"visits": gettext_lazy("study visits")}, visits, see))
    register(Source({"items": gettext_lazy("items of visits")}, lambda asked: (), see))
    register(Source({"answers": gettext_lazy("answers due")}, answers, see))
    register(Source({"material": gettext_lazy("materials due")}, materials, see))
    register(Source({"follow-ups": gettext_lazy("follow-ups")}, follow_ups, "programme.view_followup"))
    register(Source({"milestones": gettext_lazy("milestones")}, milestones, "programme.view_milestone"))


# --- What an event of the programme is to the calendar ---------------------------------------------------------------


def webinars_movable_by(user) -> Q:
    from programme.models import Webinar

    if not user.has_perm("programme.change_webinar"):
        return Q(pk__in=[])
    return Q(webinar__in=Webinar.objects.editable_by(user).values("pk"))


def items_movable_by(user) -> Q:
    if not user.has_perm("programme.change_studyvisit"):
        return Q(pk__in=[])
    return Q(agenda_item__day__visit__in=StudyVisit.objects.editable_by(user).values("pk"))


def items_of(user) -> Q:
    """Those of the visits that ``user`` leads, deputises for or accompanies."""
    return Q(agenda_item__day__visit__in=StudyVisit.objects.filter(_leads(user)).values("pk"))


def _leads(user, prefix: str = "") -> Q:
    return Q(**{f"{prefix}lead": user}) | Q(**{f"{prefix}deputy": user}) | Q(**{f"{prefix}partner_lead": user})


def move_item_to(item: AgendaItem, *, start: datetime, end: datetime, now: datetime, by) -> None:
    from programme.services.rearranging import place_item

    place_item(item, start, end, now=now, by=by)


def conflicts_of_item(item: AgendaItem) -> dict[str, str]:
    """All conflicts of the visit of ``item``, by keys that last, as its own page tells them."""
    from django.utils import timezone

    from programme.services.conflicts import conflicts_of

    visit = StudyVisit.objects.select_related("host_city", "guest_city").get(days__items=item)
    return {told.key: told.text for told in conflicts_of(visit, now=timezone.now())}


def notes_of_item(item: AgendaItem) -> list[str]:
    """What a move of ``item`` means to the delegation."""
    if not item.event.was_published:
        return []
    return [_("The delegation learns of it with the next release of the agenda.")]


def doubles_between(start: datetime, end: datetime) -> dict[int, list[str]]:
    """By event, the people, rooms and vehicles that items of visits want twice. A constant number of queries."""
    found: dict[int, list[str]] = {}
    events, names, plans = plans_between(start, end)
    for plan in plans:
        for conflict in doubles(plan):
            for item in conflict.items:
                if item.visit == plan.visit:
                    found.setdefault(events[item.pk], []).append(tell(conflict, plan, names).text)
    return found


# --- Days ------------------------------------------------------------------------------------------------------------


def visits(asked: Asked) -> Iterable[Mark]:
    """One query."""
    there = StudyVisit.objects.filter(first_day__lte=asked.last, last_day__gte=asked.first)
    for visit in there.exclude(state=State.DECLINED).select_related("host_city"):
        title, language = best_text(visit, "title")
        yield Mark(
            key=f"visit-{visit.pk}",
            kind="visits",
            title=title,
            language=language,
            first=visit.first_day,
            last=visit.last_day,
            url=reverse(EDIT, args=[visit.pk]),
            side=visit.host_city.slug,
            is_mine=asked.user.pk in {visit.lead_id, visit.deputy_id, visit.partner_lead_id},
            is_off=visit.state in OFF,
            sign=visit.get_state_display(),
            order=(0,),
        )


def answers(asked: Asked) -> Iterable[Mark]:
    """One query."""
    waiting = StudyVisit.objects.filter(state=State.PROPOSED, answer_by__range=(asked.first, asked.last))
    for visit in waiting.select_related("host_city"):
        yield _deadline(
            "answers", visit, visit.answer_by, _("answer due"), _visit_of(visit, asked), reverse(EDIT, args=[visit.pk])
        )


def materials(asked: Asked) -> Iterable[Mark]:
    """One query."""
    last = asked.last + FARTHEST
    rows = AgendaItem.objects.filter(materials_due__isnull=False, day__date__range=(asked.first, last))
    rows = rows.exclude(event__status=Event.Status.CANCELLED).select_related("event", "day__visit__host_city")
    for item in rows:
        day, visit = due_day(item), item.day.visit
        address = f"{reverse(EDIT, args=[visit.pk])}#tab-agenda"
        yield _deadline("material", item.event, day, _("materials due"), _visit_of(visit, asked), address)


def follow_ups(asked: Asked) -> Iterable[Mark]:
    """One query."""
    rows = FollowUp.objects.filter(due_on__range=(asked.first, asked.last), state__in=["open", "in_progress"])
    for row in rows.select_related("visit", "owner_torino", "owner_nagoya"):
        sides = list(row.owners)
        whose = (sides[0] if len(sides) == 1 else "", row.visit is not None and _is_led(row.visit, asked))
        yield _deadline(
            "follow-ups",
            row,
            row.due_on,
            _("follow-up due"),
            whose,
            reverse("admin:programme_followup_change", args=[row.pk]),
        )


def milestones(asked: Asked) -> Iterable[Mark]:
    """One query."""
    for row in Milestone.objects.filter(due_on__range=(asked.first, asked.last)):
        word = _("milestone reached") if row.done_on else _("milestone due")
        address = reverse("admin:programme_milestone_change", args=[row.pk])
        yield _deadline("milestones", row, row.due_on, word, ("", False), address)


def _is_led(visit: StudyVisit, asked: Asked) -> bool:
    return asked.user.pk in {visit.lead_id, visit.deputy_id, visit.partner_lead_id}


def _visit_of(visit: StudyVisit, asked: Asked) -> tuple[str, bool]:
    return visit.host_city.slug, _is_led(visit, asked)


FIELDS = {StudyVisit: "title", Event: "name", FollowUp: "text", Milestone: "title"}


def _deadline(kind: str, row, day, word: str, whose: tuple[str, bool], url: str) -> Mark:
    title, language = best_text(row, FIELDS[type(row)])
    return Mark(
        key=f"{kind}-{row.pk}",
        kind=kind,
        title=title,
        language=language,
        first=day,
        last=day,
        url=url,
        side=whose[0],
        is_mine=whose[1],
        sign=word,
        order=(1,),
    )
