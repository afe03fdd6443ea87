"""From a row of ``Document`` to the HTML of its PDF: what each kind is told, in the paper's language.

A builder gives what its template prints and no more. Whoever is named passes through a ``Disclosure``, which counts
them: no name leaves the team where no basis was chosen (P19).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from iurc_portal.documents import letters_without_glyph
from iurc_portal.translation.languages import Spoken
from programme.exceptions import NothingToPrint
from programme.models import AgendaItem, Delegate, Document, InterpreterAssignment
from programme.papers import facts, letters, seating, stays
from programme.papers.certificates import certificate
from programme.papers.kinds import KINDS, Kind
from programme.papers.names import Disclosure, PrintedName, addressed, printed

CARDS_A_SHEET, BADGES_A_SHEET = 4, 10


@dataclass(frozen=True)
class Sheet:
    """The HTML of a paper, and how many people it names and leaves out."""

    html: str
    named: frozenset[int]
    withheld: frozenset[int]


@dataclass(frozen=True)
class Guest:
    """A line of a list: ``name`` has the honorific of the language, ``printed`` none."""

    printed: PrintedName
    name: str
    post: Spoken
    organisation: Spoken
    role: str
    track: Spoken


def sheet_of(document: Document) -> Sheet:
    """The paper that ``document`` asks for. Raises ``NothingToPrint``, ``ValidationError`` (code ``letters``) for
    letters without a shape in any font, and ``DocumentsUnavailable``.
    """
    kind = KINDS[document.kind]
    with translation.override(document.language):
        names = _disclosure(document, kind)
        context = {
            "document": document,
            "visit": document.visit,
            "kind": kind,
            "language": document.language,
            "dated": letters.day_on_paper(document, document.dated_on),
            "dates": letters.dates_of(document),
            **_headed(document),
            **BUILDERS[document.kind](document, names),
        }
        context["left_out"] = len(names.withheld)
        html = render_to_string(kind.path, context)
        _check_letters(html)
    return Sheet(html, frozenset(names.named), frozenset(names.withheld))


def _headed(document: Document) -> dict[str, Any]:
    """What head and foot of every paper say: what it is of, which city gives it, whether it is a sample."""
    if document.visit is not None:
        visit = document.visit
        city, titled = visit.host_city, Spoken.of(visit, "title")
        return {"titled": titled, "given_by": Spoken.of(city, "name"), "is_sample": visit.is_sample}
    stay = document.stay
    return {"titled": stay.called, "given_by": Spoken.of(stay.hosting.city, "name"), "is_sample": stay.is_sample}


def _disclosure(document: Document, kind: Kind) -> Disclosure:
    """Papers of the team name everybody; what leaves it names whom its basis allows."""
    transfer = document.particulars.get("transfer")
    if not kind.leaves:
        return Disclosure()
    if not transfer:
        return Disclosure(frozenset())
    return Disclosure(frozenset(transfer["people"]) if transfer["basis"] == "consent" else None)


def _check_letters(html: str) -> None:
    body = html.partition("</style>")[2]
    lacking = letters_without_glyph(strip_tags(body))
    if lacking:
        words = gettext_lazy(
            "No font on our server can print these letters: %(letters)s. Take them out of the texts, release the "
            "agenda again if they stand there, and make the document again."
        )
        raise ValidationError(words, code="letters", params={"letters": " ".join(lacking)})


# --- People ---


def _guests(delegates: Iterable[Delegate], names: Disclosure, language: str) -> list[Guest]:
    return [
        Guest(
            printed(one.person, language),
            addressed(one.person, language),
            Spoken.of(one.person, "title"),
            Spoken.of(one.person.organisation, "name")
            if one.person.organisation
            else Spoken.of(one.person, "title")[:0],
            str(one.get_role_display()),
            Spoken.of(one.track, "name") if one.track else "",
        )
        for one in names.those(delegates)
    ]


def _roles(delegates: Iterable[Delegate]) -> list[str]:
    """How many have which role: what may always be told."""
    counted = Counter(one.role for one in delegates)
    return [Delegate.Role(role).counted(counted[role]) for role in Delegate.Role.values if counted[role]]


def _some(rows: list, words) -> list:
    if not rows:
        raise NothingToPrint(words, code="empty")
    return rows


def _delegation(document: Document) -> list[Delegate]:
    return _some(facts.delegation(document.visit), _("Nobody is in the delegation yet."))


def _name_list(document: Document, names: Disclosure) -> dict[str, Any]:
    delegates = _delegation(document)
    return {"guests": _guests(delegates, names, document.language), "roles": _roles(delegates)}


def _numbers(document: Document, names: Disclosure) -> dict[str, Any]:
    delegates = _delegation(document)
    organisations = Counter(
        Spoken.of(one.person.organisation, "name") if one.person.organisation else "–" for one in delegates
    )
    languages = Counter(code for one in delegates for code in (one.languages or one.person.languages or []))
    return {
        "roles": _roles(delegates),
        "size": len(delegates),
        "organisations": sorted(organisations.items(), key=lambda pair: (-pair[1], pair[0])),
        "bands": [(label, n) for band, label in _bands() if (n := sum(one.rank_band == band for one in delegates))],
        "languages": sorted(languages.items(), key=lambda pair: (-pair[1], pair[0])),
    }


def _bands():
    return Delegate._meta.get_field("rank_band").choices


def _cards(document: Document, names: Disclosure) -> dict[str, Any]:
    """By rank, guests first, then who receives them; no honorific (P14)."""
    language = document.language
    people = [one.person for one in _delegation(document)]
    people += _hosts(document.visit)
    cards = [
        {
            "printed": printed(person, language),
            "post": Spoken.of(person, "title"),
            "organisation": Spoken.of(person.organisation, "name") if person.organisation else "",
        }
        for person in names.those(people, key=lambda person: person.pk)
    ]
    size = BADGES_A_SHEET if document.kind == "badges" else CARDS_A_SHEET
    return {"sheets": [cards[start : start + size] for start in range(0, len(cards), size)]}


def _seating(document: Document, names: Disclosure) -> dict[str, Any]:
    item = facts.item_of(document.visit, document.item_id)
    if item is None:
        raise NothingToPrint(_("Choose an item of the agenda."), code="item")
    guests, helpers = seating.split(facts.delegates_at(item, facts.delegation(document.visit)))
    hosts = seating.hosts_in_order(item.receiving)
    interpreters = [one.interpreter for one in item.interpreting]
    people = [one.person for one in (*guests, *hosts, *helpers)] + interpreters
    names.those(people, key=lambda person: person.pk)
    _some([*guests, *hosts], _("Nobody sits at this table yet: neither guests nor hosts."))
    (day,) = facts.days_of(document.visit, [item])
    language = document.language
    return {
        "day": day,
        "slot": day.slots[0],
        "item": item,
        "layout": document.particulars.get("layout") or seating.Layout.FACING,
        "table": seating.table_of(
            [_seat(one.person, one, language) for one in guests], [_seat(one.person, None, language) for one in hosts]
        ),
        "interpreters": list({one.pk: printed(one, language) for one in interpreters}.values()),
        "others": [_seat(one.person, one, language) for one in helpers if one.person not in interpreters],
    }


def _seat(person, delegate: Delegate | None, language: str) -> dict[str, Any]:
    """Who sits there, without an honorific; the post is that of the delegation's list where it says another."""
    post = Spoken.of(delegate, "title") if delegate else ""
    return {
        "printed": printed(person, language),
        "post": post or Spoken.of(person, "title"),
        "organisation": Spoken.of(person.organisation, "name") if person.organisation else "",
    }


