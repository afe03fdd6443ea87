"""Answers that calendar programs send to our invitations (events spec 6.8, RFC 5546 §3.2.3).

Mail can be forged, so an answer cancels nothing: it tells staff that somebody wants to leave, and they decide.
"""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import Event, Registration
from events.services.registrations import steps
from iurc_portal.accounts.addresses import email_key

LARGEST = 1_000_000  # octets of a letter; what is larger answers no invitation
LONGEST_ADDRESS = 254


class Outcome(StrEnum):
    """What became of a letter."""

    NOTED = "noted"  # somebody wants to leave
    TAKEN_BACK = "taken back"  # and comes after all
    NOTHING_NEW = "nothing new"
    UNKNOWN = "unknown"  # an answer about nobody's place
    NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Answer:
    """What somebody answered, as a calendar program put it."""

    uid: str
    attendee: str  # key of the address
    partstat: str


def take_reply(octets: bytes, *, now: datetime) -> Outcome:
    """Read one letter as it arrived. ``DECLINED`` by who holds a place is noted for staff, ``ACCEPTED`` takes it back.

    UID and ATTENDEE have to match a confirmed registration of an event to come. Whatever else the letter is, nothing
    happens; no letter raises.
    """
    answer = read_answer(octets)
    if answer is None:
        return Outcome.NO_ANSWER
    with transaction.atomic():
        holders = Registration.objects.confirmed().select_for_update(of=("self",), no_key=True)
        registration = holders.filter(
            event__uid=answer.uid,
            event__status=Event.Status.CONFIRMED,
            event__dtstart__gt=now,
            email_key=answer.attendee,
        ).first()
        if registration is None:
            return Outcome.UNKNOWN
        declined = answer.partstat == "DECLINED"
        if declined == (registration.wants_to_withdraw_at is not None):
            return Outcome.NOTHING_NEW
        _note(
            registration,
            now if declined else None,
            now=now,
            reason="declined_by_mail" if declined else "accepted_by_mail",
        )
    return Outcome.NOTED if declined else Outcome.TAKEN_BACK


def dismiss_reply(registration: Registration, *, now: datetime, by) -> None:
    """Staff have looked: the person stays. Raises ``ValidationError`` where nobody wants to leave."""
    with transaction.atomic():
        waiting = Registration.objects.select_for_update(of=("self",), no_key=True).exclude(wants_to_withdraw_at=None)
        found = waiting.filter(pk=registration.pk).first()
        if found is None:
            raise ValidationError(_("This person has not declined the invitation."), code="reply")
        _note(found, None, now=now, by=by, reason="reply_dismissed")


def _note(registration: Registration, wants_at: datetime | None, *, now: datetime, reason: str, by=None) -> None:
    registration.wants_to_withdraw_at = wants_at
    registration.save(update_fields=["wants_to_withdraw_at"])
    steps.note(registration, now=now, by=by, reason=reason)


# --- Reading ---------------------------------------------------------------------------------------------------------


def read_answer(octets: bytes) -> Answer | None:
    """The one answer in a letter; None if it is none, or says neither yes nor no."""
    if len(octets) > LARGEST:
        return None
    answers = [answer for part in _calendar_parts(octets) for answer in _answers_in(part)]
    return answers[0] if len(set(answers)) == 1 else None


def _calendar_parts(octets: bytes) -> Iterator[bytes]:
    for part in email.message_from_bytes(octets).walk():
        payload = part.get_payload(decode=True) if part.get_content_type() == "text/calendar" else None
        if isinstance(payload, bytes):
            yield payload


def _answers_in(octets: bytes) -> Iterator[Answer]:
    """Answers of one attendee each, as a REPLY carries them. What cannot be read says nothing."""
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(octets.decode(errors="replace").replace("\0", ""))
    except ValueError:
        return
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        return
    for event in calendar.walk("VEVENT"):
        attendee = event.get("ATTENDEE")
        if attendee is None or isinstance(attendee, list):  # RFC 5546: exactly the one who answers
            continue
        partstat = str(attendee.params.get("PARTSTAT", "")).upper()
        scheme, _colon, address = str(attendee).partition(":")
        if scheme.lower() == "mailto" and partstat in {"DECLINED", "ACCEPTED"}:
            yield Answer(str(event.get("UID", "")), email_key(unquote(address))[:LONGEST_ADDRESS], partstat)
