"""The way in: asking for a place, and proving that the address is one's own (events spec 2.4–2.7, 2.13–2.15)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.exceptions import AddressNotAdmitted, EventFull, RegistrationClosed
from events.models import AccessToken, Event, Registration, SeatPool
from events.services import letters
from events.services.questions import keep_answers
from events.services.registrations import invitations, parties, seats, steps, waiting, writing
from events.services.registrations.locks import locked, locked_registration
from iurc_portal.accounts.addresses import email_key
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
NO_PLACE_YET = {State.UNPROVED, State.CANCELLED}  # who may ask; for the others something is decided already


def request_registration(
    *,
    event: Event,
    email: str,
    person: Mapping[str, str],
    now: datetime,
    user=None,
    wanted: Collection[str] = (),
    invitation: AccessToken | None = None,
    answers: Mapping[int, Any] | None = None,
    party: int = 1,
) -> Registration:
    """Ask for a place for ``email``; asking twice gives the same registration.

    ``person`` holds ``PERSON_FIELDS``, ``wanted`` kinds of ``SeatPool``, ``answers`` the stored values by question,
    which are written with the person. A guest's row stays ``unproved``, with its seat held for 30 minutes if one is
    free, until the mailed link is used. A signed-in ``user`` whose verified address this is, and whoever has an
    ``invitation`` that was mailed to this address alone, goes on at once (2.4). Whoever is known already gets a letter
    with their state, and the caller sees no difference (2.6); a second request within 10 minutes sends nothing (2.7),
    unless the place was given back in between: the link sent before is spent. Whoever asks for a ``party`` of so many
    takes a seat only where there is one for each; the caller seats the others under the same lock (2.18).

    Raises ``RegistrationClosed``, ``AddressNotAdmitted``, ``EventFull``, ``Busy``, or ``ValidationError`` with the
    code ``pool`` or ``invitation``.
    """
    own = user is not None and has_verified_address(user, email)
    with locked(event) as event:
        if not event.accepts_registrations(now=now):
            raise RegistrationClosed(event)
        if not event.admits(email):
            raise AddressNotAdmitted(event)
        invitation = invitations.check(event, invitation, email=email, now=now)
        stand = seats.stand_of(event, now=now)
        pools = seats.choose_pools(stand, wanted)
        registration = _row_of(event, email, now=now)
        is_full = not _takes_requests(event, stand, pools, party=party)
        proved = own or (invitation is not None and invitation.email_key != "")
        if invitation is not None:
            invitations.spend(invitation, now=now)
        if registration.state in NO_PLACE_YET:
            _ask(
                registration,
                pools,
                stand,
                email=email,
                person=person,
                user=user if own else None,
                proved=proved,
                party=party,
                now=now,
            )
            if answers is not None:
                keep_answers(registration, answers, now=now)
            return registration
        if own:
            Registration.objects.filter(pk=registration.pk, user=None).update(user=user)
        elif not proved and not _was_just_written(registration, now=now):
            registration.last_mail_at = now
            registration.save(update_fields=["last_mail_at"])
            letters.queue_known(registration, now=now)
    if (
        is_full and not proved
    ):  # told only now: the letter to the known person is committed, the page says what all see
        raise EventFull(event)
    return registration


def prove_registration(token: AccessToken, *, now: datetime) -> Registration:
    """The address behind a ``prove`` token is its person's. Doing it twice is no error (16.3).

    While the hold lasts the seat is there. A request that found none joins the line as of its first day; after a hold
    has lapsed the seat rules run afresh (2.5). Raises ``EventFull``, ``RegistrationClosed``, ``Busy``, or
    ``ValidationError`` with the code ``expired`` for an old link.
    """
    asked = token.registration
    if asked is None:
        raise TypeError("an invitation proves no address of a registration")
    with locked(asked.event) as event:
        registration = locked_registration(event, asked.pk)
        if registration.state not in NO_PLACE_YET:
            return registration
        spent = AccessToken.objects.filter(pk=token.pk).exclude(used_at=None).exists()
        if spent or token.is_expired(now=now) or registration.state != State.UNPROVED:
            raise ValidationError(_("This link is no longer valid. Register again."), code="expired")
        if event.status != Event.Status.CONFIRMED or now >= event.dtstart:
            raise RegistrationClosed(event)
        if not registration.takes_a_seat(now=now):
            if not event.accepts_registrations(now=now):
                raise RegistrationClosed(event)
            if registration.hold_until is not None:
                registration.joined_at = now
        pools, stand = seats.pools_of(registration), seats.stand_of(event, now=now)
        enter(registration, pools, stand, party=1 + len(parties.companions(registration)), now=now)
        AccessToken.objects.filter(registration=registration, purpose=token.Purpose.PROVE, used_at=None).update(
            used_at=now
        )
        clear_bounces(registration.email, now=now)
    return registration


def enter(
    registration: Registration,
    pools: Sequence[SeatPool],
    stand: seats.Stand,
    *,
    now: datetime,
    party: int = 1,
    by=None,
) -> None:
    """What becomes of a request once its address is proved: a place, staff's desk, or the line (2.5, 2.13, 2.14).

    Whoever leads a group is a ``party`` of so many; all of them go the same way. Raises ``EventFull`` where there is
    no waiting list.
    """
    event = registration.event
    holds = bool(registration.pk) and registration.takes_a_seat(now=now)
    if _is_chosen_by_staff(event):
        steps.move(registration, State.PENDING, now=now, by=by)
        seats.wish_for(registration, pools)
        writing.queue_pending(registration, now=now)
    elif holds or stand.free_to_take(pools, party=party):
        state = State.PENDING if event.approval_required else State.CONFIRMED
        parties.take_seats(registration, pools, state=state, now=now, stand=stand, by=by)
        if state == State.PENDING:
            writing.queue_pending(registration, now=now)
    else:
        waiting.join_line(registration, pools, now=now, by=by)


def has_verified_address(user, email: str) -> bool:
    """Whether ``email`` is an address that ``user`` has proved."""
    verified = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return email_key(email) in {email_key(address) for address in verified}


def fill(registration: Registration, *, email: str, person: Mapping[str, str]) -> None:
    """What a person says of themselves. Only ever written while nobody has proved the address."""
    registration.email = email
    for name in PERSON_FIELDS:
        if name in person:
            setattr(registration, name, person[name])


def _is_chosen_by_staff(event: Event) -> bool:
    """Whether requests take no seat before staff have approved them (2.13)."""
    return event.approval_required and not event.pending_holds_seat


def _takes_requests(event: Event, stand: seats.Stand, pools: Sequence[SeatPool], *, party: int) -> bool:
    """Whether newcomers may ask at all: there is a list, or there are seats to take or to be chosen for (2.15)."""
    is_free = stand.fits(party, pools) if _is_chosen_by_staff(event) else stand.free_to_take(pools, party=party)
    return event.waiting_list or is_free


def _row_of(event: Event, email: str, *, now: datetime) -> Registration:
    """The row of this address, locked, or a new one that is not saved yet."""
    key = email_key(email)
    rows = Registration.objects.select_for_update(of=("self",), no_key=True)
    registration = rows.filter(event=event, email_key=key).first()
    if registration is None:
        registration = Registration(event=event, email_key=key, joined_at=now)
    registration.event = event
    return registration


def _ask(
    registration: Registration,
    pools: Sequence[SeatPool],
    stand: seats.Stand,
    *,
    email: str,
    person: Mapping[str, str],
    user,
    proved: bool,
    party: int,
    now: datetime,
) -> None:
    """A request by someone who has no place: a seat for now if one is free, and a letter; the place if proved."""
    event = registration.event
    fill(registration, email=email, person=person)
    holds = bool(registration.pk) and registration.takes_a_seat(now=now)
    found_none = registration.state == State.UNPROVED and registration.hold_until is None
    if not holds and registration.group_id and Registration.objects.untold().filter(pk=registration.pk).exists():
        found_none = False  # somebody who waits has named them: now they ask by themselves, and wait by themselves
        registration.group, registration.priority = None, 0
    if not holds and not (registration.pk and found_none):
        registration.joined_at = now  # who found no seat keeps the day of the first request (2.5)
    if user is not None:
        registration.user = user
    if holds and seats.change_kind(registration, pools, stand):
        waiting.promote_soon(event, now=now)
    if proved:
        registration.decision_note = ""
        enter(registration, pools, stand, party=party, now=now, by=user)
        return
    if registration.state == State.CANCELLED:
        registration.last_mail_at = None  # the link of the former request is spent: whoever returns needs a new one
    writes = not _was_just_written(registration, now=now)
    if writes:
        registration.last_mail_at = now  # saved with the state
    if holds or (stand.free_to_take(pools, party=party) and not _is_chosen_by_staff(event)):
        hold = registration.hold_until if holds else now + timedelta(minutes=settings.IURC_EVENTS["hold_minutes"])
        seats.take_seats(event, pools, [registration], state=State.UNPROVED, hold_until=hold, now=now, stand=stand)
    elif _takes_requests(event, stand, pools, party=party):
        steps.move(registration, State.UNPROVED, now=now)
        seats.wish_for(registration, pools)
    else:
        raise EventFull(event)
    if writes:
        letters.queue_proof(registration, now=now)


def _was_just_written(registration: Registration, *, now: datetime) -> bool:
    """Whether a letter to this person left within the last minutes: another would say the same (2.7)."""
    quiet = timedelta(minutes=settings.IURC_EVENTS["quiet_minutes"])
    return registration.last_mail_at is not None and now - registration.last_mail_at < quiet