def _hosts(visit) -> list:
    hosts = {}
    for day in facts.agenda(visit, drafts=True):
        for slot in day.slots:
            for host in slot.item.receiving:
                hosts.setdefault(host.person_id, host)
    ranked = sorted(hosts.values(), key=lambda host: (host.rank_band or host.person.rank_band, host.person.pk))
    return [host.person for host in ranked]


# --- The agenda ---


def _days(document: Document, *, drafts: bool):
    words = _("There is no agenda yet.") if drafts else _("No item of the agenda is released yet.")
    return _some(facts.agenda(document.visit, drafts=drafts), words)


def _itinerary(document: Document, names: Disclosure) -> dict[str, Any]:
    days = _days(document, drafts=False)
    return {"days": [(day, [_line(slot, names, document.language) for slot in day.slots]) for day in days]}


def _line(slot, names: Disclosure, language: str) -> dict[str, Any]:
    hosts = names.those(slot.item.receiving)
    return {"slot": slot, "item": slot.item, "hosts": [_receiver(host, language) for host in hosts]}


def _receiver(host, language: str) -> dict[str, Any]:
    person = host.person
    return {
        "printed": printed(person, language),
        "name": addressed(person, language),
        "post": Spoken.of(person, "title"),
        "phone": person.phone,
        "answer": host.get_answer_display(),
        "is_accepted": host.answer == "accepted",
    }


def _run_of_show(document: Document, names: Disclosure) -> dict[str, Any]:
    delegates = facts.delegation(document.visit)
    lines = []
    for day in _days(document, drafts=True):
        slots = []
        for slot in day.slots:
            line = _line(slot, names, document.language)
            item: AgendaItem = slot.item
            line["people"] = len(facts.delegates_at(item, delegates))
            line["be_there"] = slot.host.start - timedelta(minutes=item.buffer_before)
            line["free_at"] = slot.host.end + timedelta(minutes=item.buffer_after)
            line["interpreters"] = _assigned(item, document.language)
            slots.append(line)
        lines.append((day, slots))
    return {"days": lines, "guests": _guests(delegates, names, document.language), "team": _team(document.visit)}


