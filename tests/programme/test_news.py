"""News: written by staff, found from its time on, in each reader's language, and told to news readers as Atom."""

import json
import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings as portal_settings
from django.contrib.auth.models import Permission
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from iurc_portal.audit.models import Transition
from iurc_portal.search.models import Document
from iurc_portal.staff import todo
from programme.models import NewsItem
from programme.services import news
from tests.admin.test_organisations import form_of
from tests.factories import (
    START,
    make_event,
    make_exchange,
    make_news,
    make_practice,
    make_user,
    make_visit,
    make_webinar,
)
from tests.programme.atom_rules import read as read_atom

pytestmark = pytest.mark.django_db
NOW = START + timedelta(days=1)


class Clock:
    now: datetime = NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def address(name, *args, language="en"):
    with translation.override(language):
        return reverse(name, args=args)


def feed_of(client, language="en", **headers):
    return client.get(f"/feeds/news.{language}.atom", headers=headers)


def writer(side="torino", *codenames):
    user = make_user(is_staff=True, side=side)
    wanted = codenames or ("view_newsitem", "add_newsitem", "change_newsitem")
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    return user


# --- Who finds what, and when ----------------------------------------------------------------------------------------


def test_readers_find_what_is_published_and_whose_time_has_come(client):
    shown = make_news(title_en="The visit has begun")
    make_news(state="draft", title_en="A draft")
    make_news(state="withdrawn", title_en="A slip")
    make_news(published_at=NOW + timedelta(hours=1), title_en="Tomorrow's")

    html = client.get(address("programme:news")).content.decode()

    assert re.findall(r"<h3[^>]*><a [^>]*>(.*?)</a>", html) == ["The visit has begun"]
    assert [client.get(address("programme:news_item", item.slug)).status_code for item in NewsItem.objects.all()] == [
        200 if item == shown else 404 for item in NewsItem.objects.all()
    ]


def test_what_is_dated_ahead_appears_by_itself_in_list_search_and_feed(client, clock):
    item = make_news(published_at=NOW + timedelta(hours=1), title_en="The tram is here")
    before = (client.get(item.get_absolute_url()).status_code, b"The tram" in feed_of(client).content)
    found_before = Document.objects.get(kind="news", object_id=item.pk).public

    clock.now = NOW + timedelta(hours=1)
    out = [news.bring_out(now=clock.now), news.bring_out(now=clock.now)]

    assert (before, found_before) == ((404, False), False)
    assert out == [1, 0]
    assert client.get(item.get_absolute_url()).status_code == 200
    assert Document.objects.get(kind="news", object_id=item.pk).public is True
    assert [entry["title"] for entry in read_atom(feed_of(client).content)["entries"]] == [("The tram is here", "en")]
    assert "The tram is here" in client.get(address("search") + "?q=tram").content.decode()


def test_staff_look_at_a_draft_on_its_page_which_says_that_it_is_not_public(client):
    item = make_news(state="draft")
    client.force_login(writer())

    answer = client.get(address("programme:news_item", item.slug))

    assert answer.status_code == 200
    assert "This page is not public: only staff see it." in answer.content.decode()
    assert '<meta name="robots" content="noindex">' in answer.content.decode()
    assert "NewsArticle" not in answer.content.decode()


def test_a_text_falls_back_and_says_its_language(client):
    item = make_news(title_en="", text_en="", title_it="Arrivo", text_it="Sono qui.")

    html = client.get(address("programme:news_item", item.slug, language="ja")).content.decode()

    assert '<h1 lang="it">Arrivo</h1>' in html
    assert "イタリア語のみ" in html
    assert '<div lang="it"><p>Sono qui.</p></div>' in html


