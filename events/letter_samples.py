"""What a rule's letter would say, to nobody in particular: for staff who write its text (events spec 17)."""

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation

from events.mail_reminders import write_follow_up, write_reminder
from events.models import Event, Registration, ReminderRule
from iurc_portal.clock import zone_of_language
from iurc_portal.notifications.models import Message

READERS = {
    "it": {"family_name": "Esempio", "given_name": "Anna"},
    "en": {"family_name": "Sample", "given_name": "Alex"},
    "ja": {"family_name": "見本", "given_name": "太郎"},
}


def sample_letter(rule: ReminderRule, *, language: str, came: bool | None) -> EmailMultiAlternatives | None:
    """The letter of ``rule`` to a made-up reader of ``language``, with dummy links; nothing is written anywhere.

    A rule of a track is shown with the track's latest event; None if it has none yet.
    """
    event = rule.event or Event.objects.filter(track=rule.track).order_by("-dtstart", "pk").first()
    if event is None:
        return None
    tzid = zone_of_language(language)
    registration = Registration(event=event, language=language, tzid=tzid, **READERS[language])
    message = Message(language=language, tzid=tzid, payload={"trigger": rule.trigger})
    with translation.override(language), timezone.override(tzid):
        if rule.is_follow_up:
            return write_follow_up(message, registration, rule, came=came, preview=True)
        return write_reminder(message, registration, rule, preview=True)
