"""What papers there are: one line a kind, so that page, service and template ask the same table."""

import hashlib
from dataclasses import dataclass
from functools import cache

from django.template.loader import get_template

from programme.models import DocumentKind

SHEETS = ("base.html", "papers.css")
LETTERS = ("letter_base.html",)
FOLDER = "programme/papers"


@dataclass(frozen=True)
class Kind:
    """``about`` says whom each copy is for: ``""`` the visit, ``item``, ``table`` (an item at which
    people sit down), ``guest``, ``attendee`` or ``interpreter``.

    ``of`` is ``visit`` or ``stay``. ``leaves`` marks those whose names leave the host's team (P19), ``agenda`` those
    that need a released agenda.
    """

    kind: DocumentKind
    template: str
    about: str = ""
    is_letter: bool = False
    leaves: bool = False
    agenda: bool = False
    of: str = "visit"

    @property
    def name(self) -> str:
        return self.kind.value

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def path(self) -> str:
        return f"{FOLDER}/{self.template}"


_K = DocumentKind
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(_K.OFFICIAL_LETTER, "letter.html", is_letter=True),
        Kind(_K.INVITATION, "letter.html", about="guest", is_letter=True),
        Kind(_K.ACCEPTANCE, "letter.html", is_letter=True),
        Kind(_K.REFUSAL, "letter.html", is_letter=True),
        Kind(_K.NAME_LIST, "name_list.html", leaves=True),
        Kind(_K.NUMBERS, "numbers.html"),
        Kind(_K.ITINERARY, "itinerary.html", leaves=True, agenda=True),
        Kind(_K.RUN_OF_SHOW, "run_of_show.html"),
        Kind(_K.HOST_BRIEF, "host_brief.html", about="item", leaves=True),
        Kind(_K.INTERPRETER_BRIEF, "interpreter_brief.html", about="interpreter", leaves=True),
        Kind(_K.PLACE_CARDS, "place_cards.html"),
        Kind(_K.BADGES, "badges.html"),
        Kind(_K.SEATING, "seating.html", about="table"),
        Kind(_K.MEAL_COUNTS, "meal_counts.html"),
        Kind(_K.CERTIFICATE, "certificate.html", about="attendee", agenda=True),
        Kind(_K.REPORT, "report.html"),
        Kind(_K.STAY_INVITATION, "stay_letter.html", is_letter=True, of="stay"),
        Kind(_K.STAY_CERTIFICATE, "stay_certificate.html", of="stay"),
    )
}


def kinds_of(record: str) -> dict[str, Kind]:
    """The kinds of papers of a ``visit`` or of a ``stay``."""
    return {name: kind for name, kind in KINDS.items() if kind.of == record}


@cache
def template_version(kind: str) -> str:
    """The beginning of a digest of the kind's template and of what it shares with others: which look made a paper."""
    shared = SHEETS + LETTERS if KINDS[kind].is_letter else SHEETS
    sources = [get_template(f"{FOLDER}/{name}").template.source for name in (KINDS[kind].template, *shared)]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()[:10]