def test_the_page_names_what_it_is_about_as_far_as_everybody_may_open_it(client):
    hidden = make_news(
        visit=make_visit(state="draft", title_en="A secret plan"),
        webinar=make_webinar(event=make_event(access="unlisted", name_en="A closed talk")),
        practice=make_practice(state="draft", title_en="An idea"),
        exchange=make_exchange(state="cancelled", title_en="Given up"),
    )
    shown = make_news(
        visit=make_visit(state="accepted", title_en="The visit"),
        webinar=make_webinar(event=make_event(name_en="The webinar")),
        practice=make_practice(title_en="The practice"),
        exchange=make_exchange(title_en="The strand"),
    )

    assert [tie.record for tie in hidden.ties] == []
    assert [str(tie.record) for tie in shown.ties] == ["The visit", "The webinar", "The practice", "The strand"]
    html = client.get(shown.get_absolute_url()).content.decode()
    assert all(f'href="{tie.record.get_absolute_url()}"' in html for tie in shown.ties)
    assert "A secret plan" not in client.get(hidden.get_absolute_url()).content.decode()


def test_search_engines_read_a_news_article(client):
    visit = make_visit(state="accepted", title_en="The visit")
    item = make_news(title_en="It began </script>", text_en="Today.", visit=visit)

    html = client.get(item.get_absolute_url()).content.decode()
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    data = json.loads(data)

    assert (data["@type"], data["headline"], data["articleBody"]) == ("NewsArticle", "It began </script>", "Today.")
    assert datetime.fromisoformat(data["datePublished"]) == START
    assert [thing["name"] for thing in data["about"]] == ["The visit"]
    assert "author" not in data


# --- On other pages --------------------------------------------------------------------------------------------------


def test_the_home_shows_the_latest_three(client):
    for day in range(5):
        make_news(title_en=f"Day {day}", published_at=START - timedelta(days=day))

    html = client.get("/en/").content.decode()

    assert re.findall(r">(Day \d)</a>", html) == ["Day 0", "Day 1", "Day 2"]
    assert f'href="{address("programme:news")}"' in html


def test_a_home_without_news_has_no_empty_part(client):
    assert 'id="news"' not in client.get("/en/").content.decode()


@pytest.mark.parametrize("about", ["visit", "webinar", "practice", "exchange"])
def test_the_page_of_what_it_is_about_shows_it_with_one_question_however_many(client, about):
    make = {
        "visit": lambda: make_visit(state="accepted"),
        "webinar": make_webinar,
        "practice": make_practice,
        "exchange": make_exchange,
    }
    record = make[about]()
    page = (record.event if about == "webinar" else record).get_absolute_url()
    make_news(title_en="Elsewhere")
    make_news(title_en="First words", **{about: record})
    with CaptureQueriesContext(connection) as one:
        html = client.get(page).content.decode()
    for _number in range(3):
        make_news(title_en="More words", **{about: record})
    with CaptureQueriesContext(connection) as four:
        client.get(page)

    assert ("First words" in html, "Elsewhere" in html) == (True, False)
    assert len(four) == len(one)


def test_the_list_asks_the_database_no_more_often_when_it_is_long(client):
    make_news()
    client.get(address("programme:news"))
    with CaptureQueriesContext(connection) as one:
        client.get(address("programme:news"))
    for _number in range(25):
        make_news()
    with CaptureQueriesContext(connection) as many:
        second = client.get(address("programme:news") + "?page=2")

    assert len(many) == len(one)
    assert second.content.decode().count("<h3") == 6


def test_the_site_map_names_what_readers_find(client):
    item = make_news()
    make_news(state="draft", slug="a-draft")

    xml = client.get("/sitemap-programme-news.xml").content.decode()

    assert f"{portal_settings.SITE_URL}{address('programme:news_item', item.slug, language='ja')}" in xml
    assert "a-draft" not in xml


# --- The feed --------------------------------------------------------------------------------------------------------


