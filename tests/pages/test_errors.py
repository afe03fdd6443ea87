"""Refusals in the reader's language, each with a way on; none of them breaks in its turn."""

import pytest
from django.core.exceptions import PermissionDenied
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
