"""What our letters say. Each kind is registered with the outbox in ``events.apps`` (events spec 4.18–4.25, 6.1).

The letters about a registration, and the parts of all; ``mail_reminders`` and ``mail_changes`` have the others.

A renderer runs with the reader's language and zone active. Clear tokens are made here and stand in the letter alone;
a preview for staff gets dummies.
"""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop, pgettext, pgettext_lazy

from events import ical, specimens
from events.clock_notes import notes_for as clock_notes_for
from events.joining import minutes_before
from events.models import AccessToken, Event, Registration
from events.services import tokens
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words, named
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import Language, best_text
from iurc_portal.translation.times import both_cities_lines

PREVIEW_LINK = "preview"  # stands in place of a token when staff look at a letter
# Why a letter is no longer wanted: kept in the source language, shown to staff in theirs.
GONE = gettext_noop("the registration is gone")
REGISTRATION_IS = {
    "unproved": gettext_noop("the address is not confirmed yet"),
    "pending": gettext_noop("the request waits for approval"),
    "waiting": gettext_noop("the person is on the waiting list"),
    "offered": gettext_noop("the person has an offer"),
    "rejected": gettext_noop("the request was not accepted"),
    "expired": gettext_noop("the offer was missed or declined"),
    "confirmed": gettext_noop("the registration is confirmed already"),
    "cancelled": gettext_noop("the registration is cancelled"),
}
EVENT_IS = {
    "TENTATIVE": gettext_noop("the event is a draft"),
    "CONFIRMED": gettext_noop("the event is on"),
    "CANCELLED": gettext_noop("the event is cancelled"),
}


def register_kinds() -> None:
    """Tell the outbox how our letters read and when they are no longer wanted."""
    for name, title, render, unwanted in (
        ("proof", pgettext_lazy("letter", "confirm the address"), proof, not_unproved),
        ("known", pgettext_lazy("letter", "registered already"), known, not_decided),
        ("link", pgettext_lazy("letter", "link to the own page"), link_again, not_decided),
        ("confirmed", pgettext_lazy("letter", "registration confirmed"), confirmed, not_taking_part),
        ("withdrawn", pgettext_lazy("letter", "registration cancelled"), withdrawn, gone),
    ):
        registry.register(
            f"events.{name}",
            title=title,
            render=render,
            refusal=unwanted,
            asks_for_proof=name == "proof",
            subjects=registrations_by_id,
            **specimens.adjusting(name),
        )


# --- What they say ---------------------------------------------------------------------------------------------------


