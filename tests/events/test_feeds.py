"""Calendars to subscribe to, read back with an implementation that is not ours (events spec 7)."""

import gzip
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import feeds
from events.models import Event, FeedToken, Registration
from events.services import feeds as services
from iurc_portal.audit.models import Transition
from iurc_portal.privacy.retention import purge
from iurc_portal.tokens import digest_of
from tests.factories import make_event, make_registration, make_track, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The pages' clock stands at NOW; what ``auto_now`` writes does too."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def events_in(response):
    assert response.status_code == 200
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")


def names_in(response):
    return [str(event["SUMMARY"]) for event in events_in(response)]


def make_feed(user=None, registration=None, **fields):
    if user is None and registration is None:
        user = make_user(language="ja", tzid="Asia/Tokyo")
    return services.make_feed(
        **{"name": "telephone", "user": user, "registration": registration, "now": NOW, **fields}
    )


def personal(client, clear, **headers):
    return client.get(f"/feeds/me/{clear}.ics", headers=headers)


def unfolded(response):
    return response.content.replace(b"\r\n ", b"").decode().split("\r\n")


# --- Public ----------------------------------------------------------------------------------------------------------


def test_the_calendar_of_everything_has_two_addresses_and_each_track_its_own(client):
    make_event(name_en="Talk", track=make_track("webinars"))
    make_event(name_en="Tour", track=make_track("visits"))

    assert names_in(client.get("/feeds/all.en.ics")) == ["Talk", "Tour"]
    assert client.get("/feeds/events.en.ics").content == client.get("/feeds/all.en.ics").content
    assert names_in(client.get("/feeds/visits.en.ics")) == ["Tour"]


def test_a_public_calendar_names_itself_in_its_language_and_says_when_to_look_again(client):
    make_event()

    lines = unfolded(client.get("/feeds/all.ja.ics"))

    assert "NAME;LANGUAGE=ja:トリノ・名古屋 すべての催し" in lines
    assert "X-WR-CALNAME:トリノ・名古屋 すべての催し" in lines
    assert [line for line in lines if line.startswith(("REFRESH", "X-PUBLISHED"))] == [
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    ]


def test_calendars_have_no_method_and_no_people_and_stamp_the_last_change(client):
    event = make_event()
    user = make_user()
    make_registration(event, user=user)
    _row, clear = make_feed(user)

    for response in (client.get("/feeds/all.en.ics"), personal(client, clear)):
        calendar = icalendar.Calendar.from_ical(response.content)
        (found,) = calendar.walk("VEVENT")
        assert "METHOD" not in calendar
        assert {"ATTENDEE", "ORGANIZER"}.isdisjoint(found)
        assert found.decoded("DTSTAMP") == found.decoded("LAST-MODIFIED") == event.last_modified.replace(microsecond=0)


def test_who_has_the_calendar_gets_304_and_who_has_another_gets_this_one(client):
    event = make_event()
    first = client.get("/feeds/all.en.ics")

    same = client.get("/feeds/all.en.ics", headers={"if-none-match": first["ETag"]})
    event.name_en = "Another name"
    event.save()
    other = client.get("/feeds/all.en.ics", headers={"if-none-match": first["ETag"]})

    assert first["ETag"].startswith('"')
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert names_in(other) == ["Another name"]


def test_without_a_memory_a_date_alone_is_no_reason_to_say_304(client):
    gone = make_event(name_en="Gone")
    make_event(name_en="Stays")
    had = client.get("/feeds/all.en.ics")["Last-Modified"]
    Event.objects.filter(pk=gone.pk).update(status="TENTATIVE")

    assert names_in(client.get("/feeds/all.en.ics", headers={"if-modified-since": had})) == ["Stays"]


def test_compressed_bytes_are_others_and_say_so(client):
    make_event()
    plain = client.get("/feeds/all.en.ics")
    packed = client.get("/feeds/all.en.ics", headers={"accept-encoding": "gzip"})

    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == plain["ETag"][:-1] + '-gzip"'
    assert "Accept-Encoding" in packed["Vary"]
    for mark in (plain["ETag"], packed["ETag"], f"W/{packed['ETag']}", "*"):
        assert client.get("/feeds/all.en.ics", headers={"if-none-match": mark}).status_code == 304


