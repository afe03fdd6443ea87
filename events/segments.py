"""Whom a broadcast goes to: named filters over registrations (events spec 5.6).

A further filter is an entry in ``FILTERS`` and one in ``choices``; broadcasts store names and values alone, so that
it needs no migration.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import Answer, Event, Question, Registration, Seat, SeatPool
from events.models.questions import NO, YES, condition_values
from events.questions import YES_NO
from events.services.attendance import attended_at, is_noted
from iurc_portal.translation.languages import Language, Spoken

UNPROVED = Registration.State.UNPROVED  # an address that nobody has proved gets no such mail
ATTENDED, ABSENT, UNKNOWN = "attended", "absent", "unknown"
SEPARATOR = ":"  # between the question and the answer that was chosen
Filter = Callable[[QuerySet[Registration], list[str], Event], QuerySet[Registration]]


def _by_pool(rows: QuerySet[Registration], values: list[str], event: Event) -> QuerySet[Registration]:
    """Who has a seat of one of these kinds, or asks for one: the state tells these apart."""
    return rows.filter(Exists(Seat.objects.filter(registration=OuterRef("pk"), pool__kind__in=values)))


def _by_answer(rows: QuerySet[Registration], values: list[str], event: Event) -> QuerySet[Registration]:
    """Who gave one of the answers ticked at every question at which some are ticked. One query for each of these."""
    wanted: dict[str, set[Any]] = defaultdict(set)
    for value in values:
        question, _separator, key = value.partition(SEPARATOR)
        wanted[question].add(key)
    for question, keys in wanted.items():
        given = Answer.objects.filter(question=question, registration__event=event)
        found = [pk for pk, value in given.values_list("registration", "value") if keys & _keys_of(value)]
        rows = rows.filter(pk__in=found)
    return rows


def _by_attendance(rows: QuerySet[Registration], values: list[str], event: Event) -> QuerySet[Registration]:
    """Who came or did not, of the confirmed; as long as nobody has noted who came, it is known of nobody."""
    confirmed = rows.filter(state=Registration.State.CONFIRMED)
    if not is_noted(event.pk):
        return confirmed if UNKNOWN in values else rows.none()
    came = Q(pk__in=attended_at(event))
    return confirmed.filter((came if ATTENDED in values else Q(pk=None)) | (~came if ABSENT in values else Q(pk=None)))


FILTERS: dict[str, Filter] = {
    "states": lambda rows, values, event: rows.filter(state__in=values),
    "languages": lambda rows, values, event: rows.filter(language__in=values),
    "pools": _by_pool,
    "answers": _by_answer,
    "attendance": _by_attendance,
}


def choices(event: Event | None = None) -> dict[str, list[tuple[str, Any]]]:
    """What staff may tick for each filter at ``event``, as pairs of value and words; seats and answers are its own.

    Sensitive questions are none to choose by. At most three queries.
    """
    return {
        "states": [(value, words) for value, words in Registration.State.choices if value != UNPROVED],
        "languages": list(Language.choices),
        "pools": _pools_of(event) if event is not None else [],
        "answers": _answers_at(event) if event is not None else [],
        "attendance": [
            (ATTENDED, pgettext_lazy("attendance", "took part")),
            (ABSENT, pgettext_lazy("attendance", "did not come")),
            (UNKNOWN, pgettext_lazy("attendance", "not known yet")),
        ],
    }


def check(segment: Any, event: Event | None = None) -> None:
    """Raise ``ValidationError`` unless ``segment`` is a dictionary of known filters with values they offer."""
    offered = choices(event)
    if not isinstance(segment, dict) or not set(segment) <= set(FILTERS):
        raise ValidationError({"segment": ValidationError(_("This is no segment."), code="segment")})
    for name, values in segment.items():
        known = {value for value, _words in offered[name]}
        if not isinstance(values, list) or not all(isinstance(value, str) and value in known for value in values):
            raise ValidationError({"segment": ValidationError(_("This is no segment."), code="segment")})


def narrow(event: Event, segment: Mapping[str, list[str]]) -> QuerySet[Registration]:
    """The registrations of ``event`` that ``segment`` means and whose address was proved and not erased."""
    rows = event.registrations.reachable().exclude(state=UNPROVED)
    for name, values in segment.items():
        if values:
            rows = FILTERS[name](rows, values, event)
    return rows


def _pools_of(event: Event) -> list[tuple[str, Any]]:
    return [(pool.kind, SeatPool.Kind(pool.kind).label) for pool in event.seat_pools.order_by("pk")]


def _answers_at(event: Event) -> list[tuple[str, Any]]:
    if event.question_set_id is None:
        return []
    asked = Question.objects.filter(question_set=event.question_set_id, is_sensitive=False).in_order()
    return [
        (f"{question.pk}{SEPARATOR}{key}", format_lazy("{}: {}", Spoken.of(question, "label"), words))
        for question in asked.filter(kind__in=Question.MAY_BE_CONDITION)
        for key, words in _answers_to(question)
    ]


def _answers_to(question: Question) -> list[tuple[str, Any]]:
    if question.kind == Question.Kind.YES_NO:
        return list(YES_NO)
    words = {choice.key: Spoken.of(choice, "label") for choice in question.choices.all()}
    return [(key, words[key]) for key in condition_values(question)]


def _keys_of(value: Any) -> set[str]:
    """The keys that a stored answer stands for: see ``Answer``."""
    if isinstance(value, bool):
        return {YES if value else NO}
    return set(value) if isinstance(value, list) else {value}
