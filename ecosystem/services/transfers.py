"""Transfers of good practices, and practices that nobody has taken over (ecosystem spec 1.5, E28)."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from ecosystem.models import GoodPractice, Organisation, Transfer
from ecosystem.services.moves import move
from iurc_portal.audit.models import Transition
from iurc_portal.audit.services import record_transition

PATIENCE = timedelta(days=365)  # after which a practice that nobody took over asks its contact why


def may_confirm(user) -> bool:
    """The programme confirms, not a city (ecosystem spec 8)."""
    return user.is_superuser or user.has_perm("ecosystem.edit_both_sides")


@transaction.atomic
def confirm_transfer(*, transfer: Transfer, by, now: datetime) -> None:
    """Confirm a reported transfer, which counts from then on.

    Raises ``ValidationError``: ``not_yours``, ``proof`` where nothing shows it, ``transition`` if it is confirmed.
    """
    if not may_confirm(by):
        raise ValidationError(_("Transfers are confirmed by the managers of the programme."), "not_yours")
    transfer = Transfer.objects.select_for_update(of=("self",), no_key=True).get(pk=transfer.pk)
    if not transfer.proof:
        words = _("Nothing shows it yet: ask %(receiver)s for a page or a document on the web, then confirm it.")
        raise ValidationError(words, code="proof", params={"receiver": transfer.receiver})
    move(transfer, Transfer.State.CONFIRMED, by=by, now=now)


def receivers_for(user, practice: GoodPractice) -> QuerySet[Organisation]:
    """The organisations that ``user`` speaks for and that may have taken ``practice`` over: those of another side."""
    own = Organisation.objects.filter(memberships__user=user, merged_into=None).exclude(side=practice.city.slug)
    return own.told().distinct().order_by("slug")


@transaction.atomic
def report_transfer(
    *,
    practice: GoodPractice,
    organisation: Organisation,
    adapted: str,
    language: str,
    started: date | None,
    in_use_since: date | None,
    proof: str,
    by,
    now: datetime,
) -> Transfer:
    """What the receiving organisation says: readers see it at once, as reported. ``adapted`` is in ``language``.

    Raises ``ValidationError``: ``not_yours`` where ``by`` may not speak for it, ``again`` while an earlier report of
    the same waits to be confirmed, and what the model refuses, by field.
    """
    if not receivers_for(by, practice).filter(pk=organisation.pk).exists():
        raise ValidationError(_("Only those who speak for the receiving organisation report it."), code="not_yours")
    GoodPractice.objects.select_for_update(of=("self",), no_key=True).get(pk=practice.pk)
    if practice.transfers.filter(organisation=organisation, state=Transfer.State.REPORTED).exists():
        words = _("You have told us already. The programme office looks at it; write to it if something is to change.")
        raise ValidationError(words, code="again")
    transfer = Transfer(
        practice=practice,
        organisation=organisation,
        started=started,
        in_use_since=in_use_since,
        proof=proof,
        written_by=by,
        **{f"adapted_{language}": adapted},
    )
    transfer.full_clean()
    transfer.save()
    record_transition(transfer, from_state="", to_state=transfer.state, now=now, actor=by)
    return transfer


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
        GoodPractice.objects.public()
        .filter(Q(transfer_asked_on=None) | Q(transfer_asked_on__lte=(now - PATIENCE).date()), transfers=None)
        .annotate(key=Cast("pk", CharField()))
        .filter(Exists(log))
    )
