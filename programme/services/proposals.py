"""Writing a proposal for a visit, step by step, until it is sent (programme spec P1, P2)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from secrets import token_hex
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ecosystem.models import City, Organisation
from programme.models import StudyVisit
from programme.services.agenda import lock_visit
from programme.services.visits import move_visit

LONGEST_TITLE = 240


def applicants_for(user):
    """The organisations for which ``user`` may propose a visit: those they speak for; for staff of visits all."""
    listed = Organisation.objects.filter(merged_into=None, side__in=["torino", "nagoya"])
    if user.is_staff and user.has_perm("programme.add_studyvisit"):
        return listed
    return listed.filter(memberships__user=user)


def writable_by(user):
    """The proposals ``user`` may still write on."""
    writing = StudyVisit.objects.filter(state__in=["draft", "returned"])
    own = StudyVisit.objects.applied_for_by(user)
    return writing.filter(pk__in=own.values("pk")) | writing.filter(
        pk__in=StudyVisit.objects.editable_by(user).values("pk")
    )


@transaction.atomic
def begin_proposal(*, by, applicant: Organisation, host_city: City, subject: str, language: str) -> StudyVisit:
    """A draft of ``applicant`` to ``host_city``, written in ``language``. The caller has asked ``applicants_for``."""
    guest = City.objects.filter(is_partner=True).exclude(pk=host_city.pk).get()
    visit = StudyVisit(
        slug=f"proposal-{token_hex(6)}",
        host_city=host_city,
        guest_city=guest,
        applicant=applicant,
        applicant_contact=by.email,
        contact_name=by.display_name(language),
        language=language,
        proposed_by=by,
    )
    setattr(visit, f"subject_{language}", subject)
    setattr(visit, f"title_{language}", subject[:LONGEST_TITLE])
    visit.full_clean()
    visit.save()
    return visit


@transaction.atomic
def write_proposal(
    visit: StudyVisit,
    *,
    fields: Mapping[str, Any] | None = None,
    questions: Sequence[str] | None = None,
    wishes: Sequence[tuple[date, date]] | None = None,
) -> StudyVisit:
    """Write columns, questions or wishes of a proposal in its own language; what is None stays as it is.

    Raises ``ValidationError`` (code ``not_writing``) once it has been sent.
    """
    lock_visit(visit)
    if not visit.is_being_written:
        raise ValidationError(_("The proposal has been sent: it cannot be changed now."), code="not_writing")
    for name, value in (fields or {}).items():
        if name == "subject":
            _title_follows(visit, value)
        setattr(visit, f"{name}_{visit.language}" if name in TRANSLATED else name, value)
    visit.save()
    if questions is not None:
        _write_questions(visit, questions)
    if wishes is not None:
        visit.wishes.all().delete()
        for order, (first, last) in enumerate(wishes, start=1):
            visit.wishes.create(order=order, first_day=first, last_day=last)
    return visit


TRANSLATED = {"subject", "purpose", "decision_power", "expected_output"}


def _title_follows(visit: StudyVisit, subject: str) -> None:
    """The title is the subject until somebody gives the visit a better one."""
    column, former = f"title_{visit.language}", getattr(visit, f"subject_{visit.language}") or ""
    if subject and (getattr(visit, column) or "") in {"", former[:LONGEST_TITLE]}:
        setattr(visit, column, subject[:LONGEST_TITLE])


def _write_questions(visit: StudyVisit, texts: Sequence[str]) -> None:
    """The questions are these, in this order; one whose words stay keeps its other languages."""
    column = f"text_{visit.language}"
    rows = list(visit.questions.order_by("order", "pk"))
    known = {getattr(row, column): row for row in rows}
    kept, left = [], [row for row in rows if getattr(row, column) not in texts]
    for text in texts:
        row = known.pop(text, None) or (left.pop(0) if left else visit.questions.model(visit=visit))
        setattr(row, column, text)
        kept.append(row)
    visit.questions.exclude(pk__in=[row.pk for row in kept if row.pk]).delete()
    for order, row in enumerate(kept, start=1):
        row.order = order
        row.save()


def send_proposal(visit: StudyVisit, *, by, now: datetime) -> StudyVisit:
    """Send it to the host city. Raises ``NotReady`` with what is missing; the draft stays as it is."""
    return move_visit(visit, StudyVisit.State.PROPOSED, now=now, by=by)
