"""Which letter goes to whom, with the facts frozen as they are now (events spec 4.22, 6.1, 6.6).

What a letter says is in ``events.mail``; when it leaves is the outbox's affair. Every function runs in the caller's
transaction, under the lock of the event.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.models import Event, Registration, ReminderRule
from events.services.changes import TIME, as_text, latest_change
from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import zone_of_language
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import Letter, queue_messages, queued


@dataclass(frozen=True)
class Notice:
    """What one person is told of a change. ``method`` is that of the calendar part, "" for a letter of words alone."""

    registration: Registration
    kind: str
    method: str = ""
    facts: dict = field(default_factory=dict)


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


def queue_notices(event: Event, notices: Iterable[Notice], *, up_to: int) -> int:
    """Tell people what became of ``event``; returns how many letters were written.

    Who gets a calendar part gets the next number of theirs (6.6). ``up_to`` is the last change they know of then; a
    CANCEL tells nothing of times and places, so it leaves that as it was. A constant number of queries, by batches.
    """
    notices = list(notices)
    invited = [notice for notice in notices if notice.method]
    for notice in invited:
        notice.registration.last_sequence = _number_after(notice.registration.last_sequence, event.sequence)
        if notice.method == "REQUEST":
            notice.registration.told_up_to = up_to
    Registration.objects.bulk_update(
        [notice.registration for notice in invited], ["last_sequence", "told_up_to"], batch_size=500
    )
    queue_messages(
        _letter(
            notice.registration,
            notice.kind,
            key=f"{notice.kind}:{notice.registration.pk}:{up_to}",
            payload=notice.facts
            | ({"sequence": notice.registration.last_sequence, "method": notice.method} if notice.method else {}),
        )
        for notice in notices
    )
    return len(notices)


def queue_reminders(owed: Iterable[tuple[Registration, ReminderRule, datetime | None, datetime]]) -> list[Message]:
    """Write the reminders of ``owed``: registration, rule, the moment before which it must not leave (None: at once)
    and the one after which it is too late.

    Returns the messages in the same order. The key names the version of the schedule, so two sweeps at once write one
    letter. A reminder has no place in the order of a person's letters: it carries no calendar part (4.15), and one
    that waits for the morning must not hold back a cancellation.
    """
    keys = queue_messages(
        _letter(
            registration,
            "events.follow_up" if rule.is_follow_up else "events.reminder",
            key=f"reminder:{registration.pk}:{rule.pk}:{registration.event.schedule_version}",
            payload={
                "rule": rule.pk,
                "trigger": rule.trigger,
                "schedule_version": registration.event.schedule_version,
            },
            not_before=not_before,
            expires_at=too_late,
            in_order=False,
        )
        for registration, rule, not_before, too_late in owed
    )
    return queued(keys)


def _next_sequence(registration: Registration) -> int:
    """The number for this person's next invitation, stored at once, with what they know from then on (5.2, 6.6)."""
    registration.last_sequence = _number_after(registration.last_sequence, registration.event.sequence)
    registration.told_up_to = latest_change(registration.event_id)
    registration.save(update_fields=["last_sequence", "told_up_to"])
    return registration.last_sequence


def _number_after(last: int | None, sequence: int) -> int:
    """The event's number for a first invitation, later one that is higher than any this person was sent (6.6)."""
    return sequence if last is None else max(sequence, last + 1)


def _facts(event: Event, *, sequence: int, method: str) -> dict:
    times = {name: as_text(getattr(event, name)) for name in TIME}
    return {"sequence": sequence, "method": method, **times}


def _letter(
    registration: Registration,
    kind: str,
    *,
    key: str,
    payload: dict | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    in_order: bool = True,
) -> Letter:
    return Letter(
        key=key,
        kind=kind,
        to=registration.email,
        language=registration.language,
        tzid=registration.tzid,
        payload=payload or {},
        subject_id=str(registration.pk),
        ordering_key=order_of(registration) if in_order else "",
        not_before=not_before,
        expires_at=expires_at,
    )


def order_of(registration: Registration) -> str:
    """Letters to one person about one event leave in turn (4.23)."""
    return f"event:{registration.event_id}:registration:{registration.pk}"


def _queue(registration: Registration, kind: str, *, key: str, payload: dict | None = None) -> None:
    queue_messages([_letter(registration, kind, key=key, payload=payload)])


def queue_broadcast(broadcast_pk: int, registrations: Iterable[Registration]) -> None:
    """Write what staff say to each of ``registrations``, in turn with the other letters about the event (5.6)."""
    queue_messages(
        _letter(
            registration,
            "events.broadcast",
            key=f"broadcast:{broadcast_pk}:{registration.pk}",
            payload={"broadcast": broadcast_pk},
        )
        for registration in registrations
    )
