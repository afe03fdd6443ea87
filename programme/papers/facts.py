"""What papers tell, read from the database: the one place that says which agenda is printed.

Guests' papers show what was released; the team's own also what is still a draft. Cancelled items are on no paper.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from ecosystem.models import Concept, Person
from events.models import Event
from iurc_portal.audit.models import Transition
from iurc_portal.translation.languages import columns
from programme.models import AgendaItem, Delegate, HostConfirmation, InterpreterAssignment, PeopleCount, StudyVisit
from programme.schedule import Day, days_of
from programme.services.day import last_held
from programme.services.people_counts import People, counts_of
from programme.services.sensitive import Meal, meals_of
from programme.versions.held import comes


def agenda(visit: StudyVisit, *, drafts: bool = False) -> list[Day]:
    """The days of ``visit`` with their items, in order; times stand in both cities, the host's first.

    As people hold them since the last release; with ``drafts`` as staff plan them now. A constant number of queries.
    """
    planned = AgendaItem.objects.filter(day__visit=visit).exclude(event__status=Event.Status.CANCELLED)
    return days_of(visit, list(with_everything(planned)) if drafts else _held_items(visit))


def _held_items(visit: StudyVisit) -> list[AgendaItem]:
    """The items of the last release, with the times, places, words and hosts of that release."""
    held = last_held(visit)
    released = [item for item in held.items if not item.event.is_cancelled] if held else []
    rows = {row.pk: row for row in with_everything(AgendaItem.objects.filter(pk__in=[item.pk for item in released]))}
    return [_as_released(rows[item.pk], item) for item in released if item.pk in rows]


def _as_released(row: AgendaItem, released: AgendaItem) -> AgendaItem:
    receivers = {person.pk for person in released.receivers}
    row.receiving = [host for host in row.receiving if host.person_id in receivers]
    row.day, row.event, row.organisation = released.day, released.event, released.organisation
    for column in columns("dress"):
        setattr(row, column, getattr(released, column))
    return row


def item_of(visit: StudyVisit, pk: int | None) -> AgendaItem | None:
    planned = AgendaItem.objects.filter(day__visit=visit).exclude(event__status=Event.Status.CANCELLED)
    return with_everything(planned).filter(pk=pk).first()


def with_everything(items):
    """Items with all that a paper says of them."""
    hosts = HostConfirmation.objects.exclude(answer=HostConfirmation.Answer.DECLINED).select_related(
        "person__organisation"
    )
    assignments = InterpreterAssignment.objects.select_related("interpreter")
    return (
        items.select_related("day", "event__place__city", "organisation", "vehicle")
        .prefetch_related(
            Prefetch("hosts", hosts.order_by("rank_band", "person__rank_band", "pk"), to_attr="receiving"),
            Prefetch("interpreters", assignments, to_attr="interpreting"),
            "tracks",
            "questions",
            "event__themes",
            "organisation__themes",
        )
        .order_by("event__dtstart", "pk")
    )


def delegation(visit: StudyVisit) -> list[Delegate]:
    """Who comes, in protocol order: the order of page, list, seating and PDF alike (P15)."""
    return list(visit.delegates.exclude(reply=Delegate.Reply.DECLINED).select_related("person__organisation", "track"))


def delegates_at(item: AgendaItem, delegates: Iterable[Delegate]) -> list[Delegate]:
    """Those of ``delegates`` who come to ``item``: all of them, or the members of its groups."""
    groups = {track.pk for track in item.tracks.all()}
    return [one for one in delegates if comes(one.track_id, groups)]


def interpreters(visit: StudyVisit) -> list[Person]:
    """The interpreters of the visit's items, each once."""
    assigned = InterpreterAssignment.objects.filter(item__day__visit=visit)
    return list(Person.objects.filter(pk__in=assigned.values("interpreter")).order_by("order_latin", "pk"))


def meals(visit: StudyVisit) -> dict[int, Meal]:
    """For each meal, by the number of its item, how many eat what, without names."""
    return {meal.item.pk: meal for meal in meals_of(visit)}


def guests_counted(visit: StudyVisit) -> Counter[People]:
    """The guests as numbers, also when their names have been forgotten."""
    counted = counts_of([visit])
    return Counter({kind: number for kind, number in counted.items() if kind.part == PeopleCount.Part.GUEST})


def attended(visit: StudyVisit) -> int | None:
    """How many delegates were there at some item; None where nothing is ticked: attended is never presumed (P21)."""
    there = Counter(kind.presence for kind in guests_counted(visit).elements())
    if not there[PeopleCount.Presence.PRESENT] + there[PeopleCount.Presence.ABSENT]:
        return None
    return there[PeopleCount.Presence.PRESENT]


@dataclass(frozen=True)
class Term:
    """A concept of the glossary in the three languages, with the reading of the Japanese one."""

    concept: Concept
    it: str
    en: str
    ja: str
    reading: str


def glossary(items: Iterable[AgendaItem]) -> list[Term]:
    """The terms of the themes of ``items``: the themes, what lies below them, what is related. Three queries."""
    themes: dict[int, Concept] = {}
    for item in items:
        own = list(item.event.themes.all())
        for theme in own or (item.organisation.themes.all() if item.organisation else ()):
            themes[theme.pk] = theme
    if not themes:
        return []
    approved = Concept.objects.filter(state=Concept.State.APPROVED)
    near = approved.filter(pk__in=themes) | approved.filter(broader__in=themes) | approved.filter(related__in=themes)
    found = near.distinct().order_by("scheme", "notation").prefetch_related("labels")
    return [_term(concept) for concept in found]


def _term(concept: Concept) -> Term:
    japanese = concept.pref_label_ja or ""
    readings = (label.reading for label in concept.labels.all() if label.language == "ja" and label.text == japanese)
    return Term(
        concept, concept.pref_label_it or "", concept.pref_label_en or "", japanese, next(filter(None, readings), "")
    )


def reason_of_refusal(visit: StudyVisit) -> str:
    """What staff wrote when they declined the visit: where the letter of refusal begins."""
    line = Transition.objects.of(visit).filter(to_state=StudyVisit.State.DECLINED).last()
    return line.comment if line else ""
