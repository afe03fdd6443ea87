"""Reports that were sent, for everybody: list, page, PDF, in three languages; what is not sent does not exist."""

from importlib import import_module

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from programme.models import ProgrammeReport
from programme.services import programme_reports as reports
from programme.services import readings
from tests.factories import make_report, make_user
from tests.programme.periods import HALF, NOW, SECRET, HalfYear, boss

pytestmark = pytest.mark.django_db


@pytest.fixture
def half():
    return HalfYear()


def place(half, language="it", *more):
    return "/".join([f"/{language}/programme/reports/{half.edition.slug}/{HALF.slug}", *map(str, more)])


def test_what_is_not_sent_does_not_exist(client, half):
    report = half.approved()

    assert client.get(place(half) + "/").status_code == 404
    assert client.get(place(half, "it", 1, "it.pdf")).status_code == 404
    assert (
        "Relazione"
        not in client.get("/it/programme/reports/").content.decode().partition("<main")[2].partition("tn-rows")[2]
    )
    reports.send_report(report, by=boss(), now=NOW)
    assert client.get(place(half) + "/").status_code == 200
    assert client.get(place(half, "it", 1, "it.pdf")).content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", ["summary it", "nessun obiettivo numerico", "1 gennaio – 30 giugno 2026"]),
        ("en", ["summary en", "no target", "1 January – 30 June 2026"]),
        ("ja", ["summary ja", "目標値なし", "路面電車"]),
    ],
)
def test_the_page_tells_it_in_the_language_of_the_reader(client, half, language, words):
    report = half.approved()
    reports.send_report(report, by=boss(), now=NOW)

    html = client.get(place(half, language) + "/").content.decode()

    for said in (*words, report.sha256, "I1", "I4"):
        assert said in html
    assert SECRET not in html


def test_a_later_version_takes_its_place_and_the_earlier_stays_to_be_read(client, half):
    first = half.approved()
    reports.send_report(first, by=boss(), now=NOW)
    half.correct_the_attendance()
    draft = reports.begin_report(half.edition, HALF, by=boss(), now=NOW)
    for reading in readings.readings_of(half.edition, HALF):
        readings.validate_reading(reading, by=boss(), now=NOW)
    second = reports.approve_report(draft, by=boss(), now=NOW)

    assert client.get(place(half) + "/").context["report"].version == 1  # approved, and not sent yet
    reports.send_report(second, by=boss(), now=NOW)
    page = client.get(place(half) + "/")
    assert (page.context["report"].version, [one.version for one in page.context["earlier"]]) == (2, [1])
    assert client.get(place(half, "it", 1, "it.pdf")).status_code == 200
    assert [row.version for row in client.get("/it/programme/reports/").context["page"]] == [2]


def test_evaluators_read_what_is_approved(client, half):
    half.approved()
    evaluator = make_user()
    evaluator.user_permissions.add(Permission.objects.get(codename="read_aggregates"))
    client.force_login(evaluator)

    assert client.get(place(half, "en", 1, "en.pdf")).status_code == 200


@pytest.mark.parametrize("odd", ["nothing", "2026-06-30_2026-01-01", "2026-01-01_2026-06-31", "2026-01-01"])
def test_odd_addresses_are_not_found(client, half, odd):
    assert client.get(f"/it/programme/reports/{half.edition.slug}/{odd}/").status_code == 404
    assert client.get(f"/it/programme/reports/{half.edition.slug}/{odd}/1/it.pdf").status_code == 404


def test_without_the_library_the_page_is_offered(client, half, monkeypatch):
    from iurc_portal.documents import DocumentsUnavailable

    views = import_module("programme.views.reports")

    reports.send_report(half.approved(), by=boss(), now=NOW)

    def missing(*_args):
        raise DocumentsUnavailable("font")

    monkeypatch.setattr(views, "pdf_of_report", missing)
    answer = client.get(place(half, "en", 1, "en.pdf"))
    assert answer.status_code == 503
    assert f'href="{place(half, "en")}/"' in answer.content.decode()


def test_the_list_and_the_part_of_the_progress_page_take_as_many_statements_for_many_as_for_one(client):
    def counted():
        with CaptureQueriesContext(connection) as page:
            client.get("/it/programme/reports/")
        with CaptureQueriesContext(connection) as part:
            html = Template("{% load report_tags %}{% sent_reports %}").render(Context())
        return len(page), len(part), html.count("it.pdf")

    make_report(state="sent")
    once = counted()
    for _number in range(3):
        make_report(state="sent")
    assert once[1:] == (1, 1)
    assert counted() == (*once[:2], 4)


def test_without_a_report_the_progress_page_says_nothing_of_them(client):
    make_report()

    assert Template("{% load report_tags %}{% sent_reports %}").render(Context()).strip() == ""
    assert ProgrammeReport.objects.get().state == "approved"
