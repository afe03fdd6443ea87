"""Editions, the action plan, stays, meetings, budgets and readings: what is allowed and what is refused in words."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from events.models import Event
from iurc_portal.audit.models import Transition
from programme.budgets import standings_of
from programme.exceptions import FrozenReading
from programme.indicators.periods import Period
from programme.models import CostLine, Indicator, Milestone, Reading
from programme.models.editions import check_participants
from programme.services import actions, meetings, readings, stays
from tests.factories import (
    START,
    make_action,
    make_budget_line,
    make_city,
    make_cluster,
    make_edition,
    make_event,
    make_exchange,
    make_indicator,
    make_meeting,
    make_objective,
    make_organisation,
    make_presence,
    make_reading,
    make_registration,
    make_stay,
    make_user,
    make_visit,
    make_webinar,
)

pytestmark = pytest.mark.django_db
HALF = Period(date(2026, 1, 1), date(2026, 6, 30))
NOW = datetime(2026, 7, 5, 9, 0, tzinfo=UTC)


def refusal(act, *args, **kwargs):
    """The code of the refusal that ``act`` gives."""
    with pytest.raises(ValidationError) as told, transaction.atomic():
        act(*args, **kwargs)
    error = told.value
    return error.code if hasattr(error, "code") else [one.code for one in error.error_list]


def boss():
    return make_user(is_superuser=True, is_staff=True)


# --- Editions, objectives, milestones --------------------------------------------------------------------------------


def test_two_running_editions_of_one_programme_do_not_share_days():
    make_edition(programme_name_en="IURC", last_day=date(2026, 12, 31))
    other = make_edition(
        programme_name_en="IURC", first_day=date(2026, 12, 31), last_day=date(2028, 1, 1), state="planned"
    )

    assert refusal(actions.move_edition, other, "running", now=NOW) == "overlap"
    other.refresh_from_db()
    assert other.state == "planned"


@pytest.mark.parametrize(
    "fields",
    [
        {"first_day": date(2027, 1, 1), "last_day": date(2028, 1, 1)},  # the day after
        {"programme_name_en": "Another programme"},
        {"programme_name_en": ""},
    ],
)
def test_editions_run_side_by_side_where_nothing_is_shared(fields):
    make_edition(programme_name_en="IURC", last_day=date(2026, 12, 31))
    other = make_edition(**{"programme_name_en": "IURC", "state": "planned", **fields})

    assert actions.move_edition(other, "running", now=NOW).state == "running"


def test_an_edition_whose_days_are_not_known_may_run_on_any():
    make_edition(programme_name_en="IURC", first_day=None, last_day=None)
    other = make_edition(programme_name_en="IURC", state="planned")

    assert refusal(actions.move_edition, other, "running", now=NOW) == "overlap"


def test_an_objective_of_another_edition_is_refused():
    edition, foreign = make_edition(), make_objective()
    milestone = Milestone(edition=edition, objective=foreign, title_en="Plan", due_on=date(2026, 5, 1))
    indicator = Indicator(edition=edition, objective=foreign, code="I1", name_en="Webinars", key="webinars_held")

    for record in (milestone, indicator):
        with pytest.raises(ValidationError) as told:
            record.full_clean()
        assert [error.code for error in told.value.error_dict["objective"]] == ["other_edition"]


def test_a_milestone_is_not_done_without_evidence():
    fields = {"edition": make_edition(), "title_en": "Plan", "due_on": date(2026, 5, 1), "done_on": date(2026, 5, 1)}

    with pytest.raises(ValidationError):
        Milestone(**fields).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.create(**fields)
    assert Milestone.objects.create(**fields, evidence="https://example.org/plan").pk


def test_an_exchange_has_two_cities_and_others_come_through_their_cluster():
    torino, nagoya, seoul = make_city(), make_city("nagoya"), make_city("seoul", country="KR", tzid="Asia/Seoul")
    cluster, strange = make_cluster(seoul), make_cluster(make_city("kyoto", country="JP", tzid="Asia/Tokyo"))

    assert check_participants([], None) is None
    assert check_participants([torino, nagoya], None) is None
    assert check_participants([torino, nagoya, seoul], cluster) is None
    assert refusal(check_participants, [torino], None) == "one_city"
    assert refusal(check_participants, [torino, seoul], None) == "no_cluster"
    assert refusal(check_participants, [torino, seoul], strange) == "other_cluster"


# --- The action plan -------------------------------------------------------------------------------------------------


def test_an_action_is_agreed_when_both_sides_have_said_yes():
    item, by = make_action(), boss()

    assert actions.agree_action(item, side="torino", by=by, now=NOW).state == "draft"
    assert actions.agree_action(item, side="torino", by=by, now=NOW).state == "draft"
    assert actions.agree_action(item, side="nagoya", by=by, now=NOW).state == "agreed"
    assert [line.to_state for line in Transition.objects.of(item)] == ["draft", "draft", "agreed"]


def test_nobody_agrees_for_the_other_side():
    item = make_action()

    assert refusal(actions.agree_action, item, side="nagoya", by=make_user(is_staff=True, side="torino"), now=NOW) == (
        "not_yours"
    )


def test_no_move_and_no_direct_save_makes_an_agreement():
    item = make_action()

    assert refusal(actions.move_action, item, "agreed", now=NOW) == "transition"
    item.state = "agreed"
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save()


def test_dropping_an_action_needs_a_word():
    item = make_action(state="agreed")

    assert refusal(actions.move_action, item, "dropped", now=NOW, reason=" ") == "reason"
    assert actions.move_action(item, "dropped", now=NOW, reason="No money.").reason == "No money."


def test_another_text_needs_another_yes():
    item = actions.agree_action(make_action(), side="torino", by=boss(), now=NOW)

    assert actions.unsettle(item, now=NOW).agreed_at("torino") is None


# --- Stays and meetings ----------------------------------------------------------------------------------------------


def test_a_stay_goes_its_way_from_proposal_to_report():
    stay = make_stay()
    for state, now in (("agreed", START), ("running", START), ("completed", START + timedelta(days=5))):
        assert stays.move_stay(stay, state, now=now).state == state
    assert refusal(stays.move_stay, stay, "reported", now=NOW) == "note"
    type(stay).objects.update(note_en="Permits take thirty days.")

    assert stays.move_stay(stay, "reported", now=NOW).state == "reported"


def test_a_stay_does_not_begin_before_its_day_nor_end_without_a_word():
    stay = stays.move_stay(make_stay(), "agreed", now=START)

    assert refusal(stays.move_stay, stay, "running", now=START - timedelta(days=9)) == "early"
    assert refusal(stays.move_stay, stay, "cancelled", now=START) == "reason"
    assert refusal(stays.move_stay, stay, "reported", now=START) == "transition"


def test_a_stay_is_agreed_with_its_days():
    assert refusal(stays.move_stay, make_stay(first_day=None), "agreed", now=START) == "days"


def test_cancelling_a_stay_cancels_its_sessions():
    stay = stays.move_stay(make_stay(), "agreed", now=START - timedelta(days=20))
    session = stays.plan_session(
        stay,
        names={"name_en": "Welcome"},
        start=datetime(2026, 3, 3, 9, 0),
        end=datetime(2026, 3, 3, 10, 0),
        tzid="Europe/Rome",
        now=START - timedelta(days=10),
    )
    assert session.event.access == Event.Access.PARTICIPANTS

    stays.move_stay(stay, "cancelled", now=START - timedelta(days=9), reason="Ill.")

    session.event.refresh_from_db()
    assert session.event.status == Event.Status.CANCELLED


def test_a_session_is_within_the_stay():
    assert (
        refusal(
            stays.plan_session,
            make_stay(),
            names={"name_en": "Late"},
            start=datetime(2026, 3, 7, 9, 0),
            end=datetime(2026, 3, 7, 10, 0),
            tzid="Europe/Rome",
            now=START,
        )
        == "outside"
    )


def test_both_ends_of_a_stay_are_not_on_one_side():
    stay = make_stay()
    stay.sending = make_organisation()

    with pytest.raises(ValidationError) as told:
        stay.full_clean()
    assert [error.code for error in told.value.error_dict["hosting"]] == ["same_side"]


def test_a_meeting_has_a_private_event_named_after_both():
    make_organisation(kind="public_body", slug="citta-di-torino")
    ready = make_meeting()
    meeting = type(ready)(
        exchange=ready.exchange,
        organisation_torino=ready.organisation_torino,
        organisation_nagoya=ready.organisation_nagoya,
    )

    meetings.plan_meeting(
        meeting, start=datetime(2026, 5, 4, 9, 0), end=datetime(2026, 5, 4, 10, 0), tzid="Europe/Rome", now=START
    )

    assert meeting.event.name_en == f"{ready.organisation_torino.name_en} – {ready.organisation_nagoya.name_en}"
    assert meeting.event.access == Event.Access.PARTICIPANTS
    assert meetings.cancel_meeting(meeting, now=START).status == Event.Status.CANCELLED


def test_an_outcome_has_its_day():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_meeting(outcome="settled")


# --- Readings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "target", "value", "progress"),
    [
        (None, 10, 5, Decimal("0.5")),
        (10, 20, 15, Decimal("0.5")),
        (10, 20, 5, Decimal("-0.5")),
        (0, 4, 6, Decimal("1.5")),  # not cut
        (20, 10, 15, Decimal("0.5")),  # less is better
        (None, None, 5, None),
        (3, 3, 3, None),
        (None, 0, 3, None),
        (None, 10, None, None),
        (None, 10, 0, Decimal(0)),
    ],
)
def test_progress_is_the_way_from_baseline_to_target_and_no_target_is_not_zero(baseline, target, value, progress):
    as_decimal = [Decimal(number) if number is not None else None for number in (baseline, target, value)]

    assert Indicator(baseline=as_decimal[0], target=as_decimal[1]).progress(as_decimal[2]) == progress


def test_readings_are_proposed_from_what_the_portal_counts():
    edition = make_edition()
    counted, manual = make_indicator(edition=edition), make_indicator(edition=edition, source="manual")
    make_indicator(edition=edition, frequency="whole")
    make_webinar(exchange=make_exchange(edition=edition))

    made = readings.propose_readings(edition, HALF, by=boss(), now=NOW)

    assert [(one.indicator, one.value, one.state) for one in made] == [(counted, 1, "draft"), (manual, None, "draft")]


def test_proposing_again_counts_drafts_again_and_leaves_the_rest():
    edition, by = make_edition(), boss()
    first, second = make_indicator(edition=edition), make_indicator(edition=edition)
    readings.propose_readings(edition, HALF, by=by, now=NOW)
    readings.validate_reading(Reading.objects.get(indicator=first), by=by, now=NOW)
    make_webinar(exchange=make_exchange(edition=edition))

    readings.propose_readings(edition, HALF, by=by, now=NOW)

    assert [Reading.objects.get(indicator=one).value for one in (first, second)] == [0, 1]


def test_an_edition_without_days_or_indicators_says_so():
    assert refusal(readings.propose_readings, make_edition(first_day=None), HALF, now=NOW) == "no_periods"
    assert refusal(readings.propose_readings, make_edition(), HALF, now=NOW) == "no_indicators"


def test_a_number_by_hand_needs_evidence_and_is_not_below_zero():
    manual, by = make_indicator(source="manual"), boss()
    enter = {"by": by, "now": NOW, "evidence": "https://example.org"}

    assert (
        refusal(readings.enter_reading, manual, HALF, value=Decimal(3), **{**enter, "evidence": ""}) == "no_evidence"
    )
    with pytest.raises(ValidationError):
        readings.enter_reading(manual, HALF, value=Decimal(-1), **enter)
    assert refusal(readings.enter_reading, make_indicator(), HALF, value=Decimal(3), **enter) == "counted"
    other = Period(date(2026, 1, 2), date(2026, 6, 30))
    assert refusal(readings.enter_reading, manual, other, value=Decimal(3), **enter) == "other_period"
    assert readings.enter_reading(manual, HALF, value=Decimal(3), **enter).value == 3
    assert readings.enter_reading(manual, HALF, value=Decimal(4), **enter).value == 4
    assert Reading.objects.count() == 1


def test_the_database_refuses_a_reading_below_zero():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_reading(value=-1)


def test_only_managers_validate():
    reading = make_reading()

    assert refusal(readings.validate_reading, reading, by=make_user(is_staff=True, side="torino"), now=NOW) == (
        "not_yours"
    )
    assert readings.validate_reading(reading, by=boss(), now=NOW).state == "validated"
    assert readings.reopen_reading(reading, by=boss(), now=NOW).state == "draft"


def test_a_reading_without_value_is_not_validated():
    assert refusal(readings.validate_reading, make_reading(value=None), by=boss(), now=NOW) == "no_value"


def frozen(edition=None):
    indicator = make_indicator(edition=edition or make_edition())
    reading = make_reading(indicator, value=0)
    readings.validate_reading(reading, by=boss(), now=NOW)
    return readings.freeze_readings(indicator.edition, HALF, by=boss(), now=NOW)[0]


def test_freezing_takes_all_or_none():
    edition = make_edition()
    first, second = (make_reading(make_indicator(edition=edition)) for _n in range(2))
    readings.validate_reading(first, by=boss(), now=NOW)

    assert refusal(readings.freeze_readings, edition, HALF, by=boss(), now=NOW) == "not_validated"
    assert refusal(readings.freeze_readings, make_edition(), HALF, by=boss(), now=NOW) == "no_readings"
    assert sorted(Reading.objects.values_list("state", flat=True)) == ["draft", "validated"]

    readings.validate_reading(second, by=boss(), now=NOW)
    assert {one.state for one in readings.freeze_readings(edition, HALF, by=boss(), now=NOW)} == {"frozen"}


def test_nothing_changes_a_frozen_reading():
    reading = frozen()

    def change():
        reading.value = 7
        reading.save()

    for act in (
        change,
        reading.delete,
        lambda: Reading.objects.update(value=7),
        Reading.objects.all().delete,
        lambda: Reading.objects.bulk_update([reading], ["value"]),
        lambda: readings.reopen_reading(reading, by=boss(), now=NOW),
    ):
        with pytest.raises(ValidationError), transaction.atomic():
            act()
    assert Reading.objects.get().value == 0
    with pytest.raises(FrozenReading):
        change()


def test_what_was_corrected_since_is_shown_beside_the_frozen_number():
    edition = make_edition()
    reading = frozen(edition)
    assert readings.counted_otherwise([reading], edition, HALF.last_day) == []

    make_webinar(exchange=make_exchange(edition=edition))

    (corrected,) = readings.counted_otherwise([reading], edition, HALF.last_day)
    assert (corrected.reading, corrected.now) == (reading, 1)
    (again,) = readings.renew_readings(edition, HALF, by=boss(), now=NOW)
    assert (again.version, again.value, again.state) == (2, 1, "draft")
    assert Reading.objects.get(pk=reading.pk).value == 0
    assert [one.version for one in readings.readings_of(edition, HALF)] == [2]


def test_attendance_corrected_afterwards_moves_the_live_number(django_capture_on_commit_callbacks):
    from events.services.check_in import check_in

    edition = make_edition()
    webinar = make_webinar(exchange=make_exchange(edition=edition), event=make_event())
    make_presence(make_registration(webinar.event))
    absent = make_registration(webinar.event)
    indicator = make_indicator(edition=edition, key="webinar_attendance")
    type(webinar).objects.update(attended=1, attended_is_stale=False)

    with django_capture_on_commit_callbacks(execute=True):
        check_in(absent, now=START, by=boss())

    assert readings.live_values([indicator], edition, HALF.last_day)[indicator.pk].value == 2


# --- The budget ------------------------------------------------------------------------------------------------------


def test_a_budget_line_adds_up_what_is_spent_and_committed():
    edition = make_edition()
    line, visit = make_budget_line(edition=edition, ceiling=1000), make_visit()
    costs = {"visit": visit, "budget_line": line, "payer": "programme", "heading_en": "Train"}
    CostLine.objects.create(**costs, estimate=600, actual=Decimal("650.50"), no_receipt_reason="Lost.")
    CostLine.objects.create(**costs, estimate=200)
    CostLine.objects.create(**costs, currency="JPY", estimate=16000, rate=Decimal(160), rate_date=date(2026, 3, 1))
    CostLine.objects.create(**costs, currency="JPY", estimate=5000)  # no rate

    (standing,) = standings_of(edition)

    assert (standing.spent, standing.committed, standing.left) == (
        Decimal("650.50"),
        Decimal("950.50"),
        Decimal("49.50"),
    )
    assert (standing.lines, standing.missing, standing.no_rate, standing.is_above) == (4, 3, 1, False)
    CostLine.objects.create(**costs, estimate=50)
    assert standings_of(edition)[0].is_above
    with pytest.raises(IntegrityError), transaction.atomic():
        CostLine.objects.create(**costs, rate=Decimal(160))
