"""Which letter goes to whom, with the facts frozen as they are now (events spec 4.22, 5.5, 6.6).

What a letter says is in ``events.mail``; when it leaves is the outbox's affair. Every function runs in the caller's
transaction, under the lock of the event.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from events.models import Event, Registration, ReminderRule
from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import zone_of_language
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import Letter, queue_messages


def queue_proof(registration: Registration, *, now: datetime) -> None:
    """Ask whether the address is really theirs. The link in it makes the registration valid (2.4)."""
    _queue(registration, "events.proof", key=f"proof:{registration.pk}:{now:%Y%m%dT%H%M%S%f}")


def queue_known(registration: Registration, *, now: datetime) -> None:
    """Tell a person who asked again what they already have; the page tells nobody (2.6)."""
    _queue(registration, "events.known", key=f"known:{registration.pk}:{now:%Y%m%dT%H%M%S%f}")


def write_again(registration: Registration, *, now: datetime) -> None:
    """Send somebody the link to their own page again. Raises ``ValidationError`` for a cancelled registration."""
    if registration.state == Registration.State.CANCELLED:
        raise ValidationError(_("This registration is cancelled: the person registers again."), code="cancelled")
    if registration.state == Registration.State.UNPROVED:
        queue_proof(registration, now=now)
    else:
        _queue(registration, "events.link", key=f"link:{registration.pk}:{now:%Y%m%dT%H%M%S%f}")


def queue_text(
    registration: Registration, kind: str, *, now: datetime, payload: dict | None = None, expires_at=None
) -> None:
    """A letter without a calendar part, once for each moment at which something happened."""
    key = f"{kind}:{registration.pk}:{now:%Y%m%dT%H%M%S%f}"
    queue_messages([_letter(registration, kind, key=key, payload=payload, expires_at=expires_at)])


def queue_invitations(event: Event, addresses: Iterable[str], *, language: str, bound: bool, now: datetime) -> None:
    """Ask people to an event for which they are not registered yet; the letter's own token lets them in (2.22)."""
    queue_messages(
        Letter(
            key=f"events.invitation:{event.pk}:{email_key(address)}:{now:%Y%m%dT%H%M%S%f}",
            kind="events.invitation",
            to=address,
            language=language,
            tzid=zone_of_language(language),
            payload={"bound": bound},
            subject_id=str(event.pk),
            ordering_key=f"event:{event.pk}:invitation:{email_key(address)}",
            expires_at=event.registration_ends_at,
        )
        for address in addresses
    )


def queue_confirmed(registration: Registration, *, kind: str = "events.confirmed") -> None:
    """Confirm a place, with an invitation that says something new: its SEQUENCE rises for a person who returns."""
    sequence = _next_sequence(registration)
    _queue(
        registration,
        kind,
        key=f"confirmed:{registration.pk}:{sequence}",
        payload=_facts(registration.event, sequence=sequence, method="REQUEST"),
    )


def queue_withdrawn(registration: Registration) -> None:
    """Confirm that a place was given back, and take the entry out of that person's calendar."""
    sequence = _next_sequence(registration)
    _queue(
        registration,
        "events.withdrawn",
        key=f"withdrawn:{registration.pk}:{sequence}",
        payload=_facts(registration.event, sequence=sequence, method="CANCEL"),
    )


def queue_member(registration: Registration) -> None:
    """Tell a member of a group who has registered them, and ask for their word until the hold ends (2.18)."""
    _queue(
        registration,
        "events.member",
        key=f"member:{registration.pk}:{registration.hold_until:%Y%m%dT%H%M%S%f}",
        payload={"hold_until": registration.hold_until.isoformat()} if registration.hold_until else {},
    )


def queue_members_gone(lead: Registration, names: list[str], *, declined: bool, now: datetime) -> None:
    """Tell the lead of a group whose places are free again, because they declined or did not answer in time."""
    _queue(
        lead,
        "events.members_gone",
        key=f"members-gone:{lead.pk}:{now:%Y%m%dT%H%M%S%f}",
        payload={"names": names, "declined": declined},
    )


def queue_event_cancelled(event: Event) -> int:
    """Tell everyone who holds a place that the event is off. Returns how many letters were written."""
    return _queue_to_all(event, "events.event_cancelled", method="CANCEL")


def queue_event_restored(event: Event) -> int:
    """Tell everyone who holds a place that the event takes place after all. Returns how many letters were written."""
    return _queue_to_all(event, "events.event_restored", method="REQUEST")


def queue_reminders(owed: Iterable[tuple[Registration, ReminderRule, datetime]]) -> dict[tuple[int, int], Message]:
    """Write the reminders of ``owed``: registration, rule and the moment after which it is too late.

    Returns the messages by (registration, rule). The key names the version of the schedule, so two sweeps at once
    write one letter.
    """
    owed = list(owed)
    messages = queue_messages(
        _letter(
            registration,
            "events.reminder",
            key=f"reminder:{registration.pk}:{rule.pk}:{registration.event.schedule_version}",
            payload={"trigger": rule.trigger, "schedule_version": registration.event.schedule_version},
            expires_at=too_late,
        )
        for registration, rule, too_late in owed
    )
    return {
        (registration.pk, rule.pk): message
        for (registration, rule, _late), message in zip(owed, messages, strict=True)
    }


def _next_sequence(registration: Registration) -> int:
    """The number for this person's next invitation: higher than any they were sent (6.6). Stored at once."""
    sequence = registration.event.sequence
    if registration.last_sequence is not None:
        sequence = max(sequence, registration.last_sequence + 1)
    registration.last_sequence = sequence
    registration.save(update_fields=["last_sequence"])
    return sequence


def _facts(event: Event, *, sequence: int, method: str) -> dict:
    return {
        "sequence": sequence,
        "method": method,
        "dtstart": event.dtstart.isoformat(),
        "dtend": event.dtend.isoformat(),
        "tzid": event.tzid,
    }


def _letter(
    registration: Registration, kind: str, *, key: str, payload: dict | None = None, expires_at=None
) -> Letter:
    return Letter(
        key=key,
        kind=kind,
        to=registration.email,
        language=registration.language,
        tzid=registration.tzid,
        payload=payload or {},
        subject_id=str(registration.pk),
        ordering_key=f"event:{registration.event_id}:registration:{registration.pk}",
        expires_at=expires_at,
    )


def _queue(registration: Registration, kind: str, *, key: str, payload: dict | None = None) -> None:
    queue_messages([_letter(registration, kind, key=key, payload=payload)])


def _queue_to_all(event: Event, kind: str, *, method: str) -> int:
    """One letter to each confirmed person, with a constant number of queries."""
    confirmed = Registration.objects.confirmed().filter(event=event)
    confirmed.update(last_sequence=Greatest(event.sequence, Coalesce(F("last_sequence") + 1, event.sequence)))
    registrations = list(confirmed.order_by("pk"))
    queue_messages(
        _letter(
            registration,
            kind,
            key=f"{kind}:{registration.pk}:{registration.last_sequence}",
            payload=_facts(event, sequence=registration.last_sequence or 0, method=method),
        )
        for registration in registrations
    )
    return len(registrations)
