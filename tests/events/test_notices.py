"""One notice after two quiet minutes, with the sum of the edits against what each person was last told."""

import json
import re
from datetime import timedelta

import pytest

from events.models import EventChange, Registration
from events.services import letters, notices, registrations, scheduling
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Heartbeat, Message
from tests.factories import START, make_city, make_event, make_organisation, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=10)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def an_event(**fields):
    return make_event(**{"name_en": "Talk", "name_it": "Incontro", "name_ja": "講演", "slug": "talk", **fields})


def a_guest(event, **fields):
    return make_registration(event, **{"email": "taro@example.org", "last_sequence": 0, **fields})


def move(event, by=HOUR, *, now=NOW, **fields):
    start = event.dtstart + by
    return scheduling.schedule_event(event, start=start, end=start + timedelta(minutes=90), now=now, **fields)


def sweep(now=NOW + 3 * MINUTE):
    return notices.send_notices(now=now)


def told():
    """Kind, method, SEQUENCE and news of every letter, oldest first."""
    return [
        (
            message.kind.removeprefix("events."),
            message.payload.get("method", ""),
            message.payload.get("sequence"),
            message.payload.get("news"),
        )
        for message in Message.objects.order_by("pk")
    ]


def text_of(message) -> str:
    return str(outbox.render(message, preview=True).body)


# --- What is noted ---------------------------------------------------------------------------------------------------


def test_each_material_change_is_noted_with_its_author():
    author, event = make_user(), an_event()

    move(event)
    scheduling.relocate_event(event, now=NOW, by=author, location_en="Town hall")
    scheduling.cancel_event(event, now=NOW, by=author)

    rows = EventChange.objects.order_by("pk").values_list("field", "old", "new", "by", "material", "notified_at")
    assert list(rows) == [
        ("dtstart", "2026-03-03T08:00:00+00:00", "2026-03-03T09:00:00+00:00", None, True, None),
        ("dtend", "2026-03-03T09:30:00+00:00", "2026-03-03T10:30:00+00:00", None, True, None),
        ("location_en", "", "Town hall", author.pk, True, None),
        ("status", "CONFIRMED", "CANCELLED", author.pk, True, None),
    ]


def test_a_draft_that_was_never_published_has_nothing_to_note():
    event = an_event(status="TENTATIVE", published_at=None)

    move(event)
    scheduling.relocate_event(event, now=NOW, location_en="Town hall")

    assert EventChange.objects.count() == 0


def test_publishing_is_noted_and_is_no_news():
    event = scheduling.publish_event(an_event(status="TENTATIVE", published_at=None), now=NOW)
    a_guest(event)

    assert list(EventChange.objects.values_list("field", "material")) == [("status", False)]
    assert sweep() == {"events": 0, "letters": 0}


# --- When ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("quiet", "letters"), [(0, 0), (1.9, 0), (2, 1), (600, 1)])
def test_people_are_told_after_two_quiet_minutes(quiet, letters):
    event = an_event()
    a_guest(event)
    move(event)

    assert sweep(NOW + quiet * MINUTE)["letters"] == letters


def test_each_further_edit_begins_the_two_minutes_anew():
    event = an_event()
    a_guest(event)
    move(event)
    scheduling.relocate_event(event, now=NOW + MINUTE, event_attendance_mode="offline", location_ja="市役所")

    assert [sweep(NOW + n * MINUTE)["letters"] for n in (2, 3, 4)] == [0, 1, 0]
    assert told() == [("changed", "REQUEST", 2, ["time", "place"])]


def test_told_once_however_often_the_sweep_runs():
    event = an_event()
    a_guest(event)
    move(event)

    assert [sweep(NOW + n * MINUTE)["letters"] for n in (3, 4, 5)] == [1, 0, 0]
    assert set(EventChange.objects.values_list("notified_at", flat=True)) == {NOW + 3 * MINUTE}


def test_a_setting_says_how_long_is_quiet(settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "notice_minutes": 10}
    event = an_event()
    a_guest(event)
    move(event)

    assert [sweep(NOW + n * MINUTE)["letters"] for n in (9, 10)] == [0, 1]


def test_the_sweep_says_when_it_last_succeeded():
    sweep()

    assert Heartbeat.objects.get(name="send_change_notices").last_success_at == NOW + 3 * MINUTE


