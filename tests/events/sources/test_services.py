"""What a source brings, from fetch to event: compared, guarded, reviewed (events spec 10.9–10.11, 9.18, 9.19)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from events.models import Event, FeedSource, ImportedItem
from events.services import imported, scheduling, sources
from tests.events.sources.files import vcalendar, vevent
from tests.events.sources.world import NOW, QUARTER, ROME, Calendar, event
from tests.factories import make_feed_source, make_user

pytestmark = pytest.mark.django_db


def untouched(calendar):
    """Every column of every row, so that nothing can have changed unseen."""
    return list(ImportedItem.objects.order_by("pk").values()) + list(Event.objects.order_by("pk").values())


# --- New -------------------------------------------------------------------------------------------------------------


def test_what_is_new_waits_and_nothing_is_public(calendar):
    assert calendar.has(event()) == "read"

    assert calendar.states() == {"a": "new"}
    assert Event.objects.count() == 0


def test_accepting_makes_a_draft_with_our_own_uid(calendar):
    calendar.has(
        event(
            "theirs@partner.example",
            name="Open day",
            more=["LOCATION:Piazza Castello", "URL:https://partner.example/1"],
        )
    )

    made = calendar.accept("theirs@partner.example")

    made.refresh_from_db()
    assert made.status == Event.Status.TENTATIVE
    assert made.uid != "theirs@partner.example"
    assert (made.name_it, made.location_it, made.event_attendance_mode) == ("Open day", "Piazza Castello", "offline")
    assert made.description_it == "https://partner.example/1"
    assert (made.wall_start, made.tzid) == ("2026-03-20T10:00:00", "Europe/Rome")
    assert (made.organizer, made.track) == (calendar.source.owner, calendar.source.track)
    assert calendar.states() == {"theirs@partner.example": "accepted"}


def test_whole_days_stay_whole_days(calendar):
    calendar.has(vevent("a", start=";VALUE=DATE:20260320", end=";VALUE=DATE:20260322"))

    made = calendar.accept()

    assert (made.all_day, made.wall_start, made.wall_end) == (True, "2026-03-20T00:00:00", "2026-03-22T00:00:00")


def test_marks_of_a_stranger_are_shown_and_not_obeyed(calendar):
    calendar.has(event(more=["DESCRIPTION:<p onclick=x>Free <script>alert(1)</script></p>\\nsecond"]))

    made = calendar.accept()

    assert made.description_it == (
        "<p>&lt;p onclick=x&gt;Free &lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;<br>\nsecond</p>"
    )


def test_a_link_in_the_place_of_a_place_is_not_shown_to_everybody(calendar):
    calendar.has(event(more=["LOCATION:https://meet.example/j/123?pwd=secret"]))

    made = calendar.accept()

    assert (made.location_it, made.event_attendance_mode) == ("", "online")


def test_the_same_again_changes_nothing_not_even_a_time(calendar):
    calendar.has(event(), event("b"), event("c", more=["RRULE:FREQ=HOURLY"]))
    calendar.accept()
    imported.ignore(calendar.item("b"), by=None, now=calendar.now)
    before = untouched(calendar)

    assert (
        calendar.has(
            event(more=["LAST-MODIFIED:20260202T000000Z"]), event("b"), event("c", more=["RRULE:FREQ=HOURLY"])
        )
        == "read"
    )

    assert untouched(calendar) == before


def test_what_has_not_changed_is_not_even_read(calendar):
    calendar.has(event(), ETag='"1"')
    calendar.partner.serve(b"", status=304)

    assert calendar.fetch() == "unchanged"

    assert calendar.partner.asked[-1][1]["If-None-Match"] == '"1"'
    assert calendar.source.state == FeedSource.State.WORKING


# --- Changed ---------------------------------------------------------------------------------------------------------


def test_a_change_waits_until_staff_accept_it(calendar):
    calendar.has(event())
    made = calendar.accept()
    scheduling.publish_event(made, now=calendar.now)

    calendar.has(event(hour=15, name="Meeting, later"))
    made.refresh_from_db()
    assert (calendar.states(), made.wall_start) == ({"a": "changed"}, "2026-03-20T10:00:00")
    assert set(calendar.item().differences) == {"name", "start", "end"}

    calendar.accept()
    made.refresh_from_db()
    assert (made.name_it, made.wall_start, made.sequence > 0) == ("Meeting, later", "2026-03-20T15:00:00", True)
    assert calendar.states() == {"a": "accepted"}


def test_what_staff_wrote_on_the_event_stays(calendar):
    calendar.has(event())
    made = calendar.accept()
    made.name_it = "Our better name"
    made.save()

    calendar.has(event(hour=15))
    calendar.accept()

    made.refresh_from_db()
    assert (made.name_it, made.wall_start) == ("Our better name", "2026-03-20T15:00:00")


def test_what_was_ignored_waits_again_only_when_its_content_changes(calendar):
    calendar.has(event())
    imported.ignore(calendar.item(), by=None, now=calendar.now)

    calendar.has(event(more=["SEQUENCE:4"]))
    assert calendar.states() == {"a": "ignored"}
    calendar.has(event(hour=15))
    assert calendar.states() == {"a": "new"}


def test_a_change_taken_back_leaves_nothing_to_decide(calendar):
    calendar.has(event())
    calendar.accept()

    calendar.has(event(hour=15))
    calendar.has(event())

    assert calendar.states() == {"a": "accepted"}


def test_a_cancellation_is_a_change_and_so_is_its_end(calendar):
    calendar.has(event())
    made = calendar.accept()
    scheduling.publish_event(made, now=calendar.now)

    calendar.has(event(more=["STATUS:CANCELLED"]))
    assert calendar.item().differences == ["cancelled"]
    calendar.accept()
    made.refresh_from_db()
    assert made.is_cancelled

    calendar.has(event())
    calendar.accept()
    made.refresh_from_db()
    assert not made.is_cancelled


def test_what_was_never_known_and_is_cancelled_is_no_news(calendar):
    calendar.has(event(more=["STATUS:CANCELLED"]))

    assert calendar.states() == {}


def test_times_and_places_pass_by_themselves_only_where_the_source_says_so(calendar):
    calendar.has(event(), event("b"))
    made, other = calendar.accept(), calendar.accept("b")
    FeedSource.objects.update(auto_apply=True)

    calendar.has(event(hour=15), event("b", name="Other name"))

    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.wall_start, other.name_it) == ("2026-03-20T15:00:00", "Meeting")
    assert calendar.states() == {"a": "accepted", "b": "changed"}


# --- Gone ------------------------------------------------------------------------------------------------------------


def many(*leaving, number=12):
    return [event(f"e{n:02}") for n in range(number) if n not in leaving]


def test_gone_needs_two_fetches_in_succession(calendar):
    calendar.has(*many())
    made = calendar.accept("e00")
    scheduling.publish_event(made, now=calendar.now)

    calendar.has(*many(0, 1))
    assert (calendar.states()["e00"], calendar.states()["e01"]) == ("accepted", "new")
    calendar.has(*many(0, 1))
    assert calendar.states()["e00"] == "gone"
    assert "e01" not in calendar.states()
    made.refresh_from_db()
    assert not made.is_cancelled

    calendar.accept("e00")
    made.refresh_from_db()
    assert made.is_cancelled


def test_what_comes_back_between_two_fetches_was_never_gone(calendar):
    calendar.has(*many())
    calendar.accept("e00")

    calendar.has(*many(0))
    calendar.has(*many())
    calendar.has(*many(0))

    assert calendar.states()["e00"] == "accepted"


def test_a_draft_that_is_gone_is_deleted_and_one_that_staff_keep_stays(calendar):
    calendar.has(*many())
    draft, kept = calendar.accept("e00"), calendar.accept("e01")
    calendar.has(*many(0, 1))
    calendar.has(*many(0, 1))

    calendar.accept("e00")
    imported.ignore(calendar.item("e01"), by=None, now=calendar.now)
    calendar.has(*many(0, 1))

    assert not Event.objects.filter(pk=draft.pk).exists()
    assert Event.objects.filter(pk=kept.pk).exists()
    assert calendar.states()["e01"] == "ignored"


def test_an_emptied_calendar_is_stopped_and_nothing_is_lost(calendar):
    calendar.has(*many())
    before = untouched(calendar)

    assert [calendar.has() for _time in range(3)] == ["emptied"] * 3

    assert untouched(calendar) == before
    assert (calendar.source.state, calendar.source.problem_params["before"]) == (FeedSource.State.STOPPED, 12)


def test_a_shrunken_calendar_is_stopped_until_staff_say_that_it_is_right(calendar):
    calendar.has(*many())
    before = untouched(calendar)

    assert calendar.has(*many(0, 1, 2, 3)) == "shrunken"
    assert untouched(calendar) == before

    sources.allow_once(calendar.source, by=None, now=calendar.now)
    assert calendar.has(*many(0, 1, 2, 3)) == "read"
    assert calendar.has(*many(0, 1, 2, 3)) == "read"
    assert len(calendar.states()) == 8


@pytest.mark.parametrize(("lost", "word"), [(2, "read"), (3, "read"), (4, "shrunken")])
def test_a_few_may_go_at_once(calendar, lost, word):
    """Twelve items: three are a quarter, four are a third."""
    calendar.has(*many())

    assert calendar.has(*many(*range(lost))) == word


def test_what_is_over_is_not_gone(calendar):
    calendar.has(event(), event("b"))
    calendar.accept()
    calendar.now = datetime(2026, 3, 21, tzinfo=UTC)

    assert calendar.has(vevent("c", start="20260420T090000Z", end="20260420T100000Z")) == "read"
    assert calendar.states()["a"] == "accepted"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html>maintenance</html>", "html"),
        (b"", "empty"),
        (vcalendar(event())[:-17], "cut_short"),
        (b"BEGIN:VCALENDAR\r\n\xff\xff", "encoding"),
    ],
)
def test_an_error_is_never_an_empty_calendar(calendar, body, code):
    calendar.has(*many())
    before = untouched(calendar)
    calendar.partner.serve(body)

    assert [calendar.fetch(), calendar.fetch()] == [code, code]

    assert untouched(calendar) == before
    assert (calendar.source.state, calendar.source.problem, calendar.source.failures) == ("failing", code, 2)
    assert calendar.source.fetches.first().outcome == code


# --- Floating times --------------------------------------------------------------------------------------------------


def test_times_without_a_zone_are_asked_about_once(calendar):
    floating = vevent("a", start="20260320T100000", end="20260320T110000", more=["RRULE:FREQ=WEEKLY;COUNT=3"])
    calendar.has(floating)
    assert [item.state for item in calendar.items()] == ["faulty"] * 3
    assert calendar.source.asks_zone

    assert sources.set_zone(calendar.source, "Asia/Tokyo", by=None, now=calendar.now) == 3
    waiting = calendar.items()
    assert [(item.state, f"{item.dtstart:%d %H}") for item in waiting] == [
        ("new", "20 01"),
        ("new", "27 01"),
        ("new", "03 01"),
    ]

    calendar.has(floating)
    calendar.has(floating)
    assert [item.pk for item in calendar.items()] == [item.pk for item in waiting]
    assert [item.state for item in calendar.items()] == ["new"] * 3
    assert not calendar.source.asks_zone


def test_a_changed_date_without_its_series_is_read_in_the_zone_that_was_said(calendar):
    calendar.has(
        vevent("a", start="20260801T100000", end="20260801T110000", more=["RECURRENCE-ID;VALUE=DATE:20260801"])
    )

    assert sources.set_zone(calendar.source, "Asia/Tokyo", by=None, now=calendar.now) == 1
    assert [(item.recurrence_id, f"{item.dtstart:%d %H}") for item in calendar.items()] == [("20260801", "01 01")]


def test_two_dates_that_would_be_one_in_the_zone_that_was_said_stay_two(calendar):
    calendar.has(
        vevent("a", start="20260801T100000", end="20260801T110000", more=["RECURRENCE-ID:20260801T100000"]),
        vevent("a", start="20260801T010000Z", end="20260801T020000Z", more=["RECURRENCE-ID:20260801T010000Z"]),
    )

    assert sources.set_zone(calendar.source, "Asia/Tokyo", by=None, now=calendar.now) == 1
    assert sorted(item.recurrence_id for item in calendar.items()) == ["20260801T010000Z", "20260801T100000"]


def test_a_change_of_clocks_is_kept(calendar):
    calendar.has(
        vevent("a", start=f"{ROME}20260322T100000", end=f"{ROME}20260322T110000", more=["RRULE:FREQ=WEEKLY;COUNT=2"])
    )

    made = [imported.accept(item, by=None, now=calendar.now) for item in calendar.items()]

    assert [(event.wall_start, f"{event.dtstart:%H}") for event in made] == [
        ("2026-03-22T10:00:00", "09"),
        ("2026-03-29T10:00:00", "08"),
    ]


# --- When ------------------------------------------------------------------------------------------------------------


def test_no_address_is_asked_twice_within_a_quarter_of_an_hour(calendar):
    calendar.has(event())
    calendar.now -= QUARTER - timedelta(minutes=14)

    assert calendar.fetch() == "too soon"
    assert len(calendar.partner.asked) == 1
    with pytest.raises(ValidationError) as refused:
        sources.fetch_now(calendar.source, now=NOW + timedelta(minutes=14))
    assert refused.value.code == "too_soon"


def test_what_was_fetched_while_the_address_was_typed_is_read_from_there(calendar):
    calendar.partner.serve(vcalendar(event()))
    assert sources.check_address(calendar.source.url) == calendar.source.url

    assert calendar.fetch() == "read"
    assert len(calendar.partner.asked) == 1


def test_failures_are_asked_about_less_and_less_and_patience_is_granted(calendar):
    calendar.partner.serve(b"", status=500)
    waits = []
    for _time in range(4):
        at = calendar.now
        calendar.fetch()
        waits.append((calendar.source.next_fetch_at - at) // timedelta(hours=1))
    assert waits == [6, 12, 24, 24]

    calendar.partner.serve(b"", status=429, Retry_After="60000")
    FeedSource.objects.update(failures=0)
    at = calendar.now
    calendar.fetch()
    assert calendar.source.next_fetch_at - at == timedelta(seconds=60000)


@pytest.mark.parametrize("broken", ["process.read", "_compare"])
def test_whatever_goes_wrong_here_is_a_failure_of_that_calendar_and_the_log_says_what(calendar, monkeypatch, broken):
    calendar.has(event())
    before = untouched(calendar)
    logged = []

    def fall(*_args, **_options):
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as patched:
        patched.setattr(f"events.services.sources.{broken}", fall)
        patched.setattr(sources.log, "exception", lambda *said: logged.append(said))
        word = calendar.has(event(name="Another name"))

    assert (word, logged) == ("unexpected", [("calendar of others %s", calendar.source.pk)])
    assert (calendar.source.state, calendar.source.problem, calendar.source.failures) == ("failing", "unexpected", 1)
    assert [fetch.outcome for fetch in calendar.source.fetches.all()] == ["unexpected", "read"]
    assert untouched(calendar) == before
    assert calendar.has(event(name="Another name")) == "read"
    assert (calendar.source.state, calendar.source.problem, calendar.source.failures) == ("working", "", 0)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("FREQ=HOURLY;X=a\x00\x1bb", {"code": "too_fine", "rule": "FREQ=HOURLY;X=ab"}),
        ("no\x00nsense", {"code": "bad_rule", "words": "NONSENSE"}),
    ],
)
def test_no_control_character_of_a_rule_comes_into_what_is_told(calendar, rule, problem):
    assert calendar.has(event(more=[f"RRULE:{rule}"])) == "read"

    (told,) = calendar.item().problems
    assert {name: value for name, value in told.items() if name != "line"} == problem


def test_no_control_character_of_a_header_comes_into_what_is_told(calendar):
    word = calendar.has(event(), **{"Content-Type": "text/calendar; charset=klin\x00gon"})

    assert (word, calendar.source.problem_params) == ("charset", {"charset": "klingon"})


def test_a_mark_of_the_server_is_kept_without_control_characters(calendar):
    assert calendar.has(event(), ETag='"a\x00b"') == "read"

    assert calendar.source.etag == '"ab"'


def test_one_that_fails_stops_no_other(calendar, monkeypatch, django_capture_on_commit_callbacks):
    broken = make_feed_source(url="https://10.0.0.1/feed.ics")
    calendar.partner.serve(vcalendar(event()))
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)

    counts = sources.fetch_due(now=NOW)

    broken.refresh_from_db()
    calendar.source.refresh_from_db()
    assert (counts, broken.problem, calendar.source.state) == ({"due": 2, "in trouble": 1}, "not_public", "working")


def test_a_source_owns_its_records(calendar):
    """Two calendars that use one UID never touch each other's items or events."""
    other = Calendar.__new__(Calendar)
    other.partner, other.now = calendar.partner, NOW
    other.source = make_feed_source(url=calendar.partner.address("/other.ics"))
    calendar.has(event())
    made = calendar.accept()
    calendar.partner.serve(vcalendar(event(hour=15, name="Taken over")), "/other.ics")
    other.fetch()
    imported.accept(other.item(), by=None, now=other.now)

    made.refresh_from_db()
    assert (made.wall_start, made.name_it, Event.objects.count()) == ("2026-03-20T10:00:00", "Meeting", 2)


def test_a_paused_source_is_left_alone(calendar):
    FeedSource.objects.update(is_paused=True)

    assert calendar.fetch() == "too soon"
    assert calendar.partner.asked == []


def test_private_items_are_never_stored(calendar):
    calendar.has(event(more=["CLASS:PRIVATE", "DESCRIPTION:the doctor"]), event("b"))

    assert calendar.states() == {"b": "new"}
    assert calendar.source.fetches.first().counts["private"] == 1


def test_what_is_over_is_not_accepted(calendar):
    calendar.has(event())

    with pytest.raises(ValidationError) as refused:
        imported.accept(calendar.item(), by=make_user(), now=datetime(2026, 4, 1, tzinfo=UTC))
    assert refused.value.code == "over"


def test_texts_nobody_needs_are_forgotten(calendar):
    calendar.has(event(more=["DESCRIPTION:long"]), event("b"))
    imported.ignore(calendar.item(), by=None, now=calendar.now)

    later = calendar.now + timedelta(days=60)
    assert {item.uid for item in sources.over(later)} == {"a", "b"}
    sources.forget(list(sources.over(later)), later)

    assert calendar.states() == {"a": "ignored"}
    assert (calendar.item().raw, calendar.item().description, list(sources.over(later))) == ("", "", [])
