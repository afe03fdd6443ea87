"""What is kept no longer, night after night (events spec 13.2)."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError

from events.models import (
    AccessToken,
    Answer,
    AttendanceInterval,
    FeedToken,
    ParticipantExport,
    Registration,
    RegistrationGroup,
)
from events.services import holds, tokens
from events.services.feeds import make_feed
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import AddressStatus, Heartbeat, Message, Subscription
from iurc_portal.notifications.services import queue_message
from iurc_portal.pages.models import ProblemReport
from iurc_portal.privacy import registry, retention
from iurc_portal.privacy.models import RetentionRun
from iurc_portal.privacy.registry import months_before
from iurc_portal.staff.dashboard import state_of_jobs
from tests.factories import make_claim, make_event, make_question, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def ended(before: timedelta | datetime, **fields):
    """An event that ended so long before, or at that instant."""
    end = NOW - before if isinstance(before, timedelta) else before
    return make_event(dtstart=end - timedelta(hours=1), dtend=end, **fields)


def kept() -> list[tuple[str, bool]]:
    """State of each registration and whether it still names somebody, in order."""
    return [(row.state, row.anonymised_at is None) for row in Registration.objects.order_by("pk")]


def letter(sent: datetime | None, **fields):
    row = queue_message(
        key=f"k{Message.objects.count()}", kind="events.link", to="a@example.org", language="it", tzid="Europe/Rome",
        payload={"name": "Anna"},
    )  # fmt: skip
    Message.objects.filter(pk=row.pk).update(**{"state": "sent", "sent_at": sent, **fields})
    return row


# --- The table -------------------------------------------------------------------------------------------------------


def test_what_was_never_confirmed_goes_a_week_after_its_link():
    event = make_event(dtstart=NOW + 30 * DAY)
    old, young, came_before = (
        make_registration(
            event, state="unproved", confirmed_at=confirmed, joined_at=NOW - timedelta(days=days, hours=1)
        )
        for days, confirmed in ((9, None), (8, None), (9, NOW - 20 * DAY))
    )

    counts = retention.purge(now=NOW)

    assert counts["unproved"] == 1
    assert set(Registration.objects.all()) == {young, came_before}
    assert old not in Registration.objects.all()


def test_a_request_whose_link_is_younger_than_itself_stays():
    row = make_registration(
        make_event(dtstart=NOW + 30 * DAY), state="unproved", confirmed_at=None, joined_at=NOW - 20 * DAY
    )
    tokens.issue(row, AccessToken.Purpose.PROVE, now=NOW - 5 * DAY)

    retention.purge(now=NOW)

    assert kept() == [("unproved", True)]


@pytest.mark.parametrize(("lead_state", "expected"), [("waiting", 2), ("cancelled", 1)])
def test_members_whom_nobody_has_asked_yet_stay_as_long_as_their_lead_waits(lead_state, expected):
    asked = {"joined_at": NOW - 20 * DAY, "confirmed_at": None}
    lead = make_registration(make_event(dtstart=NOW + 30 * DAY), state=lead_state, **asked)
    group = RegistrationGroup.objects.create(event=lead.event, lead=lead, created_at=NOW - 20 * DAY)
    make_registration(lead.event, state="unproved", group=group, **asked)

    retention.purge(now=NOW)

    assert Registration.objects.count() == expected


def test_sensitive_answers_go_thirty_days_after_the_end():
    sensitive, plain = make_question(kind="text", is_sensitive=True), make_question(kind="text")
    for before in (30 * DAY, 29 * DAY):
        row = make_registration(ended(before), access_needs="captions")
        for question in (sensitive, plain):
            Answer.objects.create(registration=row, question=question, value="yes", answered_at=NOW)

    retention.purge(now=NOW)

    assert list(Registration.objects.order_by("pk").values_list("access_needs", flat=True)) == ["", "captions"]
    assert list(Answer.objects.order_by("pk").values_list("question", flat=True)) == [
        plain.pk,
        sensitive.pk,
        plain.pk,
    ]


@pytest.mark.parametrize("state", ["cancelled", "rejected", "expired", "waiting", "pending"])
def test_who_had_no_place_is_anonymised_after_ninety_days(state):
    for before in (90 * DAY, 89 * DAY):
        make_registration(ended(before), state=state)

    retention.purge(now=NOW)

    assert kept() == [(state, False), (state, True)]


def test_who_took_part_is_anonymised_after_two_years_to_the_day():
    make_registration(ended(datetime(2024, 5, 4, 9, 0, tzinfo=UTC)))
    make_registration(ended(datetime(2024, 5, 4, 9, 1, tzinfo=UTC)))

    retention.purge(now=NOW)

    assert kept() == [("confirmed", False), ("confirmed", True)]


def test_an_event_is_kept_longer_with_a_reason_and_no_longer_than_that():
    clerk = make_user(is_staff=True)
    event = ended(900 * DAY)
    make_registration(event)
    hold = holds.keep_longer(event.retention_holds.model(event=event, reason="report"), by=clerk, now=NOW)

    retention.purge(now=NOW)
    while_held = kept()
    holds.end(hold, by=clerk, now=NOW)
    retention.purge(now=NOW)

    assert (while_held, kept()) == ([("confirmed", True)], [("confirmed", False)])
    lines = Transition.objects.of(event).values_list("reason", "comment", "actor")
    assert list(lines) == [("kept_longer", "report", clerk.pk), ("kept_no_longer", "", clerk.pk)]


def test_letters_forget_what_they_said_after_a_month_and_to_whom_after_two_years():
    dates = (NOW - 29 * DAY, NOW - 30 * DAY, datetime(2024, 5, 4, 9, 0, tzinfo=UTC))
    for sent in dates:
        letter(sent)
    Message.objects.create(key="new", kind="x", to="b@example.org", language="it", tzid="UTC", payload={"a": 1})

    retention.purge(now=NOW)

    assert list(Message.objects.order_by("pk").values_list("to", "payload")) == [
        ("a@example.org", {"name": "Anna"}),
        ("a@example.org", {}),
        ("", {}),
        ("b@example.org", {"a": 1}),
    ]


def test_the_rest_of_the_table():
    row = make_registration(make_event(dtstart=NOW + DAY))
    AccessToken.objects.create(registration=row, purpose="manage", digest="a" * 64, expires_at=NOW - 30 * DAY)
    AccessToken.objects.create(registration=row, purpose="manage", digest="b" * 64, expires_at=NOW - 29 * DAY)
    make_feed(name="unused", registration=row, now=NOW - 365 * DAY)
    ended_one = make_feed(name="ended", registration=row, now=NOW - 40 * DAY)[0]
    FeedToken.objects.filter(pk=ended_one.pk).update(revoked_at=NOW - 31 * DAY)
    AttendanceInterval.objects.create(
        event=ended(91 * DAY), joined_at=NOW - DAY, left_at=NOW, name="Ugo", external_id="x", imported_at=NOW
    )
    topic = {"topic": "events", "language": "it", "tzid": "Europe/Rome", "asked_at": NOW - 100 * DAY}
    Subscription.objects.create(email_key="a@example.org", **topic)
    Subscription.objects.create(email_key="b@example.org", ended_at=NOW - 90 * DAY, proved_at=NOW - 99 * DAY, **topic)
    Subscription.objects.create(email_key="c@example.org", proved_at=NOW - 99 * DAY, **topic)
    AddressStatus.objects.create(email_key="a@example.org", state="hard", since=NOW - 800 * DAY)
    ProblemReport.objects.create(text="…", email="a@example.org", language="it", answered_at=NOW - 90 * DAY)
    ParticipantExport.objects.create(at=NOW - 800 * DAY, query="q=anna", form="csv", number=1)
    make_claim(state="rejected", decided_at=NOW - 91 * DAY)
    Session.objects.create(session_key="s", session_data="", expire_date=NOW - DAY)

    counts = Counter({name: n for name, n in retention.purge(now=NOW).items() if n})

    assert counts == dict.fromkeys(
        [
            *("tokens", "unused-calendars", "ended-calendars", "unmatched", "exports"),
            *("unproved-subscriptions", "ended-subscriptions", "bounces", "reports", "rejected-claims", "sessions"),
        ],
        1,
    )
    assert Subscription.objects.get().email_key == "c@example.org"


# --- Nights ----------------------------------------------------------------------------------------------------------


def test_a_second_run_finds_nothing_more():
    for state in Registration.State.values:
        make_registration(
            ended(900 * DAY), state=state, hold_until=NOW - 900 * DAY if state == "offered" else None, access_needs="x"
        )
    letter(NOW - 900 * DAY)

    first = sum(retention.purge(now=NOW).values())
    state = list(Registration.objects.order_by("pk").values())
    second = sum(retention.purge(now=NOW).values())

    assert (first > 8, second) == (True, 0)
    assert list(Registration.objects.order_by("pk").values()) == state
    assert [run.counts != {} for run in RetentionRun.objects.order_by("pk")] == [True, False]


def test_large_numbers_go_in_batches(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    event = ended(900 * DAY)
    for _n in range(5):
        make_registration(event)

    assert retention.purge(now=NOW)["took-part"] == 5


def test_it_is_done_once_a_night():
    make_registration(ended(900 * DAY))

    done = [
        sum(retention.purge_once_a_night(now=NOW + timedelta(hours=hours)).values()) for hours in (0, 1, 19, 20, 21)
    ]

    assert done == [1, 0, 0, 0, 0]
    assert RetentionRun.objects.count() == 2


def test_a_rule_that_fails_stops_no_other_and_turns_the_home_red(monkeypatch):
    make_registration(ended(900 * DAY))

    def broken(rows, now):
        raise DatabaseError("no")

    monkeypatch.setattr(retention, "follow", lambda rule, now: broken(rule, now) if rule.name == "tokens" else 1)
    Heartbeat.objects.create(name=retention.JOB, last_success_at=NOW - timedelta(hours=47))

    with pytest.raises(retention.RetentionFailed):
        retention.purge(now=NOW)

    run = RetentionRun.objects.get()
    assert (run.failed, run.counts["took-part"]) == (["tokens"], 1)
    assert [is_red(NOW), is_red(NOW + timedelta(hours=2))] == [False, True]


def is_red(now) -> bool:
    from iurc_portal.staff import todo

    states = dict(zip(todo.jobs, state_of_jobs(now), strict=True))
    return states[retention.JOB]["late"]


def test_what_goes_next_is_counted_by_the_same_rules():
    make_registration(ended(89 * DAY), state="cancelled")

    rows = {row["rule"].name: row for row in retention.what_next(now=NOW)}

    row = rows["without-place"]
    assert (row["over"], row["in_a_day"], row["in_a_week"], row["in_a_month"]) == (0, 1, 1, 1)


def test_every_rule_says_how_long_in_words():
    for rule in registry.rules():
        assert str(rule.span.number) in rule.span.words()


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [((2026, 5, 31), 3, (2026, 2, 28)), ((2026, 1, 15), 1, (2025, 12, 15)), ((2028, 2, 29), 24, (2026, 2, 28))],
)
def test_months_are_those_of_the_calendar(day, months, before):
    assert months_before(datetime(*day, tzinfo=UTC), months) == datetime(*before, tzinfo=UTC)
