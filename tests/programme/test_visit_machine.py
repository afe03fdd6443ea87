"""The way of a visit as a machine: whatever is asked in whatever order, only the moves of the table are made."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iurc_portal.audit.models import Transition
from programme import services
from programme.models import AgendaItem, StudyVisit
from programme.services import followups
from programme.services import visit_reports as reports
from tests.factories import all_ticks, make_organisation, make_person, make_user
from tests.programme.test_services_visits import FIRST, LAST, NOW, a_proposal, an_agenda

pytestmark = pytest.mark.django_db
State = StudyVisit.State
AFTER = NOW.replace(month=3, day=9)  # over, by the host city's calendar


def a_whole_visit(state="draft"):
    """Nothing is missing for any move but what moves themselves bring: report and follow-ups."""
    visit = a_proposal(state=state, lead=make_user(is_staff=True), first_day=FIRST, last_day=LAST)
    an_agenda(visit)
    visit.delegates.create(person=make_person(), role="head")
    visit.questions.update(item=AgendaItem.objects.filter(day__visit=visit).first())
    return visit


def move(visit, state):
    """Make the move; a release is made with every warning read."""
    if state == "released" and state in StudyVisit.NEXT[visit.state]:
        services.release(visit, now=AFTER, ticks=all_ticks(visit, now=AFTER))
    else:
        services.move_visit(visit, state, now=AFTER, reason="because")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(State.values), max_size=14))
def test_only_moves_of_the_table_are_made_and_each_is_in_the_log(wanted):
    visit = a_whole_visit()
    made: list[tuple[str, str]] = []
    for state in wanted:
        before = visit.state
        try:
            move(visit, state)
        except ValidationError:
            assert visit.state == before
        else:
            made.append((before, state))
    stored = StudyVisit.objects.get(pk=visit.pk)
    logged = [(line.from_state, line.to_state) for line in Transition.objects.of(visit)]
    assert logged == made
    assert all(after in StudyVisit.NEXT[before] for before, after in made)
    assert stored.state == visit.state == (made[-1][1] if made else "draft")


def test_the_whole_way_from_a_draft_to_closed():
    make_organisation(kind="public_body")
    visit = a_whole_visit()
    for state in ("proposed", "returned", "proposed", "accepted", "preparing", "released", "running", "completed"):
        move(visit, state)
    with pytest.raises(ValidationError):
        services.move_visit(visit, "reported", now=AFTER)
    report = reports.begin_report(visit)
    reports.write_report(report, lessons_en="Ask early")
    reports.approve_report(report, by=visit.lead, now=AFTER)
    services.move_visit(visit, "reported", now=AFTER)
    with pytest.raises(ValidationError):
        services.move_visit(visit, "closed", now=AFTER)
    assert visit.follow_ups.count() == 3
    for row in visit.follow_ups.all():
        followups.move_follow_up(row, "done", now=AFTER)
    services.move_visit(visit, "closed", now=AFTER)
    assert StudyVisit.objects.get(pk=visit.pk).state == "closed"
