"""When and where an agenda item is, as a host was told it: what changes of it are material (programme spec P11)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing

from iurc_portal.translation.languages import Language, best_text, columns
from programme.models import AgendaItem

SALT = "programme.host_facts"


@dataclass(frozen=True)
class Facts:
    """Start and end are aware. ``place`` is a key and ``location`` the texts by language: they tell whether it moved;
    ``where`` is how readers of each language are told the place, which a corrected name may change.
    """

    start: datetime
    end: datetime
    place: int | None
    location: tuple[str, ...]
    where: tuple[str, ...]

    def same_as(self, other: "Facts") -> bool:
        """Whether nothing material differs."""
        mine = (self.start, self.end, self.place, self.location)
        return mine == (other.start, other.end, other.place, other.location)

    def where_for(self, language: str) -> str:
        return dict(zip(Language.values, self.where, strict=True)).get(language, "")

    def stored(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "place": self.place,
            "location": list(self.location),
            "where": list(self.where),
        }

    def signed(self) -> str:
        """For a form, so that what its reader saw comes back unchanged."""
        return signing.dumps(self.stored(), salt=SALT, compress=True)


def facts_of(item: AgendaItem) -> Facts:
    """``item`` as it is now. Reads ``event.place``."""
    event = item.event
    return Facts(
        event.dtstart,
        event.dtend,
        event.place_id,
        tuple(getattr(event, column) or "" for column in columns("location")),
        tuple(_where(event, code) for code in Language.values),
    )


def facts_from(stored: dict[str, Any]) -> Facts | None:
    """What ``stored`` says; None where nothing was stored."""
    if not stored:
        return None
    start, end = (datetime.fromisoformat(stored[name]) for name in ("start", "end"))
    return Facts(start, end, stored["place"], tuple(stored["location"]), tuple(stored["where"]))


def facts_read(signed: str) -> Facts | None:
    """What the reader of a form saw; None for what we did not sign."""
    try:
        return facts_from(signing.loads(signed, salt=SALT))
    except signing.BadSignature:
        return None


def _where(event, language: str) -> str:
    place = best_text(event.place, "name", language)[0] if event.place_id else ""
    location = best_text(event, "location", language)[0]
    return " – ".join(filter(None, [place, location]))
