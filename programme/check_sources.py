"""Where checks after 30, 90 and 180 days come from (programme spec P23): a small table that other subjects join.

A source knows which of its records are over, since when, what they are called, and whom to ask on each side.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation, TestRun
from ecosystem.models.tests import DatePrecision
from events.models import Event
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.translation.languages import Language, Spoken
from programme.models import Speaker, StudyVisit
from programme.models.delegations import language_for
from programme.models.visits import OVER
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

    ``people`` gives at most one ``Asked`` for each side. A record is called by its translated field ``heading``, or as
    ``named`` says.
    """

    name: str
    title: str | Promise
    ended: Callable[[date, date], Iterable[Any]]
    ended_on: Callable[[Any], date]
    find: Callable[[int], Any]
    find_many: Callable[[Iterable[int]], dict[int, Any]]
    people: Callable[[Any], list[Asked]]
    heading: str = "title"
    named: Callable[[Any], Spoken] | None = None

    def name_of(self, record) -> Spoken:
        """What ``record`` is called, for a reader of the active language."""
        return self.named(record) if self.named is not None else Spoken.of(record, self.heading)


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


# --- Webinars --------------------------------------------------------------------------------------------------------


def _webinars():
    """Events that are webinars and were held; the record is the event, which has name, end and state."""
    held = Event.objects.filter(webinar__isnull=False, status=Event.Status.CONFIRMED, is_sample=False)
    return held.select_related("organizer")


def _webinars_ended(first: date, last: date):
    """By the day on which each ended where it was held: read a day wider, then looked at one by one."""
    begins = datetime.combine(first - timedelta(days=1), time(0), UTC)
    until = datetime.combine(last + timedelta(days=2), time(0), UTC)
    near = _webinars().filter(dtend__gte=begins, dtend__lt=until)
    return [event for event in near if first <= last_day_of(event) <= last]


def last_day_of(event: Event) -> date:
    """The day on which ``event`` ended, on the clocks of its zone; one that ends at midnight ended the day before."""
    return (event.dtend - timedelta(microseconds=1)).astimezone(ZoneInfo(event.tzid)).date()


def people_of_webinar(event: Event) -> list[Asked]:
    """For each side who moderated, else who spoke; for the organiser's side, else, whom its page says to write to."""
    roles = [Speaker.Role.MODERATOR, Speaker.Role.SPEAKER]
    rows = Speaker.objects.filter(webinar__event=event, person__email__gt="", role__in=roles)
    rows = sorted(
        rows.select_related("person__organisation", "organisation"),
        key=lambda row: (roles.index(Speaker.Role(row.role)), row.order, row.pk),
    )
    asked: dict[str, Asked] = {}
    for row in rows:
        organisation = row.organisation or row.person.organisation
        if organisation is not None and organisation.side in ZONES:
            language = language_for(row.person, [], organisation.side)
            one = Asked(organisation.side, row.person.email, language, row.person.display_name(language))
            asked.setdefault(organisation.side, one)
    side = event.organizer.side
    if side in ZONES and event.contact_email:
        asked.setdefault(side, Asked(side, event.contact_email, FIRST_LANGUAGE[PartnerSide(side)]))
    return [asked[side] for side in sorted(asked)]


# --- Tests -----------------------------------------------------------------------------------------------------------


def _tests():
    """Tests that ended on a day that is known exactly, well or badly; of imported ones often the year alone is."""
    over = TestRun.objects.filter(state__in=[TestRun.State.COMPLETED, TestRun.State.STOPPED], end__isnull=False)
    return over.filter(end_precision=DatePrecision.DAY).select_related("testbed__owner")


def people_of_test(run: TestRun) -> list[Asked]:
    """For each side somebody who speaks for the testbed's owner or for whoever tested there; the owner comes first."""
    owner = [run.testbed.owner] if run.testbed is not None else []
    organisations = [*owner, *run.organisations.order_by("pk")]
    asked: dict[str, Asked] = {}
    for organisation in organisations:
        if organisation.side in ZONES and organisation.side not in asked:
            one = speaker_for(organisation)
            if one is not None:
                asked[organisation.side] = one
    return [asked[side] for side in sorted(asked)]


def speaker_for(organisation: Organisation) -> Asked | None:
    """Who has spoken for ``organisation`` longest, owners first; None where nobody has an account."""
    members = organisation.memberships.filter(user__is_active=True).select_related("user")
    ranked = sorted(members, key=lambda member: (member.role != "owner", member.pk))
    if not ranked:
        return None
    user = ranked[0].user
    return Asked(organisation.side, user.email, user.language, user.display_name(user.language))


FIRST_LANGUAGE = {PartnerSide.TORINO: Language.ITALIAN.value, PartnerSide.NAGOYA: Language.JAPANESE.value}

register(
    Source(
        "webinar",
        _("webinar"),
        ended=_webinars_ended,
        ended_on=last_day_of,
        find=lambda key: _webinars().filter(pk=key).first(),
        find_many=lambda keys: Event.objects.in_bulk(list(keys)),
        people=people_of_webinar,
        heading="name",
    )
)
register(
    Source(
        "test",
        _("test"),
        ended=lambda first, last: _tests().filter(end__range=(first, last)),
        ended_on=lambda run: run.end,
        find=lambda key: _tests().filter(pk=key).first(),
        find_many=lambda keys: TestRun.objects.in_bulk(list(keys)),
        people=people_of_test,
    )
)
