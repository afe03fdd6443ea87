"""People known to the ecosystem: contacts, claims, members (ecosystem spec 6; events spec 13)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from ecosystem.models import (
    Claim,
    ConfirmationLink,
    ContactPoint,
    ListingOptOut,
    Membership,
    Person,
    ProfileRevision,
)
from ecosystem.services import imports
from iurc_portal.accounts.names import NAME_FIELDS
from iurc_portal.privacy import registry, words
from iurc_portal.privacy.registry import Holder, Rule, Section, Span, columns
from iurc_portal.privacy.subjects import Subject
from iurc_portal.privacy.traces import blank_traces
from iurc_portal.translation.languages import Spoken

AFTER_DECISION = _("%(time)s after the decision")
NOBODY = "–"  # a person whom a visit counts needs a family name


def register() -> None:
    registry.register(
        Rule(
            "dead-claims",
            _("Claims whose mailbox nobody confirmed"),
            Span("dead_claim_days", words.AFTER_LINK),
            words.DELETED,
            lambda before: Claim.objects.dead(now=before),
            forget_claims,
        ),
        Rule(
            "rejected-claims",
            _("Claims that were rejected"),
            Span("rejected_claim_days", AFTER_DECISION),
            words.DELETED,
            lambda before: Claim.objects.filter(state=Claim.State.REJECTED, decided_at__lt=before),
            forget_claims,
        ),
        Rule(
            "approved-claims",
            _("Claims that were approved"),
            Span("approved_claim_months", AFTER_DECISION),
            words.DELETED,
            lambda before: Claim.objects.filter(state=Claim.State.APPROVED, decided_at__lt=before),
            forget_claims,
        ),
        Rule(
            "confirmation-links",
            _("Links that confirm a profile"),
            Span("token_days", words.AFTER_ITS_END),
            words.DELETED,
            lambda before: ConfirmationLink.objects.filter(expires_at__lte=before),
            registry.delete,
        ),
        Rule(
            "imports",
            _("Rows of imported lists"),
            Span("import_days", _("%(time)s after the last change")),
            words.DELETED,
            imports.untouched_imports,
            imports.forget_imports,
        ),
        Holder("ecosystem", 30, collect, erase),
    )


def forget_claims(rows: Iterable[Claim], now: datetime) -> None:
    keys = [row.pk for row in rows]
    blank_traces(Claim, keys)
    Claim.objects.filter(pk__in=keys).delete()


def claims_of(subject: Subject):
    return Claim.objects.filter(subject.at("mailbox") | subject.of(key=""))


def people_of(subject: Subject):
    return Person.objects.filter(subject.at("email") | subject.of(key=""))


def _person_line(person: Person) -> str:
    """Name, post and organisation, as far as they are known."""
    organisation = Spoken.of(person.organisation, "name") if person.organisation else ""
    parts = [part for part in (str(person), Spoken.of(person, "title"), organisation) if part]
    return words.line(" – ".join("{}" for _part in parts), *parts)


def collect(subject: Subject) -> Iterable[Section]:
    yield Section(
        "people",
        _("What the programme notes of you"),
        columns(
            *((name, Person._meta.get_field(name).verbose_name, name) for name in (*NAME_FIELDS, "title")),
            ("organisation", _("organisation"), lambda person: str(person.organisation or "")),
            *((name, Person._meta.get_field(name).verbose_name, name) for name in ("email", "phone")),
            ("languages", _("languages"), lambda person: ", ".join(person.languages)),
        ),
        list(people_of(subject).select_related("organisation")),
        _person_line,
    )
    if subject.user is not None:
        yield Section(
            "memberships",
            _("Organisations you speak for"),
            columns(
                ("organisation", _("organisation"), lambda row: str(row.organisation)),
                ("role", _("role"), lambda row: str(row.get_role_display())),
                ("since", _("since"), "since"),
            ),
            list(Membership.objects.filter(user=subject.user).select_related("organisation")),
            lambda row: words.line("{} ({})", Spoken.of(row.organisation, "name"), row.get_role_display()),
        )
    yield Section(
        "claims",
        _("Requests to speak for an organisation"),
        columns(
            ("organisation", _("organisation"), lambda claim: str(claim.organisation)),
            ("mailbox", _("mailbox at the organisation"), "mailbox"),
            ("evidence", _("role and evidence"), "evidence"),
            ("state", _("state"), lambda claim: str(claim.get_state_display())),
            ("asked", _("asked"), "asked_at"),
            ("decided", _("decided"), "decided_at"),
            ("reason", _("reason"), "reason"),
        ),
        list(claims_of(subject).select_related("organisation")),
        lambda claim: words.line(
            "{} – {}: {}", words.day(claim.asked_at), Spoken.of(claim.organisation, "name"), claim.get_state_display()
        ),
    )
    yield Section(
        "contact_points",
        _("Contact points of organisations with your address"),
        columns(
            ("organisation", _("organisation"), lambda point: str(point.organisation)),
            ("label", _("label"), "label"),
            ("email", _("e-mail"), "email"),
            ("phone", _("telephone"), "phone"),
        ),
        list(ContactPoint.objects.filter(subject.at("email")).select_related("organisation")),
        lambda point: words.line("{} – {}", Spoken.of(point.organisation, "name"), point.email),
    )


@transaction.atomic
def erase(subject: Subject, now: datetime) -> None:
    """People, claims, contact points; what an organisation says of itself stays, and so do accepted texts."""
    forget_claims(list(claims_of(subject)), now)
    points = ContactPoint.objects.filter(subject.at("email"))
    blank_traces(ContactPoint, points.values_list("pk", flat=True))
    points.delete()
    for person in people_of(subject):
        forget_person(person)
    if subject.user is not None:
        memberships = Membership.objects.filter(user=subject.user)
        blank_traces(Membership, memberships.values_list("pk", flat=True))
        memberships.delete()
        written = ProfileRevision.objects.filter(author=subject.user)
        blank_traces(ProfileRevision, written.values_list("pk", flat=True))
        written.update(note="", author=None)
    for column in ("asked_by", "reason"):
        ListingOptOut.objects.filter(subject.naming(column)).update(**{column: NOBODY})


def forget_person(person: Person) -> None:
    """Delete a person; where a visit counts them, as delegate or host, a nameless one stays in their place."""
    blank_traces(Person, [person.pk])
    key = person.pk
    try:
        with transaction.atomic():
            person.delete()
    except ProtectedError:
        for name in (*NAME_FIELDS, "title", "email", "phone"):
            setattr(person, name, "")
        person.family_name, person.languages, person.user, person.organisation = NOBODY, [], None, None
        person.save()
    blank_traces(Person, [key])  # its history has just noted what was deleted or changed
