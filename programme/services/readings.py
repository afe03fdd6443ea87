"""Readings of indicators: proposed, entered, validated, frozen by a report, and what changed since (P27, P28)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from iurc_portal.audit.services import record_transition
from iurc_portal.shown import refuse_changed
from programme.indicators.counting import Listing, Scope, Value, values_at
from programme.indicators.periods import Period, no_periods_words, periods_of
from programme.indicators.queries import query_of
from programme.models import Edition, Indicator, Reading

State = Reading.State


def may_validate(user) -> bool:
    """Staff enter readings, managers validate them (programme spec 8)."""
    return user.is_superuser or user.has_perm("programme.validate_reading")


def live_values(indicators: Iterable[Indicator], edition: Edition, until) -> dict[int, Value]:
    """What the portal counts now, by the id of each indicator that it counts: one statement for all of them."""
    counted = {one.pk: query for one in indicators if one.is_counted and (query := query_of(one.key)) is not None}
    found = values_at(Scope(edition, until), {query.key: query for query in counted.values()}.values())
    return {key: found[query.key] for key, query in counted.items()}


def indicators_of(edition: Edition, period: Period) -> list[Indicator]:
    """Those that are read for ``period``."""
    return [one for one in edition.indicators.order_by("code") if period in periods_of(edition, one.frequency)]


@transaction.atomic
def propose_readings(edition: Edition, period: Period, *, by=None, now: datetime) -> list[Reading]:
    """A draft for each indicator that has ``period``; what the portal counts is counted again in drafts.

    What is validated or frozen is left alone. Raises ``ValidationError``: ``no_periods`` where the edition has no
    days, ``no_indicators`` where none of its indicators has that period.
    """
    Edition.objects.select_for_update(of=("self",), no_key=True).get(pk=edition.pk)
    if edition.first_day is None or edition.last_day is None:
        raise ValidationError(no_periods_words(edition), code="no_periods")
    wanted = indicators_of(edition, period)
    if not wanted:
        words = _("No indicator of “%(edition)s” has the period %(period)s.")
        params = {"edition": edition, "period": period.words()}
        raise ValidationError(words, code="no_indicators", params=params)
    values = live_values(wanted, edition, period.last_day)
    standing = {reading.indicator_id: reading for reading in readings_of(edition, period)}
    made = []
    for indicator in wanted:
        reading = standing.get(indicator.pk)
        if reading is not None and (reading.state != State.DRAFT or not indicator.is_counted):
            continue
        if reading is None:
            reading = Reading(
                indicator=indicator, first_day=period.first_day, last_day=period.last_day, entered_at=now
            )
        value = values.get(indicator.pk)
        reading.indicator = indicator
        reading.value, reading.facts = (value.value, facts_of(value)) if value else (reading.value, {})
        reading.entered_by, reading.entered_at = by, now
        reading.full_clean(exclude=["indicator"])
        reading.save()
        made.append(reading)
    return made


def facts_of(value: Value) -> dict[str, int]:
    """What a counted value was made of, as plain data."""
    return {"count": value.count, "total": value.total}


def readings_of(edition: Edition, period: Period):
    """The last version of each reading of ``period``, with its indicator. One query."""
    found = Reading.objects.filter(indicator__edition=edition, first_day=period.first_day, last_day=period.last_day)
    return found.latest_versions().select_related("indicator").order_by("indicator__code")


@transaction.atomic
def enter_reading(
    indicator: Indicator, period: Period, *, value: Decimal, evidence: str, by, now: datetime, comment: str = ""
) -> Reading:
    """Write the value of an indicator that people enter, with its evidence.

    Raises ``ValidationError``: ``counted`` where the portal counts it, ``no_evidence``, ``validated`` where it stands
    already, ``other_period``, and a refusal of a value below zero.
    """
    if indicator.is_counted:
        raise ValidationError(_("This number is counted by the portal: it is not entered by hand."), code="counted")
    if period not in periods_of(indicator.edition, indicator.frequency):
        words = _("%(period)s is not a period of this indicator.")
        raise ValidationError(words, code="other_period", params={"period": period.words()})
    former = _last(indicator, period)
    if former is not None and former.state == State.VALIDATED:
        raise ValidationError(_("This reading is validated: take the validation back first."), code="validated")
    if former is None or former.state == State.FROZEN:
        version = former.version + 1 if former else 1
        former = Reading(indicator=indicator, first_day=period.first_day, last_day=period.last_day, version=version)
    former.indicator = indicator
    former.value, former.evidence, former.comment = value, evidence, comment
    former.entered_by, former.entered_at = by, now
    former.refuse_without_grounds()
    former.full_clean(exclude=["indicator"])
    former.save()
    return former


def _last(indicator: Indicator, period: Period) -> Reading | None:
    found = Reading.objects.select_for_update(of=("self",), no_key=True).filter(
        indicator=indicator, first_day=period.first_day, last_day=period.last_day
    )
    return found.order_by("-version").first()


@transaction.atomic
def validate_reading(reading: Reading, *, by, now: datetime, shown: str | None = None) -> Reading:
    """A manager says that the value is right; ``shown`` is the digest of what their page showed.

    Raises ``ValidationError``: ``not_yours``, ``transition``, ``outdated`` where it says something else by now.
    """
    if not may_validate(by):
        raise ValidationError(_("Managers of the programme validate readings."), code="not_yours")
    reading = _locked(reading)
    if shown is not None:
        refuse_changed(shown, reading.digest)
    reading.refuse_without_grounds()
    former = reading.move_to(State.VALIDATED)
    reading.validated_by, reading.validated_at = by, now
    reading.save()
    record_transition(reading, from_state=former, to_state=reading.state, now=now, actor=by)
    return reading


@transaction.atomic
def reopen_reading(reading: Reading, *, by, now: datetime) -> Reading:
    """Take a validation back, as long as no report holds the reading."""
    if not may_validate(by):
        raise ValidationError(_("Managers of the programme validate readings."), code="not_yours")
    reading = _locked(reading)
    former = reading.move_to(State.DRAFT)
    reading.validated_by = reading.validated_at = None
    reading.save()
    record_transition(reading, from_state=former, to_state=reading.state, now=now, actor=by)
    return reading


@transaction.atomic
def freeze_readings(edition: Edition, period: Period, *, by, now: datetime) -> list[Reading]:
    """What an approved report does: freeze the validated readings of ``period``, all of them or none.

    Raises ``ValidationError``: ``no_readings`` for a period without any, ``not_proposed`` naming indicators without
    one, ``not_validated`` naming those that wait.
    """
    Edition.objects.select_for_update(of=("self",), no_key=True).get(pk=edition.pk)
    readings = list(readings_of(edition, period).select_for_update(of=("self",), no_key=True))
    refuse_unready(edition, period, readings)
    for reading in readings:
        if reading.state == State.FROZEN:
            continue
        former = reading.move_to(State.FROZEN)
        reading.frozen_at = now
        reading.save()
        record_transition(reading, from_state=former, to_state=reading.state, now=now, actor=by)
    return readings


def refuse_unready(edition: Edition, period: Period, readings: Iterable[Reading]) -> None:
    """Raises what ``freeze_readings`` does of the last ``readings`` of ``period``."""
    readings = list(readings)
    if not readings:
        words = _("There is no reading for %(period)s yet: propose and validate them first.")
        raise ValidationError(words, code="no_readings", params={"period": period.words()})
    present = {reading.indicator_id for reading in readings}
    missing = [one.code for one in indicators_of(edition, period) if one.pk not in present]
    if missing:
        words = _("Without a reading: %(codes)s. Propose the readings again, and none is missing from the report.")
        raise ValidationError(words, code="not_proposed", params={"codes": ", ".join(missing)})
    waiting = [reading.indicator.code for reading in readings if reading.state == State.DRAFT]
    if waiting:
        words = _("Not validated yet: %(codes)s. Validate them, and nothing is half frozen.")
        raise ValidationError(words, code="not_validated", params={"codes": ", ".join(waiting)})


@transaction.atomic
def renew_readings(edition: Edition, period: Period, *, by, now: datetime) -> list[Reading]:
    """For a new version of a report: a draft after each frozen reading, counted again; the frozen ones stay."""
    Edition.objects.select_for_update(of=("self",), no_key=True).get(pk=edition.pk)
    frozen = [reading for reading in readings_of(edition, period) if reading.is_frozen]
    values = live_values([reading.indicator for reading in frozen], edition, period.last_day)
    made = []
    for reading in frozen:
        value = values.get(reading.indicator_id)
        made.append(
            Reading.objects.create(
                indicator=reading.indicator,
                first_day=period.first_day,
                last_day=period.last_day,
                version=reading.version + 1,
                value=value.value if value else reading.value,
                facts=facts_of(value) if value else {},
                evidence=reading.evidence,
                comment=reading.comment,
                entered_by=by,
                entered_at=now,
            )
        )
    return made


@dataclass(frozen=True)
class Corrected:
    """A reading that says one number while the portal counts another now."""

    reading: Reading
    now: Decimal | None


def counted_otherwise(found: Iterable[Reading], edition: Edition, until: date) -> list[Corrected]:
    """Those of ``found`` whose number is not what the portal counts now at the end of ``until``. One query."""
    found = list(found)
    values = live_values([one.indicator for one in found], edition, until)
    return [
        Corrected(one, values[one.indicator_id].value)
        for one in found
        if one.indicator_id in values and values[one.indicator_id].value != one.value
    ]


def rows_behind(indicator: Indicator, until) -> Listing | None:
    """The records behind a counted indicator at the end of ``until``, read a page at a time; None for others."""
    query = query_of(indicator.key) if indicator.is_counted else None
    return Listing(query, Scope(indicator.edition, until)) if query else None


def _locked(reading: Reading) -> Reading:
    row = Reading.objects.select_for_update(of=("self",), no_key=True).select_related("indicator__edition")
    return row.get(pk=reading.pk)
