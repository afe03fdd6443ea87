"""The staff's workplace, in three languages and at two widths."""

import pytest
from django.conf import settings

from tests.browser.conftest import enter
from tests.browser.findings import look


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_staff_pages_are_accessible_translated_and_ask_nobody_else(language, house, pages, new_context):
    page = new_context().new_page()
    enter(page, house.url, "admin@torino.example", settings.DEMO_PASSWORD, to="/admin/")
    speak(page, language)
    wrong = {
        name: look(page, house.url + address, language=language, staff=True)
        for name, address in pages["staff"].items()
    }

    assert {name: found for name, found in wrong.items() if found} == {}


def test_tabs_and_filters_of_the_workplace_open_by_keyboard(house, pages, new_context):
    page = new_context().new_page()
    enter(page, house.url, "admin@torino.example", settings.DEMO_PASSWORD, to="/admin/")
    speak(page, "it")

    page.goto(house.url + pages["staff"]["staff-organisation"])
    facts = page.get_by_role("button", name="Dati", exact=True)
    japanese = page.get_by_role("button", name="日本語", exact=True)
    japanese.press("Enter")
    page.locator("#id_name_ja").wait_for()
    chosen = [tab.get_attribute("aria-current") for tab in (facts, japanese)]
    page.goto(house.url + pages["staff"]["staff-organisations"])
    page.get_by_role("button", name="Filtri", exact=True).press(" ")
    page.wait_for_function("document.activeElement.closest('#changelist-filter')")
    page.keyboard.press("Escape")
    after = page.evaluate("document.activeElement.textContent.trim().split(/\\s/)[0]")

    assert (chosen, after) == ([None, "true"], "Filtri")


def speak(page, language: str) -> None:
    """Choose the language of the workplace as the menu does."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    page.request.post(
        page.url.split("/admin/")[0] + "/admin/language/",
        form={"language": language, "csrfmiddlewaretoken": token, "next": "/admin/"},
        headers={"Referer": page.url},
    )
