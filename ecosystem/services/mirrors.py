"""How two testbeds become mirrors of each other: each side agrees for itself (ecosystem spec 1.3, E29)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from ecosystem.models import MirrorPair, MirrorStep, Testbed
from ecosystem.services.moves import move
from iurc_portal.audit.services import record_transition
from iurc_portal.clock import PartnerSide

State = MirrorPair.State
OUT_OF_THE_WAY = 10_000  # added to the order of steps while they change places


def may_agree(user, side: str) -> bool:
    """Staff agree for their own side alone; managers and superusers for either (ecosystem spec 8)."""
    if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
        return True
    return user.is_staff and user.side == side and user.has_perm("ecosystem.change_mirrorpair")


@transaction.atomic
def agree(*, pair: MirrorPair, side: str, by, now: datetime) -> MirrorPair:
    """Note that ``side`` agrees; with the second of the two the pair is agreed. Agreeing twice changes nothing.

    Raises ``ValidationError``: "not_yours" for the other side, "transition" when there is nothing to agree on any
    more, "draft" while the side's own testbed is not published.
    """
    side = PartnerSide(side)
    if not may_agree(by, side):
        raise ValidationError(_("Only the staff of %(side)s agree for it."), "not_yours", {"side": side.label})
    pair = _locked(pair)
    if pair.agreed_at(side) is not None:
        return pair
    if pair.state != State.PROPOSED:
        words = _("The pair is “%(state)s”: there is nothing to agree on.")
        raise ValidationError(words, "transition", {"state": pair.get_state_display()})
    testbed: Testbed = getattr(pair, side)
    if testbed.state == Testbed.State.DRAFT:
        raise ValidationError(_("Publish “%(name)s” before you agree."), "draft", {"name": testbed})
    setattr(pair, f"{side}_agreed_at", now)
    setattr(pair, f"{side}_agreed_by", by)
    pair.save(update_fields=[f"{side}_agreed_at", f"{side}_agreed_by"])
    record_transition(
        pair, from_state=pair.state, to_state=pair.state, now=now, actor=by, reason=f"agreed_{side.value}"
    )
    if pair.torino_agreed_at and pair.nagoya_agreed_at:
        move(pair, State.AGREED, by=by, now=now)
    return pair


@transaction.atomic
def move_pair(*, pair: MirrorPair, to: str, by, now: datetime) -> None:
    """Make an agreed pair active, or end one. Only two agreements make a pair agreed: see ``agree``."""
    pair = _locked(pair)
    if to == State.AGREED:
        raise ValidationError(_("A pair is agreed when both sides have agreed."), "transition")
    move(pair, to, by=by, now=now)


@transaction.atomic
def put_in_order(*, pair: MirrorPair, steps: list[MirrorStep]) -> None:
    """Save ``steps`` (new and old) as 1, 2, 3 … of ``pair``; those that somebody else added meanwhile come after."""
    _locked(pair)
    MirrorStep.objects.filter(pair=pair).update(order=F("order") + OUT_OF_THE_WAY)
    others = MirrorStep.objects.filter(pair=pair).exclude(pk__in=[step.pk for step in steps if step.pk])
    for number, step in enumerate([*steps, *others.order_by("order")], start=1):
        step.pair, step.order = pair, number
        step.save()


def _locked(pair: MirrorPair) -> MirrorPair:
    rows = MirrorPair.objects.select_related("torino", "nagoya")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=pair.pk)
