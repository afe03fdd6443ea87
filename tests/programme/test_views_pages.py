from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from programme.models import DatedEvent, Edition, Exchange, Milestone, Phase, ProgrammeFigure
from tests.factories import make_city, make_event, make_initiative, make_user, make_visit, make_webinar

pytestmark = pytest.mark.django_db
LANGUAGES = ("it", "en", "ja")


def make_edition(**fields):
    return Edition.objects.create(
        **{
            "slug": "torino-nagoya",
            "name_en": "IURC Torino-Nagoya",
            "objective_en": "Mutual learning.",
            "funding_notice_en": "Funded by the European Union.",
            "state": "running",
            **fields,
        }
    )


def make_exchange(**fields):
    number = Exchange.objects.count()
    fields.setdefault("edition", Edition.objects.first() or make_edition())
    return Exchange.objects.create(
        **{"slug": f"strand-{number}", "title_en": f"Strand {number}", "state": "active", **fields}
    )


def make_entry(**fields):
    number = DatedEvent.objects.count()
    return DatedEvent.objects.create(
        **{
            "slug": f"entry-{number}",
            "kind": "agreement",
            "date": date(2005, 5, 27),
            "title_en": f"Entry {number}",
            "sources": ["https://example.org/source"],
            **fields,
        }
    )


def address(name, language="en", *args):
    with translation.override(language):
        return reverse(name, args=args)


def read(client, name, language="en", *args, query=""):
    response = client.get(address(name, language, *args) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "page", ["programme", "webinars", "library", "visits", "exchanges", "progress", "clusters", "staff_exchanges"]
)
def test_every_page_opens_before_anything_is_written(client, page, language):
    html = read(client, f"programme:{page}", language)

    assert f'<html lang="{language}">' in html
    assert html.count("<h1") == 1


def test_the_programme_names_cities_countries_phases_figures_and_funding(client):
    make_city("torino"), make_city("nagoya")
    make_edition()
    phase = Phase.objects.create(slug="iurc-2", name_en="IURC 2", first_year=2025, countries=["JP", "KR"])
    phase.selected_cities.create(region="europe", name_en="Essen", order=1)
    ProgrammeFigure.objects.create(slug="sites", value=50, label_en="production sites", year=2022)

    html = read(client, "programme:programme")

    for text in ("Mutual learning.", "Japan, South Korea", "Essen", "production sites (2022)", "since 2025"):
        assert text in html


def test_country_names_and_dates_of_the_history_follow_the_language(client):
    Phase.objects.create(slug="iurc-2", name_en="IURC 2", first_year=2021, last_year=2023, countries=["JP", "KR"])
    make_entry(date=date(2019, 11, 1), date_precision="month", title_ja="協定")

    html = read(client, "programme:programme", "ja")

    assert "2021年〜2023年" in html
    assert "2019年11月" in html
    assert "2019年11月1日" not in html
    assert "韓国" in html


def test_the_history_is_filtered_by_kind_and_says_what_it_does_not_know(client):
    make_entry(kind="agreement", title_en="The agreement")
    make_entry(kind="culture", title_en="The concert")

    html = read(client, "programme:programme", query="?kind=culture&kind=nonsense%00<b>")

    assert "The concert" in html
    assert "The agreement" not in html
    assert "nonsense" in html
    assert "<b>" not in html.split("nonsense", 1)[1][:40]


def test_an_entry_stands_with_its_source(client):
    make_entry()

    assert 'href="https://example.org/source"' in read(client, "programme:programme")


def test_progress_computes_the_state_of_each_milestone(client):
    edition = make_edition()
    today = timezone.localdate()
    for title, due, done in (
        ("First", -40, -39),
        ("Second", -1, None),
        ("Third", 0, None),
        ("Fourth", 90, None),
    ):
        Milestone.objects.create(
            edition=edition,
            title_en=title,
            due_on=today + timedelta(days=due),
            done_on=today + timedelta(days=done) if done is not None else None,
            evidence="https://example.org/evidence" if done is not None else "",
        )

    response = client.get(address("programme:progress"))

    assert [(step.milestone.title_en, step.state) for step in response.context["steps"]] == [
        ("First", "done"),
        ("Second", "late"),
        ("Third", "next"),
        ("Fourth", "planned"),
    ]