@pytest.mark.parametrize("path", ["/feeds/all.fr.ics", "/feeds/x.en.ics", "/feeds/all.ics", "/feeds/me.en.ics"])
def test_an_unknown_calendar_is_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("since", ["yesterday", "", "Fri, 99 Xyz 2026", "Thu, 01 Jan 99999 00:00:00 GMT"])
def test_nonsense_in_conditions_is_ignored(client, since):
    make_event()

    answer = client.get("/feeds/all.en.ics", headers={"if-modified-since": since, "if-none-match": "nonsense"})

    assert answer.status_code == 200


# --- Kept ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def keeping(settings):
    settings.KEEP_PAGES = True
    caches["pages"].clear()
    yield
    caches["pages"].clear()


def queries_of(client, path, **headers):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, headers=headers)
    return response, len(captured)


@pytest.mark.django_db(transaction=True)
def test_a_kept_calendar_is_given_and_confirmed_without_a_look_at_its_rows(client, keeping):
    make_event()
    first, _asked = queries_of(client, "/feeds/all.ja.ics")

    again, asked_again = queries_of(client, "/feeds/all.ja.ics")
    same, asked_for_same = queries_of(client, "/feeds/all.ja.ics", **{"if-none-match": first["ETag"]})
    dated, asked_dated = queries_of(client, "/feeds/all.ja.ics", **{"if-modified-since": first["Last-Modified"]})

    assert again.content == first.content
    assert (same.status_code, dated.status_code) == (304, 304)
    assert (asked_again, asked_for_same, asked_dated) == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_kept_calendar_is_void_once_an_event_is_saved_and_not_by_a_registration(client, keeping):
    event = make_event(name_en="Before")
    client.get("/feeds/all.en.ics")

    make_registration(event)
    _same, asked = queries_of(client, "/feeds/all.en.ics")
    event.name_en = "After"
    event.save()

    assert asked == 0
    assert names_in(client.get("/feeds/all.en.ics")) == ["After"]


@pytest.mark.django_db(transaction=True)
def test_an_event_that_leaves_is_told_to_who_asks_by_date(client, keeping, monkeypatch):
    gone = make_event(name_en="Gone")
    make_event(name_en="Stays")
    had = client.get("/feeds/all.en.ics")["Last-Modified"]

    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=1))
    gone.status = "TENTATIVE"
    gone.save()

    assert names_in(client.get("/feeds/all.en.ics", headers={"if-modified-since": had})) == ["Stays"]


@pytest.mark.django_db(transaction=True)
def test_a_calendar_is_given_without_a_cache_and_after_its_loss(client, keeping, monkeypatch):
    make_event(name_en="Talk")
    client.get("/feeds/all.en.ics")
    caches["pages"].delete("file:feeds:body:all.en")
    assert names_in(client.get("/feeds/all.en.ics")) == ["Talk"]

    def broken(*_args, **_kwargs):
        raise OSError("the cache is down")

    for name in ("get", "get_many", "set"):
        monkeypatch.setattr(caches["pages"], name, broken)
    assert names_in(client.get("/feeds/all.en.ics")) == ["Talk"]


# --- Personal --------------------------------------------------------------------------------------------------------


def test_a_personal_calendar_merges_all_that_a_person_is_in(client):
    user = make_user(language="en")
    for name, access in (("Public", "public"), ("Unlisted", "unlisted"), ("Inside", "participants")):
        make_registration(make_event(name_en=name, access=access), user=user)
    make_registration(make_event(name_en="Of somebody else"))
    make_registration(make_event(name_en="Draft", status="TENTATIVE"), user=user)
    make_registration(make_event(name_en="Left"), user=user, state="cancelled")
    _row, clear = make_feed(user)

    assert sorted(names_in(personal(client, clear))) == ["Inside", "Public", "Unlisted"]


def test_a_guest_has_all_that_their_address_is_in(client):
    first = make_registration(make_event(name_en="First"), email="Taro@Example.org", language="en")
    make_registration(make_event(name_en="Second"), email="taro@example.org")
    make_registration(make_event(name_en="Other"), email="hanako@example.org")
    _row, clear = make_feed(registration=first)

    assert sorted(names_in(personal(client, clear))) == ["First", "Second"]


