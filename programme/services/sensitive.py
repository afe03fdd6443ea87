"""What delegates tell in confidence: given with consent, read by few and noted, forgotten in time (P16–P18).

No value ever goes into a log, a letter or a message: logs say who read which kind of data, of how many people.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import Event
from iurc_portal.audit.services import record_transition
from iurc_portal.secret_fields import has_key
from programme.exceptions import LinkOver
from programme.models import (
    AgendaItem,
    Delegate,
    DelegateSensitive,
    Diet,
    PassportRequest,
    SensitiveAccess,
    StudyVisit,
)
from programme.models.sensitive import CARE_FIELDS, PASSPORT_FIELDS
from programme.services.agenda import lock_visit
from programme.services.links import is_over
from programme.versions.held import comes

PERMISSION = "programme.read_sensitive"
VALID_FOR = timedelta(days=183)  # after the visit: many countries ask for six months


# --- Who may ---------------------------------------------------------------------------------------------------------


def leads(user, visit: StudyVisit) -> bool:
    """Whether ``user`` is the visit's lead or deputy, who read without giving a reason."""
    return user.is_active and user.is_staff and user.pk is not None and user.pk in {visit.lead_id, visit.deputy_id}


def may_read(user, visit: StudyVisit) -> bool:
    return leads(user, visit) or (user.is_active and user.is_staff and user.has_perm(PERMISSION))


def is_manager(user) -> bool:
    return user.is_superuser or user.has_perm("ecosystem.edit_both_sides")


@transaction.atomic
def read_for(user, visit: StudyVisit, *, kind: str, reason: str = "", now: datetime) -> list[Delegate]:
    """The delegation with its ``sensitive`` rows, in protocol order, noted as read by ``user``.

    Who does not lead the visit gives a reason. Raises ``ValidationError`` (code ``reason``) without one, and
    ``PermissionError`` for whoever may not read at all, and ``Unreadable`` where passports cannot be opened: nothing
    is noted then.
    """
    if not may_read(user, visit):
        raise PermissionError
    if not leads(user, visit) and not reason.strip():
        raise ValidationError(_("Write why you need these data: it stays in the log."), code="reason")
    found = list(
        Delegate.objects.filter(visit=visit)
        .coming()
        .select_related("person__organisation", "sensitive")
        .in_protocol_order()
    )
    if kind == SensitiveAccess.Kind.PASSPORT:
        for row in (one.sensitive for one in found if hasattr(one, "sensitive")):
            row.open_passport()
    _note(visit, user, kind, reason=reason.strip(), people=len(found), now=now)
    return found


def note_refused(user, visit: StudyVisit, *, now: datetime) -> None:
    """Somebody of the staff asked for sensitive data and may not see them."""
    _note(visit, user, SensitiveAccess.Kind.REFUSED, reason="", people=0, now=now)


def _note(visit: StudyVisit, user, kind: str, *, reason: str, people: int, now: datetime) -> None:
    SensitiveAccess.objects.create(visit=visit, by=user, at=now, kind=kind, reason=reason[:300], people=people)


# --- What delegates give ---------------------------------------------------------------------------------------------


def of(delegate: Delegate) -> DelegateSensitive:
    """The row of ``delegate``, unsaved where there is none."""
    found = DelegateSensitive.objects.filter(delegate=delegate).first()
    return found or DelegateSensitive(delegate=delegate)


@transaction.atomic
def give_care(delegate: Delegate, values: Mapping[str, Any], *, now: datetime) -> DelegateSensitive:
    """Keep diet, allergies, mobility and emergency contact (``CARE_FIELDS``), with consent as of ``now``.

    Nothing left means: forgotten. Raises ``LinkOver`` after the visit.
    """
    row = _locked(delegate, now=now)
    row.blank_care(now=now)
    for name in CARE_FIELDS:
        setattr(row, name, values.get(name) or ([] if name == "diet" else ""))
    row.diet = [code for code in row.diet if code in Diet.values]
    row.purged_at = None
    row.consent_at = now if row.has_care else None
    row.full_clean(exclude=["delegate"])
    row.save()
    return row


@transaction.atomic
def give_passport(delegate: Delegate, values: Mapping[str, str], *, now: datetime) -> DelegateSensitive:
    """Keep the four passport columns, encrypted. Raises ``ValidationError`` (code ``off``) unless the visit asks."""
    row = _locked(delegate, now=now)
    if not passports_on(delegate.visit):
        raise ValidationError(_("This visit does not ask for passport data: nothing was kept."), code="off")
    for name in PASSPORT_FIELDS:
        setattr(row, name, str(values.get(name) or "").strip())
    row.passports_asked, row.passport_purged_at = True, None
    row.save()
    return row


def _locked(delegate: Delegate, *, now: datetime) -> DelegateSensitive:
    lock_visit(delegate.visit)
    delegate.visit.refresh_from_db(fields=["passport_required", "last_day"])
    if is_over(delegate.visit, now=now):
        raise LinkOver
    return of(delegate)


