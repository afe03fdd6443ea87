"""Names on paper (P14): each language's order, readings beside, and who is left out where no basis allows a name."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ecosystem.models import Person
from iurc_portal.accounts.spelling import is_latin, words_of_romaji


@dataclass(frozen=True)
class PrintedName:
    """``name`` as the paper's readers expect it; ``reading`` in kana, ``native`` in its own script, if they differ."""

    name: str
    reading: str
    native: str
    latin: str
    is_japanese: bool

    @property
    def is_long(self) -> bool:
        """Whether it needs smaller letters on cards."""
        width = sum(1 if letter < "\u2e80" else 2 for letter in self.name)
        return width > 17


def latin_name(person: Person) -> str:
    """``Taro YAMADA``: given name, then the family name in capitals. Nothing where no Latin spelling is known."""
    family, given = person.family_name, person.given_name
    if not is_latin(family + given):
        if not person.romaji.strip():
            return ""
        family, given = words_of_romaji(person.romaji)
    return f"{given} {family.upper()}".strip()


def printed(person: Person, language: str) -> PrintedName:
    """The name of ``person`` on a paper in ``language``, without an honorific. A reading is never guessed."""
    native = person.display_name("ja")
    is_japanese = not is_latin(person.family_name + person.given_name)
    kana = f"{person.family_kana} {person.given_kana}".strip()
    latin = latin_name(person)
    name = native if language == "ja" else latin or native
    return PrintedName(
        name, kana if kana != name else "", native if is_japanese and native != name else "", latin, is_japanese
    )


def addressed(person: Person, language: str) -> str:
    """The name in a list or a letter: with 様 in Japanese (P14)."""
    name = printed(person, language).name
    return f"{name} 様" if language == "ja" else name


def addressed_organisation(name: str, language: str) -> str:
    """An organisation as a letter addresses it: with 御中 in Japanese."""
    return f"{name} 御中" if language == "ja" and name else name


@dataclass
class Disclosure:
    """Whose names a paper may tell. ``allowed`` None allows all; a set allows these people alone (P19).

    It counts as it goes: ``named`` and ``withheld`` are people, each once.
    """

    allowed: frozenset[int] | None = None
    named: set[int] = field(default_factory=set)
    withheld: set[int] = field(default_factory=set)

    def shows(self, person_id: int) -> bool:
        shown = self.allowed is None or person_id in self.allowed
        (self.named if shown else self.withheld).add(person_id)
        return shown

    def those(self, rows: Iterable, *, key=lambda row: row.person_id) -> list:
        """The ``rows`` whose people may be named, in their order."""
        return [row for row in rows if self.shows(key(row))]
