"""The library on the pages: in the reader's order, listed, found, asked for, and never given away."""

import json
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from events.models import AccessToken
from events.services import tokens
from iurc_portal.search import registry
from iurc_portal.search.index import stale_ids
from iurc_portal.staff import todo
from programme.models import LibraryItem
from programme.models.library import for_reader
from programme.services.webinars import repeat_webinar
from tests.factories import (
    START,
    make_event,
    make_library_item,
    make_registration,
    make_speaker,
    make_theme,
    make_user,
    make_webinar,
)
from tests.pages.html import on_one_line

pytestmark = pytest.mark.django_db
AFTER = START + timedelta(days=2)
LAST_DAY = date(2026, 3, 31)


class Clock:
    now: datetime = AFTER


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("notes.pdf", b"%PDF-1.7\n%%EOF\n")


def staff_who_may_look():
    user = make_user(is_staff=True, side="torino")
    user.user_permissions.add(Permission.objects.get(codename="view_libraryitem"))
    return user


def address_of(event, language="en") -> str:
    with translation.override(language):
        return event.get_absolute_url()


def own_link(registration, purpose=AccessToken.Purpose.MANAGE) -> str:
    way = "j" if purpose == AccessToken.Purpose.JOIN else "r"
    return f"/{way}/{tokens.issue(registration, purpose, now=START)}/"


# --- The pages -----------------------------------------------------------------------------------------------------


def test_the_own_language_comes_first_within_each_kind():
    webinar = make_webinar()
    for kind, language in product(("transcript", "recording"), ("it", "en", "ja")):
        make_library_item(webinar, kind=kind, language=language)

    order = [(item.kind, item.language) for item in for_reader(webinar.library.all(), "ja")]

    assert order == [(kind, code) for kind in ("recording", "transcript") for code in ("ja", "en", "it")]


def test_the_page_of_a_past_webinar_tells_each_language_in_itself(client):
    webinar = make_webinar()
    for language in ("it", "ja"):
        make_library_item(webinar, language=language, url=f"https://video.example/{language}")

    page = on_one_line(client.get(address_of(webinar.event)).content.decode())

    assert (
        '<a class="tn-external" href="https://video.example/ja" rel="external noopener" hreflang="ja" lang="en">'
        in page
    )
    assert '<span class="tn-tag" lang="ja">日本語</span>' in page
    assert page.index("https://video.example/it") < page.index("https://video.example/ja")


def test_before_it_is_over_the_page_shows_nothing_to_readers_and_says_so_to_staff(client, clock):
    item = make_library_item(url="https://video.example/early")
    clock.now = START - timedelta(days=1)

    readers = client.get(address_of(item.webinar.event)).content.decode()
    client.force_login(staff_who_may_look())
    staff = client.get(address_of(item.webinar.event)).content.decode()

    assert "https://video.example/early" not in readers
    assert "Recordings and material" not in readers
    assert "after the webinar" in staff


def test_staff_see_what_has_expired_as_expired(client, clock):
    item = make_library_item(expires_on=LAST_DAY, url="https://video.example/old")
    clock.now = AFTER + timedelta(days=60)

    readers = client.get(address_of(item.webinar.event)).content.decode()
    client.force_login(staff_who_may_look())
    staff = client.get(address_of(item.webinar.event)).content.decode()

    assert "https://video.example/old" not in readers
    assert '<span class="tn-tag">expired</span>' in staff


def test_the_stored_address_of_what_is_for_participants_stands_on_no_page(client):
    item = make_library_item(access="participants", url="https://video.example/secret")
    registration = make_registration(item.webinar.event, language="en", user=make_user())
    with translation.override("en"):
        lists = [reverse(name) for name in ("programme:library", "programme:webinars", "events:list")]
    pages = [*lists, address_of(item.webinar.event), own_link(registration), "/feeds/all.en.ics"]

    seen = [client.get(page).content.decode() for page in pages]
    client.force_login(registration.user)
    seen += [client.get(page).content.decode() for page in pages]

    assert [page for page in seen if "video.example/secret" in page] == []


