"""Asking organisations whether their profile is still correct, and what follows without an answer (E12)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ecosystem.models import (
    ConfirmationLink,
    ConfirmationRequest,
    ContactPoint,
    Membership,
    Organisation,
    Verification,
)
from ecosystem.services.moves import move
from ecosystem.services.publication import locked, verify_organisation
from iurc_portal.clock import ROME, ZONES, PartnerSide
from iurc_portal.notifications.services import Letter, heartbeat, queue_messages
from iurc_portal.search.index import reindex_many
from iurc_portal.search.models import Document
from iurc_portal.tokens import digest_of, looks_like_a_token, new_token
from iurc_portal.translation.languages import Language

State = Organisation.State


@dataclass(frozen=True)
class Recipient:
    """Who is asked: ``key`` tells them apart for the outbox."""

    key: str
    email: str
    language: str
    tzid: str


def recipients(organisation: Organisation) -> list[Recipient]:
    """The owners of an organisation; where it has none, its public contact point; else nobody."""
    owners = organisation.memberships.filter(role=Membership.Role.OWNER, user__is_active=True).select_related("user")
    found = [Recipient(f"user-{row.user_id}", row.user.email, row.user.language, row.user.tzid) for row in owners]
    if found:
        return found
    contact = organisation.contact_points.filter(is_public=True).exclude(email="").order_by("pk").first()
    if contact is None:
        return []
    own = Language.JAPANESE if organisation.side == PartnerSide.NAGOYA else Language.ITALIAN
    language = next((code for code in [own, *contact.languages] if code in contact.languages), own)
    language = language if language in Language.values else own
    return [Recipient(f"contact-{contact.pk}", contact.email, language, ZONES[PartnerSide(organisation.side)].key)]


def overdue(*, today: date) -> QuerySet:
    """Listed organisations whose profile nobody has confirmed for too long, oldest first, with what was asked since.

    Annotated: ``asked`` requests since the last verification, ``first_asked`` and ``last_asked``; ``reachable``
    says whether there is somebody to ask.
    """
    since = Q(verified_on=None) | Q(confirmation_requests__on__gt=F("verified_on"))
    owners = Membership.objects.filter(organisation=OuterRef("pk"), role=Membership.Role.OWNER, user__is_active=True)
    contacts = ContactPoint.objects.filter(organisation=OuterRef("pk"), is_public=True).exclude(email="")
    return (
        Organisation.objects.published()
        .overdue(today=today)
        .filter(merged_into=None)
        .exclude(activity=Organisation.Activity.CLOSED)
        .annotate(
            asked=Count("confirmation_requests", filter=since),
            first_asked=Min("confirmation_requests__on", filter=since),
            last_asked=Max("confirmation_requests__on", filter=since),
            reachable=Exists(owners) | Exists(contacts),
        )
        .order_by(F("verified_on").asc(nulls_first=True), "created_at", "pk")
    )


def unanswered() -> QuerySet[Organisation]:
    """Organisations that were asked since they were last verified and have not answered."""
    since = Q(verified_on=None) | Q(confirmation_requests__on__gt=F("verified_on"))
    return Organisation.objects.filter(since, confirmation_requests__isnull=False).distinct()


@transaction.atomic
def send_request(*, organisation: Organisation, now: datetime) -> ConfirmationRequest:
    """Ask those who speak for ``organisation`` whether its profile is still correct, once a day at most.

    Raises ``ValidationError``: ``hidden`` where visitors do not see it, ``nobody`` where nobody can be asked,
    ``today`` where somebody has asked today.
    """
    organisation = locked(organisation)
    today = now.astimezone(ROME).date()
    if organisation.state not in {State.PUBLISHED, State.UNLISTED} or organisation.merged_into_id is not None:
        raise ValidationError(_("Only what visitors can see is to be confirmed."), code="hidden")
    asked = recipients(organisation)
    if not asked:
        raise ValidationError(_("There is nobody to ask: no owner and no public e-mail address."), code="nobody")
    request, is_new = organisation.confirmation_requests.get_or_create(on=today, defaults={"letters": len(asked)})
    if not is_new:
        raise ValidationError(_("It has been asked today already."), code="today")
    queue_messages(
        Letter(
            key=f"ecosystem.confirm:{request.pk}:{one.key}",
            kind="ecosystem.confirm",
            to=one.email,
            language=one.language,
            tzid=one.tzid,
            subject_id=str(request.pk),
        )
        for one in asked
    )
    return request


def ask_overdue(*, now: datetime) -> int:
    """Ask about the profiles that are due, oldest first, until the night's letters are used up. Returns how many.

    Run twice it asks nobody twice: each request is a row, and today's letters count.
    """
    limits, today = settings.IURC_ECOSYSTEM, now.astimezone(ROME).date()
    again = today - timedelta(days=limits["ask_again_days"])
    waiting = overdue(today=today).filter(reachable=True, asked__lt=limits["asks"])
    waiting = waiting.filter(Q(last_asked=None) | Q(last_asked__lte=again))
    left = limits["letters_a_night"] - sum(
        ConfirmationRequest.objects.filter(on=today).values_list("letters", flat=True)
    )
    asked = 0
    for organisation in waiting[: max(left, 0)]:
        if len(recipients(organisation)) > left:
            break
        try:
            left -= send_request(organisation=organisation, now=now).letters
        except ValidationError:  # since the list was read somebody else has asked, confirmed or hidden it
            continue
        asked += 1
    return asked


def unlist_unanswered(*, now: datetime) -> int:
    """Take out of the lists what was due and asked about half a year ago and never confirmed. Returns how many."""
    today = now.astimezone(ROME).date()
    limit = today - timedelta(days=settings.IURC_ECOSYSTEM["unlist_after_days"])
    unlisted = 0
    for organisation in overdue(today=limit).filter(first_asked__lte=limit):
        with transaction.atomic():
            row = locked(organisation)
            if row.verified_on == organisation.verified_on and row.state == State.PUBLISHED:
                move(row, State.UNLISTED, by=None, now=now, reason="unconfirmed")
                unlisted += 1
    return unlisted


def sink_overdue(*, today: date) -> int:
    """Index anew what has become overdue, or no longer is, since its document was written. Returns how many."""
    late = set(Organisation.objects.overdue(today=today).values_list("pk", flat=True))
    documents = Document.objects.filter(kind="organisations")
    sunk = set(documents.filter(quality__lt=0).values_list("object_id", flat=True))
    known = set(documents.values_list("object_id", flat=True))
    return reindex_many("organisations", sorted((late ^ sunk) & known))


def tend_profiles(*, now: datetime) -> dict[str, int]:
    """What is done every night. Nobody is asked and nothing unlisted unless ``ASK_FOR_CONFIRMATION`` is on."""
    with heartbeat("tend_profiles", now=now) as counts:
        if settings.IURC_ECOSYSTEM["ask_for_confirmation"]:
            counts["unlisted"] = unlist_unanswered(now=now)
            counts["asked"] = ask_overdue(now=now)
        counts["ranked anew"] = sink_overdue(today=now.astimezone(ROME).date())
    return counts


def issue_link(request: ConfirmationRequest, *, language: str, now: datetime) -> str:
    """Make a link's token and return it in clear; only its digest is stored."""
    clear, digest = new_token()
    expires_at = now + timedelta(days=settings.IURC_ECOSYSTEM["link_days"])
    request.links.create(digest=digest, language=language, expires_at=expires_at)
    return clear


def find_link(clear: str, *, now: datetime) -> ConfirmationLink | None:
    """The link behind ``clear`` with its organisation; None for one that is wrong, expired, used, or leads nowhere."""
    if not looks_like_a_token(clear):
        return None
    good = ConfirmationLink.objects.filter(
        digest=digest_of(clear),
        used_at=None,
        expires_at__gt=now,
        request__organisation__merged_into=None,
        request__organisation__state__in=[State.PUBLISHED, State.UNLISTED],
    )
    return good.select_related("request__organisation__city").first()


@transaction.atomic
def confirm_by_link(link: ConfirmationLink, *, now: datetime) -> bool:
    """The organisation says that its profile is still correct. False if the link was used a moment ago."""
    organisation = locked(link.request.organisation)
    if not ConfirmationLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        return False
    verify_organisation(organisation=organisation, by=None, now=now, method=Verification.Method.OWNER_LINK)
    return True
