"""What a person may ask of us: to see, to take along, to be forgotten (events spec 13.4–13.6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import zone_of_language
from iurc_portal.database import after_commit
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import heartbeat, queue_message
from iurc_portal.privacy import registry
from iurc_portal.privacy.files import write_copy
from iurc_portal.privacy.models import DataLink, DataRequest
from iurc_portal.privacy.registry import Section
from iurc_portal.privacy.subjects import Subject, subject_of

JOB = "tend_data_requests"
Kind, Way = DataRequest.Kind, DataRequest.Way


class StaffAccount(ValidationError):
    """Who works here keeps the account until an administrator ends it: others' records hang on it."""

    def __init__(self):
        super().__init__(
            _("This address belongs to an account of the staff. An administrator must first take that role away."),
            code="staff",
        )


def held(subject: Subject) -> list[Section]:
    """Everything that is held of a person, app by app, in the active language; what holds nothing is left out."""
    sections = [section for holder in registry.holders() for section in holder.collect(subject)]
    return [section for section in sections if section.records]


# --- A copy ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_copy(*, email: str, language: str, way: str, now: datetime) -> DataRequest:
    """Have a copy made and the link to it mailed. While one is being made there is no second one."""
    key = email_key(email)
    waiting = DataRequest.objects.filter(kind=Kind.EXPORT, email_key=key, done_at=None).first()
    if waiting is not None:
        return waiting
    request = DataRequest.objects.create(
        kind=Kind.EXPORT, way=way, email=email, email_key=key, language=language, asked_at=now
    )
    after_commit(_call, request.pk)
    return request


@transaction.atomic
def make_copy(request_id: int, *, now: datetime) -> bool:
    """Write the file of an export and the letter with its link. False where somebody else has done so."""
    waiting = DataRequest.objects.select_for_update().filter(pk=request_id, kind=Kind.EXPORT, done_at=None)
    request = waiting.first()
    if request is None:
        return False
    request.content = copy_of(request.email, language=request.language, now=now)
    request.done_at = now
    request.expires_at = now + timedelta(hours=settings.IURC_PRIVACY["file_hours"])
    request.save()
    queue_message(
        key=f"privacy.copy:{request.pk}",
        kind="privacy.copy",
        to=request.email,
        language=request.language,
        tzid=zone_of_language(request.language),
        subject_id=str(request.pk),
        expires_at=request.expires_at,
    )
    return True


def copy_of(email: str, *, language: str, now: datetime) -> bytes:
    """The file itself, with titles in ``language``."""
    with translation.override(language):
        sections = held(subject_of(email))
        return write_copy(sections, address=email_key(email), tzid=zone_of_language(language), now=now)


@transaction.atomic
def copy_by_staff(*, email: str, by, reason: str, now: datetime) -> bytes:
    """A copy that staff hand over themselves: who did it and why is written down. Raises ``ValidationError``."""
    content = copy_of(email, language=by.language, now=now)
    DataRequest.objects.create(
        kind=Kind.EXPORT,
        way=Way.STAFF,
        by=by,
        reason=_reason(reason),
        email=email,
        email_key=email_key(email),
        language=by.language,
        asked_at=now,
        done_at=now,
    )
    return content


# --- Being forgotten -------------------------------------------------------------------------------------------------


def erase(*, email: str, way: str, language: str, now: datetime, by=None, reason: str = "") -> DataRequest:
    """Forget everything that names the person of ``email``. It cannot be undone; asking twice is no error.

    First they leave what is still to come, so that the letters which clear their calendar go out; then the address
    goes: at once where no letter waits, else once these have left, within 24 hours whatever happens to the mail.
    Raises ``StaffAccount``, what a holder raises while it lets go (``Busy``), or ``ValidationError`` (``reason``).
    """
    subject = subject_of(email)
    if subject.user is not None and (subject.user.is_staff or subject.user.is_superuser):
        raise StaffAccount
    if way == Way.STAFF:
        reason = _reason(reason)
    with transaction.atomic():
        request, created = DataRequest.objects.get_or_create(
            kind=Kind.ERASURE,
            email_key=email_key(email),
            done_at=None,
            defaults={
                "way": way,
                "by": by,
                "reason": reason,
                "email": email,
                "language": language,
                "asked_at": now,
                "expires_at": now + timedelta(hours=settings.IURC_PRIVACY["erasure_hours"]),
            },
        )
        if created:
            for holder in registry.holders():
                holder.before(subject, now)
    finish_erasure(request.pk, now=now)
    request.refresh_from_db()
    return request


@transaction.atomic
def finish_erasure(request_id: int, *, now: datetime) -> bool:
    """Erase, unless letters to the person are still waiting and may wait. Returns whether it is done."""
    request = DataRequest.objects.select_for_update().filter(pk=request_id, kind=Kind.ERASURE, done_at=None).first()
    if request is None:
        return True
    subject = subject_of(request.email)
    may_wait = request.expires_at is not None and now < request.expires_at
    if may_wait and last_letters(subject).exists():
        return False
    for holder in registry.holders():
        holder.erase(subject, now)
    DataRequest.objects.filter(pk=request.pk).update(done_at=now, email="", email_key="")
    return True


def last_letters(subject: Subject):
    """What still has to leave before the address may go. Our own letters about data need not."""
    return Message.objects.waiting().filter(subject.at("to")).exclude(kind__startswith="privacy.")


# --- What happens by itself ------------------------------------------------------------------------------------------


def tend_requests(*, now: datetime) -> dict[str, int]:
    """Every few minutes: make copies that wait, delete files whose link has ended, finish erasures."""
    with heartbeat(JOB, now=now) as counts:
        open_ones = DataRequest.objects.filter(done_at=None).order_by("pk")
        copies = open_ones.filter(kind=Kind.EXPORT).values_list("pk", flat=True)
        counts["copies"] = sum(make_copy(pk, now=now) for pk in list(copies))
        over = DataRequest.objects.filter(content__isnull=False, expires_at__lte=now)
        counts["files deleted"] = over.update(content=None, digest="")
        erasures = open_ones.filter(kind=Kind.ERASURE).values_list("pk", flat=True)
        counts["erased"] = sum(finish_erasure(pk, now=now) for pk in list(erasures))
    return counts


def forget_own(subject: Subject, now: datetime) -> None:
    """What this app itself keeps of somebody: links, and requests that still know an address."""
    DataLink.objects.filter(email_key__in=subject.keys).delete()
    mine = DataRequest.objects.filter(kind=Kind.EXPORT, email_key__in=subject.keys)
    mine.update(email="", email_key="", content=None, digest="", done_at=now)
    others = DataRequest.objects.filter(Q(reason__gt="") & subject.naming("reason"))
    others.update(reason="")


def blank_requests(requests: Sequence[DataRequest], now: datetime) -> None:
    DataRequest.objects.filter(pk__in=[request.pk for request in requests]).update(
        email="", email_key="", content=None, digest=""
    )


def _reason(text: str) -> str:
    if not text.strip():
        raise ValidationError(_("Write why: it is written down with your name."), code="reason")
    return text.strip()[:300]


def _call(request_id: int) -> None:
    """Ask a worker; should the broker be away, the sweep makes the copy within minutes."""
    from iurc_portal.privacy.tasks import make_copy as task

    task.delay(request_id)
