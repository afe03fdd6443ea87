"""Badges and certificates as HTML for ``iurc_portal.documents``, once every letter is sure to be printed (11.7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.codes import in_groups
from events.models import Certificate, Registration
from iurc_portal import qr
from iurc_portal.documents import letters_without_glyph
from iurc_portal.search.fold import fold, to_katakana
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.times import date_words

BADGES_A_SHEET, BADGES_A_FILE = 10, 200


class LettersMissing(ValidationError):
    """A name has letters that no font here can print. ``names`` are those concerned, with their letters."""

    def __init__(self, names: Sequence[tuple[str, list[str]]]):
        told = "; ".join(f"{name} ({' '.join(letters)})" for name, letters in names)
        words = gettext_lazy("These names have letters that no font on our server can print: %(names)s")
        super().__init__(words, code="letters", params={"names": told})
        self.names = names


@dataclass(frozen=True)
class Badge:
    """``name`` in its own script, family name first where that is Japanese; above it the reading, below it romaji."""

    name: str
    reading: str
    romaji: str
    company: str
    is_japanese: bool


def badge_of(registration: Registration) -> Badge:
    """The lines of one badge. No honorific (11.10)."""
    in_kanji = is_japanese(registration.family_name + registration.given_name)
    name = registration.display_name("ja" if in_kanji else "en") or registration.email.partition("@")[0]
    reading = f"{registration.family_kana} {registration.given_kana}".strip()
    romaji = registration.romaji if in_kanji else ""
    return Badge(name, reading, romaji, registration.company, in_kanji)


def badges_html(registrations: Iterable[Registration], *, title: str) -> str:
    """Sheets of A4 with ten badges each, to cut. Raises ``LettersMissing`` or ``DocumentsUnavailable``."""
    badges = [badge_of(registration) for registration in registrations]
    _check_letters((badge.name, "".join((badge.name, badge.reading, badge.romaji, badge.company))) for badge in badges)
    sheets = [badges[start : start + BADGES_A_SHEET] for start in range(0, len(badges), BADGES_A_SHEET)]
    return render_to_string("events/print/badges.html", {"sheets": sheets, "title": title})


def certificate_html(certificate: Certificate) -> str:
    """One page in the person's language and in that of the other city. Raises as ``badges_html``."""
    registration = certificate.registration
    event = registration.event
    first = registration.language
    halves = []
    for language in (first, "it" if first != "it" else "ja"):
        with translation.override(language):
            halves.append(
                {
                    "language": language,
                    "name": registration.display_name(language),
                    "event": best_text(event, "name", language),
                    "when": event.when.lines(language),
                    "organizer": best_text(event.organizer, "name", language),
                    "issued": date_words(certificate.issued_at, "day", language),
                }
            )
    name = halves[0]["name"]
    _check_letters([(name, "".join(str(half["name"]) + half["event"][0] + half["organizer"][0] for half in halves))])
    address = settings.SITE_URL + reverse("certificate", args=[certificate.code])
    with translation.override(first):
        context = {
            "halves": halves,
            "language": first,
            "title": _("Certificate of attendance"),
            "code": in_groups(certificate.code),
            "address": address,
            "qr": qr.svg(address, label=_("The address at which this certificate can be checked")),
            "is_sample": event.is_sample,
        }
        return render_to_string("events/print/certificate.html", context)


def in_order(registrations: Iterable[Registration], language: str) -> list[Registration]:
    """As readers of ``language`` look people up: ja by reading, then name; else by family name, without accents."""

    def key(registration: Registration) -> tuple[str, ...]:
        readings = (registration.family_kana or registration.family_name, registration.given_kana)
        latin = registration.romaji.split()[-1:] if is_japanese(registration.family_name) else []
        names = readings if language == "ja" else (*latin, registration.family_name, registration.given_name)
        return (*(to_katakana(fold(name)) for name in names), registration.email)

    return sorted(registrations, key=key)


def is_japanese(name: str) -> bool:
    """Whether ``name`` is written in kanji or kana, at least in part."""
    return any("\u3040" <= letter <= "\u9fff" or letter >= "\uf900" for letter in name)


def _check_letters(texts: Iterable[tuple[str, str]]) -> None:
    """``texts`` are pairs of a name and all that is printed of it. Raises ``LettersMissing``."""
    texts = list(texts)
    lacking = set(letters_without_glyph("".join(text for _name, text in texts)))
    if not lacking:
        return
    wrong = [(name, [letter for letter in dict.fromkeys(text) if letter in lacking]) for name, text in texts]
    raise LettersMissing([(name, letters) for name, letters in wrong if letters])
