"""Where checks after 30, 90 and 180 days come from (programme spec P23): a small table that other subjects join.

A source knows which of its records are over, since when, what they are called, and whom to ask on each side.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.translation.languages import Language
from programme.models import StudyVisit
from programme.services.followups import OVER
from programme.services.proposal_letters import language_of


@dataclass(frozen=True)
class Asked:
    """Who is asked for one side: an address, with the language and the name to greet."""

    side: str
    email: str
    language: str
    name: str = ""

    @property
    def tzid(self) -> str:
        """The zone of the side's city: there the morning and the working day are."""
        return ZONES[PartnerSide(self.side)].key


@dataclass(frozen=True)
class Source:
    """``ended`` gives records that ended between two dates (inclusive); ``ended_on`` the day of one; ``find`` by key.

    ``people`` gives at most one ``Asked`` for each side.
    """

    name: str
    title: str | Promise
    ended: Callable[[date, date], Iterable[Any]]
    ended_on: Callable[[Any], date]
    find: Callable[[int], Any]
    find_many: Callable[[Iterable[int]], dict[int, Any]]
    people: Callable[[Any], list[Asked]]
    heading: str = "title"


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a source. A name that comes twice is a programming error."""
    if source.name in _sources:
        raise ValueError(f"source of checks {source.name!r} is registered twice")
    _sources[source.name] = source


def sources() -> list[Source]:
    return list(_sources.values())


def source_of(name: str) -> Source | None:
    return _sources.get(name)


# --- Visits ----------------------------------------------------------------------------------------------------------


def _visits():
    return StudyVisit.objects.select_related("host_city", "guest_city", "lead", "partner_lead", "proposed_by")


def people_of_visit(visit: StudyVisit) -> list[Asked]:
    """The lead for the host city; for the guests their own lead, else whoever applied. Who has left is not asked."""
    asked = []
    if visit.lead is not None and visit.lead.is_active:
        lead = visit.lead
        asked.append(Asked(visit.host_city.slug, lead.email, lead.language, lead.display_name(lead.language)))
    partner = visit.partner_lead
    if partner is not None and partner.is_active:
        name = partner.display_name(partner.language)
        asked.append(Asked(visit.guest_city.slug, partner.email, partner.language, name))
    elif visit.applicant_contact:
        language = Language(language_of(visit)).value
        asked.append(Asked(visit.guest_city.slug, visit.applicant_contact, language, visit.contact_name))
    return asked


register(
    Source(
        "visit",
        _("study visit"),
        ended=lambda first, last: _visits().filter(state__in=OVER, is_sample=False, last_day__range=(first, last)),
        ended_on=lambda visit: visit.last_day,
        find=lambda key: _visits().filter(pk=key).first(),
        find_many=lambda keys: StudyVisit.objects.in_bulk(list(keys)),
        people=people_of_visit,
    )
)
