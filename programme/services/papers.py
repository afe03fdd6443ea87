"""Making the papers of visits and stays: asked for, made at once or by a task, numbered, hashed, forgotten (spec 7).

A row is never made anew: who asks again gets the next number. The file and its digest come together or not at all.
"""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from ecosystem.models import Person
from iurc_portal.database import after_commit
from iurc_portal.documents import DocumentsUnavailable, pdf_of
from iurc_portal.notifications.services import heartbeat
from programme.models import AgendaItem, Delegate, Document, PersonalDataTransfer, StaffExchange, StudyVisit
from programme.papers.kinds import KINDS, template_version
from programme.papers.sheets import Sheet, sheet_of
from programme.services.agenda import lock_visit
from programme.services.library import forget_file

log = logging.getLogger(__name__)
JOB = "make_papers"
State = Document.State
Basis = PersonalDataTransfer.Basis
CLAIM_LASTS = timedelta(minutes=10)
ATTEMPTS = 3
NO_LIBRARY = gettext_noop(
    "PDF files cannot be made on this server at the moment. The office that runs it has to look."
)
GIVEN_UP = gettext_noop("It was tried several times without success.")
# With the European Economic Area, where the same law holds; and countries for which the Commission has decided.
EU_CODES = """AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"""
ADEQUATE_CODES = """AD AR CA CH FO GB GG IL IM JE JP KR NZ US UY"""
EU, ADEQUATE = frozenset(EU_CODES.split()), frozenset(ADEQUATE_CODES.split())
FIELDS = ["name", "reading", "post", "organisation"]


@dataclass(frozen=True)
class Recipient:
    """For whom names leave the team, and why they may. ``people`` are those whose consent is in hand (ids)."""

    name: str
    country: str
    is_public_body: bool
    basis: str
    people: tuple[int, ...] = ()


def check_recipient(recipient: Recipient) -> None:
    """Refuse a basis that does not hold for this recipient (P19). Raises ``ValidationError`` for the form's fields."""
    outside = recipient.country not in EU
    errors = {}
    if not recipient.name.strip():
        errors["recipient"] = _("Write who receives it.")
    if recipient.basis == Basis.EU and outside:
        errors["basis"] = _("This recipient is outside the European Union: choose another basis.")
    elif recipient.basis == Basis.ADEQUACY and recipient.is_public_body and outside:
        errors["basis"] = _(
            "An adequacy decision does not cover public bodies outside the European Union: "
            "it takes a written arrangement, or the explicit consent of each person."
        )
    elif recipient.basis == Basis.ADEQUACY and outside and recipient.country not in ADEQUATE:
        errors["basis"] = _("There is no adequacy decision for this country: choose another basis.")
    elif recipient.basis == Basis.ADEQUACY and not outside:
        errors["basis"] = _("Inside the European Union no adequacy decision is needed: choose the first basis.")
    elif recipient.basis == Basis.ARRANGEMENT and not recipient.is_public_body:
        errors["basis"] = _("A written arrangement holds between public bodies alone: choose another basis.")
    elif recipient.basis == Basis.CONSENT and not recipient.people:
        errors["people"] = _("Tick the people whose consent you have: only they are named.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def ask_for(
    record: StudyVisit | StaffExchange,
    kind: str,
    language: str,
    *,
    now: datetime,
    by=None,
    item: AgendaItem | None = None,
    person: Person | None = None,
    dated_on: date | None = None,
    protocol_number: str = "",
    particulars: dict[str, str] | None = None,
    recipient: Recipient | None = None,
) -> Document:
    """A row for one paper of a visit or a stay, with the next number; it waits to be made.

    Raises ``ValidationError`` (P19).
    """
    if recipient is not None:
        check_recipient(recipient)
    of = _lock(record)
    about = f"item-{item.pk}" if item else f"person-{person.pk}" if person else ""
    same = Document.objects.filter(**of, kind=kind, language=language, about=about)
    told: dict[str, Any] = dict(particulars or {})
    if recipient is not None and KINDS[kind].leaves:
        told["transfer"] = asdict(recipient)
    return Document.objects.create(
        **of,
        kind=kind,
        language=language,
        item=item,
        person=person,
        about=about,
        number=(same.aggregate(last=Max("number"))["last"] or 0) + 1,
        protocol_number=protocol_number.strip(),
        dated_on=dated_on or now.date(),
        particulars=told,
        created_by=by,
        created_at=now,
    )


def _lock(record: StudyVisit | StaffExchange) -> dict[str, Any]:
    """Lock what the paper is of, so that numbers follow each other; and name it for ``Document``."""
    if isinstance(record, StaffExchange):
        StaffExchange.objects.select_for_update(of=("self",), no_key=True).get(pk=record.pk)
        return {"stay": record}
    lock_visit(record)
    return {"visit": record}


