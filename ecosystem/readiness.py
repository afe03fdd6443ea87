"""How ready a profile is for Japanese readers, and the cheapest next step (ecosystem spec E24). For staff, not public.

Each item is a plain rule about one organisation; nothing is stored. Lists read the states of texts first
(``iurc_portal.translation.status.read_records``), then no item asks the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation
from ecosystem.models.freshness import is_overdue
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.status import Status, status_in, status_of

Kind = Organisation.Kind
READ_IN_JAPAN = {"ja", "en"}
HAVE_CAPITAL = {Kind.COMPANY, Kind.STARTUP, Kind.SOCIAL_ENTERPRISE, Kind.UTILITY}


@dataclass(frozen=True)
class Item:
    """``minutes`` is what the step takes somebody who knows the organisation; ``field`` is where it is done.

    ``applies`` says whether it can be asked of the organisation at all, ``met`` whether it is there on a day.
    """

    name: str
    title: Any
    points: int
    minutes: int
    field: str
    met: Callable[[Organisation, date], bool]
    applies: Callable[[Organisation], bool] = lambda organisation: True


@dataclass(frozen=True)
class Readiness:
    """``score`` from 0 to 100; ``missing`` holds what is not there, the least effort first."""

    score: int
    missing: tuple[Item, ...]

    @property
    def next_step(self) -> Item | None:
        return self.missing[0] if self.missing else None


def in_date(organisation: Organisation, today: date) -> bool:
    return not is_overdue(organisation, today=today)


def summary_in_japanese(organisation: Organisation, today: date) -> bool:
    """Reviewed, or written in Japanese from the start."""
    return status_of(organisation, "summary", "ja") in {Status.REVIEWED, Status.SOURCE}


def listing_in_japanese(organisation: Organisation, today: date) -> bool:
    """A current offer or need whose Japanese text somebody has reviewed, or that was written in Japanese."""
    return any(
        listing.is_current(today=today) and status_in(listing, "ja") in {Status.REVIEWED, Status.SOURCE}
        for listing in organisation.listings.all()
    )


def has_picture(organisation: Organisation, today: date) -> bool:
    """A logo or a photo, with words for those who cannot see it and the name of who made it."""
    return any(
        getattr(organisation, name)
        and best_text(organisation, f"{name}_alt")[0]
        and getattr(organisation, f"{name}_credit")
        for name in ("logo", "photo")
    )


ITEMS = (
    Item("summary", _("a reviewed summary in Japanese"), 25, 30, "summary_ja", summary_in_japanese),
    Item("kana", _("the name in katakana"), 10, 5, "kana", lambda o, today: bool(o.kana)),
    Item("founded", _("the year of foundation"), 5, 2, "founded_year", lambda o, today: o.founded_year is not None),
    Item(
        "language",
        _("Japanese or English among the languages of contact"),
        10,
        3,
        "contact_languages",
        lambda o, today: bool(READ_IN_JAPAN & set(o.contact_languages)),
    ),
    Item("staff", _("the number of staff"), 5, 2, "size_band", lambda o, today: bool(o.size_band)),
    Item(
        "capital",
        _("the capital"),
        5,
        5,
        "capital",
        lambda o, today: o.capital is not None,
        applies=lambda organisation: organisation.kind in HAVE_CAPITAL,
    ),
    Item(
        "representative",
        _("the representative, with their consent"),
        5,
        15,
        "representative",
        lambda o, today: bool(o.representative and o.representative_consent_on),
    ),
    Item("listing", _("a current offer or need, reviewed in Japanese"), 10, 40, "listings", listing_in_japanese),
    Item("picture", _("a logo or a photo, with its description and credit"), 10, 15, "logo", has_picture),
    Item("verified", _("a check of the whole record"), 15, 15, "verified_on", in_date),
)


def readiness(organisation: Organisation, *, today: date) -> Readiness:
    """The score of ``organisation`` on a day: 100 × what it has ÷ what can be asked of it, rounded half up."""
    asked = [item for item in ITEMS if item.applies(organisation)]
    missing = [item for item in asked if not item.met(organisation, today)]
    total = sum(item.points for item in asked)
    obtained = total - sum(item.points for item in missing)
    score = (200 * obtained + total) // (2 * total)
    return Readiness(score, tuple(sorted(missing, key=lambda item: (item.minutes, -item.points))))