def _assigned(item, language: str) -> list[dict[str, Any]]:
    return [
        {
            "printed": printed(one.interpreter, language),
            "name": addressed(one.interpreter, language),
            "phone": one.interpreter.phone,
            "assignment": one,
        }
        for one in item.interpreting
    ]


def _team(visit) -> list:
    """Who answers for the visit, with what they do in it."""
    roles = ((visit.lead, _("visit lead")), (visit.deputy, _("deputy")), (visit.partner_lead, _("guests’ side")))
    return [(printed(user, translation.get_language()[:2]), role) for user, role in roles if user]


def _host_brief(document: Document, names: Disclosure) -> dict[str, Any]:
    item = facts.item_of(document.visit, document.item_id)
    if item is None:
        raise NothingToPrint(_("Choose an item of the agenda."), code="item")
    (day,) = facts.days_of(document.visit, [item])
    delegates = facts.delegates_at(item, facts.delegation(document.visit))
    return {
        "day": day,
        "slot": day.slots[0],
        "item": item,
        "people": len(delegates),
        "guests": _guests(delegates, names, document.language),
        "roles": _roles(delegates),
        "questions": list(item.questions.all()),
        "interpreters": len({one.interpreter_id for one in item.interpreting}),
        "timing": _timing(item, day.slots[0]),
    }


def _timing(item: AgendaItem, slot) -> list[tuple[str, str]]:
    """The course of an item in words: what takes how long. Speaking takes longer where it is interpreted (P9)."""
    rows = []
    if item.speaking_minutes:
        rows.append((_("Presentation, without interpretation"), _("%(n)s min") % {"n": item.speaking_minutes}))
    if item.question_minutes:
        rows.append((_("Questions and answers"), _("%(n)s min") % {"n": item.question_minutes}))
    length = int((slot.host.end - slot.host.start).total_seconds() // 60)
    return [*rows, (_("Whole meeting"), _("%(n)s min") % {"n": length})]


def _interpreter_brief(document: Document, names: Disclosure) -> dict[str, Any]:
    visit, person = document.visit, document.person
    assigned = InterpreterAssignment.objects.filter(item__day__visit=visit, interpreter=person).select_related("item")
    if person is None or not assigned:
        raise NothingToPrint(_("Choose an interpreter who is at an item of this visit."), code="person")
    own = {one.item_id for one in assigned}
    items = list(facts.with_everything(AgendaItem.objects.filter(day__visit=visit, pk__in=own)))
    days = facts.days_of(visit, items)
    names.shows(person.pk)
    delegates = facts.delegation(visit)
    return {
        "interpreter": addressed(person, document.language),
        "days": [
            (day, [_line(slot, names, document.language) | {"pairs": _pairs(slot.item, person)} for slot in day.slots])
            for day in days
        ],
        "guests": _guests(delegates, names, document.language),
        "roles": _roles(delegates),
        "terms": facts.glossary(items),
    }


def _pairs(item, person) -> list[InterpreterAssignment]:
    return [one for one in item.interpreting if one.interpreter_id == person.pk]


def _meal_counts(document: Document, names: Disclosure) -> dict[str, Any]:
    delegates = facts.delegation(document.visit)
    meals, fed = [], facts.meals(document.visit)
    for day in facts.agenda(document.visit, drafts=True):
        for slot in day.slots:
            if slot.item.kind == AgendaItem.Kind.MEAL:
                eating = facts.delegates_at(slot.item, delegates)
                helping = len({one.interpreter_id for one in slot.item.interpreting})
                receiving = len(slot.item.receiving)
                total = len(eating) + helping + receiving
                counts = {"guests": len(eating), "interpreters": helping, "hosts": receiving, "total": total}
                meals.append({"day": day, "slot": slot, **counts, "meal": fed[slot.item.pk]})
    return {"meals": _some(meals, _("No meal is in the agenda yet."))}


def _report(document: Document, names: Disclosure) -> dict[str, Any]:
    """What happened, without a name: the report is for partners and the public (P25)."""
    visit = document.visit
    delegates = facts.delegation(visit)
    return {
        "days": _days(document, drafts=False),
        "roles": _roles(delegates),
        "size": len(delegates) or sum(facts.guests_counted(visit).values()) or visit.expected_size,
        "attended": facts.attended(visit),
        "questions": list(visit.questions.all()),
        "outcomes": Spoken.of(visit, "outcomes"),
    }


BUILDERS: dict[str, Callable[[Document, Disclosure], dict[str, Any]]] = {
    "official-letter": letters.letter,
    "invitation": letters.letter,
    "acceptance": letters.letter,
    "refusal": letters.letter,
    "name-list": _name_list,
    "numbers": _numbers,
    "itinerary": _itinerary,
    "run-of-show": _run_of_show,
    "host-brief": _host_brief,
    "interpreter-brief": _interpreter_brief,
    "place-cards": _cards,
    "badges": _cards,
    "seating": _seating,
    "meal-counts": _meal_counts,
    "stay-invitation": stays.invitation,
    "stay-certificate": stays.certificate,
    "certificate": certificate,
    "report": _report,
}
