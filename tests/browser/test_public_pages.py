"""Every kind of public page, in three languages and at two widths, on the portal as ``make run`` starts it."""

import pytest
from django.conf import settings

from tests.browser.conftest import enter
from tests.browser.findings import look

LANGUAGES = ("it", "en", "ja")
KIB = 1024
WITH_MAP = {
    "directory-map",
    "organisation",
    "testbed",
    "testbed-few",
    "test",
    "event",
    "event-past",
    "visit",
    "visit-over",
}  # Leaflet may come here


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages_are_accessible_valid_translated_and_ask_nobody_else(language, house, pages, new_context):
    page = new_context().new_page()
    wrong = {}
    for name, address in pages["public"].items():
        status = 404 if name == "not-found" else 200
        wrong[name] = look(page, f"{house.url}/{language}{address}", language=language, status=status)
    for name, address in pages["own"][language].items():
        wrong[name] = look(page, house.url + address, language=language)

    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_a_delegate_are_as_good(language, house, pages, new_context):
    page = new_context().new_page()
    enter(page, house.url, "delegate@nagoya.example", settings.DEMO_PASSWORD, to=f"/{language}/my/")
    wrong = {
        name: look(page, f"{house.url}/{language}{address}", language=language)
        for name, address in pages["member"].items()
    }

    assert {name: found for name, found in wrong.items() if found} == {}


def weigh(context, address: str) -> tuple[dict[str, int], int]:
    """What a first visit sends over the wire, in bytes by kind, and the number of requests."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    weights: dict[str, int] = {}

    def answered(event):
        kinds[event["requestId"]] = event["type"]

    def ended(event):
        kind = kinds[event["requestId"]]
        weights[kind] = weights.get(kind, 0) + int(event["encodedDataLength"])

    wire.send("Network.enable")
    wire.on("Network.responseReceived", answered)
    wire.on("Network.loadingFinished", ended)
    page.goto(address, wait_until="networkidle")
    page.close()
    return weights, len(kinds)


@pytest.mark.parametrize("language", ["it", "ja"])  # English has the files of Italian
def test_a_first_visit_keeps_within_the_budget_of_weight(language, house, pages, new_context):
    over = {}
    for name, address in pages["public"].items():
        weights, requests = weigh(new_context(width=390), f"{house.url}/{language}{address}")
        scripts = 75 if name in WITH_MAP else 20
        limits = {"Stylesheet": 60, "Script": scripts, "Font": 0 if language == "ja" else 40}
        over |= {(name, kind): weights[kind] for kind, most in limits.items() if weights.get(kind, 0) > most * KIB}
        if sum(weights.values()) > (150 + scripts - 20) * KIB or requests > 12:
            over[name, "all"] = (sum(weights.values()), requests)

    assert over == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keyboard_goes_through_the_header_in_the_order_it_is_read(language, house, new_context):
    page = new_context(width=1280).new_page()
    page.goto(f"{house.url}/{language}/")
    places = ".tn-skip, .tn-languages, .tn-signin, .tn-brand__link, .tn-search, .tn-menu, main"
    order = []
    for _stop in range(14):
        page.keyboard.press("Tab")
        order.append(page.evaluate("p => document.activeElement.closest(p)?.className.split(' ')[0]", places))

    assert order[:12] == [
        "tn-skip",
        *["tn-languages"] * 3,
        "tn-signin",
        "tn-brand__link",
        *["tn-search"] * 2,
        *["tn-menu"] * 4,
    ]
    page.goto(f"{house.url}/{language}/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize(
    "place",
    ["main p a:not(.tn-btn)", "footer li a", ".tn-hero .tn-btn--gold", ".tn-hero .tn-btn--onblue", ".tn-languages a"],
)
def test_the_focus_ring_is_black_with_a_golden_halo_wherever_one_stands(place, house, new_context):
    page = new_context(width=1280).new_page()
    page.goto(f"{house.url}/it/" if "hero" in place else f"{house.url}/it/ecosystem/organisations/i3p/")
    page.keyboard.press("Tab")  # rings are for those who use the keyboard
    page.locator(place).last.focus()

    style = page.locator(place).last.evaluate("e => [getComputedStyle(e).outline, getComputedStyle(e).boxShadow]")

    assert style == ["rgb(0, 0, 0) solid 3px", "rgb(246, 196, 67) 0px 0px 0px 6px"]
