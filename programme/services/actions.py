"""The action plan: each side agrees for itself, what is dropped says why (programme spec 1.1)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from iurc_portal.audit.services import record_transition
from iurc_portal.clock import PartnerSide
from programme.models import ActionItem, Edition

State = ActionItem.State


def may_agree(user, side: str) -> bool:
    """Staff agree for their own side alone; managers and superusers for either."""
    if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
        return True
    return user.is_staff and user.side == side and user.has_perm("programme.change_actionitem")


@transaction.atomic
def agree_action(item: ActionItem, *, side: str, by, now: datetime) -> ActionItem:
    """Note that ``side`` says yes; with the second of the two the item is agreed. Agreeing twice changes nothing.

    Raises ``ValidationError``: ``not_yours`` for the other side, ``transition`` where there is nothing to agree on.
    """
    side = PartnerSide(side)
    if not may_agree(by, side):
        words = _("Only the staff of %(side)s agree for it.")
        raise ValidationError(words, code="not_yours", params={"side": side.label})
    item = _locked(item)
    if item.agreed_at(side) is not None:
        return item
    if item.state != State.DRAFT:
        words = _("What is “%(state)s” needs no agreement any more.")
        raise ValidationError(words, code="transition", params={"state": item.get_state_display()})
    setattr(item, f"{side}_agreed_at", now)
    setattr(item, f"{side}_agreed_by", by)
    record_transition(item, from_state=item.state, to_state=item.state, now=now, actor=by, reason=f"agreed_{side}")
    if item.torino_agreed_at and item.nagoya_agreed_at:
        record_transition(item, from_state=item.move_to(State.AGREED), to_state=item.state, now=now, actor=by)
    item.save()
    return item


@transaction.atomic
def move_action(item: ActionItem, to_state: str, *, now: datetime, by=None, reason: str = "") -> ActionItem:
    """Move it along its table and write the log. Two agreements alone make it agreed: see ``agree_action``.

    Raises ``ValidationError``: ``transition``, or ``reason`` for dropping it without a word on why.
    """
    item, reason = _locked(item), reason.strip()
    if to_state == State.AGREED:
        raise ValidationError(_("It is agreed when both cities have said yes."), code="transition")
    former = item.move_to(to_state)
    if to_state == State.DROPPED and not reason:
        raise ValidationError(_("Write why it is dropped."), code="reason")
    item.reason = reason if to_state == State.DROPPED else item.reason
    item.save()
    record_transition(item, from_state=former, to_state=to_state, now=now, actor=by, comment=reason)
    return item


@transaction.atomic
def unsettle(item: ActionItem, *, now: datetime, by=None) -> ActionItem:
    """The text of a draft has changed: whoever had said yes, said it to another text."""
    item = _locked(item)
    if item.state == State.DRAFT:
        for side in PartnerSide:
            setattr(item, f"{side}_agreed_at", None)
            setattr(item, f"{side}_agreed_by", None)
        item.save()
    return item


@transaction.atomic
def move_edition(edition: Edition, to_state: str, *, now: datetime, by=None) -> Edition:
    """Move an edition. Two of one programme do not run on the same days: ``ValidationError``, code ``overlap``."""
    edition = Edition.objects.select_for_update(of=("self",), no_key=True).get(pk=edition.pk)
    former = edition.move_to(to_state)
    if to_state == Edition.State.RUNNING:
        edition.refuse_overlap()
    edition.save(update_fields=["state"])
    record_transition(edition, from_state=former, to_state=to_state, now=now, actor=by)
    return edition


def _locked(item: ActionItem) -> ActionItem:
    return ActionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
