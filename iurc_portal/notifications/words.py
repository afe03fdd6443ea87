"""Sentences of letters that remember their gaps, so that staff can adjust them without code.

A letter is written in code as ever: ``_("Reminder: %(event)s") % {"event": name}``, with this module's ``gettext`` as
``_``. What comes out reads like any text; besides, it knows the pattern ``Reminder: {event}`` and what filled it. From
that follow the text shown to staff as shipped, and what fills the gaps of theirs. No template language is involved:
a gap is a name in braces and is replaced by a text, once.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import translation

GAP_IN_CODE = re.compile(r"%\((\w+)\)s")
GAP = re.compile(r"\{([a-z_]+)\}")
BUTTON = "button"  # the gap that stands for the facts, the button and its link


class Pattern(str):
    """A sentence with gaps. Filling it gives a ``Said``."""

    def __mod__(self, facts: Any) -> "Said":
        return Said(super().__mod__(facts), pattern=GAP_IN_CODE.sub(r"{\1}", self), facts=facts)


class Said(str):
    """A sentence whose gaps are filled, with its pattern and what filled it."""

    pattern: str
    facts: Mapping[str, Any]

    def __new__(cls, text: str, *, pattern: str, facts: Mapping[str, Any]) -> "Said":
        said = super().__new__(cls, text)
        said.pattern, said.facts = pattern, facts
        return said

    def __getnewargs_ex__(self):
        """For copies: mail programs of tests and of Django copy letters whole."""
        return (str(self),), {"pattern": self.pattern, "facts": self.facts}


def gettext(text: str) -> Pattern:
    """The translation of ``text`` in the active language, as a ``Pattern``."""
    return Pattern(translation.gettext(text))


def named(name: str, line: str) -> Said:
    """A sentence that stands only in some letters of its kind: for staff it is one gap, empty in the others."""
    return Said(line, pattern=f"{{{name}}}", facts={name: line})


def gaps_in(text: str) -> list[str]:
    """The names of the gaps of ``text``, each once, in their order."""
    return list(dict.fromkeys(GAP.findall(text)))


def fill(text: str, facts: Mapping[str, Any]) -> str:
    """``text`` with its gaps filled; what nothing fills is left out. What fills a gap is not read for gaps again."""
    return GAP.sub(lambda gap: str(facts.get(gap[1], "")), text)


@dataclass(frozen=True)
class Words:
    """What one letter says around its facts. ``button`` is a label, ``link`` where it leads; ``name`` greets.

    ``opening`` stands above the facts and the button, ``closing`` below; each entry is a paragraph.
    """

    subject: str
    opening: Sequence[str]
    button: str
    link: str
    closing: Sequence[str] = ()
    name: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What fills the gaps of this letter."""
        facts: dict[str, Any] = {}
        for line in self._lines():
            facts |= getattr(line, "facts", {})
        return facts

    @property
    def patterns(self) -> tuple[str, str]:
        """Subject and body as staff see them: gaps as names in braces, paragraphs divided by empty lines."""
        lines = [*self.opening, f"{{{BUTTON}}}", *self.closing]
        return _pattern(self.subject), "\n\n".join(_pattern(line) for line in lines)

    def said_as(self, subject: str, body: str) -> "Words":
        """The same letter with the words of staff. A paragraph of which nothing is left is left out."""
        facts = self.facts
        above, _button, below = body.partition(f"{{{BUTTON}}}")
        return replace(
            self,
            subject=fill(subject, facts).strip() or self.subject,
            opening=paragraphs(above, facts),
            closing=paragraphs(below, facts),
        )

    def _lines(self) -> Iterable[str]:
        return (self.subject, *self.opening, *self.closing)


def _pattern(line: str) -> str:
    return getattr(line, "pattern", line)


def paragraphs(text: str, facts: Mapping[str, Any]) -> list[str]:
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [said for part in parts if (said := fill(part, facts).strip())]
