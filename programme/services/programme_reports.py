"""The report of a period: begun, written by both sides, approved with its readings, sent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from iurc_portal.audit.services import record_transition
from iurc_portal.clock import ROME, PartnerSide
from iurc_portal.translation.languages import CODES, columns, languages_filled
from programme.indicators.counting import Scope, value_of
from programme.indicators.periods import Period, no_periods_words, periods_of
from programme.indicators.queries import query_of
from programme.models import Edition, Indicator, ProgrammeReport, Reading, Webinar
from programme.models.programme_reports import NEEDED_TEXTS, PUBLIC_TEXTS, REPORT_TEXTS, SECTIONS
from programme.reporting import sheets
from programme.reporting.canonical import digest_of, number_text, texts_of
from programme.reporting.facts import edition_facts, facts_of
from programme.services import readings
from programme.services.attendance_counts import count_attendance
from programme.services.sensitive import is_manager

State = ProgrammeReport.State
FORMAT = 1  # of the snapshot
MANAGER = "manager"  # in which role somebody approved: their name is nobody's business outside


# --- Who may ---------------------------------------------------------------------------------------------------------


def may_approve(user) -> bool:
    """Managers approve, send and make the evidence pack (programme spec 8)."""
    return user.is_superuser or user.has_perm("programme.approve_programmereport")


def texts_of_user(user) -> tuple[str, ...]:
    """The texts of a draft that ``user`` writes: Torino's office all but Nagoya's section, Nagoya's it and notes."""
    if not (user.is_active and user.has_perm("programme.change_programmereport")):
        return ()
    if is_manager(user):
        return REPORT_TEXTS
    if user.side == PartnerSide.TORINO:
        return tuple(name for name in REPORT_TEXTS if name != SECTIONS["nagoya"])
    return (SECTIONS["nagoya"], "internal_note") if user.side == PartnerSide.NAGOYA else ()


# --- Begun and written -----------------------------------------------------------------------------------------------


def periods_to_report(edition: Edition) -> list[Period]:
    """Every period that some indicator of the edition has; the half-years while it has none."""
    frequencies = set(edition.indicators.values_list("frequency", flat=True)) or {Indicator.Frequency.HALF_YEAR}
    return sorted({period for frequency in frequencies for period in periods_of(edition, frequency)})


@transaction.atomic
def begin_report(edition: Edition, period: Period, *, by, now: datetime) -> ProgrammeReport:
    """The draft to work on: the one there is, else the next version.

    A version after an approved one begins with its texts, and its readings are counted again as new drafts. Raises
    ``ValidationError``: ``no_periods``, ``other_period``.
    """
    edition = _locked_edition(edition.pk)
    if edition.first_day is None or edition.last_day is None:
        raise ValidationError(no_periods_words(edition), code="no_periods")
    if period not in periods_to_report(edition):
        words = _("%(period)s is not a period of “%(edition)s”.")
        raise ValidationError(words, code="other_period", params={"period": period.words(), "edition": edition})
    own = reports_of(edition, period)
    draft = own.filter(state=State.DRAFT).first()
    if draft is not None:
        return draft
    former = own.order_by("-version").first()
    texts = {name: getattr(former, name) or "" for name in columns(*REPORT_TEXTS)} if former else {}
    if former is not None:
        readings.renew_readings(edition, period, by=by, now=now)
    return ProgrammeReport.objects.create(
        edition=edition,
        first_day=period.first_day,
        last_day=period.last_day,
        version=(own.aggregate(last=Max("version"))["last"] or 0) + 1,
        begun_at=now,
        **texts,
    )


def reports_of(edition: Edition, period: Period):
    return ProgrammeReport.objects.filter(edition=edition, first_day=period.first_day, last_day=period.last_day)


@transaction.atomic
def write_report(report: ProgrammeReport, texts: dict[str, str], *, by) -> ProgrammeReport:
    """Write some columns of a draft, by name (``summary_it``); the others stay as they are.

    Raises ``ValidationError``: ``frozen``, and ``not_yours`` for a text of the other side.
    """
    row = _locked(report)
    row.refuse_frozen()
    allowed = set(columns(*texts_of_user(by)))
    if not set(texts) <= allowed:
        raise ValidationError(_("This text is written by the other city's office."), code="not_yours")
    for name, text in texts.items():
        setattr(row, name, text)
    if texts:
        row.save(update_fields=list(texts))
    return row


# --- Approved and sent -----------------------------------------------------------------------------------------------


def hindrances(report: ProgrammeReport, *, now: datetime) -> list[str]:
    """In words, all that keeps a draft from being approved now; the approval itself looks again."""
    found = [_needed_words(report), _early_words(report.period, now=now)]
    standing = list(readings.readings_of(report.edition, report.period))
    try:
        readings.refuse_unready(report.edition, report.period, standing)
    except ValidationError as refusal:
        found += refusal.messages
    validated = [one for one in standing if one.state == Reading.State.VALIDATED]
    if corrected := readings.counted_otherwise(validated, report.edition, report.last_day):
        found.append(_counted_otherwise(corrected))
    return [words for words in found if words]


