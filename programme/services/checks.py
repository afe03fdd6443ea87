"""Is it still moving? Asked 30, 90 and 180 days after, once of each side; silence is written down (P23).

A question leaves on a working day of the side's city, at nine in its morning. Derived by a sweep: nothing is
scheduled ahead, and running it twice asks nobody twice.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ecosystem.closures import Closures
from ecosystem.working_days import LONGEST_SEARCH
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.notifications.services import queue_message
from iurc_portal.tokens import digest_of, looks_like_a_token, new_token
from programme import check_sources
from programme.check_sources import Asked, Source
from programme.models import FollowUpCheck

ASK = "programme.check"
MORNING = time(9)
DAY = timedelta(days=1)
Answer = FollowUpCheck.Answer


@dataclass(frozen=True)
class Counted:
    """How many answered what (by the values of ``Answer``), so many days after, of one source."""

    source: str | Promise
    day: int
    answers: dict[str, int]

    @property
    def asked(self) -> int:
        return sum(self.answers.values())


def asked_on(ended: date, days: int, side: str, *, closures: Closures | None = None) -> date:
    """The first working day of ``side`` that is at least ``days`` days after ``ended``."""
    closures, day = closures or Closures(), ended + days * DAY
    farthest = day + LONGEST_SEARCH
    while not closures.is_working_day(PartnerSide(side), day) and day < farthest:
        day += DAY
    return day


def ask(*, now: datetime) -> int:
    """Ask what is due at ``now`` (aware) and was not asked yet. Returns how many letters were written."""
    grace = timedelta(days=settings.IURC_VISITS["check_grace_days"])
    closures, written = Closures(), 0
    for source in check_sources.sources():
        for days in FollowUpCheck.DAYS:
            last = now.date() - days * DAY + DAY  # a side may be a day ahead of UTC
            for record in source.ended(last - grace - DAY, last):
                known = set(_checks_of(source, record, days).values_list("side", flat=True))
                for person in source.people(record):
                    begins = asked_on(source.ended_on(record), days, person.side, closures=closures)
                    leaves = datetime.combine(begins, MORNING, ZONES[PartnerSide(person.side)])
                    if person.side not in known and leaves <= now < leaves + grace:
                        written += _ask(source, record, days, person, now=now)
    return written


def _checks_of(source: Source, record, days: int):
    return FollowUpCheck.objects.filter(source=source.name, source_id=record.pk, day=days)


@transaction.atomic
def _ask(source: Source, record, days: int, person: Asked, *, now: datetime) -> int:
    check, is_new = FollowUpCheck.objects.get_or_create(
        source=source.name,
        source_id=record.pk,
        day=days,
        side=person.side,
        defaults={"language": person.language, "sent_at": now},
    )
    if not is_new:
        return 0
    queue_message(
        key=f"{ASK}:{check.pk}",
        kind=ASK,
        to=person.email,
        language=person.language,
        tzid=person.tzid,
        subject_id=str(check.pk),
        payload={"name": person.name},
        expires_at=now + timedelta(days=settings.IURC_VISITS["silence_days"]),
    )
    return 1


def note_silence(*, now: datetime) -> int:
    """Write down as silence what nobody has answered for three weeks. Returns how many."""
    limit = now - timedelta(days=settings.IURC_VISITS["silence_days"])
    silent = FollowUpCheck.objects.filter(answer=Answer.WAITING, sent_at__lte=limit)
    return silent.update(answer=Answer.SILENT)


def counted() -> list[Counted]:
    """How many answered what, by source and day: what staff read. Of one record nothing can be told. One query."""
    rows = FollowUpCheck.objects.values("source", "day", "answer").annotate(n=Count("pk"))
    found: dict[tuple[str, int], dict[str, int]] = {}
    for row in rows.order_by("source", "day"):
        found.setdefault((row["source"], row["day"]), {})[row["answer"]] = row["n"]
    titles = {source.name: source.title for source in check_sources.sources()}
    return [Counted(titles.get(source, source), day, answers) for (source, day), answers in found.items()]


def issue_link(check: FollowUpCheck) -> str:
    """The link's token in clear; only its digest is stored, and only the latest works."""
    clear, digest = new_token()
    FollowUpCheck.objects.filter(pk=check.pk).update(digest=digest)
    return clear


def find(clear: str) -> FollowUpCheck | None:
    """The check behind ``clear``, or None: wrong, replaced, or its record is gone."""
    if not looks_like_a_token(clear):
        return None
    return FollowUpCheck.objects.filter(digest=digest_of(clear)).first()


@transaction.atomic
def answer_check(check: FollowUpCheck, answer: str, *, note: str, now: datetime) -> FollowUpCheck:
    """Write down one of the three answers; another one later takes its place, until silence was noted.

    Raises ``ValidationError``: ``answer`` for what is none of the three, ``over`` once it takes no answers.
    """
    row = FollowUpCheck.objects.select_for_update(no_key=True).get(pk=check.pk)
    if row.is_over:
        raise ValidationError(_("This question takes no answers any more."), code="over")
    if answer not in {Answer.MOVING, Answer.STALLED, Answer.CONCLUDED}:
        raise ValidationError(_("Choose one of the three answers."), code="answer")
    row.answer, row.note, row.answered_at = answer, note.strip(), now
    row.save(update_fields=["answer", "note", "answered_at"])
    return row
