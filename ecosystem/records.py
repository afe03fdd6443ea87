"""A profile in full, as its organisation reads it before saying that it is still correct: for page and mail."""

from typing import NamedTuple

from babel import Locale
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ecosystem.models import ContactPoint, Organisation
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Language, best_text


class Line(NamedTuple):
    """One fact: what it is called, and its texts as pairs (text, language), "" for what has no language."""

    label: str
    texts: tuple[tuple[str, str], ...]


def record_of(organisation: Organisation) -> list[Line]:
    """Every public fact of a profile in the order of its page; texts in all the languages in which they exist.

    Six queries. What is not stated is left out, except the summary, which everybody reads first.
    """
    names = Locale.parse((get_language() or "en")[:2]).languages
    contacts = ContactPoint.objects.filter(organisation=organisation, is_public=True)
    parts = organisation.parts.select_related("initiative")
    lines: list[tuple[str, list[tuple[str, str]]]] = [
        (_label("name"), _in_all_languages(organisation, "name")),
        (_label("kana"), [(organisation.kana, "ja")]),
        (_label("legal_name"), [(organisation.legal_name, "")]),
        (_label("kind"), [(str(organisation.get_kind_display()), "")]),
        (_label("summary"), _in_all_languages(organisation, "summary") or [(_("not stated"), "")]),
        (_label("description"), _in_all_languages(organisation, "description")),
        (_label("address"), _in_all_languages(organisation, "address")),
        (_label("city"), [best_text(organisation.city, "name")] if organisation.city else []),
        (_label("website"), [(organisation.website, "")]),
        (_label("founded_year"), [(str(organisation.founded_year or ""), "")]),
        (_label("contact_languages"), [(names.get(code, code), "") for code in organisation.contact_languages]),
        (_label("open_to_japan"), _open_to_japan(organisation)),
        (_label("themes"), [best_text(theme, "pref_label") for theme in organisation.themes.approved()]),
        (_label("initiatives"), [best_text(part.initiative, "name") for part in parts]),
    ]
    lines += [(best_text(point, "label")[0], [(point.email, ""), (point.phone, "")]) for point in contacts]
    said = (Line(label, tuple((text, code) for text, code in texts if text.strip())) for label, texts in lines)
    return [line for line in said if line.texts]


def _open_to_japan(organisation: Organisation) -> list[tuple[str, str]]:
    """Nobody asks a Japanese organisation whether it is open to Japan."""
    if organisation.side == PartnerSide.NAGOYA:
        return []
    return [(_("yes") if organisation.open_to_japan else _("no"), "")]


def _label(field: str) -> str:
    return capfirst(str(Organisation._meta.get_field(field).verbose_name))


def _in_all_languages(obj, field: str) -> list[tuple[str, str]]:
    """Each text once: a name that is the same in Italian and in English is one line."""
    texts: dict[str, str] = {}
    for code in Language.values:
        texts.setdefault(getattr(obj, f"{field}_{code}") or "", str(code))
    return [(text, code) for text, code in texts.items() if text.strip()]