def expires_too_soon(expiry: str, visit: StudyVisit) -> bool:
    """Whether a passport (its day as ISO text) ends under six months after the visit."""
    try:
        day = date.fromisoformat(expiry)
    except ValueError:
        return False
    return visit.last_day is not None and day < visit.last_day + VALID_FOR


# --- Whether passports are asked for (P17) ---------------------------------------------------------------------------


def passports_on(visit: StudyVisit) -> bool:
    """Whether the visit asks for passport data: agreed by two, and not switched off since."""
    request = PassportRequest.objects.filter(visit=visit).first()
    return bool(visit.passport_required and request is not None and request.is_agreed)


@transaction.atomic
def ask_for_passports(visit: StudyVisit, *, reason: str, by, now: datetime) -> PassportRequest:
    """Write down why the visit needs passport data; two have yet to agree. Raises ``ValidationError``."""
    lock_visit(visit)
    if not reason.strip():
        raise ValidationError(_("Write who demands passport data, and why."), code="required")
    if not has_key():
        raise ValidationError(
            _("Passport data cannot be kept on this server: FIELD_KEY, which encrypts them, is not set."), code="key"
        )
    if PassportRequest.objects.filter(visit=visit).exists():
        raise ValidationError(_("That has been asked already."), code="twice")
    return PassportRequest.objects.create(visit=visit, reason=reason.strip()[:300], asked_by=by, asked_at=now)


@transaction.atomic
def agree_to_passports(visit: StudyVisit, *, by, now: datetime) -> PassportRequest:
    """The yes of the lead, or of a manager; nobody can say both. With the second yes the delegates are asked."""
    lock_visit(visit)
    request = PassportRequest.objects.filter(visit=visit).first()
    if request is None:
        raise ValidationError(_("Nobody has asked for passport data."), code="none")
    said = {request.lead_yes_by_id, request.manager_yes_by_id}
    if by.pk in said:
        raise ValidationError(_("You have agreed already: the second yes is another person's."), code="twice")
    if by.pk == visit.lead_id and request.lead_yes_at is None:
        request.lead_yes_by, request.lead_yes_at = by, now
    elif is_manager(by) and request.manager_yes_at is None:
        request.manager_yes_by, request.manager_yes_at = by, now
    else:
        raise ValidationError(_("Only the lead of the visit and a manager can agree."), code="who")
    request.save()
    if request.is_agreed:
        visit.passport_required, visit.passport_reason = True, request.reason
        visit.save(update_fields=["passport_required", "passport_reason", "updated_at"])
        record_transition(
            visit, from_state=visit.state, to_state=visit.state, now=now, actor=by, reason="passports_on"
        )
    return request


@transaction.atomic
def stop_passports(visit: StudyVisit, *, by, now: datetime) -> int:
    """Ask no more, and forget what was given. Returns of how many people."""
    lock_visit(visit)
    PassportRequest.objects.filter(visit=visit).delete()
    visit.passport_required = False
    visit.passport_reason = ""
    visit.save(update_fields=["passport_required", "passport_reason", "updated_at"])
    record_transition(visit, from_state=visit.state, to_state=visit.state, now=now, actor=by, reason="passports_off")
    rows = list(DelegateSensitive.objects.filter(delegate__visit=visit, passports_asked=True))
    forget_passports(rows, now)
    return len(rows)


def forget_passports(rows: Sequence[DelegateSensitive], now: datetime) -> None:
    for row in rows:
        row.blank_passport(now=now)
        row.passports_asked = False
        row.save()


def forget_care(rows: Sequence[DelegateSensitive], now: datetime) -> None:
    for row in rows:
        row.blank_care(now=now)
        row.save()


# --- Meals (P18) -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meal:
    """A meal of the agenda: how many eat, and how many of them by diet code; nobody by name."""

    item: AgendaItem
    people: int
    diets: Sequence[tuple[str, int]]
    without_answer: int


def meals_of(visit: StudyVisit) -> list[Meal]:
    """Every meal with its counts for the caterer, in the order of time. Four queries."""
    items = (
        AgendaItem.objects.filter(day__visit=visit, kind=AgendaItem.Kind.MEAL)
        .exclude(event__status=Event.Status.CANCELLED)
        .select_related("event", "day")
        .prefetch_related("tracks")
        .order_by("event__dtstart", "pk")
    )
    delegates = list(Delegate.objects.filter(visit=visit).coming().select_related("sensitive"))
    return [_meal(item, [one for one in delegates if eats_at(one, item)]) for item in items]


def eats_at(delegate: Delegate, item: AgendaItem) -> bool:
    """Whether ``delegate`` is at ``item``: it is everybody's, or of their group."""
    return comes(delegate.track_id, {track.pk for track in item.tracks.all()})


def _meal(item: AgendaItem, eating: Sequence[Delegate]) -> Meal:
    rows = [one.sensitive for one in eating if hasattr(one, "sensitive")]
    counts = Counter(code for row in rows for code in row.diet)
    diets = [(str(diet.label), counts[diet.value]) for diet in Diet if counts[diet.value]]
    given = sum(row.consent_at is not None for row in rows)
    return Meal(item, len(eating), diets, len(eating) - given)