@transaction.atomic
def approve_report(report: ProgrammeReport, *, by, now: datetime) -> ProgrammeReport:
    """Freeze the readings of the period, the texts, and all facts with the records behind them: all or nothing.

    Raises ``ValidationError``: ``not_yours``, ``approved`` (twice), ``texts``, ``early`` while the period is not over,
    ``no_readings``, ``not_proposed``, ``not_validated``, ``counted_otherwise`` where a validated number is not what
    its records make.
    """
    if not may_approve(by):
        raise ValidationError(_("Managers of the programme approve reports."), code="not_yours")
    edition = _locked_edition(report.edition_id)
    row = _locked(report)
    if row.is_frozen:
        raise ValidationError(_("This report is approved already: nothing has been changed."), code="approved")
    for words, code in ((_needed_words(row), "texts"), (_early_words(row.period, now=now), "early")):
        if words:
            raise ValidationError(words, code=code)
    _count_attendance(edition, row.period)
    frozen = readings.freeze_readings(edition, row.period, by=by, now=now)
    kept = _keep_records(row, edition, frozen, now=now)
    values = readings.live_values([one.indicator for one in frozen], edition, row.period.last_day)
    former = row.move_to(State.APPROVED)
    row.snapshot = {
        **_frame(row, edition, now=now),
        **facts_of(edition, row.period, readings=frozen, values=values),
        "sheets": [one.told() for one in kept],
    }
    row.sha256 = digest_of(row.snapshot)
    row.approved_by, row.approved_at = by, now
    row.save()
    record_transition(row, from_state=former, to_state=row.state, now=now, actor=by)
    return row


@transaction.atomic
def send_report(report: ProgrammeReport, *, by, now: datetime) -> ProgrammeReport:
    """From now on everybody reads it. Raises ``ValidationError``: ``not_yours``, ``transition``."""
    if not may_approve(by):
        raise ValidationError(_("Managers of the programme send reports."), code="not_yours")
    row = _locked(report)
    former = row.move_to(State.SENT)
    row.sent_on = now.astimezone(ROME).date()
    row.save(update_fields=["state", "sent_on"])
    record_transition(row, from_state=former, to_state=row.state, now=now, actor=by)
    return row


def _locked_edition(key: int) -> Edition:
    """The edition, then its report: always in this order, which is that of the readings, too."""
    return Edition.objects.select_for_update(of=("self",), no_key=True).get(pk=key)


def _locked(report: ProgrammeReport) -> ProgrammeReport:
    rows = ProgrammeReport.objects.select_for_update(of=("self",), no_key=True).select_related("edition")
    return rows.get(pk=report.pk)


def _needed_words(report: ProgrammeReport) -> str:
    missing = [report.text_title(name) for name in NEEDED_TEXTS if not languages_filled(report, name)]
    if not missing:
        return ""
    words = _("Write these texts, in one language at least: %(names)s.")
    return words % {"names": ", ".join(missing)}


def _early_words(period: Period, *, now: datetime) -> str:
    if period.is_over(now.astimezone(ROME).date()):
        return ""
    return _("The period %(period)s is not over: its report is approved afterwards.") % {"period": period.words()}


def _count_attendance(edition: Edition, period: Period) -> None:
    """Whatever waits to be counted again is counted now: what is frozen is of today."""
    stale = Webinar.objects.filter(exchange__edition=edition, attended_is_stale=True)
    for key in stale.filter(event__dtstart__lt=period.end).order_by("pk").values_list("pk", flat=True):
        count_attendance(key)


def _counted_otherwise(corrected: Iterable[readings.Corrected]) -> str:
    told = [
        f"{one.reading.indicator.code} ({number_text(one.reading.value)} → {number_text(one.now) or '–'})"
        for one in corrected
    ]
    words = _(
        "Records were corrected after the validation: %(codes)s. Take the validation back, count again and validate."
    )
    return words % {"codes": ", ".join(told)}


def _keep_records(row, edition: Edition, frozen: list[Reading], *, now: datetime) -> list[sheets.Kept]:
    """The records behind each number, which must make it; costs, papers and recordings."""
    scope, kept = Scope(edition, row.last_day), []
    for reading in frozen:
        query = query_of(reading.indicator.key) if reading.indicator.is_counted else None
        if query is None:
            continue
        key = f"{sheets.INDICATOR}{reading.indicator_id}"
        sheet = sheets.keep(row, key, sheets.indicator_rows(query, scope), amount=sheets.AMOUNT)
        made = value_of(query, sheet.rows, sheet.total).value
        if made != reading.value:
            words = _counted_otherwise([readings.Corrected(reading, made)])
            raise ValidationError(words, code="counted_otherwise")
        kept.append(sheet)
    kept.append(sheets.keep(row, sheets.COSTS, sheets.cost_rows(edition)))
    kept.append(sheets.keep(row, sheets.PAPERS, sheets.paper_rows(edition, until=row.period.end)))
    kept.append(sheets.keep(row, sheets.RECORDINGS, sheets.recording_rows(edition, until=row.period.end, now=now)))
    return kept


def _frame(row: ProgrammeReport, edition: Edition, *, now: datetime) -> dict[str, Any]:
    """What the report is about, who says so, and what its authors wrote; the internal note stays inside."""
    return {
        "format": FORMAT,
        "site": settings.SITE_URL,
        "edition": edition_facts(edition),
        "period": {"first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat()},
        "version": row.version,
        "approved": {"role": MANAGER, "on": now.astimezone(ROME).date().isoformat()},
        "texts": {name: texts_of(row, name) for name in PUBLIC_TEXTS},
        "sample": edition.indicators.filter(is_sample=True).exists(),
    }


def written_in(report: ProgrammeReport) -> dict[str, list[str]]:
    """For each public text that is written at all, the languages that lack it."""
    filled = {name: languages_filled(report, name) for name in PUBLIC_TEXTS}
    return {
        name: [code for code in CODES if code not in found]
        for name, found in filled.items()
        if found and len(found) < len(CODES)
    }
