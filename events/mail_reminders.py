"""Reminders, letters after an event, notes of clock changes (events spec 4.1, 4.10–4.15, 12.15)."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext_noop, pgettext_lazy

from events import specimens
from events.clock_notes import words_before_change
from events.mail import (
    event_page,
    found,
    join_page,
    letter,
    name_of,
    not_taking_part,
    own_page,
    read_registrations,
    registration_of,
    way_in,
)
from events.models import AccessToken, Registration, ReminderRule
from events.services.followups import attended
from events.services.scheduling import MOVED
from events.triggers import Trigger
from iurc_portal.notifications import registry
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words, named
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import best_text

REMOVED = gettext_noop("the reminder was removed")
SOON = 2 * 3600  # seconds before the start from which "begins soon" is said


def register_kinds() -> None:
    for name, title, render in (
        ("reminder", pgettext_lazy("letter", "reminder"), reminder),
        ("follow_up", pgettext_lazy("letter", "after the event"), follow_up),
        ("clock_change", pgettext_lazy("letter", "clock change in a series"), clock_change),
    ):
        registry.register(
            f"events.{name}",
            title=title,
            render=render,
            refusal=not_to_be_reminded,
            read=read_reminders,
            **specimens.adjusting(name),
        )


def reminder(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    return write_reminder(message, registration_of(message), _rule(message), preview=preview)


def follow_up(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    registration = registration_of(message)
    return write_follow_up(message, registration, _rule(message), came=attended(registration), preview=preview)


def write_reminder(
    message: Message, registration: Registration, rule: ReminderRule | None, *, preview: bool
) -> EmailMultiAlternatives:
    """``rule`` brings a text of its own, if staff wrote one."""
    event = registration.event
    facts = {"event": name_of(event), **event.when.start_words(message.language, message.tzid)}
    soon = Trigger.parse(message.payload["trigger"]).distance.total_seconds() <= SOON
    opening = _("The event you are registered for begins soon.") if soon else _("You are registered for this event.")
    return letter(
        message,
        registration,
        Words(
            subject=_("Reminder: %(event)s, %(date)s %(time)s") % facts,
            opening=[opening, *_own_words(rule, "text", message.language), *way_in(registration)],
            button=_("Open my registration"),
            link=own_page(registration, AccessToken.Purpose.MANAGE, preview=preview),
            closing=[_("If you cannot come, cancel on the same page: somebody else can then take your place.")],
        ),
        join=join_page(registration, preview=preview),
    )


def write_follow_up(
    message: Message, registration: Registration, rule: ReminderRule | None, *, came: bool | None, preview: bool
) -> EmailMultiAlternatives:
    """A thank-you to who came, a word to who did not, and one that fits both where nobody has noted it (None)."""
    event = registration.event
    name = {"event": name_of(event)}
    if came is None:
        subject, opening = _("After the event: %(event)s"), _("Thank you for your interest in this event.")
    elif came:
        subject, opening = _("Thank you for taking part: %(event)s"), _("Thank you for taking part in this event.")
    else:
        subject = _("We missed you: %(event)s")
        opening = _("You were registered for this event and could not be there.")
    own = _own_words(rule, "absent_text" if came is False else "text", message.language)
    return letter(
        message,
        registration,
        Words(
            subject=subject % name,
            opening=[opening, *own],
            button=_("Open the event's page"),
            link=event_page(event),
            closing=[_("What there is to read and to see afterwards is on the event's page.")],
        ),
    )


def clock_change(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """Before clocks change, to those for whom their dates of a series move by an hour (12.15). Text only."""
    registration = registration_of(message)
    event = registration.event
    note = words_before_change(
        former=datetime.fromisoformat(message.payload["former"]),
        start=event.dtstart,
        tzid=message.tzid,
        language=message.language,
    )
    return letter(
        message,
        registration,
        Words(
            subject=_("The clocks change: another hour for %(event)s") % {"event": name_of(event)},
            opening=[_("Your dates of this series move by an hour on your clock, because clocks change."), note],
            button=_("Open my registration"),
            link=own_page(registration, AccessToken.Purpose.MANAGE, preview=preview),
            closing=[_("You need not do anything: the entry in your calendar is at the right hour already.")],
        ),
    )


def not_to_be_reminded(message: Message) -> str:
    """The rule is still there, the event has not moved since, and the person still takes part (4.18)."""
    registration = found(message)
    if registration is not None and registration.event.schedule_version != message.payload["schedule_version"]:
        return MOVED
    if "rule" in message.payload and _rule(message) is None:
        return REMOVED
    return not_taking_part(message)


def read_reminders(messages: list[Message]) -> None:
    """Read registrations and rules of many reminders at once. Those of one rule share its record."""
    read_registrations(messages)
    rules = ReminderRule.objects.in_bulk({message.payload.get("rule") for message in messages} - {None})
    for message in messages:
        message.occasion = rules.get(message.payload.get("rule"))


def _rule(message: Message) -> ReminderRule | None:
    if message.occasion is None:
        message.occasion = ReminderRule.objects.filter(pk=message.payload.get("rule")).first()
    return message.occasion


def _own_words(rule: ReminderRule | None, field: str, language: str) -> list[str]:
    """What staff wrote for this rule, in the best language there is: one paragraph, or none."""
    text = best_text(rule, field, language)[0].strip() if rule is not None else ""
    return [named("note", text)] if text else []