def test_it_speaks_the_persons_language_and_shows_their_city_first(client):
    user = make_user(language="ja", tzid="Asia/Tokyo")
    make_registration(make_event(name_ja="ウェビナー"), user=user)
    _row, clear = make_feed(user)

    (event,) = events_in(personal(client, clear))

    assert (str(event["SUMMARY"]), event["SUMMARY"].params["LANGUAGE"]) == ("ウェビナー", "ja")
    assert str(event["DESCRIPTION"]).splitlines()[0].startswith("日本時間（名古屋）")
    assert event.decoded("DTSTART") == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_the_number_is_as_high_as_in_the_last_mail(client):
    user = make_user()
    make_registration(make_event(sequence=2), user=user, last_sequence=5)
    make_registration(make_event(sequence=7, dtstart=NOW + 20 * DAY), user=user, last_sequence=5)
    _row, clear = make_feed(user)

    assert [event["SEQUENCE"] for event in events_in(personal(client, clear))] == [5, 7]


def test_every_state_of_a_registration_has_its_word_in_the_calendar():
    listed = {"pending": "TENTATIVE", "confirmed": "ACCEPTED", "waiting": "TENTATIVE", "offered": "TENTATIVE"}
    not_listed = {"unproved", "cancelled", "rejected", "expired"}

    assert listed == feeds.PARTSTAT
    assert set(Registration.State.values) <= listed.keys() | not_listed


def test_an_uncertain_place_is_a_tentative_entry_without_an_alarm(client, monkeypatch):
    monkeypatch.setattr(feeds, "PARTSTAT", {"confirmed": "TENTATIVE"})
    user = make_user(language="en")
    make_registration(make_event(), user=user)
    _row, clear = make_feed(user, alarm=15)

    (event,) = events_in(personal(client, clear))

    assert (event["STATUS"], event["X-PARTSTAT"]) == ("TENTATIVE", "TENTATIVE")
    assert str(event["DESCRIPTION"]).startswith("Your place is not certain yet")
    assert event.walk("VALARM") == []


@pytest.mark.parametrize(("ago", "stays"), [(89, True), (91, False)])
def test_a_cancelled_event_stays_for_90_days(client, ago, stays):
    user = make_user()
    make_registration(make_event(status="CANCELLED", cancelled_at=NOW - ago * DAY), user=user)
    _row, clear = make_feed(user, alarm=15)

    found = events_in(personal(client, clear))

    assert [event["STATUS"] for event in found] == ["CANCELLED"] * stays
    assert [event.walk("VALARM") for event in found] == [[]] * stays


def test_an_alarm_rings_for_who_asked(client):
    user = make_user(language="it")
    make_registration(make_event(name_it="Incontro"), user=user)
    _row, quiet = make_feed(user)
    _row, loud = make_feed(user, name="desk", alarm=60)

    (event,) = events_in(personal(client, loud))

    (alarm,) = event.walk("VALARM")
    assert (alarm.decoded("TRIGGER"), alarm["ACTION"]) == (timedelta(hours=-1), "DISPLAY")
    assert str(alarm["DESCRIPTION"]) == "Incontro"
    assert "VALARM" not in personal(client, quiet).content.decode()
    assert "VALARM" not in client.get("/feeds/all.it.ics").content.decode()


def test_a_personal_calendar_changes_when_the_place_becomes_certain(client):
    user = make_user()
    registration = make_registration(make_event(), user=user, confirmed_at=NOW + DAY)
    _row, clear = make_feed(user)

    (event,) = events_in(personal(client, clear))

    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == registration.confirmed_at


def test_what_is_private_stays_with_the_person(client):
    user = make_user()
    make_registration(make_event(join_url="https://secret.example/room"), user=user)
    _row, clear = make_feed(user)

    answer = personal(client, clear)

    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert b"secret.example" not in answer.content
    assert personal(client, clear, **{"if-none-match": answer["ETag"]}).status_code == 304
    assert not client.cookies


def test_a_personal_calendar_costs_the_same_for_many_as_for_one(client, django_assert_num_queries):
    user = make_user()
    _row, clear = make_feed(user)
    personal(client, clear)
    for n in range(4):
        make_registration(make_event(dtstart=NOW + (n + 1) * DAY), user=user)
        if n in {0, 3}:
            with django_assert_num_queries(4):  # the address, the registrations, the person of visits, the events
                personal(client, clear)


def test_apps_above_add_what_they_know(client, monkeypatch):
    visit = make_event(name_en="Visit", access="participants")
    make_event(name_en="Another", access="participants")
    monkeypatch.setattr(feeds, "_sources", [lambda person: Event.objects.filter(pk=visit.pk), lambda person: None])
    _row, clear = make_feed(make_user(language="en"))

    assert names_in(personal(client, clear)) == ["Visit"]


