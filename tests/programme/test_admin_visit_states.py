"""A visit moves on by its buttons; who may do what on its page, and what lists cost."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from programme.models import StudyVisit
from tests.factories import make_city, make_organisation, make_visit
from tests.programme.visit_page import (
    ADD,
    FIRST,
    LAST,
    a_delegate,
    an_item,
    change,
    errors_of,
    planned,
    planner,
    stored,
    whole,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return planner(client)


def test_dates_that_leave_an_item_outside_are_refused_at_that_item(client, staff):
    item = planned()

    response = client.post(
        change(item.day.visit), whole(agenda=[stored(item)], agenda_initial=1, first_day="2026-03-04")
    )

    assert errors_of(response, "agenda")[0] == {"date": ["outside"]}
    assert StudyVisit.objects.get().first_day == FIRST


def test_the_host_city_stays_while_there_is_an_agenda(client, staff):
    item = planned()

    response = client.post(
        change(item.day.visit),
        whole(
            agenda=[stored(item)],
            agenda_initial=1,
            host_city=make_city("nagoya").pk,
            guest_city=make_city("torino").pk,
        ),
    )

    assert [error.code for error in response.context["adminform"].form.errors["host_city"].as_data()] == ["has_agenda"]


def test_the_button_saves_and_says_what_is_missing(client, staff):
    visit = make_visit(first_day=FIRST, last_day=LAST)

    response = client.post(
        change(visit), whole(title_it="Salvata comunque", purpose_it="Capire") | {"_move": "proposed"}, follow=True
    )

    visit.refresh_from_db()
    assert (visit.state, visit.title_it, visit.purpose_it) == ("draft", "Salvata comunque", "Capire")
    assert [message.level_tag for message in response.context["messages"]] == ["warning"]
    moves = {move["state"]: [thing.code for thing in move["missing"]] for move in response.context["moves"]}
    assert "purpose" not in moves["proposed"]
    assert "subject" in moves["proposed"]


def test_a_visit_goes_from_draft_to_the_page_of_its_release_by_its_buttons(client, staff):
    questions = [{"text_it": f"Domanda {number}"} for number in range(3)]
    texts = {f"{name}_it": "testo" for name in ("subject", "purpose", "decision_power", "expected_output")}
    full = texts | {"expected_size": "4", "head_post": "Direttore", "lead": staff.pk}
    client.post(ADD, whole(questions=questions, **full) | {"_move": "proposed"})
    visit = StudyVisit.objects.get()
    proposed = visit.state

    client.post(change(visit), whole(**full) | {"_move": "accepted"})
    visit.refresh_from_db()
    accepted = visit.state
    saved = client.post(
        change(visit),
        whole(agenda=[an_item()], delegates=[a_delegate(family_name="Tanaka", role="head")], **full)
        | {"_move": "released"},
    )

    visit.refresh_from_db()
    assert (proposed, accepted, visit.state) == ("proposed", "accepted", "preparing")
    assert saved["Location"] == reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "release"])
    assert [event.status for event in Event.objects.all()] == ["TENTATIVE"]


def test_cancelling_asks_for_the_reason_on_its_own_page(client, staff):
    item = planned(make_visit(first_day=FIRST, last_day=LAST, state="preparing"))
    visit = item.day.visit
    page = reverse("admin:programme_studyvisit_move", args=[visit.pk, "cancelled"])

    sent = client.post(change(visit), whole(agenda=[stored(item)], agenda_initial=1) | {"_move": "cancelled"})
    asked = client.get(page)
    unsaid = client.post(page, {"reason": " "})
    still = StudyVisit.objects.get().state
    client.post(page, {"reason": "Sciopero dei voli"})

    assert sent["Location"] == page
    assert (asked.status_code, unsaid.status_code, still) == (200, 200, "preparing")
    assert StudyVisit.objects.get().state == "cancelled"
    assert Event.objects.get().status == "CANCELLED"


def test_looking_changes_nothing(client, staff):
    visit = make_visit(state="accepted")

    client.get(reverse("admin:programme_studyvisit_move", args=[visit.pk, "cancelled"]))
    client.get(f"{change(visit)}?_move=cancelled")

    assert StudyVisit.objects.get().state == "accepted"


def test_staff_of_the_guest_city_read_and_do_not_write(client, staff):
    visit = make_visit(
        host_city=make_city("nagoya"), guest_city=make_city("torino"), first_day=FIRST, last_day=LAST, state="accepted"
    )
    make_organisation(kind="public_body", city=make_city("nagoya"))
    planned(visit)

    page = client.get(change(visit))
    refused = client.post(change(visit), whole(title_it="Preso"))
    moved = client.post(reverse("admin:programme_studyvisit_move", args=[visit.pk, "cancelled"]), {"reason": "no"})

    visit.refresh_from_db()
    assert page.status_code == 200
    assert page.context["inline_admin_formsets"] == []
    assert "Incontro" in page.content.decode()
    assert (refused.status_code, moved.status_code) == (403, 403)
    assert (visit.state, visit.title_it) == ("preparing", None)


def test_staff_of_the_guest_city_write_the_proposal_and_may_not_accept_it(client, staff):
    make_organisation(kind="public_body", city=make_city("nagoya"))
    cities = {"host_city": make_city("nagoya"), "guest_city": make_city("torino")}
    draft = make_visit(**cities, first_day=FIRST, last_day=LAST)
    proposed = make_visit(**cities, state="proposed", lead=staff, first_day=FIRST, last_day=LAST)
    keys = {name: city.pk for name, city in cities.items()}

    written = client.post(change(draft), whole(subject_it="Cose da imparare", **keys))
    accepted = client.post(change(proposed), whole(lead=staff.pk, **keys) | {"_move": "accepted"})

    draft.refresh_from_db()
    proposed.refresh_from_db()
    assert (written.status_code, draft.subject_it) == (302, "Cose da imparare")
    assert (accepted.status_code, proposed.state) == (403, "proposed")


def test_a_visit_with_an_agenda_is_cancelled_not_deleted(client, staff):
    staff.user_permissions.add(*Permission.objects.filter(codename__startswith="delete_"))
    item = planned()

    response = client.post(reverse("admin:programme_studyvisit_delete", args=[item.day.visit_id]), {"post": "yes"})

    assert response.status_code == 403
    assert StudyVisit.objects.count() == 1


def test_the_list_asks_the_database_no_more_often_for_more_visits(client, staff):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:programme_studyvisit_changelist")).status_code == 200
        return len(queries)

    make_visit(lead=staff)
    count()
    one = count()
    make_visit(lead=staff)
    make_visit(lead=staff)

    assert count() == one


@pytest.mark.parametrize(
    ("state", "wanted", "today", "after"),
    [
        ("released", "running", date(2026, 1, 10), "released"),
        ("released", "running", date(2026, 3, 2), "running"),
        ("running", "completed", date(2026, 3, 4), "running"),
        ("running", "completed", date(2026, 3, 5), "completed"),
    ],
)
def test_a_visit_begins_and_ends_by_hand_about_its_days_and_after_one_question(
    client, staff, monkeypatch, state, wanted, today, after
):
    visit = planned().day.visit
    StudyVisit.objects.filter(pk=visit.pk).update(state=state)
    noon = datetime(today.year, today.month, today.day, 11, tzinfo=UTC)
    monkeypatch.setattr("programme.admin.visits.timezone.now", lambda: noon)

    asked = client.post(change(visit), {**whole(), "_move": wanted})
    visit.refresh_from_db()
    before = visit.state
    client.get(asked["Location"])
    client.post(asked["Location"])

    visit.refresh_from_db()
    assert asked["Location"].endswith(f"/move/{wanted}/")
    assert (before, visit.state) == (state, after)
