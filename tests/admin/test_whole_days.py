"""Whole days and copies at the staff's desk: days are typed, hours left out."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.admin.times_form import TimesForm
from events.models import Event
from iurc_portal.clock import day_bounds
from tests.factories import make_days, make_event, make_webinar

pytestmark = pytest.mark.django_db


def typed(first="2027-05-14", first_hour="", last="", last_hour="", **fields):
    return {
        "anchor": "Europe/Rome",
        "starts_0": first,
        "starts_1": first_hour,
        "ends_0": last,
        "ends_1": last_hour,
        **fields,
    }


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (typed(), {"starts": "hour"}),
        (typed(first_hour="09:30"), {"ends": "required"}),
        (typed(first_hour="09:30", last="2027-05-14"), {"ends": "hour"}),
        (typed(all_day="on", last="2027-05-13"), {"ends": "ends_before"}),
        (typed(all_day="on", first=""), {"starts": "required"}),
        (typed(all_day="on"), {}),
        (typed(first_hour="09:30", last_hour="+90"), {}),
    ],
)
def test_hours_are_wanted_unless_it_is_whole_days(data, errors):
    form = TimesForm(data)

    assert {name: rows[0].code for name, rows in form.errors.as_data().items()} == errors


def test_days_that_were_typed_become_their_bounds():
    form = TimesForm(typed(all_day="on", first="2027-03-27", last="2027-03-28", last_hour="11:00"))

    assert form.is_valid(), form.errors
    assert form.cleaned_data["bounds"] == day_bounds(date(2027, 3, 27), date(2027, 3, 28), "Europe/Rome")
    assert form.walls() == (datetime(2027, 3, 27), timedelta(days=2))


def test_a_copy_is_made_a_week_later_and_opens_on_its_own_page(admin_page):
    webinar = make_webinar(event=make_event(dtstart=timezone.now() + timedelta(days=5)))
    page = reverse("admin:events_event_copy", args=[webinar.event.pk])

    asked = admin_page.get(page)
    answer = admin_page.post(page, typed(first_hour="09:30", last_hour="+90"))

    copy = Event.objects.latest("pk")
    assert asked.status_code == 200
    assert answer.url == reverse("admin:programme_webinar_change", args=[copy.webinar.pk])
    assert (copy.status, copy.wall_start) == ("TENTATIVE", "2027-05-14T09:30:00")


def test_the_copy_of_whole_days_has_whole_days(admin_page):
    event = make_days(date(2027, 5, 7), date(2027, 5, 8))
    page = reverse("admin:events_event_copy", args=[event.pk])

    shown = admin_page.get(page).content.decode()
    admin_page.post(page, typed(all_day="on", last="2027-05-15"))

    copy = Event.objects.exclude(pk=event.pk).get()
    assert 'value="2027-05-14"' in shown
    assert (copy.all_day, copy.when.first_day, copy.when.last_day) == (True, date(2027, 5, 14), date(2027, 5, 15))


def test_staff_make_whole_days_of_an_event_of_hours(admin_page):
    event = make_event(dtstart=timezone.now() + timedelta(days=5))
    event.reminder_rules.create(trigger="-PT1H")
    page = reverse("admin:events_event_change", args=[event.pk])
    form = admin_page.get(page).context["adminform"].form
    values = {name: form[name].value() for name in form.fields if name not in {"starts", "ends", "themes"}}
    values = {name: value for name, value in values.items() if value not in (None, False)}
    rule = event.reminder_rules.get()
    inlines = {
        "languages-TOTAL_FORMS": 0,
        "languages-INITIAL_FORMS": 0,
        "reminder_rules-TOTAL_FORMS": 1,
        "reminder_rules-INITIAL_FORMS": 1,
        "reminder_rules-0-id": rule.pk,
        "reminder_rules-0-event": event.pk,
        "reminder_rules-0-trigger": rule.trigger,
        "reminder_rules-0-audience": "all",
    }

    answer = admin_page.post(page, values | typed(all_day="on") | inlines)

    event.refresh_from_db()
    assert answer.status_code == 302
    assert (event.all_day, event.wall_start, event.wall_end) == (True, "2027-05-14T00:00:00", "2027-05-15T00:00:00")
    assert event.reminder_rules.count() == 0
