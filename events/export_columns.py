"""Columns of the table of participants beside who they are: seats, place in line, presence, answers (spec 11.1, 11.5).

Each pair of functions gives columns and says what they read of a row, for a whole chunk at once (11.6).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events import exports
from events.models import Question, Registration, Seat
from events.models.questions import NO, YES
from events.questions import in_words
from events.services.attendance import attendance_read_along, noted_events, presence_along
from iurc_portal.tables import Column
from iurc_portal.translation.languages import best_text

Rows = QuerySet[Registration]
Kind = Question.Kind


def register() -> None:
    exports.register_columns(seats, lambda rows: rows.with_position().prefetch_related("seats__pool"))
    exports.register_columns(groups, lambda rows: rows.select_related("group__lead"))
    exports.register_columns(presence, presence_along)
    exports.register_columns(
        answers, lambda rows: rows.prefetch_related("answers"), sensitive="events.read_sensitive_answers"
    )


def seats(rows: Rows, language: str) -> Sequence[Column]:
    """Kinds of seats, those that are only wished for marked, and the position of who waits for a place."""
    waiting = str(Seat.State.WAITING.label)
    kinds = {pool.kind: str(pool.get_kind_display()) for pool in exports.pools_in(rows)}

    def codes(row: Registration) -> str:
        return " ".join(seat.pool.kind + ("?" if seat.state == Seat.State.WAITING else "") for seat in row.seats.all())

    def words(row: Registration) -> str:
        return ", ".join(
            kinds[seat.pool.kind] + (f" ({waiting})" if seat.state == Seat.State.WAITING else "")
            for seat in row.seats.all()
        )

    return [
        Column("seats", capfirst(_("seats by kind")), codes, words),
        Column("position", capfirst(_("position on the waiting list")), lambda row: row.position),
    ]


def groups(rows: Rows, language: str) -> Sequence[Column]:
    def lead(row: Registration) -> str:
        return row.group.lead.email if row.group is not None else ""

    def name(row: Registration) -> str:
        return str(row.group) if row.group is not None else ""

    return [Column("group", pgettext("column", "Group"), lead, name)]


def presence(rows: Rows, language: str) -> Sequence[Column]:
    """Who came. Of an event at which nobody has noted it, nothing is said."""
    noted = noted_events()
    yes_no = {True: pgettext("answer", "Yes"), False: pgettext("answer", "No"), None: None}

    def attended(row: Registration) -> bool | None:
        return attendance_read_along(row).attended if row.event_id in noted else None

    def checked_in(row: Registration):
        check_in = getattr(row, "check_in", None)
        return check_in.at if check_in is not None and check_in.state == check_in.State.PRESENT else None

    return [
        Column("attended", capfirst(_("took part")), attended, lambda row: yes_no[attended(row)]),
        Column(
            "minutes_present",
            capfirst(_("minutes present online")),
            lambda row: attendance_read_along(row).minutes if row.event_id in noted else None,
        ),
        Column("checked_in_at", capfirst(_("seen at the door")), checked_in),
    ]


def answers(rows: Rows, language: str) -> Sequence[Column]:
    """A column for each question that one of the events asks, titled as it is asked."""
    asked = Question.objects.filter(question_set__in=exports.question_sets_of(rows)).prefetch_related("choices")
    return [_column(question, language) for question in asked.order_by("question_set", "order", "pk")]


def _column(question: Question, language: str) -> Column:
    return Column(
        f"question_{question.pk}",
        best_text(question, "label", language)[0],
        partial(_for_programs, question),
        None if question.kind in {Kind.NUMBER, Kind.DATE} else partial(_for_readers, question, language),
        sensitive=question.is_sensitive,
    )


def _given(question: Question, row: Registration) -> Any:
    return next((answer.value for answer in row.answers.all() if answer.question_id == question.pk), None)


def _for_programs(question: Question, row: Registration) -> Any:
    """Numbers and days as such, keys of choices, yes and no."""
    value = _given(question, row)
    if value is None:
        return None
    if question.kind == Kind.NUMBER:
        return float(Decimal(value))
    if question.kind == Kind.DATE:
        return date.fromisoformat(value)
    if question.kind == Kind.YES_NO:
        return YES if value else NO
    return " ".join(value) if isinstance(value, list) else value


def _for_readers(question: Question, language: str, row: Registration) -> str | None:
    value = _given(question, row)
    if value is None:
        return None
    with translation.override(language):  # rows leave when no language is active
        return in_words(question, value)