# --- The sum ---------------------------------------------------------------------------------------------------------


def test_what_is_put_back_is_no_news():
    event = an_event()
    a_guest(event)
    move(event)
    move(event, by=-HOUR, now=NOW + MINUTE)

    assert sweep(NOW + 5 * MINUTE) == {"events": 1, "letters": 0}
    assert (event.sequence, Registration.objects.get().last_sequence) == (2, 0)


def test_a_cancellation_taken_back_at_once_was_never_one():
    event = an_event()
    a_guest(event)
    scheduling.cancel_event(event, now=NOW)
    scheduling.restore_event(event, now=NOW + MINUTE)

    assert sweep(NOW + 5 * MINUTE)["letters"] == 0


def test_two_moves_are_told_as_one_from_the_first_to_the_last():
    event = an_event()
    a_guest(event)
    move(event, by=DAY)
    move(event, by=DAY, now=NOW + MINUTE)
    sweep(NOW + 4 * MINUTE)

    text = text_of(Message.objects.get())
    assert "日本時間（名古屋）：2026年3月3日(火) 17:00〜18:30 JST (UTC+9)" in text
    assert "日本時間（名古屋）：2026年3月5日(木) 17:00〜18:30 JST (UTC+9)" in text
    assert "3月4日" not in text


def test_who_was_confirmed_between_two_moves_is_told_the_difference_to_their_confirmation():
    event = an_event()
    early = a_guest(event, email="early@example.org", tzid="Europe/Rome", language="it")
    move(event, by=HOUR)
    late = make_registration(event, email="late@example.org", tzid="Europe/Rome", language="it")
    late.event = event
    letters.queue_confirmed(late)
    move(event, by=HOUR, now=NOW + MINUTE)
    sweep(NOW + 4 * MINUTE)

    old = {m.to: m.payload["old"]["dtstart"] for m in Message.objects.filter(kind="events.changed")}
    assert old == {early.email: "2026-03-03T08:00:00+00:00", late.email: "2026-03-03T09:00:00+00:00"}


def test_who_was_confirmed_after_the_change_gets_the_new_facts_and_no_notice():
    event = an_event()
    a_guest(event)
    move(event)
    late = make_registration(event, email="late@example.org")
    late.event = event
    letters.queue_confirmed(late)
    sweep()

    assert [(m.to, m.kind) for m in Message.objects.order_by("pk")] == [
        ("late@example.org", "events.confirmed"),
        ("taro@example.org", "events.changed"),
    ]


def test_a_confirmation_that_waited_for_the_lock_of_a_move_is_not_told_twice():
    """Its clock was read before the move, its row written after it: what counts is what it said."""
    event = an_event()
    move(event, now=NOW)
    late = make_registration(event, confirmed_at=NOW - timedelta(seconds=1))
    late.event = event
    letters.queue_confirmed(late)

    assert sweep()["letters"] == 0


def test_a_text_that_only_others_read_is_no_news_to_this_reader():
    event = an_event(event_attendance_mode="offline", location_en="Town hall", location_ja="市役所")
    a_guest(event, email="it@example.org", language="it")
    a_guest(event, email="ja@example.org", language="ja")
    scheduling.relocate_event(event, now=NOW, location_ja="市役所本館")
    sweep()

    assert [message.to for message in Message.objects.all()] == ["ja@example.org"]


# --- To whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "letter"),
    [
        ("confirmed", [("changed", "REQUEST", 1, ["time"])]),
        ("pending", [("changed", "", None, ["time"])]),
        ("waiting", [("changed", "", None, ["time"])]),
        (
            "offered",
            [("waiting", "", None, None), ("changed", "", None, ["time"])],
        ),  # the offer ends
        ("unproved", []),
        ("cancelled", []),
        ("rejected", []),
        ("expired", []),
    ],
)
def test_the_state_of_a_registration_says_who_is_told_and_how(state, letter):
    event = an_event()
    hold = {"hold_until": START} if state == "offered" else {}
    a_guest(event, state=state, last_sequence=0 if state == "confirmed" else None, **hold)
    move(event)
    sweep()

    assert told() == letter