# --- Addresses -------------------------------------------------------------------------------------------------------


def test_of_an_address_only_a_digest_is_kept():
    row, clear = make_feed()

    assert len(clear) == 43
    assert FeedToken.objects.get().digest == digest_of(clear) == row.digest
    assert clear not in str(FeedToken.objects.values().get())


def test_unknown_ended_and_malformed_addresses_are_not_found_alike(client):
    user = make_user()
    revoked, revoked_clear = make_feed(user, name="a")
    services.revoke_feed(revoked, now=NOW)
    _row, expired_clear = make_feed(user, name="b", expires_at=NOW)
    renewed, former_clear = make_feed(user, name="c")
    services.renew_feed(renewed, now=NOW)
    _row, closed_clear = make_feed(make_user(is_active=False))
    left = make_registration(state="cancelled")
    _row, left_clear = make_feed(registration=left)

    answers = [
        personal(client, clear)
        for clear in (revoked_clear, expired_clear, former_clear, closed_clear, left_clear, "x" * 43, "x", "%00", "あ")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert {answer["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert {answer["X-Robots-Tag"] for answer in answers} == {"noindex, nofollow"}


def test_a_new_address_replaces_the_former_one_in_its_row(client):
    row, former = make_feed()

    present = services.renew_feed(row, now=NOW + DAY)

    assert personal(client, former).status_code == 404
    assert personal(client, present).status_code == 200
    assert FeedToken.objects.get().renewed_at == NOW + DAY


def test_the_last_use_is_noted_by_the_hour(client, monkeypatch):
    row, clear = make_feed()

    seen = []
    for minutes in (0, 59, 61):
        monkeypatch.setattr("django.utils.timezone.now", lambda minutes=minutes: NOW + timedelta(minutes=minutes))
        personal(client, clear)
        row.refresh_from_db()
        seen.append((row.last_used_at - NOW) / timedelta(minutes=1))

    assert seen == [0, 0, 61]


def test_one_name_a_device_and_no_more_devices_than_one_may_have(settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "feed_tokens": 2}
    user, other = make_user(), make_user()
    first, _clear = make_feed(user, name="telephone")
    make_feed(other, name="telephone")

    with pytest.raises(services.SameDevice):
        make_feed(user, name="telephone")
    make_feed(user, name="desk")
    with pytest.raises(services.TooManyCalendars):
        make_feed(user, name="third")
    services.revoke_feed(first, now=NOW, by=user)
    make_feed(user, name="telephone")

    assert FeedToken.objects.filter(user=user, revoked_at=None).count() == 2


def test_what_has_expired_makes_room():
    user = make_user()
    former, _clear = make_feed(user, expires_at=NOW + DAY)

    services.make_feed(name=former.name, user=user, now=NOW + DAY)

    former.refresh_from_db()
    assert former.revoked_at == NOW + DAY


def test_ending_an_address_twice_is_logged_once():
    user = make_user()
    row, _clear = make_feed(user)

    assert [services.revoke_feed(row, now=NOW, by=user) for _twice in range(2)] == [True, False]
    with pytest.raises(ValidationError) as refusal:
        services.renew_feed(row, now=NOW)

    assert refusal.value.code == "ended"
    line = Transition.objects.of(row).get()
    assert (line.from_state, line.to_state, line.actor) == ("working", "revoked", user)


def test_what_no_program_has_asked_for_in_a_year_is_switched_off():
    user = make_user()
    rows = {name: make_feed(user, name=name)[0] for name in ("never", "long ago", "lately", "renewed")}
    FeedToken.objects.update(created_at=NOW - 400 * DAY)
    FeedToken.objects.filter(pk=rows["long ago"].pk).update(last_used_at=NOW - 366 * DAY)
    FeedToken.objects.filter(pk=rows["lately"].pk).update(last_used_at=NOW - 364 * DAY)
    FeedToken.objects.filter(pk=rows["renewed"].pk).update(renewed_at=NOW - 10 * DAY)

    counts = purge(now=NOW)

    assert counts["unused-calendars"] == 2
    assert set(FeedToken.objects.filter(revoked_at=None).values_list("name", flat=True)) == {"lately", "renewed"}


def test_an_address_belongs_to_one_person_and_goes_with_them():
    user = make_user()
    make_feed(user)

    user.delete()

    assert FeedToken.objects.count() == 0
