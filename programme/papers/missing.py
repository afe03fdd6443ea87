"""Texts that a paper would take from another language, told to staff before it is made (programme spec 7)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from iurc_portal.translation.languages import best_text
from programme.models import StudyVisit
from programme.papers import facts
from programme.papers.certificates import entitled
from programme.papers.kinds import Kind


@dataclass(frozen=True)
class Lack:
    """``what`` has no text in the paper's language: ``text`` in ``stands_in`` is printed, or nothing."""

    what: str
    text: str
    stands_in: str


def texts_missing(visit: StudyVisit, kind: Kind, languages: Iterable[str]) -> dict[str, list[Lack]]:
    """For each of ``languages`` what is missing for a paper of ``kind``. A constant number of queries."""
    wanted = list(_texts(visit, kind))
    return {language: [*_lacking(wanted, language)] for language in languages}


def _lacking(wanted, language: str) -> Iterable[Lack]:
    seen = set()
    for what, record, field in wanted:
        key = (type(record), record.pk, field)
        if key in seen or (getattr(record, f"{field}_{language}", "") or "").strip():
            continue
        seen.add(key)
        text, stands_in = best_text(record, field, language)
        if text or what.is_needed:
            yield Lack(str(what), text, stands_in if text else "")


class _What(str):
    """What a text is, in words; ``is_needed`` says that its absence in every language is worth telling."""

    is_needed = False


def _needed(words: str) -> _What:
    what = _What(words)
    what.is_needed = True
    return what


def _texts(visit: StudyVisit, kind: Kind):
    """Everything translated that ``kind`` prints, as (what it is, record, field)."""
    yield _needed(_("title of the visit")), visit, "title"
    for city in (visit.host_city, visit.guest_city):
        yield _What(_("name of the city")), city, "name"
    if kind.is_letter:
        yield from _of_letter(visit)
    if kind.name in {"host-brief", "interpreter-brief", "report"}:
        yield from _of_proposal(visit)
    if kind.name == "report":
        yield _needed(_("outcomes")), visit, "outcomes"
    if kind.name in {"name-list", "host-brief", "place-cards", "badges", "seating", "run-of-show", "invitation"}:
        yield from _of_people([delegate.person for delegate in facts.delegation(visit)])
    if kind.name == "certificate":
        yield from _of_people([delegate.person for delegate in entitled(visit)])
    if kind.name in {
        "itinerary",
        "run-of-show",
        "host-brief",
        "interpreter-brief",
        "meal-counts",
        "certificate",
        "report",
    }:
        yield from _of_agenda(visit, kind)


def _of_letter(visit):
    yield _needed(_("subject")), visit, "subject"
    yield _What(_("purpose")), visit, "purpose"
    if visit.applicant:
        yield _What(_("name of the organisation")), visit.applicant, "name"


def _of_proposal(visit):
    yield _needed(_("subject")), visit, "subject"
    yield _needed(_("purpose")), visit, "purpose"
    yield _What(_("what the visitors can decide")), visit, "decision_power"
    yield _What(_("expected output")), visit, "expected_output"
    for question in visit.questions.all():
        yield _What(_("question %(n)s") % {"n": question.order}), question, "text"


def _of_people(people):
    for person in people:
        yield _What(_("post of %(name)s") % {"name": person}), person, "title"
        if person.organisation:
            yield _What(_("name of the organisation")), person.organisation, "name"


def _of_agenda(visit, kind):
    for day in facts.agenda(visit, drafts=not kind.agenda):
        if day.visit_day is not None:
            yield _What(_("theme of the day")), day.visit_day, "theme"
        for slot in day.slots:
            item = slot.item
            named = {"time": f"{slot.host.start:%d/%m %H:%M}"}
            yield _needed(_("name of the item, %(time)s") % named), item.event, "name"
            if kind.name == "certificate":
                continue  # it prints no more of an item
            yield _What(_("dress, %(time)s") % named), item, "dress"
            if item.event.place:
                yield _What(_("name of the place, %(time)s") % named), item.event.place, "name"
            if item.organisation:
                yield _What(_("name of the organisation")), item.organisation, "name"
            if kind.name in {"itinerary", "interpreter-brief", "run-of-show"}:
                yield from _of_people([host.person for host in item.receiving])
