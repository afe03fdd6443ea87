"""Refusals in the reader's language, each with a way on; none of them breaks in its turn."""

from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection, transaction
from django.test import Client, RequestFactory

from iurc_portal.pages import errors
from tests.pages.html import page

NOT_FOUND = {"it": "Pagina non trovata", "en": "Page not found", "ja": "ページが見つかりません"}


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["it", "en", "ja"])
def test_an_unknown_page_answers_404_in_the_language_of_its_address(client, code):
    response = client.get(f"/{code}/no-such-page/", headers={"accept-language": "en"})

    assert (response.status_code, response["Content-Language"]) == (404, code)
    assert f"<h1>{NOT_FOUND[code]}</h1>" in response.text
    assert f'<html lang="{code}">' in response.text


@pytest.mark.django_db
@pytest.mark.parametrize(("cookie", "browser", "code"), [("ja", "it", "ja"), ("", "ja-JP", "ja"), ("", "", "it")])
def test_an_unknown_address_without_a_language_follows_cookie_and_browser(client, cookie, browser, code):
    if cookie:
        client.cookies["language"] = cookie

    response = client.get("/feeds/no-such.en.ics", headers={"accept-language": browser})

    assert response.status_code == 404
    assert NOT_FOUND[code] in response.text


@pytest.mark.django_db
def test_a_page_not_found_offers_a_search_and_ways_on(client):
    found = page(client, "/en/no-such-page/")

    assert found.xpath("//main//form[@role='search']/@action") == ["/en/search/"]
    assert found.xpath("//main//ul//a/@href") == ["/en/", "/en/ecosystem/", "/en/events/", "/en/programme/"]
    assert found.xpath("//meta[@name='robots']/@content") == ["noindex"]


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/ja/report/", {"text": "x"})

    assert response.status_code == 403
    assert "もう一度送信してください" in response.text


def request_for(path):
    return RequestFactory().get(path, headers={"accept-language": "ja"})


def test_a_fault_of_ours_is_admitted_without_asking_the_database():
    response = errors.server_error(request_for("/it/events/"))

    assert response.status_code == 500
    assert '<html lang="it">' in response.text
    assert "C'è stato un problema da parte nostra" in response.text.replace("&#x27;", "'")


def test_a_fault_at_an_address_without_a_language_follows_the_browser():
    assert '<html lang="ja">' in errors.server_error(request_for("/r/token/")).text


@pytest.mark.django_db
def test_a_view_that_forbids_answers_with_our_page():
    response = errors.forbidden(request_for("/en/my/"), PermissionDenied())

    assert response.status_code == 403
    assert "You may not open this page" in response.text


@pytest.mark.django_db
def test_too_many_requests_say_how_long_to_wait():
    response = errors.too_many_requests(request_for("/it/account/login/"))

    assert (response.status_code, response["Retry-After"]) == (429, "300")
    assert "Un attimo di pazienza" in response.text
    assert "fra 5 minuti" in response.text


@pytest.fixture
def no_database(client):
    """The database has gone away, and Django's client shows what visitors see."""
    client.raise_request_exception = False
    gone = OperationalError("server closed the connection unexpectedly")
    with mock.patch("django.db.backends.utils.CursorWrapper._execute", side_effect=gone):
        yield


@pytest.mark.django_db
def test_a_page_without_a_database_says_to_try_again_in_a_moment(client, no_database):
    response = client.get("/ja/events/", {"q": "a&b"})

    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "5", "no-store")
    assert '<html lang="ja">' in response.text
    assert "<h1>しばらくお待ちください</h1>" in response.text
    assert 'href="/ja/events/?q=a%26b"' in response.text


@pytest.mark.django_db
def test_a_form_sent_without_a_database_keeps_its_values_for_another_try(client, no_database):
    response = client.post(
        "/it/events/any/register/",
        "given_name=%22Anna%22&takes_part=online&takes_part=headset",
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 503
    assert '<input type="hidden" name="given_name" value="&quot;Anna&quot;">' in response.text
    assert response.text.count('name="takes_part"') == 2
    assert '<form method="post">' in response.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("login=a%40example.org&password=secret", "application/x-www-form-urlencoded"),
        ('--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nsecret\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
def test_passwords_and_files_stand_on_no_page(client, no_database, body, content_type):
    response = client.post("/it/events/any/register/", body, content_type=content_type)

    assert response.status_code == 503
    assert "secret" not in response.text
    assert "<form" not in response.text


@pytest.mark.django_db
def test_the_api_without_a_database_says_so_in_json(client, no_database):
    response = client.get("/api/v1/organisations/", {"lang": "it"})

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["code"] == "busy"


@pytest.mark.django_db
def test_a_table_that_is_missing_is_a_fault_of_ours(client):
    client.raise_request_exception = False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_event RENAME TO events_lost")
        response = client.get("/it/events/any/")
        transaction.set_rollback(True)

    assert response.status_code == 500


def test_a_connection_that_is_closed_already_is_no_fault_of_ours():
    try:
        raise InterfaceError("connection already closed")
    except InterfaceError:
        response = errors.server_error(request_for("/en/events/"))

    assert response.status_code == 503
