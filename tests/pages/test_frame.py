"""What every page carries: languages, marks for the official checks, nothing from elsewhere."""

import re

import pytest

from tests.factories import make_event, make_organisation, make_user
from tests.pages.html import of_class, page

pytestmark = pytest.mark.django_db

OWN = re.compile(r"(?:/(?!/)|#|\?|data:|http://localhost:8000/)|$")  # the settings' SITE_URL, for canonical addresses


def test_the_language_switch_names_three_languages_and_keeps_the_page(client):
    links = page(client, "/ja/ecosystem/?theme=water").xpath(f"{of_class('tn-languages')}//a")

    assert [(a.get("href"), a.get("lang"), a.get("hreflang"), a.text) for a in links] == [
        ("/it/ecosystem/?theme=water", "it", "it", "Italiano"),
        ("/en/ecosystem/?theme=water", "en", "en", "English"),
        ("/ja/ecosystem/?theme=water", "ja", "ja", "日本語"),
    ]
    assert [a.get("aria-current") for a in links] == [None, None, "true"]


def test_every_language_of_a_page_is_told_to_machines(client, settings):
    settings.SITE_URL = "https://portal.example"
    head = page(client, "/en/events/?page=1").head

    assert head.xpath("link[@rel='canonical']/@href") == ["https://portal.example/en/events/"]
    assert {link.get("hreflang"): link.get("href") for link in head.xpath("link[@rel='alternate'][@hreflang]")} == {
        "it": "https://portal.example/it/events/",
        "en": "https://portal.example/en/events/",
        "ja": "https://portal.example/ja/events/",
        "x-default": "https://portal.example/events/",
    }


def test_a_page_carries_the_marks_of_the_official_checks(client):
    marks = set(page(client, "/it/events/").xpath("//@data-element"))

    assert marks == {
        "breadcrumb",
        "personal-area-login",
        "privacy-policy-link",
        "legal-notes",
        "accessibility-link",
        "feedback",
        "feedback-title",
        *(f"feedback-rate-{step}" for step in range(1, 6)),
        "feedback-rating-positive",
        "feedback-rating-negative",
        "feedback-rating-question",
        "feedback-rating-answer",
        "feedback-input-text",
    }


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/en/ecosystem/", "Ecosystem"),
        ("/en/events/", "Webinars & events"),
        ("/en/programme/visits/", "Study visits"),
        ("/en/ecosystem/practices/", "Good practices"),
        ("/en/programme/progress/", "Programme"),
        ("/en/programme/webinars/", "Webinars & events"),
    ],
)
def test_the_menu_marks_the_part_that_the_page_belongs_to(client, path, current):
    menu = page(client, path).xpath(of_class("tn-menu"))[0]

    assert menu.xpath(".//a[@aria-current]/text()") == [current]
    assert len(menu.xpath(".//a")) == 5


def test_the_page_has_one_main_heading_inside_main_and_a_way_to_skip_to_it(client):
    home = page(client, "/it/")

    assert len(home.xpath("//h1")) == len(home.xpath("//main[@id='main']//h1")) == 1
    assert home.xpath("//body//a/@href")[0] == "#main"


def test_italian_and_english_preload_two_weights_of_titillium_and_japanese_none(client):
    fonts = {code: re.findall(r"latin-(\d+)[^\"]*woff2", client.get(f"/{code}/").text) for code in ("it", "en", "ja")}

    assert fonts == {"it": ["400", "700"], "en": ["400", "700"], "ja": []}


@pytest.mark.parametrize("code", ["it", "en", "ja"])
def test_no_page_asks_anything_of_another_host(client, code):
    organisation = make_organisation(website="https://organisation.example")
    event = make_event()
    paths = [
        "",
        "search/?q=a",
        "ecosystem/",
        f"ecosystem/organisations/{organisation.slug}/",
        "ecosystem/initiatives/",
        "ecosystem/testbeds/",
        "ecosystem/practices/",
        "ecosystem/glossary/",
        "events/",
        "events/?view=month",
        f"events/{event.slug}/",
        f"events/{event.slug}/register/",
        "programme/",
        "programme/visits/",
        "programme/progress/",
        "report/",
        "account/login/",
        "account/signup/",
        "nothing-here/",
    ]

    for path in paths:
        loaded = page(client, f"/{code}/{path}").xpath("//@src | //@srcset | //link/@href | //form/@action")
        assert len(loaded) > 5
        assert [address for address in loaded if not OWN.match(address)] == [], path


def test_a_page_has_no_inline_style_and_no_inline_script(client):
    for path in ("/it/", "/it/ecosystem/", "/it/events/", "/it/account/login/"):
        found = page(client, path)
        assert found.xpath("//@style | //style | //@onclick | //@onchange") == []
        assert set(found.xpath("//script[not(@src)]/@type")) <= {"application/ld+json", "application/json"}
        assert len(found.xpath("//script[not(@src)]")) == len(found.xpath("//script[not(@src)]/@type"))


def test_a_signed_in_reader_finds_their_own_area_in_the_header(client):
    client.force_login(make_user())

    assert page(client, "/ja/").xpath(f"{of_class('tn-signin')}/@href") == ["/ja/my/"]
