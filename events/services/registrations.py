"""Places: asked for, proved, taken and given back (events spec 2).

One function takes seats, ``_take_seat``, always under the lock of the event's row: the count is made after the lock,
from rows. Events are locked before registrations.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from events import signals
from events.exceptions import Busy, EventFull, RegistrationClosed
from events.models import AccessToken, Delivery, Event, Registration
from events.services import letters
from events.services.questions import keep_answers
from iurc_portal.accounts.addresses import email_key
from iurc_portal.audit.services import record_transition
from iurc_portal.notifications.services import clear_bounces

PERSON_FIELDS = (
    "family_name",
    "given_name",
    "family_kana",
    "given_kana",
    "romaji",
    "company",
    "job_title",
    "country",
    "language",
    "tzid",
    "interpretation",
    "access_needs",
    "consent_version",
)
State = Registration.State


def request_registration(
    *,
    event: Event,
    email: str,
    person: Mapping[str, str],
    now: datetime,
    user=None,
    answers: Mapping[int, Any] | None = None,
) -> Registration:
    """Ask for a place for ``email``; asking twice gives the same registration.

    ``person`` holds ``PERSON_FIELDS``, ``answers`` the stored values by question; both are written together. A
    guest's row stays ``unproved`` with its seat held for 30 minutes until the mailed link is used; a signed-in
    ``user`` whose verified address this is gets the place at once (2.4). Whoever is known already gets a letter with
    their state, and the caller sees no difference (2.6); a second request within 10 minutes sends nothing (2.7),
    unless the place was given back in between: the link sent before is spent.

    Raises ``RegistrationClosed``, ``EventFull`` or ``Busy``.
    """
    proved = user is not None and has_verified_address(user, email)
    full = False
    with locked(event) as event:
        if not event.accepts_registrations(now=now):
            raise RegistrationClosed(event)
        registration = Registration.objects.filter(event=event, email_key=email_key(email)).first()
        if registration is None:
            registration = Registration(event=event, email_key=email_key(email), joined_at=now)
        registration.event = event
        if registration.state == State.CONFIRMED:
            full = not _has_room(event, now=now)
            if proved:
                Registration.objects.filter(pk=registration.pk, user=None).update(user=user)
            else:
                _write_unless_just_written(registration, letters.queue_known, now=now)
        else:
            _ask(registration, email=email, person=person, user=user if proved else None, now=now)
            if answers is not None:
                keep_answers(registration, answers, now=now)
    if full and not proved:  # told only now: the letter to the known person is committed, the page says what all see
        raise EventFull(event)
    return registration


def prove_registration(token: AccessToken, *, now: datetime) -> Registration:
    """Make the registration behind a ``prove`` token valid. Doing it twice is no error (16.3).

    While the hold lasts the seat is there; after it the seat rules run afresh (2.5). Raises ``EventFull``,
    ``RegistrationClosed``, ``Busy``, or ``ValidationError`` with the code ``expired`` for an old link.
    """
    with locked(token.registration.event) as event:
        registration = Registration.objects.get(pk=token.registration_id)
        registration.event = event
        if registration.state == State.CONFIRMED:
            return registration
        if token.used_at is not None or token.is_expired(now=now) or registration.state != State.UNPROVED:
            raise ValidationError(_("This link is no longer valid. Register again."), code="expired")
        held = registration.hold_until is not None and registration.hold_until > now
        if event.status != Event.Status.CONFIRMED or now >= event.dtstart:
            raise RegistrationClosed(event)
        if not held:
            if not event.accepts_registrations(now=now):
                raise RegistrationClosed(event)
            registration.joined_at = now
        _take_seat(registration, now=now, held=held)
        AccessToken.objects.filter(registration=registration, purpose=token.Purpose.PROVE, used_at=None).update(
            used_at=now
        )
        clear_bounces(registration.email, now=now)
        _confirm(registration, now=now)
    return registration


def withdraw_registration(registration: Registration, *, now: datetime, by=None) -> Registration:
    """Give a place back, until the start (2.20). Who held one gets a letter that clears their calendar.

    Doing it twice is no error. Raises ``RegistrationClosed`` once the event has begun.
    """
    with locked(registration.event) as event:
        registration = Registration.objects.get(pk=registration.pk)
        registration.event = event
        if registration.state == State.CANCELLED:
            return registration
        if now >= event.dtstart:
            raise RegistrationClosed(event)
        former = registration.move_to(State.CANCELLED)
        registration.hold_until = None
        registration.save()
        _log(registration, former, now=now, by=by)
        Delivery.objects.filter(registration=registration, state=Delivery.State.QUEUED, message__sent_at=None).update(
            state=Delivery.State.VOID
        )
        if former == State.CONFIRMED:
            letters.queue_withdrawn(registration)
            _tell(signals.registration_withdrawn, registration)
    return registration


def register_by_staff(*, event: Event, email: str, person: Mapping[str, str], now: datetime, by) -> Registration:
    """Register a person on their behalf: confirmed at once, with the usual letter and its way out (2.21).

    Raises ``RegistrationClosed`` after the start and ``EventFull``; limits hold for staff too.
    """
    with locked(event) as event:
        if event.status != Event.Status.CONFIRMED or now >= event.dtstart:
            raise RegistrationClosed(event)
        registration = Registration.objects.filter(event=event, email_key=email_key(email)).first()
        if registration is None:
            registration = Registration(event=event, email_key=email_key(email), joined_at=now)
        registration.event = event
        if registration.state == State.CONFIRMED:
            return registration
        _fill(registration, email=email, person=person)
        _take_seat(registration, now=now)
        _confirm(registration, now=now, by=by)
    return registration


def has_verified_address(user, email: str) -> bool:
    """Whether ``email`` is an address that ``user`` has proved."""
    verified = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return email_key(email) in {email_key(address) for address in verified}


@contextmanager
def locked(event: Event) -> Iterator[Event]:
    """A transaction that holds the event's row, freshly read. Raises ``Busy`` when the lock does not come (2.12)."""
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{int(settings.IURC_EVENTS['lock_seconds'])}s'")
            yield Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event.pk)
    except OperationalError as error:
        raise Busy(event) from error


