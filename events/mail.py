"""What our letters say. Each kind is registered with the outbox in ``events.apps`` (events spec 4.18–4.25, 6.1).

The letters about a registration, and the parts of all; ``mail_reminders`` and ``mail_changes`` have the others.

A renderer runs with the reader's language and zone active. Clear tokens are made here and stand in the letter alone;
a preview for staff gets dummies.
"""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop, pgettext, pgettext_lazy

from events import audiences, ical, specimens
from events.clock_notes import notes_for as clock_notes_for
from events.joining import minutes_before
from events.models import AccessToken, Event, Registration
from events.services import tokens
from events.when import When
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words, named
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import Language, best_text

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
            read=read_registrations,
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
                *way_in(registration),
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
            opening=[_("Your place is confirmed."), *way_in(registration)],
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
    return GONE if found(message) is None else ""


def not_unproved(message: Message) -> str:
    return refusal(message, states={Registration.State.UNPROVED}, status=Event.Status.CONFIRMED)


def not_decided(message: Message) -> str:
    """Whoever has proved the address and has not left has a page that says where they stand."""
    states = set(Registration.State.values) - {Registration.State.UNPROVED, Registration.State.CANCELLED}
    return refusal(message, states=states)


def not_taking_part(message: Message) -> str:
    return refusal(message, states={Registration.State.CONFIRMED}, status=Event.Status.CONFIRMED)


def refusal(message: Message, *, states: set[str], status: str | None = None) -> str:
    registration = found(message)
    if registration is None:
        return GONE
    if registration.state not in states:
        return REGISTRATION_IS.get(registration.state, registration.state)
    if status is not None and registration.event.status != status:
        return EVENT_IS[registration.event.status]
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
    registration = found(message)
    if registration is None:
        raise Registration.DoesNotExist(f"message {message.pk} is about a registration that is gone")
    return registration


def found(message: Message) -> Registration | None:
    """The registration that the letter is about, as its batch has read it; None if it is gone."""
    if message.subject is None and message.subject_id:
        read_registrations([message])
    return message.subject


def read_registrations(messages: list[Message]) -> None:
    """Read what letters are about, at once. Registrations for one event share its record."""
    events = Event.objects.select_related("organizer", "place__city")
    found = Registration.objects.prefetch_related(Prefetch("event", events), "seats__pool")
    by_id = found.in_bulk({message.subject_id for message in messages if message.subject_id})
    registrations = {str(pk): registration for pk, registration in by_id.items()}
    for message in messages:
        message.subject = registrations.get(message.subject_id)


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
    is_offline = audiences.mode_of(registration) == Event.AttendanceMode.OFFLINE
    if is_offline or registration.state != Registration.State.CONFIRMED:
        return ""
    token = PREVIEW_LINK if preview else tokens.issue(registration, AccessToken.Purpose.JOIN, now=timezone.now())
    return settings.SITE_URL + reverse("join", args=[token])


def way_in(registration: Registration) -> list[str]:
    """When the room opens, for who takes part online or may; a person with a seat on site is led to that."""
    event = registration.event
    if audiences.mode_of(registration) == Event.AttendanceMode.OFFLINE:
        return []
    if event.all_day:
        return [named("way_in", _("To take part online, open your page: the way in is open on these days."))]
    minutes = {"minutes": minutes_before(event)}
    line = _("To take part online, open your page from %(minutes)s minutes before the start.") % minutes
    return [named("way_in", line)]


def when_of(facts: Mapping[str, str], event: Event) -> When:
    """The time that ``facts`` tell, frozen when a letter was queued; where they tell none, the event's own."""
    if "dtstart" not in facts:
        return event.when
    start, end = (datetime.fromisoformat(facts[name]) for name in ("dtstart", "dtend"))
    return When(start, end, facts.get("tzid", event.tzid), facts.get("all_day") == str(True), event.further)


def letter(message: Message, registration: Registration, words: Words, *, join: str = "") -> EmailMultiAlternatives:
    """``join`` is the person's own page of the way in, never the room itself (8.1)."""
    event = registration.event
    when, mode = when_of(message.payload, event), audiences.mode_of(registration)
    context = {
        "name": registration.display_name(message.language),
        "event_name": best_text(event, "name"),
        "when": [*when.lines(message.language, tzid=message.tzid), *clock_notes_for(event)],
        "where": ical.where(event, language=message.language, mode=mode),
        "organizer": best_text(event.organizer, "name")[0],
        "event_page": event_page(event),
        "join": join,
        "sample_mark": pgettext("after a name", " (sample)") if event.is_sample and not _says_sample(event) else "",
    }
    email = compose(message, words, template="letter", context=context, reply_to=event.contact_email)
    if "method" in message.payload:
        _attach_calendar(email, message, registration, when, mode, join=join)
    return email


def _attach_calendar(email, message: Message, registration: Registration, when: When, mode: str, *, join: str) -> None:
    """The invitation twice, as clients want it: last alternative and attached file, the same bytes (6.10).

    It carries the way in of the letter that it belongs to: the token of both exists nowhere else (4.22).
    """
    method = message.payload["method"]
    octets = ical.invitation(
        registration.event,
        attendee=registration.email,
        language=message.language,
        tzid=message.tzid,
        method=method,
        sequence=message.payload["sequence"],
        when=when,
        now=timezone.now(),
        mode=mode,
        event_is_off=message.kind == "events.event_cancelled",
        join=join,
    )
    email.attach_alternative(octets.decode(), f"text/calendar; method={method}; component=VEVENT")
    email.attach(f"{registration.event.slug}.ics", octets, "application/ics")
