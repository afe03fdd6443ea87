"""Rules of events and tracks, follow-ups, audiences, and what the ledger says of each reminder."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import translation

from events import audiences
from events.models import Delivery, ReminderRule
from events.services import followups, notices, reminders, rules, scheduling
from events.triggers import Trigger
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.factories import START, make_event, make_organisation, make_registration, make_track

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LONG_AGO = START - 60 * DAY


def event_with(*triggers, **fields):
    event = make_event(**{"published_at": LONG_AGO, "schedule_since": LONG_AGO, **fields})
    for trigger in triggers:
        add_rule(event, trigger)
    return event


def add_rule(event, trigger, **fields):
    relative_to = "start" if trigger.startswith("-") else "end"
    rule = event.reminder_rules.create(trigger=trigger, relative_to=relative_to, **fields)
    ReminderRule.objects.update(created_at=LONG_AGO)
    return rule


def new_event(track, **fields):
    return scheduling.create_event(
        start=datetime(2026, 3, 3, 9),
        end=datetime(2026, 3, 3, 10, 30),
        track=track,
        organizer=make_organisation(),
        name_en="Talk",
        **fields,
    )


def rules_of(event):
    return sorted(event.reminder_rules.values_list("trigger", "relative_to", "audience"))


def ledger():
    return list(Delivery.objects.order_by("due_at", "pk").values_list("rule__trigger", "state", "reason"))


def texts_of(message) -> list[str]:
    return [line for line in str(outbox.render(message, preview=True).body).splitlines() if line]


# --- Which rules an event has ----------------------------------------------------------------------------------------


def test_an_event_of_a_track_without_rules_has_the_two_usual_ones():
    assert rules_of(new_event(make_track())) == [("-PT1H", "start", "all"), ("-PT24H", "start", "all")]


def test_the_rules_of_the_track_are_copied_with_their_texts_and_grace():
    track = make_track()
    track.reminder_rules.create(trigger="-P7D", text_it="Portare un documento.", grace=90)
    track.reminder_rules.create(trigger="PT2H", relative_to="end", text_ja="資料", absent_text_en="The recording.")
    event = new_event(track)
    track.reminder_rules.all().delete()

    week, after = event.reminder_rules.order_by("relative_to").reverse()
    assert rules_of(event) == [("-P7D", "start", "all"), ("PT2H", "end", "all")]
    assert (week.text_it, week.grace) == ("Portare un documento.", 90)
    assert (after.text_ja, after.absent_text_en) == ("資料", "The recording.")


def test_a_form_decides_on_the_usual_ones_and_the_track_on_the_others():
    track = make_track()
    track.reminder_rules.create(trigger="-PT24H", text_it="A domani.")
    track.reminder_rules.create(trigger="-PT1H")
    track.reminder_rules.create(trigger="PT2H", relative_to="end")
    event = new_event(track, reminders=["-PT24H", "-P7D"])

    assert rules_of(event) == [("-P7D", "start", "all"), ("-PT24H", "start", "all"), ("PT2H", "end", "all")]
    assert event.reminder_rules.get(trigger="-PT24H").text_it == "A domani."


def test_ticking_on_a_form_leaves_follow_ups_and_texts_alone():
    event = event_with("-PT24H", "-PT1H", "PT2H")
    kept = event.reminder_rules.get(trigger="-PT24H")

    rules.keep_usual(event, ["-PT24H", "-PT15M"])

    assert rules_of(event) == [("-PT15M", "start", "all"), ("-PT24H", "start", "all"), ("PT2H", "end", "all")]
    assert event.reminder_rules.get(trigger="-PT24H").pk == kept.pk


def test_a_later_rule_of_the_track_does_not_reach_events_that_are_there():
    track = make_track()
    event = new_event(track)
    track.reminder_rules.create(trigger="-P7D")

    assert rules_of(event) == [("-PT1H", "start", "all"), ("-PT24H", "start", "all")]


@pytest.mark.parametrize("trigger", ["tomorrow", "-P1Y", "PT", "-P400D", "P1M", "\x00"])
def test_what_is_no_duration_is_refused_with_a_code(trigger):
    rule = ReminderRule(event=make_event(), trigger=trigger)

    with pytest.raises(ValidationError) as refusal:
        rule.full_clean()

    assert refusal.value.error_dict["trigger"][0].code in {"trigger", "null_characters_not_allowed"}


@pytest.mark.parametrize(("trigger", "relative_to"), [("-PT1H", "start"), ("PT2H", "end"), ("P1D", "end")])
def test_from_what_a_duration_counts_follows_from_its_sign(trigger, relative_to):
    rule = ReminderRule(event=make_event(), trigger=trigger)

    rule.full_clean()

    assert rule.relative_to == relative_to


@pytest.mark.parametrize(
    "fields",
    [
        {"trigger": "-PT1H", "relative_to": "end"},
        {"trigger": "PT1H", "relative_to": "start"},
    ],
)
def test_the_database_keeps_reminders_before_and_follow_ups_after(fields):
    event = make_event()

    with pytest.raises(IntegrityError), transaction.atomic():
        event.reminder_rules.create(**fields)


def test_a_rule_belongs_to_an_event_or_to_a_track():
    event = make_event()

    for owner in ({}, {"event": event, "track": event.track}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReminderRule.objects.create(trigger="-PT1H", **owner)


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        ("-P7D", "7 days before the start"),
        ("-P1D", "1 day before the start"),
        ("-PT24H", "24 hours before the start"),
        ("-PT90M", "1 hour 30 minutes before the start"),
        ("PT2H", "2 hours after the end"),
        ("P1DT2H", "1 day 2 hours after the end"),
        ("PT0M", "at the end"),
    ],
)
def test_durations_are_said_in_words(trigger, words):
    with translation.override("en"):
        assert Trigger.parse(trigger).words() == words


# --- After the event -------------------------------------------------------------------------------------------------


def test_a_follow_up_leaves_after_the_end_and_within_a_day():
    event = event_with("PT2H")
    make_registration(event)
    due = event.dtend + 2 * HOUR

    counts = [reminders.send_due(now=due + hours)["queued"] for hours in (-MINUTE, timedelta(), MINUTE)]

    message = Message.objects.get()
    assert counts == [0, 1, 0]
    assert (message.kind, message.expires_at) == ("events.follow_up", due + DAY + timedelta.resolution)


@pytest.mark.parametrize(("late", "state"), [(24 * HOUR, "queued"), (24 * HOUR + MINUTE, "missed")])
def test_a_follow_up_may_be_a_day_late(late, state):
    event = event_with("PT2H")
    make_registration(event)
    reminders.send_due(now=event.dtend)

    reminders.send_due(now=event.dtend + 2 * HOUR + late)

    assert [row[1] for row in ledger()] == [state]


def test_a_day_after_keeps_the_hour_on_the_wall_over_a_clock_change():
    """Until 10:30 on the eve of summer time in Torino: the day after at 10:30 is 23 hours later."""
    end = datetime(2026, 3, 28, 9, 30, tzinfo=UTC)

    assert Trigger.parse("P1D").due_at(end - HOUR, "Europe/Rome", end=end) == end + 23 * HOUR


def test_a_follow_up_does_not_wake_people_either():
    due = datetime(2026, 3, 3, 16, 30, tzinfo=UTC)  # 01:30 in Nagoya

    assert Trigger.parse("P1D").leaves_at(due, due - DAY, "Asia/Tokyo") == datetime(2026, 3, 4, 0, 0, tzinfo=UTC)
    assert Trigger.parse("PT2H").leaves_at(due, due - DAY, "Asia/Tokyo") == due


@pytest.mark.parametrize(
    ("came", "subject", "line"),
    [
        (None, "After the event: Talk", "Slides are on the page."),
        (True, "Thank you for taking part: Talk", "Slides are on the page."),
        (False, "We missed you: Talk", "See the recording."),
    ],
)
def test_who_came_and_who_did_not_read_different_texts(monkeypatch, came, subject, line):
    monkeypatch.setattr("events.mail_reminders.attended", lambda registration: came)
    event = event_with(name_en="Talk")
    add_rule(event, "PT2H", text_en="Slides are on the page.", absent_text_en="See the recording.")
    make_registration(event, language="en", tzid="Europe/Rome")
    reminders.send_due(now=event.dtend + 2 * HOUR)

    message = Message.objects.get()
    letter = outbox.render(message, preview=True)
    assert letter.subject == subject
    assert line in texts_of(message)
    assert letter.attachments == []


def test_nobody_has_noted_yet_who_came():
    assert followups.attended(make_registration()) is None


# --- What staff write ------------------------------------------------------------------------------------------------


def test_the_text_of_a_rule_stands_in_the_letter_in_the_readers_language_or_the_next_best():
    event = event_with()
    add_rule(event, "-PT24H", text_it="Portare un documento.\n\nL’ingresso è da via Cigna.", text_en="Bring an ID.")
    make_registration(event, email="it@example.org", language="it", tzid="Europe/Rome")
    make_registration(event, email="ja@example.org")
    reminders.send_due(now=START - DAY)

    italian, japanese = (texts_of(message) for message in Message.objects.order_by("to"))
    assert {"Portare un documento.", "L’ingresso è da via Cigna."} <= set(italian)
    assert "Bring an ID." in japanese


def test_a_reminder_whose_rule_was_removed_does_not_leave():
    event = event_with("-PT24H")
    make_registration(event)
    reminders.send_due(now=START - DAY)
    event.reminder_rules.all().delete()

    assert outbox.deliver(Message.objects.get().pk, now=START - DAY) == "dropped"
    assert Message.objects.get().error == "the reminder was removed"


# --- To whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "audience", "queued"),
    [
        ("online", "online", 1),
        ("online", "on_site", 0),
        ("offline", "on_site", 1),
        ("offline", "online", 0),
        ("mixed", "on_site", 1),
        ("mixed", "online", 1),
        ("online", "all", 1),
        ("online", "speakers", 0),
    ],
)
def test_the_audience_follows_from_how_the_event_takes_place(mode, audience, queued):
    event = event_with(event_attendance_mode=mode)
    add_rule(event, "-PT24H", audience=audience)
    make_registration(event)

    assert reminders.send_due(now=START - DAY)["queued"] == queued


def test_an_app_above_may_say_who_speaks(monkeypatch):
    monkeypatch.setattr(audiences, "_narrowed", dict(audiences._narrowed))
    assert "speakers" not in dict(audiences.offered())
    audiences.register("speakers", lambda event: Q(email="speaker@example.org"))
    event = event_with()
    add_rule(event, "-PT24H", audience="speakers")
    make_registration(event, email="guest@example.org")
    make_registration(event, email="speaker@example.org")

    reminders.send_due(now=START - DAY)

    assert [message.to for message in Message.objects.all()] == ["speaker@example.org"]
    assert "speakers" in dict(audiences.offered())


def test_two_rules_of_the_same_hour_write_one_letter():
    event = event_with("-PT24H")
    add_rule(event, "-PT24H", audience="online")
    make_registration(event)

    counts = reminders.send_due(now=START - DAY)

    assert counts == {"queued": 1, "missed": 0, "skipped": 1}


# --- What becomes of them --------------------------------------------------------------------------------------------


def test_a_grace_of_its_own_holds_instead_of_the_usual_one():
    event = event_with()
    add_rule(event, "-PT24H", grace=5)
    make_registration(event)
    reminders.send_due(now=START - 2 * DAY)

    reminders.send_due(now=START - DAY + 6 * MINUTE)

    assert ledger() == [("-PT24H", "missed", "it was too late when the portal could have sent it")]


def test_the_nearer_reminder_stands_in_for_the_farther_one_and_the_ledger_says_so():
    make_registration(event_with("-PT24H", "-PT23H"))

    reminders.send_due(now=START - 22 * HOUR)

    assert ledger() == [
        ("-PT24H", "skipped", "a nearer reminder was sent instead"),
        ("-PT23H", "queued", ""),
    ]


@pytest.mark.parametrize(
    ("trigger", "hours_ago", "state"),
    [("-PT24H", 11, "skipped"), ("-PT24H", 13, "queued"), ("-PT30M", 1, "queued"), ("-PT15M", 1, "queued")],
)
def test_a_moved_event_does_not_repeat_what_has_just_arrived(trigger, hours_ago, state):
    event = event_with(trigger)
    make_registration(event)
    due = event.reminder_rules.get().due_at()
    reminders.send_due(now=due)
    assert outbox.deliver(Message.objects.get().pk, now=due) == "sent"
    reminders.send_due(now=due + MINUTE)
    later = START + hours_ago * HOUR
    scheduling.schedule_event(event, start=later, end=later + HOUR, now=due + 2 * MINUTE)

    reminders.send_due(now=due + hours_ago * HOUR)

    assert [row[1] for row in ledger()] == ["sent", state]


def test_the_ledger_learns_what_became_of_each_letter():
    event = event_with("-PT24H")
    for name in ("sent", "dropped", "failed", "waits"):
        make_registration(event, email=f"{name}@example.org")
    reminders.send_due(now=START - DAY)
    sent, dropped, failed, _waits = Message.objects.order_by("pk")
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=START - DAY)
    Message.objects.filter(pk=dropped.pk).update(state="dropped", error="the registration is cancelled")
    Message.objects.filter(pk=failed.pk).update(state="failed", error="550 no such person")

    reminders.send_due(now=START - DAY + MINUTE)

    assert dict(Delivery.objects.values_list("registration__email", "state")) == {
        "sent@example.org": "sent",
        "dropped@example.org": "void",
        "failed@example.org": "missed",
        "waits@example.org": "queued",
    }
    assert dict(Delivery.objects.exclude(reason="").values_list("registration__email", "reason")) == {
        "dropped@example.org": "the registration is cancelled",
        "failed@example.org": "the mail server refused the letter",
    }


def test_a_reminder_that_waits_for_the_morning_holds_back_no_other_letter():
    start = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)  # 23:00 in Nagoya
    event = event_with("-P7D", dtstart=start)
    registration = make_registration(event, last_sequence=0)
    reminders.send_due(now=start - 7 * DAY)
    scheduling.schedule_event(event, start=start + HOUR, end=start + 2 * HOUR, now=start - 7 * DAY + MINUTE)
    notices.send_notices(now=start - 7 * DAY + 5 * MINUTE)

    notice = Message.objects.get(kind="events.changed")
    assert (notice.to, outbox.deliver(notice.pk, now=start - 7 * DAY + 5 * MINUTE)) == (registration.email, "sent")
    assert ledger() == [("-P7D", "void", "the event has moved since")]


def test_quiet_hours_can_be_switched_off(settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "humane_hours": False}
    due = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)  # 23:00 in Nagoya

    assert Trigger.parse("-P7D").leaves_at(due, due + 7 * DAY, "Asia/Tokyo") == due


def test_a_rule_that_is_done_with_is_not_looked_at_again():
    event = event_with("-PT24H")
    make_registration(event)
    reminders.send_due(now=START - DAY)
    reminders.send_due(now=START - DAY + 4 * HOUR)

    assert reminders.due_rules(now=START - DAY + 4 * HOUR + MINUTE) == []


def test_more_people_than_fit_into_one_transaction_are_all_reminded(monkeypatch):
    monkeypatch.setattr(reminders, "AT_A_TIME", 2)
    event = event_with("-PT24H", "-PT23H")
    for n in range(5):
        make_registration(event, email=f"person{n}@example.org")

    counts = reminders.send_due(now=START - 22 * HOUR)

    assert counts == {"queued": 5, "missed": 0, "skipped": 5}
    assert Message.objects.count() == 5