def _ask(registration: Registration, *, email: str, person: Mapping[str, str], user, now: datetime) -> None:
    """A request by someone who holds no place: a seat for now, and a letter or, if ``user`` is known, the place."""
    holding = registration.hold_until is not None and registration.hold_until > now
    _fill(registration, email=email, person=person)
    if not holding:
        registration.joined_at = now
    _take_seat(registration, now=now, held=holding)
    if user is not None:
        registration.user = user
        _confirm(registration, now=now, by=user)
        return
    if not holding:
        registration.hold_until = now + timedelta(minutes=settings.IURC_EVENTS["hold_minutes"])
    former = registration.state if registration.pk else ""
    if former == State.CANCELLED:
        registration.move_to(State.UNPROVED)
        registration.last_mail_at = None  # the link of the former request is spent: whoever returns needs a new one
    registration.save()
    if former != State.UNPROVED:
        _log(registration, former, now=now)
    _write_unless_just_written(registration, letters.queue_proof, now=now)


def _fill(registration: Registration, *, email: str, person: Mapping[str, str]) -> None:
    """What a person says of themselves. Only ever written while nobody has proved the address."""
    registration.email = email
    for name in PERSON_FIELDS:
        if name in person:
            setattr(registration, name, person[name])


def take_seats(event: Event, registrations: Iterable[Registration], *, now: datetime) -> None:
    """Decide whether all of ``registrations`` may take a seat, or none (2.18); the caller holds the event's lock.

    Who holds a seat keeps it and needs no other. Raises ``EventFull``.
    """
    needing = sum(
        row.state != State.CONFIRMED and (row.hold_until is None or row.hold_until <= now) for row in registrations
    )
    if not _has_room(event, now=now, seats=needing):
        raise EventFull(event)


def _has_room(event: Event, *, now: datetime, besides: Registration | None = None, seats: int = 1) -> bool:
    if event.maximum_attendee_capacity is None:
        return True
    taken = event.registrations.taking_seats(now=now)
    if besides is not None and besides.pk:
        taken = taken.exclude(pk=besides.pk)
    return seats == 0 or taken.count() + seats <= event.maximum_attendee_capacity


def _take_seat(registration: Registration, *, now: datetime, held: bool = False) -> None:
    """Decide whether ``registration`` may take a seat; the caller holds the event's lock. Raises ``EventFull``.

    Who holds a seat keeps it, even if the capacity has been lowered since (2.16).
    """
    if not held and not _has_room(registration.event, now=now, besides=registration):
        raise EventFull(registration.event)


def _confirm(registration: Registration, *, now: datetime, by=None) -> None:
    former = registration.state if registration.pk else ""
    if former:
        registration.move_to(State.CONFIRMED)
    else:
        registration.state = State.CONFIRMED
    registration.confirmed_at = now
    registration.hold_until = None
    registration.save()
    _log(registration, former, now=now, by=by)
    letters.queue_confirmed(registration)
    _tell(signals.registration_confirmed, registration)


def _write_unless_just_written(registration: Registration, queue, *, now: datetime) -> None:
    quiet = timedelta(minutes=settings.IURC_EVENTS["quiet_minutes"])
    if registration.last_mail_at is not None and now - registration.last_mail_at < quiet:
        return
    registration.last_mail_at = now
    registration.save(update_fields=["last_mail_at"])
    queue(registration, now=now)


def _log(registration: Registration, former: str, *, now: datetime, by=None) -> None:
    record_transition(registration, from_state=former, to_state=registration.state, now=now, actor=by)


def _tell(signal: Signal, registration: Registration) -> None:
    transaction.on_commit(
        partial(signal.send_robust, sender=Registration, event=registration.event, registration=registration),
        robust=True,
    )
