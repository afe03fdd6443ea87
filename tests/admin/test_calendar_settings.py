"""Staff change what goes into a connected calendar: what would follow is said before (events spec 9.5, 17)."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_event, make_remote_calendar, make_remote_item, make_webinar

pytestmark = pytest.mark.django_db


@pytest.fixture
def calendar(client, staff_of_torino, settings):
    settings.FIELD_KEY = Fernet.generate_key().decode()
    client.force_login(staff_of_torino)
    return make_remote_calendar(staff_of_torino, display_name="Mine", language="en")


def page_of(calendar):
    return reverse("admin:events_remotecalendar_settings", args=[calendar.pk])


def typed(**more):
    return {"display_name": "Mine", "scope": "webinars", "city": "", "language": "en", **more}


def copied(calendar, number=1, **fields):
    """Webinars to come that stand in the calendar."""
    for n in range(number):
        event = make_event(dtstart=timezone.now() + timedelta(days=20 + n), **fields)
        make_webinar(event=event)
        make_remote_item(calendar, event)


def test_what_would_follow_is_said_by_name_and_nothing_is_done_yet(client, calendar):
    copied(calendar, name_en="A talk about trams")

    page = client.post(page_of(calendar), typed(scope="mine"))

    calendar.refresh_from_db()
    assert "A talk about trams" in page.content.decode()
    assert (page.context["removed"]["number"], page.context["added"]["number"]) == (1, 0)
    assert (calendar.scope, calendar.agreed_removals) == ("webinars", 0)


def test_what_was_shown_is_done_and_so_many_copies_may_go(client, calendar):
    copied(calendar, 7)
    shown = client.post(page_of(calendar), typed(scope="mine")).context

    agreed = {"do": "change", "agreed": shown["removed"]["number"], "shown": shown["shown"]}
    answer = client.post(page_of(calendar), typed(scope="mine", **agreed))

    calendar.refresh_from_db()
    assert answer.url == reverse("admin:events_remotecalendar_change", args=[calendar.pk])
    assert (calendar.scope, calendar.agreed_removals, shown["removed"]["more"]) == ("mine", 7, 2)


def test_a_form_changed_after_the_consequences_were_shown_is_shown_new_ones(client, calendar):
    copied(calendar)
    shown = client.post(page_of(calendar), typed(language="ja")).context["shown"]

    answer = client.post(page_of(calendar), typed(scope="mine", do="change", agreed="9", shown=shown))

    calendar.refresh_from_db()
    assert (answer.status_code, answer.context["removed"]["number"]) == (200, 1)
    assert (calendar.scope, calendar.language) == ("webinars", "en")


def test_a_new_name_needs_no_question(client, calendar):
    copied(calendar)

    answer = client.post(page_of(calendar), typed(display_name="Ours"))

    calendar.refresh_from_db()
    assert (answer.status_code, calendar.display_name, calendar.scope) == (302, "Ours", "webinars")


@pytest.mark.parametrize("wrong", [{"scope": "x"}, {"scope": "city"}, {"language": "fr"}, {"display_name": " "}])
def test_nonsense_is_said_kindly_and_changes_nothing(client, calendar, wrong):
    answer = client.post(page_of(calendar), typed(**wrong))

    calendar.refresh_from_db()
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {next(iter(wrong)) if wrong != {"scope": "city"} else "city"}
    assert (calendar.scope, calendar.language, calendar.display_name) == ("webinars", "en", "Mine")


def test_many_copies_cost_as_many_queries_as_one(client, calendar, django_assert_num_queries):
    copied(calendar)
    client.post(page_of(calendar), typed(scope="mine"))  # caches fill
    with CaptureQueriesContext(connection) as few:
        client.post(page_of(calendar), typed(scope="mine"))
    copied(calendar, 9)

    with django_assert_num_queries(len(few)):
        client.post(page_of(calendar), typed(scope="mine"))
