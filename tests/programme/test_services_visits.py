from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from iurc_portal.audit.models import Transition
from programme import services, tasks
from programme.exceptions import NotReady
from programme.models import AgendaItem, LearningQuestion, StudyVisit
from tests.factories import all_ticks, make_city, make_organisation, make_person, make_user, make_version, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 4)
FULL = {
    "subject_it": "Sperimentare nelle strade",
    "purpose_it": "Capire procedure e costi",
    "decision_power_it": "Proporre un progetto pilota",
    "expected_output_it": "Una scheda comune",
    "expected_size": 4,
    "head_post": "Direttore",
    "first_day": FIRST,
    "last_day": LAST,
}


def a_proposal(*, questions=3, **fields):
    visit = make_visit(**{**FULL, **fields})
    for number in range(questions):
        LearningQuestion.objects.create(visit=visit, order=number, text_it=f"Domanda {number}")
    return visit


def an_agenda(visit, *, items=1):
    make_organisation(kind="public_body")
    for number in range(items):
        services.plan_agenda_item(
            visit=visit,
            date=FIRST,
            starts=time(9 + number),
            ends=time(10 + number),
            names={"it": f"Voce {number}"},
            now=NOW,
        )


def missing_codes(visit, state):
    return [thing.code for thing in services.missing_for(visit, state)]


def test_a_proposal_needs_every_thing_of_p2_and_each_is_named():
    visit = make_visit()

    with translation.override("en"), pytest.raises(NotReady) as error:
        services.move_visit(visit, "proposed", now=NOW)

    assert [thing.code for thing in error.value.missing] == [
        "subject",
        "purpose",
        "decision_power",
        "expected_output",
        "expected_size",
        "head_post",
        "date",
        "questions",
    ]
    assert error.value.messages[-1] == "3 more questions"
    assert StudyVisit.objects.get().state == "draft"
    assert visit.state == "draft"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("subject_it", "", "subject"),
        ("purpose_it", "   ", "purpose"),
        ("decision_power_it", "", "decision_power"),
        ("expected_output_it", "", "expected_output"),
        ("expected_size", None, "expected_size"),
        ("expected_size", 0, "expected_size"),
        ("head_post", " ", "head_post"),
    ],
)
def test_one_thing_that_is_wanting_holds_the_proposal_up(field, value, code):
    visit = a_proposal(**{field: value})

    assert missing_codes(visit, "proposed") == [code]


def test_two_questions_are_one_too_few():
    visit = a_proposal(questions=2)

    with translation.override("en"):
        assert [str(thing.text) for thing in services.missing_for(visit, "proposed")] == ["1 more question"]


def test_a_wish_for_dates_is_a_date():
    visit = a_proposal(first_day=None, last_day=None, wished_dates="la prima settimana di marzo")

    services.move_visit(visit, "proposed", now=NOW)

    assert StudyVisit.objects.get().state == "proposed"


def test_a_move_is_written_down_with_who_when_and_why():
    staff = make_user()
    visit = a_proposal(state="proposed")

    services.move_visit(visit, "declined", now=NOW, by=staff, reason="Siamo in consiglio", code="dates")

    line = Transition.objects.of(visit).get()
    assert (line.from_state, line.to_state, line.reason, line.comment) == (
        "proposed",
        "declined",
        "dates",
        "Siamo in consiglio",
    )
    assert (line.actor, line.at) == (staff, NOW)


@pytest.mark.parametrize(
    ("state", "to_state"),
    [("proposed", "returned"), ("proposed", "declined"), ("accepted", "postponed"), ("accepted", "cancelled")],
)
def test_a_move_that_people_will_ask_about_needs_its_reason(state, to_state):
    visit = a_proposal(state=state)

    with pytest.raises(NotReady) as error:
        services.move_visit(visit, to_state, now=NOW, reason="  ")

    assert [thing.code for thing in error.value.missing] == ["reason"]
    assert StudyVisit.objects.get().state == state


def test_acceptance_needs_a_lead_and_dates():
    visit = a_proposal(state="proposed", first_day=None, last_day=None, wished_dates="marzo")

    assert missing_codes(visit, "accepted") == ["lead", "dates"]


def test_what_is_a_draft_cannot_be_accepted():
    visit = a_proposal()

    with pytest.raises(ValidationError) as error:
        services.move_visit(visit, "accepted", now=NOW)

    assert error.value.code == "transition"