def proof(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = registration_of(message)
    return letter(
        message,
        registration,
        Words(
            subject=_("Confirm your e-mail address: %(event)s") % {"event": name_of(registration.event)},
            opening=_what_follows_proof(registration),
            button=_("Confirm my registration"),
            link=own_page(registration, AccessToken.Purpose.PROVE, preview=preview),
            closing=[
                _("If you did not ask for this, do nothing: without your confirmation there is no registration.")
            ],
        ),
    )


def _what_follows_proof(registration: Registration) -> list[str]:
    """Only the letter says whether a seat was free: the page is the same for everybody (2.6)."""
    holds = {"minutes": settings.IURC_EVENTS["hold_minutes"], "hours": settings.IURC_EVENTS["proof_hours"]}
    if registration.event.approval_required:
        return [
            _("You asked for a place at this event. Open the page and confirm; then the organisers decide."),
            _("The link works for %(hours)s hours.") % holds,
        ]
    if registration.hold_until is None:
        return [
            _("All places are taken at the moment. Open the page and confirm: then you are on the waiting list."),
            _("The link works for %(hours)s hours.") % holds,
        ]
    return [
        _("You asked for a place at this event. Open the page and confirm: only then is your place certain."),
        _("We keep a place for you for %(minutes)s minutes. The link works for %(hours)s hours.") % holds,
    ]


def known(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = registration_of(message)
    return letter(
        message,
        registration,
        Words(
            subject=(
                _("You are already registered: %(event)s")
                if registration.state == Registration.State.CONFIRMED
                else _("Your request: %(event)s")
            )
            % {"event": name_of(registration.event)},
            opening=[
                _("This address was entered in the registration form again. You have a place; nothing has changed.")
                if registration.state == Registration.State.CONFIRMED
                else _("This address was entered in the registration form again. Nothing has changed."),
                *filter(None, [stand_words(registration)]),
            ],
            button=_("Open my registration"),
            link=own_page(registration, AccessToken.Purpose.MANAGE, preview=preview),
            closing=[_("If it was not you, you need not do anything.")],
        ),
    )


def link_again(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """Sent by staff, to somebody who has lost the way to their own page."""
    registration = registration_of(message)
    return letter(
        message,
        registration,
        Words(
            subject=_("Your registration: %(event)s") % {"event": name_of(registration.event)},
            opening=[
                _("Here is the link to your own page for this event. Your place is certain; nothing has changed."),
                *way_in(registration.event),
            ]
            if registration.state == Registration.State.CONFIRMED
            else [_("Here is the link to your own page for this event."), stand_words(registration)],
            button=_("Open my registration"),
            link=own_page(registration, AccessToken.Purpose.MANAGE, preview=preview),
            closing=[_("If you cannot come, cancel on the same page: somebody else can then take your place.")],
        ),
        join=join_page(registration, preview=preview),
    )


def confirmed(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = registration_of(message)
    return letter(
        message,
        registration,
        Words(
            subject=_("You are registered: %(event)s") % {"event": name_of(registration.event)},
            opening=[_("Your place is confirmed."), *way_in(registration.event)],
            button=_("Open my registration"),
            link=own_page(registration, AccessToken.Purpose.MANAGE, preview=preview),
            closing=[
                _("The attached file puts the event into your calendar, at the right hour wherever you are."),
                _("If you cannot come, cancel on the same page: somebody else can then take your place."),
            ],
        ),
        join=join_page(registration, preview=preview),
    )


def withdrawn(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = registration_of(message)
    return letter(
        message,
        registration,
        Words(
            subject=_("Registration cancelled: %(event)s") % {"event": name_of(registration.event)},
            opening=[
                _("You have given back your place at this event. Your calendar is updated by the attached file.")
            ],
            button=_("Open the event's page"),
            link=event_page(registration.event),
            closing=[_("Should you change your mind, register again on the event's page while there are places.")],
        ),
    )


# --- When they are no longer wanted ----------------------------------------------------------------------------------


def gone(message: Message) -> str:
    return "" if Registration.objects.filter(pk=message.subject_id).exists() else GONE


def not_unproved(message: Message) -> str:
    return refusal(message, states={Registration.State.UNPROVED}, status=Event.Status.CONFIRMED)


def not_decided(message: Message) -> str:
    """Whoever has proved the address and has not left has a page that says where they stand."""
    states = set(Registration.State.values) - {Registration.State.UNPROVED, Registration.State.CANCELLED}
    return refusal(message, states=states)


def not_taking_part(message: Message) -> str:
    return refusal(message, states={Registration.State.CONFIRMED}, status=Event.Status.CONFIRMED)


def refusal(message: Message, *, states: set[str], status: str | None = None) -> str:
    facts = Registration.objects.filter(pk=message.subject_id).values_list("state", "event__status").first()
    if facts is None:
        return GONE
    if facts[0] not in states:
        return REGISTRATION_IS.get(facts[0], facts[0])
    if status is not None and facts[1] != status:
        return EVENT_IS[facts[1]]
    return ""


def stand_words(registration: Registration) -> str:
    """Where somebody without a place stands, in one sentence; "" for the others."""
    State = Registration.State
    return {
        State.PENDING: _("The organisers have not decided on your request yet."),
        State.WAITING: _("You are on the waiting list."),
        State.OFFERED: _("A place is kept for you: accept it on your page in time."),
        State.EXPIRED: _("The offer of a place has ended; on your page you can join the waiting list again."),
        State.REJECTED: _("Your request could not be accepted."),
    }.get(registration.state, "")


# --- The parts -------------------------------------------------------------------------------------------------------


def registration_of(message: Message) -> Registration:
    if not message.subject_id:
        return specimens.registration(message.language)
    if message.subject is not None:
        return message.subject
    return _registrations().get(pk=message.subject_id)


def _registrations() -> QuerySet[Registration]:
    return Registration.objects.select_related("event__organizer", "event__place__city")


def registrations_by_id(subject_ids: list[str]) -> dict[str, Registration]:
    """What the letters of one batch are about, read at once."""
    return {str(found.pk): found for found in _registrations().filter(pk__in=subject_ids)}


def name_of(event: Event) -> str:
    return best_text(event, "name")[0]


def _says_sample(event: Event) -> bool:
    """Whether its name carries the mark of the demonstration already, in whichever language it is written."""
    name = name_of(event)
    for code in Language.values:
        with translation.override(code):
            if pgettext("demonstration data", "sample") in name:
                return True
    return False


def event_page(event: Event) -> str:
    return settings.SITE_URL + event.get_absolute_url()


def own_page(registration: Registration, purpose: str, *, preview: bool) -> str:
    token = PREVIEW_LINK if preview else tokens.issue(registration, purpose, now=timezone.now())
    return settings.SITE_URL + reverse("registration", args=[token])


def join_page(registration: Registration, *, preview: bool) -> str:
    is_offline = registration.event.event_attendance_mode == Event.AttendanceMode.OFFLINE
    if is_offline or registration.state != Registration.State.CONFIRMED:
        return ""
    token = PREVIEW_LINK if preview else tokens.issue(registration, AccessToken.Purpose.JOIN, now=timezone.now())
    return settings.SITE_URL + reverse("join", args=[token])


def way_in(event: Event) -> list[str]:
    if event.event_attendance_mode == Event.AttendanceMode.OFFLINE:
        return []
    minutes = {"minutes": minutes_before(event)}
    line = _("To take part online, open your page from %(minutes)s minutes before the start.") % minutes
    return [named("way_in", line)]


def _times(message: Message, event: Event) -> tuple[datetime, datetime]:
    """The times this letter is about: those frozen when it was queued, else the event's own."""
    if "dtstart" not in message.payload:
        return event.dtstart, event.dtend
    return datetime.fromisoformat(message.payload["dtstart"]), datetime.fromisoformat(message.payload["dtend"])


def letter(message: Message, registration: Registration, words: Words, *, join: str = "") -> EmailMultiAlternatives:
    """``join`` is the person's own page of the way in, never the room itself (8.1)."""
    event = registration.event
    start, end = _times(message, event)
    context = {
        "name": registration.display_name(message.language),
        "event_name": best_text(event, "name"),
        "when": [*both_cities_lines(start, end, message.language, tzid=message.tzid), *clock_notes_for(event)],
        "where": ical.where(event, language=message.language),
        "organizer": best_text(event.organizer, "name")[0],
        "event_page": event_page(event),
        "join": join,
        "sample_mark": pgettext("after a name", " (sample)") if event.is_sample and not _says_sample(event) else "",
    }
    email = compose(message, words, template="letter", context=context, reply_to=event.contact_email)
    if "method" in message.payload:
        _attach_calendar(email, message, registration, start, end)
    return email


def _attach_calendar(email, message: Message, registration: Registration, start: datetime, end: datetime) -> None:
    """The invitation twice, as clients want it: last alternative and attached file, the same bytes (6.10)."""
    method = message.payload["method"]
    octets = ical.invitation(
        registration.event,
        attendee=registration.email,
        language=message.language,
        tzid=message.tzid,
        method=method,
        sequence=message.payload["sequence"],
        dtstart=start,
        dtend=end,
        event_tzid=message.payload["tzid"],
        now=timezone.now(),
        event_is_off=message.kind == "events.event_cancelled",
    )
    email.attach_alternative(octets.decode(), f"text/calendar; method={method}; component=VEVENT")
    email.attach(f"{registration.event.slug}.ics", octets, "application/ics")
