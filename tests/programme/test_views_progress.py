"""The progress pages: who reads what, in how many queries, and the tables that people take away."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programme.models import Attendance
from tests.factories import (
    make_action,
    make_agenda_item,
    make_edition,
    make_event,
    make_exchange,
    make_indicator,
    make_milestone,
    make_objective,
    make_organisation,
    make_person,
    make_reading,
    make_visit,
    make_webinar,
)
from tests.programme.progress_world import make_world

pytestmark = pytest.mark.django_db
LANGUAGES = ("it", "en", "ja")
PICTURES = ("timeline", "indicators", "meetings", "initiatives", "outcomes")
BASE = "programme/progress/"


def read(client, path="", language="en"):
    answer = client.get(f"/{language}/{BASE}{path}")
    assert answer.status_code == 200, path
    return answer.content.decode()


def queries_of(client, path) -> int:
    """How many queries the page needs once it was opened."""
    read(client, path)
    with CaptureQueriesContext(connection) as queries:
        read(client, path)
    return len(queries)


def rows(client, path, language="en"):
    answer = client.get(f"/{language}/{BASE}{path}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


# --- Speed -----------------------------------------------------------------------------------------------------------


def test_fifty_activities_need_as_many_queries_as_two_and_fifteen_at_most(client):
    paths = ["?edition={}", "{}/", "{}/I1/", *(f"{name}.csv?edition={{}}" for name in PICTURES)]
    counted = []
    for number in (2, 50):
        edition = make_world(number)
        counted.append({path: queries_of(client, path.format(edition.slug)) for path in paths})

    assert counted[0] == counted[1]
    assert {path: n for path, n in counted[1].items() if n > 15} == {}


@pytest.mark.parametrize("number", [0, 1, 2, 50])
def test_the_pages_open_with_any_number_of_activities_and_name_nobody(client, number):
    edition = make_world(number)

    for language in LANGUAGES:
        pages = [read(client, f"?edition={edition.slug}", language), read(client, f"{edition.slug}/", language)]
        tables = [client.get(f"/{language}/{BASE}{name}.csv?edition={edition.slug}") for name in PICTURES]
        texts = [*pages, *(table.content.decode() for table in tables)]

        assert [page.count("<h1") for page in pages] == [1, 1], language
        assert {table.status_code for table in tables} == {200}, language
        assert not [text for text in texts if "Segretissimi" in text], language


def test_an_edition_without_anything_says_so_in_words_and_draws_its_days(client):
    edition = make_world(0)

    html = read(client, f"?edition={edition.slug}")

    assert html.count('class="tn-empty"') == 5
    assert html.count('id="timeline-wide-title"') == 1
    assert "tn-pic__mark" not in html


# --- Pictures and their words ----------------------------------------------------------------------------------------


def test_each_picture_says_in_words_what_it_shows(client):
    make_world(2)

    html = read(client)

    svgs = html.split('<svg class="tn-pic')[1:]
    assert len(svgs) >= 10
    for svg in svgs:
        head = svg.split("</desc>")[0]
        assert 'role="img"' in head
        assert "<title" in head
        assert len(head.split("<desc")[1].split(">", 1)[1]) > 10


def test_numbers_in_pictures_have_a_point_in_every_language(client):
    make_world(2)

    for language in LANGUAGES:
        for svg in read(client, language=language).split('<svg class="tn-pic')[1:]:
            box = svg.split('viewBox="')[1].split('"')[0]
            assert [float(number) for number in box.split()][:2] == [0, 0]


def test_words_of_staff_are_escaped_in_pictures(client):
    edition = make_edition()
    make_indicator(edition=edition, name_en="<script>alert(1)</script>")
    make_webinar(
        exchange=make_exchange(edition=edition), event=make_event(organizer=make_organisation(name_en="A<b>"))
    )

    html = read(client)

    assert "<script>alert" not in html
    assert "A<b>" not in html


# --- Editions --------------------------------------------------------------------------------------------------------


def test_editions_stand_side_by_side_and_an_unknown_one_does_not_exist(client):
    now, then = make_edition(name_en="Now"), make_edition(name_en="Then", state="closed", first_day=date(2020, 1, 1))

    html = read(client)

    assert f'href="?edition={then.slug}"' in html
    assert client.get(f"/en/{BASE}").context["edition"] == now
    assert client.get(f"/en/{BASE}?edition={then.slug}").context["edition"] == then
    assert client.get(f"/en/{BASE}?edition=none").status_code == 404
    assert client.get(f"/en/{BASE}none/").status_code == 404
    assert client.get(f"/en/{BASE}timeline.csv?edition=none").status_code == 404
    assert client.get(f"/en/{BASE}secrets.csv").status_code == 404


def test_before_any_edition_there_are_no_tables(client):
    assert client.get(f"/en/{BASE}timeline.csv").status_code == 404


def test_an_edition_tells_who_answers_and_only_what_both_cities_agreed(client):
    edition = make_edition()
    told, hidden = make_organisation(name_en="Office that is told"), make_organisation(name_en="Hidden", state="draft")
    objective = make_objective(edition=edition, text_en="Trams", responsible_torino=told, responsible_nagoya=None)
    make_action(objective=objective, text_en="Agreed by both", state="in_progress", owner_torino=hidden)
    make_action(objective=objective, text_en="A draft of one side")
    make_action(objective=objective, text_en="Dropped before it was agreed", state="draft")
    objective.actions.filter(text_en__startswith="Dropped").update(state="dropped", reason="No money.")

    html = read(client, f"{edition.slug}/")

    for words in ("Trams", "Office that is told", "Agreed by both", "In progress", "to be named"):
        assert words in html
    for words in ("A draft of one side", "Dropped before", "No money.", "Hidden"):
        assert words not in html


# --- One number ------------------------------------------------------------------------------------------------------


def test_an_indicator_has_a_page_if_it_is_key(client):
    edition = make_edition()
    make_indicator(edition=edition, code="K 1/a", name_en="Webinars")
    make_indicator(edition=edition, code="S1", is_key=False)
    other = make_indicator(code="K2")

    assert "Webinars" in read(client, f"{edition.slug}/K%201/a/")
    assert "K%201/a" in read(client, f"{edition.slug}/")
    for path in (f"{edition.slug}/S1/", f"{edition.slug}/{other.code}/", f"{edition.slug}/S1/series.csv", "none/K2/"):
        assert client.get(f"/en/{BASE}{path}").status_code == 404


def test_the_records_behind_a_number_are_paged_and_private_ones_only_counted(client):
    edition = make_edition()
    exchange = make_exchange(edition=edition)
    for n in range(30):
        make_webinar(exchange=exchange, event=make_event(name_en=f"Talk {n}"))
    make_webinar(exchange=exchange, event=make_event(name_en="Behind a door", access="participants"))
    make_indicator(edition=edition, code="W", key="webinars_held")

    first, second = read(client, f"{edition.slug}/W/"), read(client, f"{edition.slug}/W/?page=2")

    assert (first.count(">Talk "), second.count(">Talk ")) == (24, 6)
    assert "1 more counts and has no public page." in first
    assert "Behind a door" not in first + second
    table = rows(client, f"{edition.slug}/W/records.csv")
    assert len(table) == 30
    assert table[0]["Title"] == "Talk 0"


def test_of_delegates_only_numbers_are_told(client):
    edition = make_edition()
    visit = make_visit(
        exchange=make_exchange(edition=edition),
        state="completed",
        first_day=date(2026, 3, 3),
        last_day=date(2026, 3, 3),
    )
    body = make_organisation(name_en="Their employer", side="nagoya", kind="university")
    delegate = visit.delegates.create(person=make_person(family_name="Zolfora", organisation=body), reply="accepted")
    item = make_agenda_item(visit)
    Attendance.objects.create(item=item, delegate=delegate, state="present", at=timezone.now())
    make_indicator(edition=edition, code="D", key="delegates")

    html = read(client, f"{edition.slug}/D/")

    assert "only their number is public" in html
    assert "Universities and research" in html
    for words in ("Zolfora", "Their employer"):
        assert words not in html
    assert client.get(f"/en/{BASE}{edition.slug}/D/records.csv").status_code == 404


def test_a_number_by_hand_stands_with_its_evidence(client):
    edition = make_edition()
    indicator = make_indicator(edition=edition, code="H", source="manual", target=5)
    make_reading(
        indicator, value=3, state="validated", validated_at=timezone.now(), evidence="https://evidence.example/a"
    )

    html = read(client, f"{edition.slug}/H/")

    assert 'href="https://evidence.example/a"' in html
    assert "60% of the target" in html
    assert rows(client, f"{edition.slug}/H/series.csv")[0] == {
        "First day": "2026-01-01",
        "Last day": "2026-06-30",
        "Value": "3",
        "State": "validated",
        "Evidence": "https://evidence.example/a",
    }


# --- Tables ----------------------------------------------------------------------------------------------------------


def test_tables_speak_the_language_of_their_address(client):
    edition = make_edition()
    day = {"due_on": date(2026, 3, 3), "done_on": date(2026, 3, 1), "evidence": "https://evidence.example/"}
    make_milestone(edition=edition, title_en="Signed", title_ja="署名", **day)

    (english,), (italian,), (japanese,) = (rows(client, "timeline.csv", language) for language in ("en", "it", "ja"))

    assert english == {
        "Kind": "milestone",
        "First day": "2026-03-01",
        "Last day": "2026-03-01",
        "Precision of the date": "day",
        "Title": "Signed",
        "Language of the title": "en",
        "State": "done",
        "Address": "https://evidence.example/",
    }
    assert (italian["Titolo"], italian["Lingua del titolo"]) == ("Signed", "en")
    assert (japanese["名称"], japanese["名称の言語"]) == ("署名", "ja")


def test_a_table_says_no_target_in_words(client):
    edition = make_edition()
    make_indicator(edition=edition, code="A", target=None)
    make_indicator(edition=edition, code="B", target=12)

    table = rows(client, "indicators.csv")

    assert {row["Code"]: row["Target"] for row in table} == {"A": "no target", "B": "12"}


def test_the_sitemap_knows_editions_and_key_numbers(client):
    edition = make_edition()
    make_indicator(edition=edition, code="K")
    make_indicator(edition=edition, code="S", is_key=False)

    editions, numbers = (
        client.get(f"/sitemap-programme-{name}.xml").content.decode() for name in ("editions", "indicators")
    )

    assert f"/en/{BASE}{edition.slug}/</loc>" in editions
    assert f"/ja/{BASE}{edition.slug}/K/</loc>" in numbers
    assert f"{edition.slug}/S/" not in numbers