def test_whoever_had_a_place_and_signs_in_finds_it_on_the_page_of_the_event(client):
    item = make_library_item(access="participants", expires_on=LAST_DAY)
    registration = make_registration(item.webinar.event, user=make_user())
    with translation.override("en"):
        link = f'<a href="{item.get_absolute_url()}" hreflang="en" lang="en">Recording</a>'

    before = on_one_line(client.get(address_of(item.webinar.event)).content.decode())
    client.force_login(registration.user)
    after = on_one_line(client.get(address_of(item.webinar.event)).content.decode())

    assert (link in before, link in after) == (False, True)
    assert "those who had a place" in after


@pytest.mark.parametrize("purpose", [AccessToken.Purpose.MANAGE, AccessToken.Purpose.JOIN])
def test_participants_open_it_from_their_own_page_by_a_plain_click(client, purpose):
    item = make_library_item(access="participants", kind="slides", language="ja")
    page = own_link(make_registration(item.webinar.event, language="en"), purpose)

    link = f"{page}afterwards/{item.public_id}/"
    shown, opened = on_one_line(client.get(page).content.decode()), client.get(link)

    assert f'<a href="{link}" hreflang="ja" lang="en">Slides</a> <span class="tn-tag" lang="ja">日本語</span>' in shown
    assert (opened.status_code, opened["Location"], opened["Referrer-Policy"]) == (302, item.url, "no-referrer")


@pytest.mark.parametrize(
    "change",
    [
        lambda item, registration: type(registration).objects.update(state="cancelled"),
        lambda item, registration: LibraryItem.objects.update(access="staff"),
        lambda item, registration: LibraryItem.objects.update(expires_on=START.date()),
        lambda item, registration: AccessToken.objects.update(expires_at=START),
        lambda item, registration: type(item.webinar.event).objects.update(status="CANCELLED"),
    ],
)
def test_the_personal_link_looks_anew_at_each_click(client, change):
    item = make_library_item(access="participants")
    registration = make_registration(item.webinar.event)
    link = f"{own_link(registration)}afterwards/{item.public_id}/"

    before = client.get(link).status_code
    change(item, registration)

    assert (before, client.get(link).status_code) == (302, 404)


def test_a_personal_link_opens_only_what_is_of_its_event(client):
    other = make_library_item(access="participants")
    page = own_link(make_registration(make_library_item(access="participants").webinar.event))

    answers = [client.get(f"{page}afterwards/{key}/") for key in (other.public_id, "no-such-thing")]

    assert [answer.status_code for answer in answers] == [404, 404]


# --- The list ------------------------------------------------------------------------------------------------------


def listed(client, query="", language="en"):
    with translation.override(language):
        response = client.get(reverse("programme:library") + query)
    assert response.status_code == 200
    return [(event.name_en, [item.kind for item in event.webinar.items]) for event in response.context["page"]]


def test_the_library_lists_past_webinars_with_something_for_everybody_latest_first(client):
    for days, name in ((0, "Earlier"), (1, "Later")):
        make_library_item(make_webinar(event=make_event(name_en=name, dtstart=START - timedelta(days=9 - days))))
    make_library_item(access="participants")
    make_library_item(make_webinar(event=make_event(access="unlisted")))
    make_library_item(make_webinar(event=make_event(dtstart=AFTER)))
    make_webinar()

    assert listed(client) == [("Later", ["recording"]), ("Earlier", ["recording"])]


def test_kind_and_language_are_asked_of_the_same_item_and_themes_of_the_webinar(client):
    theme = make_theme("energy", pref_label_en="Energy")
    first, second = (make_webinar(event=make_event(name_en=name)) for name in ("First", "Second"))
    first.event.themes.add(theme)
    make_library_item(first, kind="recording", language="ja")
    make_library_item(first, kind="transcript", language="it")
    make_library_item(second, kind="transcript", language="ja")

    assert listed(client, "?kind=transcript&language=ja") == [("Second", ["transcript"])]
    assert listed(client, "?theme=energy&kind=recording") == [("First", ["recording"])]
    assert listed(client, "?theme=energy&kind=subtitles") == []


def test_a_choice_that_is_not_known_is_told_and_narrows_nothing(client):
    make_library_item(make_webinar(event=make_event(name_en="Only one")))
    with translation.override("en"):
        page = client.get(reverse("programme:library") + "?kind=hologram&page=x").content.decode()

    assert "This choice is not known and was left out." in page
    assert "Only one" in page


