"""Staff exchanges and introductions as sources of checks after 30, 90 and 180 days (programme spec P23, P30)."""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation, Person
from events.models import Event
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.translation.languages import Spoken
from programme.check_sources import Asked, Source, last_day_of, register, speaker_for
from programme.models import Exchange, Meeting, StaffExchange
from programme.models.delegations import language_for
from programme.models.staff_exchanges import OVER

# --- Staff exchanges ------------------------------------------------------------------------------------------------


def _stays() -> QuerySet[StaffExchange]:
    over = StaffExchange.objects.filter(state__in=OVER, is_sample=False)
    return over.select_related(
        "sending", "hosting", "person", "mentor", "exchange__lead_torino", "exchange__lead_nagoya"
    )


def people_of_stay(stay: StaffExchange) -> list[Asked]:
    """Who went, for the side that sent; the mentor for the side that received. Where there is none, or no address:
    who speaks for the organisation, else who leads the exchange there.
    """
    return [
        one
        for organisation, people in ((stay.sending, [stay.person]), (stay.hosting, [stay.mentor]))
        if (one := _asked_for(organisation, people, stay.exchange)) is not None
    ]


# --- Introductions ---------------------------------------------------------------------------------------------------


def _meetings() -> QuerySet[Meeting]:
    """Held, and not known to have led nowhere: of such a one nobody is asked whether it still moves."""
    held = Meeting.objects.filter(event__status=Event.Status.CONFIRMED, is_sample=False)
    return held.exclude(outcome=Meeting.Outcome.NOTHING).select_related(
        "event", "organisation_torino", "organisation_nagoya", "exchange__lead_torino", "exchange__lead_nagoya"
    )


def _meetings_ended(first: date, last: date) -> list[Meeting]:
    """By the day on which each ended where it was held: read a day wider, then looked at one by one."""
    begins = datetime.combine(first - timedelta(days=1), time(0), UTC)
    until = datetime.combine(last + timedelta(days=2), time(0), UTC)
    near = _meetings().filter(event__dtend__gte=begins, event__dtend__lt=until)
    return [meeting for meeting in near if first <= last_day_of(meeting.event) <= last]


def people_of_meeting(meeting: Meeting) -> list[Asked]:
    """For each side who was at the table for its organisation; else who speaks for it, else who leads the exchange."""
    people = list(meeting.people.order_by("rank_band", "pk"))
    both = (meeting.organisation_torino, meeting.organisation_nagoya)
    return [
        one
        for organisation in both
        if (
            one := _asked_for(
                organisation, [p for p in people if p.organisation_id == organisation.pk], meeting.exchange
            )
        )
    ]


# --- Both ------------------------------------------------------------------------------------------------------------


def _asked_for(organisation: Organisation, people: list[Person | None], exchange: Exchange) -> Asked | None:
    """Whom to ask for ``organisation``; None for one of a third city, or where nobody has an address."""
    side = organisation.side
    if side not in ZONES:
        return None
    for person in people:
        if person is not None and person.email:
            language = language_for(person, [], side)
            return Asked(side, person.email, language, person.display_name(language))
    if (speaker := speaker_for(organisation)) is not None:
        return speaker
    lead = exchange.lead_torino if side == PartnerSide.TORINO else exchange.lead_nagoya
    if lead is None or not lead.is_active:
        return None
    return Asked(side, lead.email, lead.language, lead.display_name(lead.language))


def register_sources() -> None:
    register(
        Source(
            "staff-exchange",
            _("staff exchange"),
            ended=lambda first, last: _stays().filter(last_day__range=(first, last)),
            ended_on=lambda stay: stay.last_day,
            find=lambda key: _stays().filter(pk=key).first(),
            find_many=lambda keys: StaffExchange.objects.select_related("sending", "hosting").in_bulk(list(keys)),
            people=people_of_stay,
            named=lambda stay: stay.called,
        )
    )
    register(
        Source(
            "introduction",
            _("introduction"),
            ended=_meetings_ended,
            ended_on=lambda meeting: last_day_of(meeting.event),
            find=lambda key: _meetings().filter(pk=key).first(),
            find_many=lambda keys: Meeting.objects.select_related(
                "organisation_torino", "organisation_nagoya"
            ).in_bulk(list(keys)),
            people=people_of_meeting,
            named=lambda meeting: Spoken.of(meeting.event, "name"),
        )
    )
