"""Events on the calendar and off it: wall clocks, UIDs, SEQUENCE, and who is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from events import signals
from events.models import Delivery, Event
from events.services import notices, reminders
from events.services.scheduling import (
    cancel_event,
    create_event,
    delete_event,
    publish_event,
    relocate_event,
    restore_event,
    schedule_event,
    unpublish_event,
)
from iurc_portal.audit.models import Transition
from iurc_portal.clock import WallClockError
from iurc_portal.notifications.models import Message
from tests.factories import START, make_event, make_organisation, make_registration, make_track, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
LATER = timedelta(minutes=3)  # after the quiet minutes


def new(**fields):
    fields.setdefault("start", datetime(2026, 3, 3, 9, 0))
    fields.setdefault("end", datetime(2026, 3, 3, 10, 30))
    fields.setdefault("name_en", "Cities as testbeds")
    return create_event(track=make_track(), organizer=make_organisation(), now=NOW, **fields)


def test_a_new_event_is_a_draft_with_uid_slug_wall_clock_and_two_reminders(settings):
    settings.ICS_DOMAIN = "calendar.example"

    event = new(languages=[("it", "spoken"), ("ja", "interpreted")])

    assert event.status == "TENTATIVE"
    assert event.uid == f"{event.public_id}@calendar.example"
    assert event.slug == "cities-as-testbeds"
    assert (event.wall_start, event.wall_end) == ("2026-03-03T09:00:00", "2026-03-03T10:30:00")
    assert (event.dtstart, event.dtend) == (START, START + timedelta(minutes=90))
    assert sorted(event.reminder_rules.values_list("trigger", flat=True)) == ["-PT1H", "-PT24H"]
    assert sorted(event.languages.values_list("language", "role")) == [("it", "spoken"), ("ja", "interpreted")]


@pytest.mark.parametrize(
    ("names", "slug"),
    [
        ({"name_en": "Smart City!", "name_it": "Città"}, "smart-city"),
        ({"name_en": "", "name_it": "Città più verdi"}, "citta-piu-verdi"),
        ({"name_en": "日本語だけ", "name_it": "Città"}, "citta"),
    ],
)
def test_slugs_come_from_english_then_italian(names, slug):
    assert new(**names).slug == slug


def test_no_slug_is_made_of_japanese():
    event = new(name_en="", name_ja="名古屋の催し")

    assert event.slug == f"event-{event.public_id.hex[:8]}"


def test_a_slug_that_is_taken_gets_a_number():
    slugs = [new(name_en="Talk").slug for _ in range(3)]

    assert slugs == ["talk", "talk-2", "talk-3"]


def test_an_event_of_nagoya_keeps_the_clocks_of_nagoya():
    event = new(start=datetime(2026, 7, 1, 17, 0), end=datetime(2026, 7, 1, 18, 0), tzid="Asia/Tokyo")

    assert event.dtstart == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    assert event.wall_start == "2026-07-01T17:00:00"


def test_an_instant_is_taken_as_it_is():
    event = new(start=START, end=START + timedelta(hours=1), tzid="Asia/Tokyo")

    assert (event.dtstart, event.wall_start) == (START, "2026-03-03T17:00:00")


def test_a_time_that_no_clock_shows_is_refused_and_nothing_is_written():
    with pytest.raises(WallClockError) as refusal:
        new(start=datetime(2026, 3, 29, 2, 30), end=datetime(2026, 3, 29, 4, 0))

    assert refusal.value.code == "gap"
    assert Event.objects.count() == 0


def test_a_time_that_comes_twice_must_be_answered():
    twice = {"start": datetime(2026, 10, 25, 2, 30), "end": datetime(2026, 10, 25, 4, 0)}

    with pytest.raises(WallClockError) as refusal:
        new(**twice)
    first, second = (new(start_fold=fold, **twice) for fold in (0, 1))

    assert refusal.value.code == "fold"
    assert second.dtstart - first.dtstart == timedelta(hours=1)
    assert first.wall_start == second.wall_start == "2026-10-25T02:30:00"


def test_an_event_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValidationError) as refusal:
        new(end=datetime(2026, 3, 3, 9, 0))

    assert refusal.value.code == "ends_before"


def test_an_event_over_the_clock_change_lasts_as_long_as_it_lasts():
    event = new(start=datetime(2026, 3, 29, 1, 30), end=datetime(2026, 3, 29, 3, 30))

    assert event.length == timedelta(hours=1)


def test_an_unknown_zone_is_refused():
    with pytest.raises(ValidationError) as refusal:
        new(tzid="Europe/Atlantis")

    assert refusal.value.code == "tzid"


def test_sequence_is_zero_at_first_publication_whatever_was_edited_before():
    event = new()
    schedule_event(event, start=datetime(2026, 3, 4, 9, 0), end=datetime(2026, 3, 4, 10, 0), now=NOW)
    schedule_event(event, start=datetime(2026, 3, 5, 9, 0), end=datetime(2026, 3, 5, 10, 0), now=NOW)

    publish_event(event, now=NOW)

    event.refresh_from_db()
    assert (event.sequence, event.status, event.published_at) == (0, "CONFIRMED", NOW)


def test_sequence_rises_at_each_move_cancellation_restoration_and_republication_and_never_falls():
    event = publish_event(new(), now=NOW)
    seen = [event.sequence]
    for change in (
        lambda: schedule_event(event, start=datetime(2026, 3, 4, 9), end=datetime(2026, 3, 4, 10), now=NOW),
        lambda: schedule_event(event, start=datetime(2026, 3, 3, 9), end=datetime(2026, 3, 3, 10, 30), now=NOW),
        lambda: relocate_event(event, now=NOW, location_en="Town hall"),
        lambda: cancel_event(event, now=NOW),
        lambda: restore_event(event, now=NOW),
        lambda: unpublish_event(event, now=NOW),
        lambda: publish_event(event, now=NOW),
    ):
        change()
        event.refresh_from_db()
        seen.append(event.sequence)

    assert seen == [0, 1, 2, 3, 4, 5, 5, 6]


def test_the_same_times_again_change_nothing():
    event = publish_event(new(), now=NOW)
    before = (event.sequence, event.schedule_version, event.schedule_since)

    schedule_event(event, start=datetime(2026, 3, 3, 9), end=datetime(2026, 3, 3, 10, 30), now=NOW + timedelta(days=1))
    relocate_event(event, now=NOW, location_en=None)

    event.refresh_from_db()
    assert (event.sequence, event.schedule_version, event.schedule_since) == before


def test_another_zone_with_the_same_clock_is_a_move():
    event = publish_event(new(), now=NOW)

    schedule_event(event, start=datetime(2026, 3, 3, 9), end=datetime(2026, 3, 3, 10, 30), tzid="Asia/Tokyo", now=NOW)

    event.refresh_from_db()
    assert (event.dtstart, event.tzid, event.sequence) == (START - timedelta(hours=8), "Asia/Tokyo", 1)


def test_relocating_takes_places_only():
    with pytest.raises(TypeError, match="dtstart"):
        relocate_event(new(), now=NOW, dtstart=START)


@pytest.mark.parametrize(
    ("state", "act", "allowed"),
    [
        ("TENTATIVE", publish_event, True),
        ("TENTATIVE", unpublish_event, False),
        ("TENTATIVE", cancel_event, True),
        ("TENTATIVE", restore_event, False),
        ("CONFIRMED", publish_event, False),
        ("CONFIRMED", unpublish_event, True),
        ("CONFIRMED", cancel_event, True),
        ("CONFIRMED", restore_event, False),
        ("CANCELLED", publish_event, False),
        ("CANCELLED", unpublish_event, False),
        ("CANCELLED", cancel_event, False),
        ("CANCELLED", restore_event, True),
    ],
)
def test_states_change_by_the_table_only(state, act, allowed):
    event = make_event(status=state)

    if allowed:
        act(event, now=NOW)
    else:
        with pytest.raises(ValidationError) as refusal:
            act(event, now=NOW)
        assert refusal.value.code == "transition"

    event.refresh_from_db()
    assert (event.status != state) is allowed


def test_every_move_is_written_down_with_its_author_and_reason():
    author = make_user()
    event = new(by=author)
    publish_event(event, now=NOW, by=author)
    cancel_event(event, now=NOW + timedelta(days=1), by=author, reason="The speaker is ill.")

    moves = Transition.objects.of(event).values_list("from_state", "to_state", "actor", "comment")
    assert list(moves) == [
        ("", "TENTATIVE", author.pk, ""),
        ("TENTATIVE", "CONFIRMED", author.pk, ""),
        ("CONFIRMED", "CANCELLED", author.pk, "The speaker is ill."),
    ]


def test_what_the_editor_has_not_saved_is_left_alone():
    event = new()
    event.name_en = "Typed but not saved"

    publish_event(event, now=NOW)

    assert event.name_en == "Typed but not saved"
    assert Event.objects.get().name_en == "Cities as testbeds"


@pytest.mark.parametrize(
    ("signal", "state", "act"),
    [
        (signals.event_published, "TENTATIVE", publish_event),
        (signals.event_cancelled, "CONFIRMED", cancel_event),
        (signals.event_restored, "CANCELLED", restore_event),
    ],
)
def test_the_apps_above_hear_of_it_once_it_is_committed(signal, state, act, django_capture_on_commit_callbacks):
    heard = []

    def listen(sender, event, **kwargs):
        heard.append(event.pk)

    signal.connect(listen)
    event = make_event(status=state)
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        act(event, now=NOW)
    assert heard == []
    for callback in callbacks:
        callback()
    signal.disconnect(listen)

    assert heard == [event.pk]


def test_moving_a_published_event_is_news_and_moving_a_draft_is_not(django_capture_on_commit_callbacks):
    heard = []

    def listen(sender, event, **kwargs):
        heard.append(event.slug)

    signals.event_moved.connect(listen)
    times = {"start": datetime(2026, 4, 1, 9), "end": datetime(2026, 4, 1, 10), "now": NOW}
    with django_capture_on_commit_callbacks(execute=True):
        schedule_event(make_event(slug="draft", status="TENTATIVE"), **times)
        schedule_event(make_event(slug="published"), **times)
    signals.event_moved.disconnect(listen)

    assert heard == ["published"]


def test_a_reminder_that_has_not_left_is_void_when_the_event_moves(django_capture_on_commit_callbacks):
    event = make_event()
    event.reminder_rules.create(trigger="-PT24H")
    event.reminder_rules.update(created_at=NOW)
    make_registration(event)
    due = START - timedelta(hours=24)
    reminders.send_due(now=due)

    with django_capture_on_commit_callbacks(execute=True):
        schedule_event(event, start=START + timedelta(days=1), end=START + timedelta(days=1, hours=1), now=due)

    assert [delivery.state for delivery in Delivery.objects.all()] == ["void"]
    assert Message.objects.get().state == "queued"


def test_cancelling_tells_everyone_who_holds_a_place_and_nobody_else():
    event = make_event()
    make_registration(event, email="a@example.org", last_sequence=0)
    make_registration(event, email="b@example.org", last_sequence=4)
    make_registration(event, email="c@example.org", state="unproved", hold_until=NOW + timedelta(minutes=5))
    make_registration(event, email="d@example.org", state="cancelled")

    cancel_event(event, now=NOW, reason={"it": "Sciopero", "ja": "ストライキ"})
    notices.send_notices(now=NOW + LATER)

    sent = {message.to: message for message in Message.objects.all()}
    assert sorted(sent) == ["a@example.org", "b@example.org"]
    assert {to: (m.kind, m.payload["method"], m.payload["sequence"]) for to, m in sent.items()} == {
        "a@example.org": ("events.event_cancelled", "CANCEL", 1),
        "b@example.org": ("events.event_cancelled", "CANCEL", 5),
    }
    event.refresh_from_db()
    assert (event.cancellation_reason_it, event.cancellation_reason_ja) == ("Sciopero", "ストライキ")
    assert set(event.registrations.confirmed().values_list("last_sequence", flat=True)) == {1, 5}


def test_cancelling_a_draft_tells_nobody():
    event = make_event(status="TENTATIVE", published_at=None)
    make_registration(event)

    cancel_event(event, now=NOW)
    notices.send_notices(now=NOW + LATER)

    assert Message.objects.count() == 0


def test_restoring_invites_again_with_a_higher_number():
    event = make_event()
    make_registration(event, last_sequence=0)

    cancel_event(event, now=NOW)
    notices.send_notices(now=NOW + LATER)
    restore_event(event, now=NOW + LATER)
    notices.send_notices(now=NOW + 2 * LATER)

    letters = Message.objects.order_by("pk").values_list("kind", "payload__method", "payload__sequence")
    assert list(letters) == [("events.event_cancelled", "CANCEL", 1), ("events.event_restored", "REQUEST", 2)]
    assert len(set(Message.objects.values_list("ordering_key", flat=True))) == 1


def test_telling_many_costs_as_many_queries_as_telling_few(django_assert_max_num_queries):
    event = make_event()
    for n in range(40):
        make_registration(event, email=f"person{n}@example.org")

    cancel_event(event, now=NOW)

    with django_assert_max_num_queries(16):
        notices.send_notices(now=NOW + LATER)

    assert Message.objects.count() == 40


def test_unpublishing_tells_nobody_and_keeps_the_places():
    event = make_event()
    make_registration(event)

    unpublish_event(event, now=NOW)
    notices.send_notices(now=NOW + LATER)

    assert Message.objects.count() == 0
    assert event.registrations.confirmed().count() == 1


def test_a_published_event_is_cancelled_never_deleted():
    event = publish_event(new(), now=NOW)
    unpublish_event(event, now=NOW)

    with pytest.raises(ValidationError) as refusal:
        delete_event(event)

    assert refusal.value.code == "published"


def test_a_draft_may_be_deleted():
    delete_event(new())

    assert Event.objects.count() == 0