@pytest.mark.parametrize("name", ["programme:library", "programme:webinars"])
def test_a_longer_library_asks_the_database_no_more_often(client, name):
    def fill():
        webinar = make_webinar()
        make_library_item(webinar)
        make_library_item(webinar, kind="transcript", file=pdf())

    def count():
        with CaptureQueriesContext(connection) as queries, translation.override("en"):
            client.get(reverse(name))
        return len(queries)

    fill()
    count()
    one = count()
    fill(), fill()

    assert (count(), one <= 12) == (one, True)


def test_the_page_of_an_event_costs_the_same_whatever_remains_of_it(client):
    webinar = make_webinar()

    def fill():
        make_library_item(webinar)
        make_speaker(webinar, organisation=webinar.event.organizer)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(address_of(webinar.event))
        return len(queries)

    fill()
    count()
    one = count()
    fill(), fill()

    assert count() == one


# --- Found, remembered, asked for ----------------------------------------------------------------------------------


def test_a_webinar_is_found_by_what_remains_of_it_and_the_result_says_why(client):
    webinar = make_webinar(event=make_event(name_en="Two cities", description_en="Nothing to see."))
    make_library_item(webinar, title_en="Permits for robots on pavements")
    make_library_item(webinar, title_en="Salaries of the board", access="participants")

    with translation.override("en"):
        found = client.get(reverse("search"), {"q": "pavements"}).content.decode()
        secret = client.get(reverse("search"), {"q": "salaries"}).content.decode()

    assert "Permits for robots on <mark>pavements</mark>" in found
    assert "Two cities" not in secret


def test_the_nightly_round_of_the_index_forgets_what_has_expired(clock):
    item = make_library_item(expires_on=LAST_DAY)
    event = item.webinar.event.pk

    before = stale_ids(registry.kind("events"))
    clock.now = AFTER + timedelta(days=60)

    assert (event in before, event in stale_ids(registry.kind("events"))) == (False, True)


def test_a_further_date_of_a_series_takes_the_speakers_along_and_leaves_the_library(clock):
    webinar = make_webinar()
    make_speaker(webinar, family_name="Rossi")
    make_library_item(webinar)

    again = repeat_webinar(webinar, make_event())

    assert [speaker.family_name for speaker in again.speakers.all()] == ["Rossi"]
    assert (again.library.count(), webinar.speakers.count()) == (0, 1)


def test_the_home_asks_for_recordings_for_transcripts_and_about_what_ends():
    bare, recorded, written, old = (make_webinar() for _n in range(4))
    for webinar in (recorded, written):
        make_library_item(webinar, kind="recording")
        webinar.event.languages.create(language="it", role="interpreted")
        webinar.event.languages.create(language="en", role="captioned")
    make_library_item(written, kind="transcript", language="it", expires_on=AFTER.date() + timedelta(days=30))
    make_library_item(recorded, kind="slides", expires_on=AFTER.date() + timedelta(days=31))
    type(old.event).objects.filter(pk=old.event_id).update(
        dtstart=START - timedelta(days=200), dtend=START - timedelta(days=199)
    )

    def waiting(name):
        return list(todo.tasks[name].rows(AFTER))

    assert waiting("webinars-without-recording") == [bare]
    assert waiting("webinars-without-transcript") == [recorded]
    assert waiting("recordings-expiring") == [written]


def test_staff_are_asked_about_webinars_of_their_own_city_only():
    user = make_user(is_staff=True, side="nagoya")
    make_webinar()

    assert list(todo.tasks["webinars-without-recording"].rows_for(user, AFTER)) == []


def test_search_engines_are_told_of_public_recordings_only(client):
    webinar = make_webinar()
    make_library_item(
        webinar, language="ja", url="https://video.example/ja", expires_on=LAST_DAY, title_en="In Japanese"
    )
    make_library_item(webinar, access="participants", url="https://video.example/secret")
    make_library_item(webinar, kind="transcript", url="https://video.example/transcript")

    page = client.get(address_of(webinar.event)).content.decode()
    data = page.split('<script type="application/ld+json">')[1].split("</script>")[0]

    (video,) = json.loads(data)["recordedIn"]
    assert (video["@type"], video["name"], video["inLanguage"]) == ("VideoObject", "In Japanese", "ja")
    assert (video["url"], video["uploadDate"], video["expires"]) == (
        "https://video.example/ja",
        START.isoformat(),
        "2026-03-31",
    )
