"""Texts of an agenda that have Italian and no Japanese: told to staff before they are released (programme spec 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from events.models import Event
from iurc_portal.translation.times import date_words
from programme.models import StudyVisit
from programme.versions.freezing import texts


@dataclass(frozen=True)
class Untranslated:
    """``what`` is the kind of text, ``text`` its Italian; ``item`` the number of the agenda item it belongs to."""

    what: str
    text: str
    item: int | None = None


def untranslated(snapshot: Mapping[str, Any], visit: StudyVisit) -> list[Untranslated]:
    """What readers of Japanese would read in Italian if ``snapshot`` were released. No query."""
    found = []
    title = texts(visit, "title")
    if _lacks(title):
        found.append(Untranslated(_("title of the visit"), title["it"]))
    for day, theme in sorted(snapshot["days"].items()):
        if _lacks(theme):
            words = _("theme of the day, %(day)s") % {"day": date_words(date.fromisoformat(day), "short")}
            found.append(Untranslated(words, theme["it"]))
    for track in snapshot["tracks"]:
        if _lacks(track["name"]):
            found.append(Untranslated(_("name of the group"), track["name"]["it"]))
    for item in snapshot["items"]:
        if item["status"] == Event.Status.CANCELLED:
            continue
        named = (
            (_("name of the item"), item["name"]),
            (_("where, in words"), item["location"]),
            (_("dress"), item["dress"]),
            (_("name of the place"), item["place"]["name"] if item["place"] else {}),
        )
        found += [Untranslated(what, text["it"], item["pk"]) for what, text in named if _lacks(text)]
    return found


def _lacks(text: Mapping[str, str]) -> bool:
    return bool(text.get("it")) and not text.get("ja")