def test_progress_counts_webinars_that_were_held_and_those_to_come(client):
    past, future = datetime(2020, 3, 3, 8, tzinfo=UTC), datetime(2099, 3, 3, 8, tzinfo=UTC)
    make_webinar(event=make_event(dtstart=past))
    make_webinar(event=make_event(dtstart=future))
    make_webinar(event=make_event(dtstart=future, status="TENTATIVE"))
    make_webinar(event=make_event(dtstart=future, status="CANCELLED"))
    make_visit(state="completed")
    make_visit(state="accepted")

    numbers = client.get(address("programme:progress")).context["numbers"]

    assert (numbers.webinars_held, numbers.webinars_coming, numbers.visits_done) == (1, 1, 1)


def test_progress_shows_what_each_initiative_takes_part_in(client):
    initiative, idle = make_initiative(order=1), make_initiative(order=2)
    exchange = make_exchange()
    exchange.initiatives.add(initiative)
    make_webinar(exchange=exchange)
    make_visit(exchange=exchange, state="accepted")
    make_visit(exchange=exchange, state="draft")

    rows = client.get(address("programme:progress")).context["rows"]

    assert [(row.initiative, row.exchanges, row.webinars, row.visits) for row in rows] == [
        (initiative, 1, 1, 1),
        (idle, 0, 0, 0),
    ]


def test_webinars_are_listed_coming_first_and_drafts_are_absent(client):
    future = datetime(2099, 3, 3, 8, tzinfo=UTC)
    make_webinar(event=make_event(name_en="Coming webinar", dtstart=future))
    make_webinar(event=make_event(name_en="Past webinar", dtstart=datetime(2020, 3, 3, 8, tzinfo=UTC)))
    make_webinar(event=make_event(name_en="Draft webinar", dtstart=future, status="TENTATIVE"))
    make_event(name_en="Not a webinar", dtstart=future)

    html = read(client, "programme:webinars")

    assert html.index("Coming webinar") < html.index("Past webinar")
    assert "Draft webinar" not in html
    assert "Not a webinar" not in html


def test_a_strand_shows_its_public_webinars_and_visits(client):
    exchange = make_exchange(title_en="The city as a laboratory", story_en="A <script>alert(1)</script> story")
    make_webinar(exchange=exchange, event=make_event(name_en="Its webinar"))
    make_visit(exchange=exchange, title_en="Its visit", state="accepted")
    make_visit(exchange=exchange, title_en="Its secret draft", state="draft")

    html = read(client, "programme:exchange", "en", exchange.slug)

    assert "Its webinar" in html
    assert "Its visit" in html
    assert "Its secret draft" not in html
    assert "<script>alert" not in html


def test_a_cancelled_strand_does_not_exist(client):
    exchange = make_exchange(state="cancelled")

    assert client.get(address("programme:exchange", "en", exchange.slug)).status_code == 404


def test_a_missing_text_is_shown_in_the_next_language_and_says_so(client):
    exchange = make_exchange(title_en="Only English", story_en="Only in English.")

    html = read(client, "programme:exchange", "ja", exchange.slug)

    assert '<h1 lang="en">' in html
    assert "tn-fallback" in html


@pytest.mark.parametrize(
    ("name", "fill"),
    [
        ("programme:programme", lambda: (make_entry(), make_visit(state="accepted"))),
        ("programme:webinars", lambda: make_webinar(event=make_event(dtstart=datetime(2099, 1, 1, tzinfo=UTC)))),
        ("programme:visits", lambda: make_visit(state="accepted")),
        ("programme:exchanges", lambda: make_exchange()),
        ("programme:progress", lambda: make_exchange().initiatives.add(make_initiative())),
    ],
)
def test_a_longer_list_asks_the_database_no_more_often(client, name, fill):
    from django.db import connection

    make_edition()
    fill()
    client.get(address(name))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(address(name))
    fill()
    fill()
    with CaptureQueriesContext(connection) as three:
        client.get(address(name))

    assert len(three) == len(one)
    assert len(one) <= 16


def test_staff_see_a_draft_visit_on_its_page_and_nobody_else_does(client):
    visit = make_visit(state="draft")
    page = address("programme:visit", "en", visit.slug)
    staff = make_user(is_staff=True, side="torino")
    staff.user_permissions.add(Permission.objects.get(codename="view_studyvisit"))

    unknown = client.get(page).status_code
    client.force_login(make_user())
    somebody = client.get(page).status_code
    client.force_login(staff)
    seen = client.get(page)

    assert (unknown, somebody, seen.status_code) == (404, 404, 200)
    assert '<meta name="robots" content="noindex">' in seen.content.decode()