@pytest.mark.parametrize("state", ["confirmed", "waiting"])
def test_a_cancelled_event_tells_in_words_alone_who_held_no_invitation(state):
    event = an_event()
    a_guest(event, state=state)
    scheduling.cancel_event(event, now=NOW, reason={"en": "A strike."})
    sweep()

    message = Message.objects.get()
    assert message.payload.get("method") == ("CANCEL" if state == "confirmed" else None)
    assert ("添付のファイル" in text_of(message)) is (state == "confirmed")
    assert "A strike." in text_of(message)


def test_an_event_that_lies_behind_tells_nobody():
    event = an_event()
    a_guest(event)
    move(event, by=-HOUR, now=START + DAY)

    assert sweep(START + DAY + 3 * MINUTE) == {"events": 1, "letters": 0}


def test_telling_three_costs_as_many_queries_as_telling_thirty(django_assert_num_queries):
    def tell(people):
        event = make_event()
        for n in range(people):
            make_registration(event, email=f"person{n}@example.org")
        move(event)
        with django_assert_num_queries(13):
            return sweep()["letters"]

    sweep()  # the first makes the line of the job
    assert [tell(3), tell(30)] == [3, 30]


# --- Cancelled, restored, drafts -------------------------------------------------------------------------------------


def test_moved_and_cancelled_at_once_is_told_as_cancelled_with_the_hours_people_knew():
    event = an_event()
    a_guest(event)
    move(event, by=DAY)
    scheduling.cancel_event(event, now=NOW + MINUTE)
    sweep(NOW + 4 * MINUTE)

    assert told() == [("event_cancelled", "CANCEL", 2, None)]
    assert Message.objects.get().payload["dtstart"] == "2026-03-03T08:00:00+00:00"


def test_what_moved_while_it_was_off_is_told_when_it_is_on_again():
    event = an_event()
    a_guest(event)
    scheduling.cancel_event(event, now=NOW)
    sweep()
    move(event, by=DAY, now=NOW + HOUR)
    assert sweep(NOW + 2 * HOUR)["letters"] == 0
    scheduling.restore_event(event, now=NOW + 3 * HOUR)
    sweep(NOW + 4 * HOUR)

    assert told() == [("event_cancelled", "CANCEL", 1, None), ("event_restored", "REQUEST", 3, ["time"])]
    text = text_of(Message.objects.latest("pk"))
    assert text.index("2026年3月3日(火) 17:00") < text.index("2026年3月4日(水) 17:00")


def test_what_changed_while_it_was_a_draft_is_told_once_it_is_published_again():
    event = an_event()
    a_guest(event)
    scheduling.unpublish_event(event, now=NOW)
    move(event, by=DAY, now=NOW + MINUTE)
    assert sweep(NOW + HOUR)["letters"] == 0
    scheduling.publish_event(event, now=NOW + 2 * HOUR)
    assert sweep(NOW + 2 * HOUR + MINUTE)["letters"] == 0
    sweep(NOW + 2 * HOUR + 2 * MINUTE)

    assert told() == [("changed", "REQUEST", 2, ["time"])]


def test_published_again_as_it_was_tells_nobody():
    event = an_event()
    a_guest(event)
    scheduling.unpublish_event(event, now=NOW)
    scheduling.publish_event(event, now=NOW + HOUR)

    assert sweep(NOW + 2 * HOUR)["letters"] == 0


def test_an_unpublished_event_that_is_cancelled_leaves_the_calendars_it_is_in():
    event = an_event()
    a_guest(event)
    scheduling.unpublish_event(event, now=NOW)
    scheduling.cancel_event(event, now=NOW + DAY)
    sweep(NOW + DAY + 3 * MINUTE)

    assert told() == [("event_cancelled", "CANCEL", 1, None)]


def json_ld_on(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])


def test_search_engines_are_told_that_an_event_has_moved_and_from_when(client):
    event = an_event()
    before = json_ld_on(client.get("/en/events/talk/").content.decode())
    move(event, by=DAY)
    move(event, by=DAY)
    after = json_ld_on(client.get("/en/events/talk/").content.decode())
    move(event, by=-2 * DAY)
    back = json_ld_on(client.get("/en/events/talk/").content.decode())

    said = [(data["eventStatus"].rsplit("/")[-1], data.get("previousStartDate")) for data in (before, after, back)]
    assert said == [
        ("EventScheduled", None),
        ("EventRescheduled", "2026-03-03T09:00:00+01:00"),
        ("EventScheduled", None),
    ]


