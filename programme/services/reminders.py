"""Reminders of follow-ups: a week before, on the day, then every week until somebody finishes them (P23).

The key of a letter is what makes it leave once: the sweep may run as often as it likes.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from iurc_portal.accounts.models import User
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.notifications.services import Letter, queue_messages
from programme.models import FollowUp
from programme.services.proposal_letters import staff_of

REMIND = "programme.follow_up"
MORNING = time(9)
A_WEEK = 7


def stage_at(due_on: date, today: date) -> str:
    """Which reminder is in order on ``today``: "before", "day", "week1", "week2" …, or "" for none."""
    left = (due_on - today).days
    if left > 0:
        return "before" if left <= A_WEEK else ""
    if left > -A_WEEK:
        return "day"
    return f"week{-left // A_WEEK}"


def remind(*, now: datetime) -> int:
    """Write the reminders in order at ``now`` (aware): from nine in the morning of each side.

    Returns how many are in order, those that have left already included.
    """
    horizon = now.date() + timedelta(days=A_WEEK + 1)
    waiting = FollowUp.objects.unfinished().filter(due_on__lte=horizon)
    waiting = waiting.exclude(visit__is_sample=True).exclude(stay__is_sample=True)
    lead = ["visit__host_city", "visit__lead", "visit__partner_lead"]
    lead += ["stay__exchange__lead_torino", "stay__exchange__lead_nagoya"]
    staff: dict[str, list[User]] = {}
    letters: list[Letter] = []
    for follow_up in waiting.select_related("owner_torino", "owner_nagoya", *lead).order_by("pk"):
        for side in follow_up.owners:
            local = now.astimezone(ZONES[PartnerSide(side)])
            stage = stage_at(follow_up.due_on, local.date())
            if stage and local.time() >= MORNING:
                letters += _letters(follow_up, side, stage, staff)
    return len(queue_messages(letters))


def _letters(follow_up: FollowUp, side: str, stage: str, staff: dict) -> Iterator[Letter]:
    for user in people_of(follow_up, side, stage, staff):
        yield Letter(
            key=f"{REMIND}:{follow_up.pk}:{follow_up.due_on:%Y%m%d}:{stage}:{user.pk}",
            kind=REMIND,
            to=user.email,
            language=user.language,
            tzid=user.tzid,
            subject_id=str(follow_up.pk),
            payload={"stage": stage, "staff": user.is_staff},
        )


def people_of(follow_up: FollowUp, side: str, stage: str, staff: dict | None = None) -> list[User]:
    """Who is reminded for ``side``: who leads the visit there, or the stay's exchange; else its staff. Until the day
    also the owner's people.
    """
    staff = {} if staff is None else staff
    lead = _lead_of(follow_up, side)
    if lead is None and side not in staff:
        staff[side] = staff_of(side)
    people = [lead] if lead is not None else list(staff[side])
    if not stage.startswith("week"):
        owner = follow_up.owners[side]
        people += User.objects.filter(memberships__organisation=owner, is_active=True).order_by("pk")
    return list({user.pk: user for user in people}.values())


def _lead_of(follow_up: FollowUp, side: str) -> User | None:
    visit, stay = follow_up.visit, follow_up.stay
    if visit is not None:
        lead = visit.lead if visit.host_city.slug == side else visit.partner_lead
    elif stay is not None:
        lead = stay.exchange.lead_torino if side == PartnerSide.TORINO else stay.exchange.lead_nagoya
    else:
        return None
    return lead if lead is not None and lead.is_active else None
