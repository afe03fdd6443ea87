"""One event made like another: by a series, by "this and the later ones", by hand (events spec 4.1, 12.13, 17)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from events.models import Event, ReminderRule
from events.services import series
from events.services.repeating import copy_event
from tests.factories import (
    make_agenda_item,
    make_event,
    make_question,
    make_registration,
    make_theme,
    make_webinar,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
FIRST = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


def full_event(**fields):
    """An event with all that hangs on one."""
    question = make_question()
    event = make_event(
        **{
            "dtstart": FIRST,
            "event_attendance_mode": "mixed",
            "maximum_attendee_capacity": 30,
            "waiting_list": True,
            "approval_required": True,
            "allowed_domains": ["company.jp"],
            "question_set": question.question_set,
            "registration_closes_at": FIRST - timedelta(days=1),
            "answers_until": FIRST - timedelta(hours=3),
            "attended_minutes": 20,
            **fields,
        }
    )
    event.seat_pools.create(kind="room", size=10)
    event.seat_pools.create(kind="headset", size=4)
    event.languages.create(language="ja", role="interpreted")
    event.themes.add(make_theme())
    event.reminder_rules.create(trigger="-P7D", audience="on_site", text_en="Bring your badge.", grace=60)
    event.reminder_rules.create(trigger="P1D", relative_to="end", absent_text_en="We missed you.")
    return event


def rules_of(event):
    names = ("trigger", "relative_to", "audience", "grace", "text_en", "absent_text_en")
    return sorted(event.reminder_rules.values_list(*names), key=str)


def hangs_on(event):
    return {
        "pools": sorted(event.seat_pools.values_list("kind", "size")),
        "languages": sorted(event.languages.values_list("language", "role")),
        "themes": set(event.themes.all()),
        "rules": rules_of(event),
    }


SWITCHES = (
    "event_attendance_mode",
    "maximum_attendee_capacity",
    "waiting_list",
    "approval_required",
    "allowed_domains",
    "question_set_id",
    "attended_minutes",
    "registration_open",
)


def test_a_date_of_a_series_has_all_that_its_model_has():
    event = full_event()

    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=2", now=NOW)

    date = made.events.exclude(pk=event.pk).get()
    assert hangs_on(date) == hangs_on(event)
    assert [getattr(date, name) for name in SWITCHES] == [getattr(event, name) for name in SWITCHES]
    assert date.registration_closes_at == event.registration_closes_at + WEEK
    assert date.answers_until == event.answers_until + WEEK


def test_the_later_dates_take_over_seats_languages_and_reminders_and_keep_their_ledger():
    event = full_event()
    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=2", now=NOW)
    date = made.events.exclude(pk=event.pk).get()
    kept = date.reminder_rules.get(trigger="P1D")
    event = Event.objects.get(pk=event.pk)
    event.seat_pools.filter(kind="room").update(size=25)
    event.seat_pools.create(kind="online", size=100)
    event.languages.create(language="it", role="spoken")
    event.reminder_rules.filter(trigger="-P7D").delete()
    event.reminder_rules.filter(trigger="P1D").update(absent_text_en="Next time.")

    assert series.copy_to_later(event, now=NOW) == 1

    assert hangs_on(date) == hangs_on(event)
    assert date.reminder_rules.get().pk == kept.pk
    assert series.copy_to_later(event, now=NOW) == 0


def test_seats_that_the_model_has_not_stay_for_those_who_sit_on_them():
    event = full_event()
    made = series.start_series(event, rrule="FREQ=WEEKLY;COUNT=2", now=NOW)
    event.seat_pools.filter(kind="headset").delete()

    series.copy_to_later(Event.objects.get(pk=event.pk), now=NOW)

    assert made.events.exclude(pk=event.pk).get().seat_pools.count() == 2


def test_a_copy_leaves_out_the_reminders_that_would_have_been_due():
    event = full_event()
    start = NOW + timedelta(days=3)

    copy = copy_event(event, start=start, end=start + timedelta(hours=2), tzid="Asia/Tokyo", all_day=False, now=NOW)

    assert [rule[0] for rule in rules_of(copy)] == ["P1D"]
    assert (copy.status, copy.published_at, copy.series, copy.tzid) == ("TENTATIVE", None, None, "Asia/Tokyo")
    assert copy.uid != event.uid
    assert copy.registrations.count() == 0


def test_a_past_webinar_is_copied_with_its_parts_and_without_its_people():
    webinar = make_webinar(event=make_event(dtstart=FIRST - 50 * WEEK))
    webinar.segments.create(starts_after=0, title_en="Welcome")
    make_registration(webinar.event)

    copy = copy_event(
        webinar.event, start=FIRST, end=FIRST + timedelta(hours=1), tzid="Europe/Rome", all_day=False, now=NOW
    )

    assert [part.title_en for part in copy.webinar.segments.all()] == ["Welcome"]
    assert copy.registrations.count() == 0
    assert ReminderRule.objects.filter(event=copy).count() == 0


def test_an_item_of_a_visit_is_not_copied():
    item = make_agenda_item()

    with pytest.raises(ValidationError) as refusal:
        copy_event(item.event, start=FIRST, end=FIRST + timedelta(hours=1), tzid="Europe/Rome", all_day=False, now=NOW)

    assert refusal.value.code == "owned"
