"""What of an edition cannot be is refused in words on the pages where staff write it, and nothing is lost."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from programme.models import Indicator, Milestone
from tests.admin.test_organisations import form_of
from tests.factories import (
    make_city,
    make_edition,
    make_exchange,
    make_indicator,
    make_milestone,
    make_objective,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(superuser):
    superuser.language = "en"
    superuser.save()


def page(record, name="change"):
    return reverse(f"admin:programme_{record._meta.model_name}_{name}", args=[record.pk] if name == "change" else [])


def errors_of(answer):
    return {name: list(told) for name, told in answer.context["adminform"].form.errors.items()}


def test_a_milestone_and_an_indicator_name_no_objective_of_another_edition(admin_page):
    foreign = make_objective(code="O1", text_en="Cleaner air")
    words = "The objective O1 Cleaner air belongs to another edition: choose one of this edition."
    for record in (make_milestone(due_on=date(2026, 5, 1)), make_indicator()):
        data = form_of(admin_page, page(record)) | {"objective": foreign.pk}

        answer = admin_page.post(page(record), data)

        record.refresh_from_db()
        assert errors_of(answer) == {"objective": [words]}
        assert record.objective is None


def test_an_exchange_names_no_objective_of_another_edition(admin_page):
    exchange = make_exchange(cities=[make_city("torino"), make_city("nagoya")])
    foreign = make_objective(code="O1", text_en="Cleaner air")
    data = form_of(admin_page, page(exchange)) | {"objectives": [foreign.pk]}

    answer = admin_page.post(page(exchange), data)

    words = "The objective O1 Cleaner air belongs to another edition: choose one of this edition."
    assert errors_of(answer) == {"objectives": [words]}
    assert not exchange.objectives.exists()


@pytest.mark.parametrize("use", ["milestone", "indicator", "exchange"])
def test_an_objective_that_is_named_does_not_leave_its_edition(admin_page, use):
    objective = make_objective()
    if use == "milestone":
        make_milestone(edition=objective.edition, objective=objective, due_on=date(2026, 5, 1))
    elif use == "indicator":
        make_indicator(edition=objective.edition, objective=objective)
    else:
        make_exchange(edition=objective.edition).objectives.add(objective)
    data = form_of(admin_page, page(objective)) | {"edition": make_edition().pk}

    answer = admin_page.post(page(objective), data)

    words = "Milestones, indicators or exchanges name this objective: leave its edition as it is."
    assert errors_of(answer) == {"edition": [words]}


def test_a_milestone_is_not_done_without_its_proof(admin_page):
    milestone = make_milestone(due_on=date(2026, 5, 1))
    words = "A milestone is done when something shows it: write the address of the proof."

    alone = admin_page.post(page(milestone), form_of(admin_page, page(milestone)) | {"done_on": "2026-05-01"})
    within = page(milestone.edition)
    data = form_of(admin_page, within) | {
        "milestones-0-id": milestone.pk,
        "milestones-0-edition": milestone.edition_id,
        "milestones-0-title_en": milestone.title_en,
        "milestones-0-due_on": "2026-05-01",
        "milestones-0-done_on": "2026-05-01",
    }
    beside = admin_page.post(within, data)

    assert errors_of(alone) == {"__all__": [words]}
    (formset,) = [one.formset for one in beside.context["inline_admin_formsets"] if one.formset.model is Milestone]
    assert formset.forms[0].non_field_errors() == [words]
    assert Milestone.objects.filter(done_on=None).count() == 1


def test_two_running_editions_of_a_programme_share_no_day(admin_page):
    first = make_edition(programme_name_en="IURC", name_en="First", last_day=date(2026, 12, 31))
    names = {"programme_name_en": "IURC", "first_day": date(2026, 12, 31), "last_day": date(2028, 1, 1)}
    planned = make_edition(**names, state="planned")
    words = (
        "“First” of the same programme runs on some of these days: close it first, or write days that do not overlap."
    )

    moved = admin_page.post(
        page(planned, "changelist"), {"action": "move_to_running", "_selected_action": [planned.pk]}
    )
    later = make_edition(**names | {"first_day": date(2027, 1, 1)})
    data = form_of(admin_page, page(later)) | {"first_day": "2026-12-01"}
    widened = admin_page.post(page(later), data)

    planned.refresh_from_db()
    assert planned.state == "planned"
    assert [str(message) for message in get_messages(moved.wsgi_request)] == [f"{planned}: {words}"]
    assert errors_of(widened) == {"__all__": [words]}
    assert first.state == "running"


def test_a_number_of_no_known_kind_is_refused(admin_page):
    indicator = make_indicator()
    data = form_of(admin_page, page(indicator)) | {"source": "manual"}

    answer = admin_page.post(page(indicator), data)

    assert errors_of(answer) == {
        "__all__": ["Choose what the portal counts; for a number entered by hand choose nothing."]
    }
    assert Indicator.objects.get().source == "query"


# --- The menu --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("index", "index"),
        ("events_calendar", "events_calendar"),
        ("events_event_changelist", "events_event_changelist"),
        ("events_event_add", "events_event_changelist"),
        ("programme_budget", "programme_budget"),
        ("programme_costline_changelist", "programme_costline_changelist"),
        ("programme_indicator_periods", "programme_indicator_periods"),
        ("programme_exchange_add", "programme_exchange_changelist"),
    ],
)
def test_the_menu_shows_one_place_as_the_one_where_you_are(admin_page, address, link):
    groups = admin_page.get(reverse(f"admin:{address}")).context["sidebar_navigation"]

    active = [str(item["link"]) for group in groups for item in group["items"] if item["active"]]
    assert active == [reverse(f"admin:{link}")]