def test_each_language_has_a_valid_feed_of_its_own(client, settings):
    settings.SITE_URL = "https://torino-nagoya.example"
    item = make_news(
        public_id=UUID(int=7),
        title_en="Tram & <bus>",
        text_en="One <b>line</b>.\n\nAnother.",
        title_ja="トラム",
        text_ja="本文です。",
    )

    english, japanese, italian = (read_atom(feed_of(client, code).content) for code in ("en", "ja", "it"))

    (entry,) = english["entries"]
    assert entry["title"] == ("Tram & <bus>", "en")
    assert entry["content"] == ("<p>One &lt;b&gt;line&lt;/b&gt;.</p>\n\n<p>Another.</p>", "en")
    assert entry["published"] == START
    assert entry["id"] == f"tag:torino-nagoya.example,2026:news/{item.public_id}/en"
    assert entry["links"] == [("alternate", f"https://torino-nagoya.example/en/programme/news/{item.slug}/")]
    assert (english["language"], japanese["language"]) == ("en", "ja")
    assert japanese["entries"][0]["title"] == ("トラム", "ja")
    assert italian["entries"][0]["title"] == ("Tram & <bus>", "en")
    assert {link["href"] for link in english["links"] if link["rel"] == "self"} == {
        "https://torino-nagoya.example/feeds/news.en.atom"
    }
    assert {link["hreflang"] for link in english["links"] if link["rel"] == "alternate"} == {"", "it", "ja"}


def test_a_line_break_of_a_word_processor_breaks_no_feed(client):
    make_news(title_en="Tram\x0bbus", text_en="One\x0bline\x01.")

    (entry,) = read_atom(feed_of(client, "en").content)["entries"]

    assert (entry["title"], entry["content"]) == (("Tram bus", "en"), ("<p>One line .</p>", "en"))


def test_a_feed_without_news_is_valid_and_the_same_tomorrow(client, clock):
    today = feed_of(client).content
    clock.now = NOW + timedelta(days=1)

    assert read_atom(today)["entries"] == []
    assert feed_of(client).content == today


def test_a_name_stays_when_the_text_changes_and_the_time_tells_of_it(client, clock):
    item = make_news()
    (before,) = read_atom(feed_of(client).content)["entries"]
    clock.now = NOW + timedelta(hours=2)
    item.title_en = "Other words"
    item.save()
    (after,) = read_atom(feed_of(client).content)["entries"]

    assert after["id"] == before["id"]
    assert after["title"] == ("Other words", "en")
    assert after["updated"] == clock.now > before["updated"]
    assert after["published"] == before["published"]


