"""Each query against records counted by hand; the rows behind a number add up to it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iurc_portal.audit.services import record_transition
from iurc_portal.translation.models import TextRecord
from programme.indicators.counting import Listing, Scope, parts_of, values_at
from programme.indicators.queries import TABLE, query_of
from programme.models import Attendance, Delegate, FollowUp, HostConfirmation
from programme.services.attendance_counts import count_stale
from tests.factories import (
    START,
    make_agenda_item,
    make_city,
    make_cluster,
    make_edition,
    make_event,
    make_exchange,
    make_meeting,
    make_organisation,
    make_person,
    make_practice,
    make_presence,
    make_registration,
    make_stay,
    make_test_run,
    make_transfer,
    make_visit,
    make_webinar,
)

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 30)


@pytest.fixture
def edition():
    return make_edition()


@pytest.fixture
def exchange(edition):
    return make_exchange(edition=edition)


def value(edition, key, until=JUNE):
    """The value of a query; and whatever it is, the rows behind it add up to it."""
    query, scope = query_of(key), Scope(edition, until)
    found = values_at(scope, [query])[key]
    rows = list(Listing(query, scope))
    assert len(rows) == found.count == len(Listing(query, scope))
    if query.how == "count":
        assert sum(row.amount for row in rows) == found.value
    elif query.how == "sum":
        assert sum(row.amount for row in rows) == found.value == found.total
    else:
        assert sum(row.amount for row in rows) == found.total
    for parts in parts_of(query, scope).values():
        assert sum(parts.values()) == found.value
    return found.value


def titles(edition, key, until=JUNE):
    return [row.title for row in Listing(query_of(key), Scope(edition, until))]


def done_visit(exchange, day=date(2026, 3, 5), state="completed", **fields):
    return make_visit(exchange=exchange, state=state, first_day=day, last_day=day, **fields)


def other_exchange(edition):
    """One of a cluster with a third city."""
    grenoble = make_city("seoul", country="KR", tzid="Asia/Seoul")
    cluster = make_cluster(grenoble)
    return make_exchange(edition=edition, cluster=cluster, cities=[make_city(), make_city("nagoya"), grenoble])


def test_every_indicator_of_the_programme_has_a_query_with_a_definition():
    assert {query.key for query in TABLE} == {
        "visits_completed",
        "delegates",
        "hosts_confirmed",
        "webinars_held",
        "webinar_attendance",
        "cluster_webinars_held",
        "cluster_attendance",
        "organisations_published",
        "organisations_in_japanese",
        "introductions",
        "settlements",
        "tests_started",
        "trl_gain",
        "practices_validated",
        "transfers_confirmed",
        "follow_ups_on_time",
        "stays_completed",
    }
    assert all(str(query.name) and str(query.unit) and str(query.definition) for query in TABLE)


def test_visits_count_once_they_are_completed(edition, exchange):
    done_visit(exchange, title_en="In March")
    done_visit(exchange, day=JUNE, state="closed", title_en="On the last day")
    done_visit(exchange, day=JUNE + timedelta(days=1))  # after the period
    done_visit(exchange, state="released")  # not over
    done_visit(None)  # of no exchange
    done_visit(make_exchange())  # of another edition
    done_visit(other_exchange(edition))  # of a cluster

    assert value(edition, "visits_completed") == 2
    assert titles(edition, "visits_completed") == ["In March", "On the last day"]


def test_delegates_count_when_somebody_ticked_them_by_city_and_helix(edition, exchange):
    visit = done_visit(exchange)
    item = make_agenda_item(visit)
    company = make_organisation(side="nagoya", kind="company", name_en="Seiki")
    university = make_organisation(side="nagoya", kind="university")
    for organisation, state in ((company, "present"), (company, "part"), (university, "present"), (None, "present")):
        _tick(item, visit, organisation, state)
    _tick(item, visit, company, "absent")
    Delegate.objects.create(visit=visit, person=make_person(organisation=company))  # nobody ticked
    running = make_visit(exchange=exchange, state="running", first_day=date(2026, 6, 29), last_day=JUNE)
    _tick(make_agenda_item(running), running, company, "present")

    assert value(edition, "delegates") == 4
    assert parts_of(query_of("delegates"), Scope(edition, JUNE)) == {
        "side": {"nagoya": 4},
        "helix": {"business": 2, "academia": 1, "unknown": 1},
    }
    assert not any("Rossi" in title for title in titles(edition, "delegates"))


def _tick(item, visit, organisation, state):
    delegate = Delegate.objects.create(visit=visit, person=make_person(organisation=organisation))
    Attendance.objects.create(item=item, delegate=delegate, state=state, at=START)


def test_hosts_count_when_they_have_accepted_by_then(edition, exchange):
    item = make_agenda_item(make_visit(exchange=exchange, state="preparing"))
    off = make_agenda_item(item.day.visit, event=make_event(status="CANCELLED"))
    for at, answer, where in (
        (START, "accepted", item),
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), "accepted", item),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "accepted", item),  # July in Torino
        (START, "declined", item),
        (None, "pending", item),
        (START, "accepted", off),
    ):
        HostConfirmation.objects.create(item=where, person=make_person(), answer=answer, answered_at=at)

    assert value(edition, "hosts_confirmed") == 2


def webinars(edition, exchange):
    """Two that count, with three and none present; others that do not; one of a cluster, with one present."""
    held = make_webinar(exchange=exchange, event=make_event(name_en="First"))
    for end in (90, 60, 50):
        make_presence(make_registration(held.event), 0, end)
    make_presence(make_registration(held.event), 0, 10)  # too short
    make_registration(held.event)  # registered alone
    make_presence(make_registration(held.event, state="cancelled"))
    make_webinar(exchange=exchange, event=make_event(name_en="Second", dtstart=START + timedelta(days=30)))
    make_webinar(exchange=exchange, event=make_event(dtstart=datetime(2026, 7, 1, 8, tzinfo=UTC)))
    make_webinar(exchange=exchange, event=make_event(status="CANCELLED"))
    make_webinar(exchange=exchange, event=make_event(status="TENTATIVE", published_at=None))
    make_webinar(event=make_event())  # of no exchange
    shared = make_webinar(exchange=other_exchange(edition), event=make_event(name_en="Shared"))
    make_presence(make_registration(shared.event))
    count_stale(now=datetime(2026, 8, 1, tzinfo=UTC))


def test_webinars_count_when_held_and_clusters_stay_apart(edition, exchange):
    webinars(edition, exchange)

    assert value(edition, "webinars_held") == 2
    assert titles(edition, "webinars_held") == ["First", "Second"]
    assert value(edition, "cluster_webinars_held") == 1
    assert titles(edition, "cluster_webinars_held") == ["Shared"]


def test_attendance_is_who_was_there_webinar_by_webinar(edition, exchange):
    webinars(edition, exchange)

    assert value(edition, "webinar_attendance") == 3
    rows = Listing(query_of("webinar_attendance"), Scope(edition, JUNE))
    assert [(row.title, row.amount) for row in rows] == [("First", 3), ("Second", 0)]
    assert value(edition, "cluster_attendance") == 1


def test_organisations_count_while_they_are_published(edition):
    listed = make_organisation(slug="listed")
    late = make_organisation(slug="late")
    record_transition(late, from_state="draft", to_state="published", now=datetime(2026, 7, 2, tzinfo=UTC))
    early = make_organisation(slug="early")
    record_transition(early, from_state="draft", to_state="published", now=START)
    make_organisation(state="draft")
    make_organisation(merged_into=listed)
    type(listed).objects.update(created_at=START - timedelta(days=90))

    assert value(edition, "organisations_published") == 2
    assert [row.link for row in Listing(query_of("organisations_published"), Scope(edition, JUNE))] == [
        early.get_absolute_url(),
        listed.get_absolute_url(),
    ]


def test_organisations_in_japanese_are_those_reviewed_by_then_or_written_so(edition):
    reviewed, late, draft = (make_organisation(summary_ja="概要", source_language="en") for _n in range(3))
    make_organisation(summary_ja="概要", source_language="ja", side="nagoya")
    make_organisation(source_language="en")  # nothing in Japanese
    for organisation, at in ((reviewed, START), (late, datetime(2026, 7, 2, tzinfo=UTC)), (draft, None)):
        TextRecord.objects.create(
            model="ecosystem.organisation",
            object_id=organisation.pk,
            field="summary",
            language="ja",
            source_language="en",
            source_hash="x",
            written_at=START,
            reviewed_at=at,
        )
    type(reviewed).objects.update(created_at=START - timedelta(days=90))

    assert value(edition, "organisations_in_japanese") == 2


def test_introductions_count_when_the_two_have_met_by_what_came_of_it_then(edition, exchange):
    make_meeting(exchange=exchange)
    make_meeting(exchange=exchange, outcome="talking", outcome_on=date(2026, 4, 1))
    make_meeting(exchange=exchange, outcome="settled", outcome_on=JUNE)
    make_meeting(exchange=exchange, outcome="settled", outcome_on=date(2026, 7, 1))  # known later
    make_meeting(exchange=exchange, event=make_event(dtstart=datetime(2026, 7, 1, 8, tzinfo=UTC)))
    make_meeting(exchange=exchange, event=make_event(status="CANCELLED"))

    assert value(edition, "introductions") == 4
    assert parts_of(query_of("introductions"), Scope(edition, JUNE)) == {
        "outcome": {"": 2, "talking": 1, "settled": 1}
    }
    assert value(edition, "settlements") == 1
    assert value(edition, "settlements", date(2026, 7, 1)) == 2


def test_tests_count_from_the_day_they_began_within_the_edition(edition):
    make_test_run(state="running", start=date(2026, 1, 1))
    make_test_run(state="stopped", start=JUNE)
    make_test_run(state="running", start=date(2025, 12, 31))  # before the edition
    make_test_run(state="planned", start=date(2026, 2, 1))
    make_test_run(state="running", start=date(2026, 7, 1))
    make_test_run(state="running", start=date(2026, 2, 1), city=make_city("rome", name_en="Rome"))

    assert value(edition, "tests_started") == 2


def test_the_gain_of_readiness_is_a_mean_over_tests_with_both_levels(edition):
    for trl_in, trl_out in ((4, 7), (5, 6), (6, 5)):
        make_test_run(state="completed", end=date(2026, 5, 1), trl_in=trl_in, trl_out=trl_out)
    make_test_run(state="completed", end=date(2026, 5, 1), trl_in=4)
    make_test_run(state="running", end=date(2026, 5, 1), trl_in=1, trl_out=9)
    make_test_run(state="completed", end=date(2026, 7, 1), trl_in=1, trl_out=9)

    assert value(edition, "trl_gain") == Decimal("1.00")  # (3 + 1 − 1) ÷ 3


def test_the_mean_of_no_test_is_no_number(edition):
    assert value(edition, "trl_gain") is None


def test_practices_count_when_they_were_validated_by_then(edition):
    make_practice()  # valid since before there was a log
    featured = make_practice(state="featured")
    record_transition(featured, from_state="submitted", to_state="validated", now=START)
    later = make_practice()
    record_transition(later, from_state="submitted", to_state="validated", now=datetime(2026, 7, 2, tzinfo=UTC))
    make_practice(state="draft")
    make_practice(city=make_city("rome", name_en="Rome"))

    assert value(edition, "practices_validated") == 2


def test_transfers_count_when_confirmed_and_between_the_two_cities(edition):
    in_time = make_transfer(state="confirmed")
    record_transition(in_time, from_state="reported", to_state="confirmed", now=START)
    before = make_transfer(state="confirmed")
    record_transition(before, from_state="reported", to_state="confirmed", now=datetime(2025, 12, 1, tzinfo=UTC))
    make_transfer()  # reported alone
    third = make_transfer(state="confirmed", city=make_city("rome", name_en="Rome"))
    record_transition(third, from_state="reported", to_state="confirmed", now=START)

    assert value(edition, "transfers_confirmed") == 1
    assert [row.pk for row in Listing(query_of("transfers_confirmed"), Scope(edition, JUNE))] == [in_time.pk]


def test_follow_ups_count_when_done_by_their_day(edition, exchange):
    owner = make_organisation()
    visit, webinar = done_visit(exchange), make_webinar(exchange=exchange)
    for source, due, finished, state in (
        ({"visit": visit}, JUNE, JUNE, "done"),
        ({"webinar": webinar}, date(2026, 5, 2), date(2026, 5, 1), "done"),
        ({"visit": visit}, date(2026, 5, 1), date(2026, 5, 2), "done"),  # late
        ({"visit": visit}, date(2026, 8, 1), date(2026, 7, 1), "done"),  # after the period
        ({"visit": visit}, date(2026, 5, 1), date(2026, 4, 1), "dropped"),
        ({"visit": visit}, date(2026, 5, 1), None, "open"),
        ({"visit": done_visit(None)}, JUNE, JUNE, "done"),  # of no edition
    ):
        reason = "Not needed." if state == "dropped" else ""
        FollowUp.objects.create(
            **source, text_en="Send", due_on=due, finished_on=finished, state=state, owner_torino=owner, reason=reason
        )

    assert value(edition, "follow_ups_on_time") == 2


def test_stays_count_when_completed(edition, exchange):
    make_stay(exchange=exchange, state="completed")
    make_stay(exchange=exchange, state="reported", last_day=JUNE)
    make_stay(exchange=exchange, state="running")
    make_stay(exchange=exchange, state="completed", last_day=date(2026, 7, 1))

    assert value(edition, "stays_completed") == 2


def test_the_whole_set_is_one_statement_and_rows_are_read_by_the_page(edition, exchange):
    webinars(edition, exchange)
    done_visit(exchange)
    scope = Scope(edition, JUNE)

    with CaptureQueriesContext(connection) as asked:
        values = values_at(scope, TABLE)
    with CaptureQueriesContext(connection) as paged:
        page = Paginator(Listing(query_of("webinars_held"), scope), 1).get_page(2)
        assert [row.title for row in page.object_list] == ["Second"]

    assert len(asked) == 1
    assert len(paged) == 2  # how many, and the page
    assert {key: found.value for key, found in values.items() if found.value} == {
        "visits_completed": 1,
        "webinars_held": 2,
        "webinar_attendance": 3,
        "cluster_webinars_held": 1,
        "cluster_attendance": 1,
    }


@pytest.mark.parametrize("query", TABLE, ids=lambda query: query.key)
def test_rows_cost_the_same_number_of_statements_however_many_they_are(query, edition, exchange):
    scope = Scope(edition, JUNE)
    _one_of_each(exchange)
    with CaptureQueriesContext(connection) as one:
        first = list(Listing(query, scope))
    _one_of_each(exchange)
    _one_of_each(exchange)
    with CaptureQueriesContext(connection) as three:
        all_rows = list(Listing(query, scope))

    assert len(one) == len(three) == 1
    assert len(all_rows) >= len(first)


def _one_of_each(exchange):
    visit = done_visit(exchange)
    item = make_agenda_item(visit)
    _tick(item, visit, make_organisation(), "present")
    HostConfirmation.objects.create(item=item, person=make_person(), answer="accepted", answered_at=START)
    make_webinar(exchange=exchange)
    make_meeting(exchange=exchange, outcome="settled", outcome_on=JUNE)
    make_stay(exchange=exchange, state="completed")
    make_test_run(state="completed", start=date(2026, 2, 1), end=date(2026, 3, 1), trl_in=3, trl_out=4)
    make_transfer(state="confirmed")
    FollowUp.objects.create(
        visit=visit, text_en="Send", due_on=JUNE, finished_on=JUNE, state="done", owner_torino=make_organisation()
    )