def ask_for_all(
    wanted: Iterable[dict], record: StudyVisit | StaffExchange, kind: str, *, at_once: bool = False, **common
) -> list[Document]:
    """Rows for several papers of one kind. A task makes them once they are committed, unless the caller does it."""
    from programme.tasks import make_paper

    with transaction.atomic():
        documents = [ask_for(record, kind, **one, **common) for one in wanted]
        for document in [] if at_once else documents:
            after_commit(make_paper.delay, document.pk)
    return documents


def make(document_id: int, *, now: datetime) -> str:
    """Make one paper. Safe to call twice and from two workers: the first claim wins. Returns what became of it."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LASTS)
    waiting = Document.objects.filter(free, pk=document_id, state=State.WAITING)
    if not waiting.update(claimed_at=now, attempts=F("attempts") + 1):
        return "already taken"
    document = Document.objects.select_related(
        *("visit__host_city", "visit__guest_city", "visit__applicant", "visit__lead", "person__organisation", "item"),
        *("stay__sending", "stay__hosting__city", "stay__person", "stay__mentor"),
    ).get(pk=document_id)
    if document.attempts > ATTEMPTS:
        return _fail(document, GIVEN_UP, now=now)
    try:
        sheet = sheet_of(document)
        pdf = pdf_of(sheet.html)
    except ValidationError as refusal:
        with translation.override(document.created_by.language if document.created_by else None):
            return _fail(document, " ".join(refusal.messages), now=now)
    except DocumentsUnavailable:
        return _fail(document, NO_LIBRARY, now=now)
    return _keep(document, sheet, pdf, now=now)


def make_waiting(*, now: datetime) -> dict[str, int]:
    """Every minute: make what the broker has lost. One that fails stops no other, and is tried again a few times."""
    with heartbeat(JOB, now=now) as counts:
        counts |= {"made": 0, "failed": 0}
        for pk in Document.objects.filter(state=State.WAITING).order_by("pk").values_list("pk", flat=True):
            try:
                counts["made"] += make(pk, now=now) == State.READY
            except Exception:  # whatever is wrong with one paper: the next is another one's
                log.exception("paper %s was not made", pk)
                counts["failed"] += 1
    return counts


@transaction.atomic
def _keep(document: Document, sheet: Sheet, pdf: bytes, *, now: datetime) -> str:
    """The file, its digest and the line of the transfer log together."""
    document.move_to(State.READY)
    document.file.save(document.file_name, ContentFile(pdf), save=False)
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.template_version = template_version(document.kind)
    document.names_left_out = len(sheet.withheld)
    document.made_at, document.claimed_at = now, None
    document.save()
    transfer = document.particulars.get("transfer")
    if transfer and sheet.named:
        PersonalDataTransfer.objects.create(
            document=document,
            visit=document.visit,
            what=document.kind,
            fields=FIELDS,
            recipient=transfer["name"],
            country=transfer["country"],
            is_public_body=transfer["is_public_body"],
            legal_basis=transfer["basis"],
            number=len(sheet.named),
            left_out=len(sheet.withheld),
            by=document.created_by,
            at=now,
        )
    return State.READY


def _fail(document: Document, why: str, *, now: datetime) -> str:
    document.move_to(State.FAILED)
    document.error = why[:500]
    document.made_at, document.claimed_at = now, None
    document.save()
    return State.FAILED


# --- What is forgotten ---


def naming_people_before(instant: datetime):
    """Papers whose file names people and whose visit or stay was over at ``instant``; without dates, made by then."""
    day = instant.date()
    over = Q(visit__last_day__lt=day) | Q(stay__last_day__lt=day)
    over |= Q(visit__last_day=None, stay__last_day=None, made_at__lte=instant)
    return Document.objects.naming_people().filter(over)


def naming(people) -> Iterable[Document]:
    """Papers whose file is there and may name one of ``people`` (a queryset): of their visits and stays, and own."""
    came = Delegate.objects.filter(person__in=people).values("visit")
    received = AgendaItem.objects.filter(hosts__person__in=people).values("day__visit")
    interpreted = AgendaItem.objects.filter(interpreters__interpreter__in=people).values("day__visit")
    about = Q(visit__in=came) | Q(visit__in=received) | Q(visit__in=interpreted) | Q(person__in=people)
    about |= Q(stay__person__in=people) | Q(stay__mentor__in=people)
    named = Document.objects.naming_people().exclude(kind__in=Document.objects.all().LETTERS)
    return named.filter(about).select_related("visit")


@transaction.atomic
def forget_files(documents: Iterable[Document]) -> None:
    """Delete the files; rows and digests stay, without what staff typed for them."""
    for document in documents:
        if document.file.name:
            forget_file(document.file.storage, document.file.name)
        document.move_to(State.FORGOTTEN)
        document.file = ""
        document.particulars = {}
        document.save(update_fields=["state", "file", "particulars"])