def test_who_has_the_feed_gets_304_until_something_changes(
    client, settings, clock, django_capture_on_commit_callbacks
):
    settings.KEEP_PAGES = True
    caches["pages"].clear()
    item = make_news()
    first = feed_of(client)
    with CaptureQueriesContext(connection) as asked:
        by_mark = feed_of(client, if_none_match=first["ETag"])
        by_time = feed_of(client, if_modified_since=first["Last-Modified"])
    with django_capture_on_commit_callbacks(execute=True):
        news.withdraw_news(item=item, by=writer(), now=NOW)
    after = feed_of(client, if_none_match=first["ETag"])
    caches["pages"].clear()

    assert first["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert (by_mark.status_code, by_time.status_code, len(asked)) == (304, 304, 0)
    assert (after.status_code, read_atom(after.content)["entries"]) == (200, [])


def test_there_is_no_feed_in_another_language(client):
    assert feed_of(client, "de").status_code == 404


@pytest.mark.parametrize("page", ["/ja/", "/ja/programme/news/"])
def test_pages_tell_news_readers_where_the_feed_of_their_language_is(client, page):
    html = client.get(page).content.decode()

    (link,) = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*>', html)
    assert 'href="/feeds/news.ja.atom"' in link


# --- Staff -----------------------------------------------------------------------------------------------------------


def test_publishing_gives_it_its_time_and_writes_the_log():
    by = writer()
    item = news.publish_news(item=make_news(state="draft"), by=by, now=NOW)
    news.withdraw_news(item=item, by=by, now=NOW + timedelta(days=1))
    again = news.publish_news(item=item, by=by, now=NOW + timedelta(days=2))

    assert again.published_at == NOW
    moves = Transition.objects.of(item).values_list("from_state", "to_state", "actor")
    assert list(moves) == [
        ("draft", "published", by.pk),
        ("published", "withdrawn", by.pk),
        ("withdrawn", "published", by.pk),
    ]


def test_a_title_in_one_language_and_a_text_in_another_are_not_published():
    item = make_news(state="draft", title_en="", title_it="Titolo")

    with pytest.raises(ValidationError) as refusal:
        news.publish_news(item=item, by=writer(), now=NOW)

    assert refusal.value.code == "whole"


def test_publishing_twice_is_refused_by_name():
    with pytest.raises(ValidationError) as refusal:
        news.publish_news(item=make_news(), by=writer(), now=NOW)

    assert refusal.value.code == "transition"


@pytest.fixture
def no_second_factor(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]


def test_staff_write_a_note_and_publish_it_for_the_day_after_on_their_own_clocks(client, no_second_factor):
    author = writer("nagoya")
    client.force_login(author)
    page = reverse("admin:programme_newsitem_add")
    data = form_of(client, page) | {"title_ja": "開始", "text_ja": "本文", "title_en": "Begin", "text_en": "Text"}
    data |= {"published_at_0": "2026-03-05", "published_at_1": "0900"}
    client.post(page, data)
    item = NewsItem.objects.get()
    change = reverse("admin:programme_newsitem_change", args=[item.pk])

    data = form_of(client, change) | {"published_at_0": "2026-03-05", "published_at_1": "09:00", "_do": "publish"}
    answer = client.post(change, data, follow=True)
    item.refresh_from_db()

    assert (item.slug, item.author, item.state) == ("begin", author, "published")
    assert item.published_at.isoformat() == "2026-03-05T00:00:00+00:00"
    assert [str(message) for message in answer.context["messages"]][-1] == "«Begin» è online."


def test_an_hour_that_clocks_skip_is_refused_with_what_was_written_kept(client, no_second_factor):
    client.force_login(writer("torino"))
    page = reverse("admin:programme_newsitem_add")
    data = form_of(client, page) | {"title_it": "Prova", "text_it": "Testo"}

    answer = client.post(page, data | {"published_at_0": "2026-03-29", "published_at_1": "02:30"})

    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {"published_at"}
    assert 'value="Prova"' in answer.content.decode()
    assert not NewsItem.objects.exists()


def test_a_text_that_is_too_long_or_missing_is_refused(client, no_second_factor):
    client.force_login(writer())
    page = reverse("admin:programme_newsitem_add")
    data = form_of(client, page)

    long = client.post(page, data | {"title_it": "Prova", "text_it": "x" * 701})
    empty = client.post(page, data | {"title_it": "Prova"})

    assert "text_it" in long.context["adminform"].form.errors
    assert [error.code for error in empty.context["adminform"].form.non_field_errors().as_data()] == ["some_language"]
    assert not NewsItem.objects.exists()


def test_who_only_reads_news_publishes_none(client, no_second_factor):
    item = make_news(state="draft")
    client.force_login(writer("torino", "view_newsitem"))

    client.post(reverse("admin:programme_newsitem_change", args=[item.pk]), {"_do": "publish"})

    assert NewsItem.objects.get().state == "draft"


def test_drafts_that_wait_for_two_weeks_are_a_task(clock):
    old, young = make_news(state="draft"), make_news(state="draft")
    NewsItem.objects.filter(pk=old.pk).update(created_at=NOW - timedelta(days=15))
    NewsItem.objects.filter(pk=young.pk).update(created_at=NOW - timedelta(days=13))

    assert list(todo.tasks["news-to-publish"].rows(NOW)) == [old]
