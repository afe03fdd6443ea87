"""Inviting delegates, their replies, the order of protocol (programme spec P15, P16). Who may: the caller knows."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from iurc_portal.accounts.names import NAME_FIELDS
from iurc_portal.audit.services import record_transition
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.notifications.services import queue_message
from iurc_portal.translation.languages import columns
from programme.delegate_import import Row
from programme.exceptions import LinkOver
from programme.models import Delegate, DelegateLink, StudyVisit
from programme.services.agenda import lock_visit
from programme.services.links import is_over
from programme.services.people import find_or_write_person

INVITED = "programme.delegate_invited"
LIFE = timedelta(days=7)
OWN_FIELDS = ("reply", "languages", "arrives_at", "leaves_at", "photo_consent", *columns("title", "affiliation"))
READINGS = ("family_kana", "given_kana", "romaji")


def refusal_to_invite(delegate: Delegate, *, now: datetime) -> ValidationError | None:
    """Why no letter can go to ``delegate``; None where it can. Reads ``person`` and ``visit.host_city``."""
    if not delegate.person.email:
        return ValidationError(_("No e-mail address is known: add it to the person."), code="no_address")
    if is_over(delegate.visit, now=now):
        return ValidationError(_("The visit is over or called off."), code="over")
    if delegate.visit.state in {StudyVisit.State.DRAFT, StudyVisit.State.PROPOSED, StudyVisit.State.RETURNED}:
        return ValidationError(_("The visit has not been accepted yet."), code="not_accepted")
    return None


@transaction.atomic
def invite_delegate(delegate: Delegate, *, now: datetime, by=None, renew: bool = False) -> Delegate:
    """Send ``delegate`` the link to their own page; ``renew`` voids the links before it. Raises ``ValidationError``.

    Whoever has replied is written to only with ``renew``.
    """
    lock_visit(delegate.visit)
    delegate = _fresh(delegate)
    if refusal := refusal_to_invite(delegate, now=now):
        raise refusal
    if delegate.reply != Delegate.Reply.INVITED and not renew:
        raise ValidationError(_("There is a reply already."), code="answered")
    if renew:
        DelegateLink.objects.filter(delegate=delegate, void_at=None).update(void_at=now)
    delegate.invitations += 1
    delegate.invited_at = now
    delegate.save(update_fields=["invitations", "invited_at"])
    queue_message(
        key=f"{INVITED}:{delegate.pk}:{delegate.invitations}",
        kind=INVITED,
        to=delegate.person.email,
        language=delegate.reads,
        tzid=ZONES[PartnerSide(delegate.visit.guest_city.slug)].key,
        payload={"number": delegate.invitations},
        subject_id=str(delegate.pk),
        ordering_key=f"delegate:{delegate.pk}",
        expires_at=now + LIFE,
    )
    return delegate


@transaction.atomic
def confirm_own_row(delegate: Delegate, *, now: datetime, names: dict[str, str] | None = None, **fields) -> Delegate:
    """Keep what a delegate wrote of themselves: ``OWN_FIELDS``, and the readings of their name. Raises ``LinkOver``.

    Family and given name stay as staff wrote them: papers are made of those.
    """
    unknown = set(fields) - set(OWN_FIELDS) | set(names or {}) - set(READINGS)
    if unknown:
        raise TypeError(f"confirm_own_row does not change {', '.join(sorted(unknown))}")
    lock_visit(delegate.visit)
    delegate = _fresh(delegate)
    if is_over(delegate.visit, now=now):
        raise LinkOver
    former = delegate.reply
    for name, value in fields.items():
        setattr(delegate, name, value)
    if delegate.reply != former:
        delegate.replied_at = now
        record_transition(delegate, from_state=former, to_state=delegate.reply, now=now, reason="by_link")
    delegate.full_clean()
    delegate.save()
    person = delegate.person
    changed = [name for name, value in (names or {}).items() if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, (names or {})[name])
    if changed:
        person.full_clean()
        person.save(update_fields=[name for name in changed if name in NAME_FIELDS])
    return delegate


@transaction.atomic
def move_in_order(delegate: Delegate, *, up: bool) -> bool:
    """Let ``delegate`` change places with the neighbour in protocol order; all ranks are numbered anew from 1.

    False at the end of the list.
    """
    lock_visit(delegate.visit)
    order = list(Delegate.objects.filter(visit=delegate.visit).in_protocol_order())
    here = next((place for place, row in enumerate(order) if row.pk == delegate.pk), None)
    if here is None:
        return False
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return False
    order[here], order[there] = order[there], order[here]
    for rank, row in enumerate(order, start=1):
        row.rank = rank
    Delegate.objects.bulk_update(order, ["rank"])
    return True


def missing_in(delegate: Delegate) -> list[str]:
    """What papers still lack of ``delegate``, each thing by name. Reads ``person``."""
    person = delegate.person
    japanese = not person.family_name.isascii() and any(sign >= "\u3040" for sign in person.family_name)
    facts = (
        (person.given_name, _("given name")),
        (person.family_kana or not japanese, _("reading in kana")),
        (person.romaji or person.family_name.isascii(), _("name in Latin letters")),
        (delegate.title or person.title, _("title or post")),
        (delegate.affiliation or person.organisation_id, _("organisation")),
        (delegate.rank_band, _("rank band")),
        (delegate.languages or person.languages, _("languages understood")),
        (person.email, _("e-mail")),
    )
    return [str(name) for value, name in facts if not value]


def each(
    delegates: Iterable[Delegate], act, *, now: datetime, by=None
) -> list[tuple[Delegate, ValidationError | None]]:
    """Do ``act`` for every delegate, each by itself: what is refused is told beside it."""
    outcome: list[tuple[Delegate, ValidationError | None]] = []
    for delegate in delegates:
        try:
            act(delegate, now=now, by=by)
        except ValidationError as refusal:
            outcome.append((delegate, refusal))
        else:
            outcome.append((delegate, None))
    return outcome


def _fresh(delegate: Delegate) -> Delegate:
    found = Delegate.objects.select_related("person__organisation", "visit__host_city", "visit__guest_city")
    return found.get(pk=delegate.pk)


@transaction.atomic
def add_all(visit: StudyVisit, rows: Sequence[Row], *, now: datetime, by=None) -> list[Delegate]:
    """Write the people of a clean list into the delegation, all or nobody. Raises ``ValidationError``.

    Whoever has a rank keeps it; the others stand at the end, in the order of the list.
    """
    lock_visit(visit)
    if any(row.problems for row in rows):
        raise ValidationError(_("Nothing was written. Correct the file and send it again."), code="not_clean")
    last = Delegate.objects.filter(visit=visit).aggregate(last=Max("rank"))["last"] or 0
    last = max([last, *(row.values["rank"] or 0 for row in rows)])
    written = []
    for row in rows:
        values = row.values
        person = find_or_write_person(
            family_name=values["family_name"],
            given_name=values["given_name"],
            **{name: values[name] for name in (*READINGS, "email", "languages")},
        )
        if Delegate.objects.filter(visit=visit, person=person).exists():
            raise ValidationError(_("%(name)s is already in the delegation."), "twice", {"name": str(person)})
        if values["rank"] is None:
            last += 1
        texts = {column: values[column] for column in columns("title", "affiliation")}
        delegate = Delegate(
            visit=visit,
            person=person,
            role=values["role"],
            rank=values["rank"] or last,
            rank_band=values["rank_band"],
            languages=values["languages"],
            **texts,
        )
        delegate.full_clean()
        delegate.save()
        written.append(delegate)
    record_transition(
        visit, from_state=visit.state, to_state=visit.state, now=now, actor=by, reason="delegation_imported"
    )
    return written
