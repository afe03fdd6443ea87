"""The letters about changes: moved, cancelled, on again (events spec 5.1–5.5).

What they tell was frozen when they were queued: old and new facts, SEQUENCE and method.
"""

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import pgettext_lazy

from events import specimens
from events.mail import (
    event_page,
    join_page,
    letter,
    name_of,
    own_page,
    read_registrations,
    refusal,
    registration_of,
    way_in,
    when_of,
)
from events.models import AccessToken, Event, Registration
from events.services.notices import TOLD
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.notifications import registry
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words, named
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.times import zone_place


def register_kinds() -> None:
    for name, title, render, unwanted in (
        ("changed", pgettext_lazy("letter", "event changed"), changed, not_on),
        ("event_cancelled", pgettext_lazy("letter", "event cancelled"), event_cancelled, not_cancelled),
        ("event_restored", pgettext_lazy("letter", "event on again"), event_restored, not_on),
    ):
        registry.register(
            f"events.{name}",
            title=title,
            render=render,
            refusal=unwanted,
            read=read_registrations,
            **specimens.adjusting(name),
        )


def changed(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """Another time, another place, or both: what was and what is, in both cities."""
    registration = registration_of(message)
    news = message.payload["news"]
    stays = _("Your place is still yours.") if _is_invited(message) else _("Your request stays as it is.")
    return letter(
        message,
        registration,
        Words(
            subject=_subject(message, registration.event),
            opening=[*_what_changed(message, news), stays, *_former(message, registration.event)],
            button=_("Open my registration"),
            link=own_page(registration, AccessToken.Purpose.MANAGE, preview=preview),
            closing=_closing(message),
        ),
        join=join_page(registration, preview=preview) if _is_invited(message) else "",
    )


def event_cancelled(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = registration_of(message)
    reason = best_text(registration.event, "cancellation_reason", message.language)[0]
    closing = _("You need not do anything. Your calendar is updated by the attached file.")
    return letter(
        message,
        registration,
        Words(
            subject=_("Cancelled: %(event)s") % {"event": name_of(registration.event)},
            opening=[
                _("We are sorry: this event will not take place."),
                *([named("reason", _("Reason: %(reason)s") % {"reason": reason})] if reason else []),
            ],
            button=_("Open the event's page"),
            link=event_page(registration.event),
            closing=[closing if _is_invited(message) else _("You need not do anything.")],
        ),
    )


def event_restored(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = registration_of(message)
    invited = _is_invited(message)
    place = _("This event had been cancelled and takes place after all. Your place is still yours.")
    request = _("This event had been cancelled and takes place after all. Your request stays as it is.")
    return letter(
        message,
        registration,
        Words(
            subject=_("Taking place after all: %(event)s") % {"event": name_of(registration.event)},
            opening=[
                place if invited else request,
                *_what_changed(message, message.payload["news"]),
                *_former(message, registration.event),
                *(way_in(registration) if invited and not message.payload["news"] else []),
            ],
            button=_("Open my registration"),
            link=own_page(registration, AccessToken.Purpose.MANAGE, preview=preview),
            closing=_closing(message),
        ),
        join=join_page(registration, preview=preview) if invited else "",
    )


# --- When they are no longer wanted ----------------------------------------------------------------------------------


def not_on(message: Message) -> str:
    return refusal(message, states=_states(message), status=Event.Status.CONFIRMED)


def not_cancelled(message: Message) -> str:
    return refusal(message, states=_states(message), status=Event.Status.CANCELLED)


def _states(message: Message) -> set[str]:
    """Whoever held an invitation must still hold it; who only hoped for a place may have got one meanwhile."""
    return {Registration.State.CONFIRMED} if _is_invited(message) else set(TOLD)


# --- The parts -------------------------------------------------------------------------------------------------------


def _is_invited(message: Message) -> bool:
    return "method" in message.payload


def _subject(message: Message, event: Event) -> str:
    news = message.payload["news"]
    facts = {"event": name_of(event), **when_of(message.payload, event).start_words(message.language, message.tzid)}
    if "time" in news and "place" in news:
        return _("New time and place: %(event)s, %(date)s %(time)s") % facts
    if "time" in news:
        return _("New time: %(event)s, %(date)s %(time)s") % facts
    if "place" in news:
        return _("New place: %(event)s") % facts
    return _("Changed: %(event)s") % facts


def _what_changed(message: Message, news: list[str]) -> list[str]:
    """One sentence, or none."""
    if "time" in news and "place" in news:
        return [_("Time and place of this event have changed.")]
    if "time" in news:
        return [_("The time of this event has changed.")]
    if "place" in news:
        return [_("The place of this event has changed.")]
    if "zone" in news:
        zone = {"zone": _zone_words(message.payload["tzid"], message.language)}
        return [_("The hours below are now set by the clock of %(zone)s; the moment is the same.") % zone]
    return []


def _former(message: Message, event: Event) -> list[str]:
    """What was true until now, in both cities, and the words that lead to what is."""
    news, old = message.payload["news"], message.payload["old"]
    lines = []
    if "time" in news:
        lines += when_of(old, event).lines(message.language, tzid=message.tzid)
    if "place" in news and old["where"]:
        lines.append(old["where"])
    return [_("Until now:"), *lines, _("From now on:")] if lines else []


def _closing(message: Message) -> list[str]:
    if not _is_invited(message):
        return [_("If you can no longer come, tell us on the same page.")]
    return [
        _("The attached file brings your calendar up to date."),
        _("If you cannot come, cancel on the same page: somebody else can then take your place."),
    ]


def _zone_words(tzid: str, language: str) -> str:
    cities = {zone.key: str(PartnerSide(side).label) for side, zone in ZONES.items()}
    return cities.get(tzid) or zone_place(tzid, language)
