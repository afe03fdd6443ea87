"""How broadcasts read: to those registered, and as news to subscribers (events spec 4.27, 5.6)."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, pgettext_lazy

from events import audiences, ical, specimens
from events.mail import found, read_registrations, registration_of
from events.models import AccessToken, Broadcast, Event, Registration
from events.services import broadcasts, tokens
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose, compose_news
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.marks import as_html, plain

PREVIEW_LINK = "preview"
GONE = gettext_noop("the registration is gone")
OTHER_STATE = gettext_noop("the registration has changed since")
NOT_ON = gettext_noop("the event is no longer published")


def register_kinds() -> None:
    registry.register_topic(broadcasts.TOPIC, gettext_lazy("new webinars and events"))
    registry.register(
        "events.broadcast",
        title=pgettext_lazy("letter", "message to participants"),
        render=to_participant,
        refusal=not_meant_any_more,
        read=read_letters,
    )
    registry.register(
        "events.announcement",
        title=pgettext_lazy("letter", "news of an event"),
        render=to_subscriber,
        refusal=not_on_any_more,
        read=read_news,
        is_news=True,
    )


def to_participant(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    broadcast = _broadcast(message)
    registration = registration_of(message)
    button, link = _("Open the event's page"), _event_page(broadcast.event)
    if registration.state == Registration.State.CONFIRMED:
        manage = AccessToken.Purpose.MANAGE
        clear = PREVIEW_LINK if preview else tokens.issue(registration, manage, now=timezone.now())
        button, link = _("Open my registration"), settings.SITE_URL + reverse("registration", args=[clear])
    words, context = _letter(message, broadcast, button=button, link=link, mode=audiences.mode_of(registration))
    context["name"] = registration.display_name(message.language)
    return compose(message, words, template="broadcast", context=context, reply_to=broadcast.event.contact_email)


def to_subscriber(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    broadcast = _broadcast(message)
    link = _event_page(broadcast.event)
    words, context = _letter(message, broadcast, button=_("Open the event's page"), link=link)
    contact = broadcast.event.contact_email
    return compose_news(message, words, template="broadcast", context=context, reply_to=contact, preview=preview)


def not_meant_any_more(message: Message) -> str:
    registration = found(message)
    if registration is None:
        return GONE
    wanted = _broadcast(message).segment.get("states")
    return OTHER_STATE if wanted and registration.state not in wanted else ""


def not_on_any_more(message: Message) -> str:
    event = _broadcast(message).event
    is_coming = event.dtstart > timezone.now() and event.status == Event.Status.CONFIRMED
    return "" if is_coming else NOT_ON


def specimen(broadcast: Broadcast, language: str) -> Message:
    """What a reader of ``language`` would get, to look at: nobody's letter, with dummy links."""
    registration = specimens.registration(language)
    kind = "announcement" if broadcast.audience == Broadcast.Audience.SUBSCRIBERS else "broadcast"
    return Message(
        kind=f"events.{kind}",
        to=registration.email,
        language=language,
        tzid=registration.tzid,
        payload={"broadcast": broadcast.pk},
    )


def read_letters(messages: list[Message]) -> None:
    """Read broadcasts, and to whom they go, of many letters at once."""
    read_registrations(messages)
    read_news(messages)


def read_news(messages: list[Message]) -> None:
    """Read the broadcasts of many letters at once. Letters of one broadcast share its record."""
    broadcasts = _broadcasts().in_bulk({message.payload["broadcast"] for message in messages})
    for message in messages:
        message.occasion = broadcasts.get(message.payload["broadcast"])


def _broadcasts() -> QuerySet[Broadcast]:
    return Broadcast.objects.select_related("event__organizer", "event__place__city")


def _broadcast(message: Message) -> Broadcast:
    if message.occasion is None:
        message.occasion = _broadcasts().get(pk=message.payload["broadcast"])
    return message.occasion


def _event_page(event: Event) -> str:
    return settings.SITE_URL + event.get_absolute_url()


def _letter(
    message: Message, broadcast: Broadcast, *, button: str, link: str, mode: str = ""
) -> tuple[Words, dict[str, Any]]:
    """The text in the reader's language or, marked as such, in the best other one, around the facts of the event."""
    event = broadcast.event
    text = broadcast.text_for(message.language)
    subject, body, language = text if text is not None else ("–", "", message.language)
    context = {
        "body_html": as_html(body),
        "body_text": plain(body),
        "body_language": language,
        "only_in": _only_in(language) if language != message.language else "",
        "event_name": best_text(event, "name"),
        "when": event.when.lines(message.language, tzid=message.tzid),
        "where": ical.where(event, language=message.language, mode=mode),
        "organizer": best_text(event.organizer, "name")[0],
        "event_page": _event_page(event),
        "sample_mark": "",
    }
    return Words(subject=subject, opening=[], button=button, link=link), context


def _only_in(language: str) -> str:
    notices = {
        "it": _("Available in Italian only"),
        "en": _("Available in English only"),
        "ja": _("Available in Japanese only"),
    }
    return notices[language]
