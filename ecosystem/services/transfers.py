"""Transfers of good practices, and practices that nobody has taken over (ecosystem spec 1.5, E28)."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from ecosystem.models import GoodPractice, Transfer
from ecosystem.services.moves import move
from iurc_portal.audit.models import Transition
from iurc_portal.audit.services import record_transition

PATIENCE = timedelta(days=365)  # after which a practice that nobody took over asks its contact why


def may_confirm(user) -> bool:
    """The programme confirms, not a city (ecosystem spec 8)."""
    return user.is_superuser or user.has_perm("ecosystem.edit_both_sides")


@transaction.atomic
def confirm_transfer(*, transfer: Transfer, by, now: datetime) -> None:
    """Confirm a reported transfer. Raises ``ValidationError`` if ``by`` may not, or if it is confirmed already."""
    if not may_confirm(by):
        raise ValidationError(_("Transfers are confirmed by the managers of the programme."), "not_yours")
    transfer = Transfer.objects.select_for_update(of=("self",), no_key=True).get(pk=transfer.pk)
    move(transfer, Transfer.State.CONFIRMED, by=by, now=now)


@transaction.atomic
def note_asked(*, practice: GoodPractice, by, now: datetime) -> None:
    """Note that the contact of ``practice`` was asked why nobody has taken it over: it rests for a year."""
    practice = GoodPractice.objects.select_for_update(of=("self",), no_key=True).get(pk=practice.pk)
    practice.transfer_asked_on = now.date()
    practice.save(update_fields=["transfer_asked_on"])
    record_transition(
        practice, from_state=practice.state, to_state=practice.state, now=now, actor=by, reason="asked_transfer"
    )


def without_transfer(now: datetime) -> QuerySet[GoodPractice]:
    """Practices validated a year before ``now`` or earlier that nobody took over, and not asked about for a year."""
    log = Transition.objects.filter(
        model=GoodPractice._meta.label_lower,
        object_id=OuterRef("key"),
        to_state=GoodPractice.State.VALIDATED,
        at__lte=now - PATIENCE,
    )
    return (
        GoodPractice.objects.filter(
            Q(transfer_asked_on=None) | Q(transfer_asked_on__lte=(now - PATIENCE).date()),
            state__in=[GoodPractice.State.VALIDATED, GoodPractice.State.FEATURED],
            transfers=None,
        )
        .annotate(key=Cast("pk", CharField()))
        .filter(Exists(log))
    )