# --- What the letters say --------------------------------------------------------------------------------------------


def test_a_move_is_told_with_old_and_new_hours_in_both_cities():
    event = an_event()
    a_guest(event, language="it", tzid="Europe/Rome")
    move(event, by=timedelta(hours=14))
    sweep()

    message = Message.objects.get()
    lines = [line for line in text_of(message).splitlines() if line]
    assert outbox.render(message, preview=True).subject == "Nuovo orario: Incontro, mar 3 mar 2026 23:00"
    assert lines[1:10] == [
        "L’orario di questo evento è cambiato.",
        "Il posto resta confermato.",
        "Finora:",
        "Ora di Torino: martedì 3 marzo 2026, 09:00–10:30 CET (UTC+1)",
        "Ora di Nagoya: martedì 3 marzo 2026, 17:00–18:30 JST (UTC+9)",
        "Da adesso:",
        "Incontro",
        "Ora di Torino: martedì 3 marzo 2026, 23:00–00:30 (+1 giorno) CET (UTC+1)",
        "Ora di Nagoya: mercoledì 4 marzo 2026, 07:00–08:30 JST (UTC+9)",
    ]


def test_another_place_is_told_with_the_former_one():
    city = make_city()
    former = city.places.create(name_en="Open Incet", address="Via Cigna 96/17")
    event = an_event(event_attendance_mode="offline", place=former)
    a_guest(event, language="en", tzid="Europe/Rome")
    scheduling.relocate_event(
        event, now=NOW, place=city.places.create(name_en="OGR", address="Corso Castelfidardo 22")
    )
    sweep()

    text = text_of(Message.objects.get())
    assert text.index("Open Incet, Via Cigna 96/17, Torino") < text.index("OGR, Corso Castelfidardo 22, Torino")
    assert told() == [("changed", "REQUEST", 1, ["place"])]


def test_another_clock_for_the_same_moment_is_said_in_one_sentence():
    event = an_event()
    a_guest(event, language="en", tzid="Europe/Rome")
    scheduling.schedule_event(event, start=event.dtstart, end=event.dtend, tzid="Asia/Tokyo", now=NOW)
    sweep()

    assert told() == [("changed", "REQUEST", 1, ["zone"])]
    assert "set by the clock of Nagoya; the moment is the same." in text_of(Message.objects.get())


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_a_notice_is_whole_in_every_language(language):
    event = an_event(event_attendance_mode="mixed", location_en="Town hall", organizer=make_organisation())
    a_guest(event, language=language)
    move(event)
    scheduling.relocate_event(event, now=NOW, event_attendance_mode="online")
    sweep()

    letter = outbox.render(Message.objects.get(), preview=True)
    for text in (letter.subject, letter.body, str(letter.alternatives[0][0])):
        assert "%(" not in text
        assert "{{" not in text
        assert "None" not in text


# --- When life overtakes them ----------------------------------------------------------------------------------------


def test_a_notice_to_somebody_who_has_left_meanwhile_is_dropped():
    event = an_event()
    guest = a_guest(event)
    move(event)
    sweep()
    registrations.withdraw_registration(guest, now=NOW + 4 * MINUTE)

    notice, cancellation = Message.objects.order_by("pk")
    assert outbox.deliver(notice.pk, now=NOW + 5 * MINUTE) == "dropped"
    assert outbox.deliver(cancellation.pk, now=NOW + 5 * MINUTE) == "sent"
    assert (cancellation.payload["method"], cancellation.payload["sequence"]) == ("CANCEL", 2)


def test_who_leaves_in_the_quiet_minutes_gets_the_cancellation_alone():
    event = an_event()
    guest = a_guest(event)
    move(event)
    registrations.withdraw_registration(guest, now=NOW + MINUTE)
    sweep()

    assert told() == [("withdrawn", "CANCEL", 1, None)]


def test_notices_to_one_person_leave_in_their_order():
    event = an_event()
    a_guest(event)
    move(event)
    sweep()
    scheduling.cancel_event(event, now=NOW + HOUR)
    sweep(NOW + 2 * HOUR)

    assert len(set(Message.objects.values_list("ordering_key", flat=True))) == 1
    assert [row[2] for row in told()] == [1, 2]