@pytest.mark.parametrize("state", StudyVisit.State.values)
def test_every_state_has_its_moves_in_the_table(state):
    assert set(StudyVisit.NEXT[state]) <= set(StudyVisit.State.values)
    assert state not in StudyVisit.NEXT[state]


def test_releasing_needs_items_and_a_head_and_confirms_every_event():
    visit = a_proposal(state="preparing")
    empty = missing_codes(visit, "released")
    an_agenda(visit, items=2)
    headless = missing_codes(visit, "released")
    visit.delegates.create(person=make_person(), role="head", rank=1)
    visit.questions.update(item=AgendaItem.objects.filter(day__visit=visit).first())

    services.release(visit, now=NOW, ticks=all_ticks(visit, now=NOW))

    assert (empty, headless) == (["items", "head"], ["head"])
    statuses = [item.event.status for day in visit.days.all() for item in day.items.all()]
    assert statuses == ["CONFIRMED", "CONFIRMED"]


def test_a_postponed_visit_takes_its_events_back_and_waits_for_days_that_hold_them():
    visit = a_proposal(state="preparing")
    an_agenda(visit)
    visit.delegates.create(person=make_person(), role="head", rank=1)
    make_version(visit, now=NOW)

    services.move_visit(visit, "postponed", now=NOW, reason="Tifone")
    visit.first_day = visit.last_day = date(2026, 5, 5)
    visit.save()

    assert visit.days.get().items.get().event.status == "TENTATIVE"
    assert missing_codes(visit, "preparing") == ["outside"]


def test_cancelling_a_visit_cancels_every_event_drafts_and_released():
    visit = a_proposal(state="preparing")
    an_agenda(visit, items=3)
    visit.delegates.create(person=make_person(), role="head", rank=1)
    make_version(visit, now=NOW)
    services.plan_agenda_item(visit=visit, date=LAST, starts=time(9), ends=time(10), names={"it": "Nuova"}, now=NOW)

    services.move_visit(visit, "cancelled", now=NOW, reason="Sciopero dei voli")

    statuses = {item.event.status for day in visit.days.all() for item in day.items.all()}
    assert statuses == {"CANCELLED"}
    assert StudyVisit.objects.get().state == "cancelled"


def test_reported_needs_an_approved_report_and_an_answer_to_every_question():
    visit = a_proposal(state="completed")

    assert missing_codes(visit, "reported") == ["report", "unanswered"]


def test_the_calendar_follows_the_clock_of_the_host_city():
    """On 2 March at 15:30 UTC it is already the 3rd in Nagoya, and still the 2nd in Torino."""
    there = a_proposal(state="released", host_city=make_city("nagoya"), guest_city=make_city("torino"))
    here = a_proposal(state="released")

    counts = services.follow_the_calendar(now=datetime(2026, 3, 2, 15, 30, tzinfo=UTC))

    there.refresh_from_db()
    here.refresh_from_db()
    assert counts == {"running": 1, "completed": 0}
    assert (there.state, here.state) == ("running", "released")


def test_the_calendar_ends_a_visit_when_its_last_day_is_over_not_before():
    visit = a_proposal(state="running")

    still = services.follow_the_calendar(now=datetime(2026, 3, 4, 22, 59, tzinfo=UTC))
    over = services.follow_the_calendar(now=datetime(2026, 3, 4, 23, 0, tzinfo=UTC))
    again = services.follow_the_calendar(now=datetime(2026, 3, 4, 23, 1, tzinfo=UTC))

    visit.refresh_from_db()
    assert (still["completed"], over["completed"], again["completed"]) == (0, 1, 0)
    assert visit.state == "completed"


def test_a_sweep_that_slept_through_the_visit_takes_both_steps():
    visit = a_proposal(state="released")

    counts = services.follow_the_calendar(now=datetime(2026, 4, 1, tzinfo=UTC))

    assert counts == {"running": 1, "completed": 1}
    assert [line.to_state for line in Transition.objects.of(visit)] == ["running", "completed"]


def test_the_calendar_leaves_other_states_alone():
    for state in ("draft", "accepted", "preparing", "postponed", "cancelled"):
        a_proposal(state=state)

    assert services.follow_the_calendar(now=datetime(2026, 3, 3, 12, tzinfo=UTC)) == {"running": 0, "completed": 0}


def test_the_task_is_a_thin_wrapper():
    a_proposal(state="running")

    assert tasks.follow_the_calendar()["completed"] == 1
