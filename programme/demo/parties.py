"""How the sample delegation divides, who interprets for it and what takes it there; hours of the places it goes to."""

from datetime import datetime, time

from ecosystem.models import PlaceHours
from programme.demo.places import place_of
from programme.demo.samples import three
from programme.models import AgendaItem, Delegate, HostConfirmation, StudyVisit, Vehicle
from programme.services import assign_interpreter, change_agenda_item, divide_delegation, name_group

GROUPS = [
    ("Amministrazione (esempio)", "Administration (sample)", "行政班（見本）"),
    ("Ricerca (esempio)", "Research (sample)", "研究班（見本）"),
]
IN_RESEARCH = 5  # from this place in protocol order on
APART = {"La navetta autonoma AuToMove": 1}  # items for one group alone
BUS = "Bus 1 (esempio)"


def make_party(visit: StudyVisit, *, now: datetime, by) -> None:
    """Groups, an item for one of them, a bus, an interpreter wherever Italian is spoken, an item for each question."""
    groups = [name_group(visit, three(*names)) for names in GROUPS]
    delegates = list(visit.delegates.select_related("person").order_by("rank"))
    divide_delegation(visit, {one.pk: groups[one.rank >= IN_RESEARCH] for one in delegates})
    bus = Vehicle.objects.get_or_create(name=BUS, defaults={"seats": 19, "supplier": "Noleggio Esempio"})[0]
    items = list(
        AgendaItem.objects.filter(day__visit=visit).select_related("event", "day__visit").order_by("event__dtstart")
    )
    interpret(items, delegates, now=now, by=by)
    for item in items:
        if item.event.name_it in APART:
            change_agenda_item(item, now=now, by=by, tracks=[groups[APART[item.event.name_it]]], vehicle=bus)
            item.hosts.update(answer=HostConfirmation.Answer.ACCEPTED, answered_at=now)
    meetings = [item for item in items if item.kind == AgendaItem.Kind.MEETING]
    for question, item in zip(visit.questions.order_by("order"), meetings, strict=False):
        question.item = item
        question.save(update_fields=["item"])
    _open_city_hall()


def interpret(items, delegates, *, now: datetime, by) -> None:
    """The delegation's interpreter wherever Italian is spoken."""
    interpreter = next(one.person for one in delegates if one.role == Delegate.Role.INTERPRETER)
    for item in items:
        if "it" in item.spoken_languages:
            change_agenda_item(
                item,
                now=now,
                by=by,
                interpretation=AgendaItem.Interpretation.CONSECUTIVE,
                speaking_minutes=20,
                question_minutes=10,
            )
            assign_interpreter(item, interpreter, languages=("it", "ja"))


def know_languages(visit: StudyVisit) -> None:
    """Delegates understand what their person does."""
    for delegate in visit.delegates.select_related("person"):
        delegate.languages = delegate.person.languages
        delegate.save(update_fields=["languages"])


def _open_city_hall() -> None:
    place = place_of("citta-di-torino")
    if not place.hours.exists():
        PlaceHours.objects.bulk_create(
            PlaceHours(place=place, weekday=day, opens=time(8, 30), closes=time(18)) for day in range(6)
        )
