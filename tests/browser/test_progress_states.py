"""The progress page with 0, 1, 2 and 50 activities: accessible, valid, translated, nothing wider than a telephone.

On the live server, whose database is filled as these states need it; ``progress_states`` makes pictures to look at.
"""

import pytest

from tests.browser.findings import look
from tests.browser.progress_states import STATES
from tests.programme.progress_world import make_world

LANGUAGES = ("it", "en", "ja")
BASE = "/programme/progress/"


@pytest.fixture
def states(transactional_db, demonstration_server, settings):
    settings.RATE_LIMITS = False
    settings.SITE_URL = demonstration_server.url
    for number in STATES:
        make_world(number)
    return demonstration_server.url


def test_with_any_number_of_activities_the_page_is_as_good(states, new_context):
    pages = {f"with {number}": f"{BASE}?edition=with-{number}" for number in STATES}
    pages |= {"an edition": f"{BASE}with-50/", "an indicator": f"{BASE}with-50/I3/"}
    page = new_context().new_page()

    wrong = {
        (language, name): look(page, f"{states}/{language}{address}", language=language)
        for language in LANGUAGES
        for name, address in pages.items()
    }

    assert {name: found for name, found in wrong.items() if found} == {}


def test_one_width_of_each_picture_is_shown_on_paper_and_on_every_screen(states, new_context):
    for width in (390, 800, 1280):
        page = new_context(width=width).new_page()
        page.goto(f"{states}/it{BASE}?edition=with-50")
        for medium in ("screen", "print"):
            page.emulate_media(media=medium)
            shown = page.locator(".tn-figure svg:visible").evaluate_all("all => all.map(one => one.classList[1])")

            assert len(shown) == 3  # time line, who met whom, themes by initiative; there is no history here
            assert set(shown) == {"tn-pic--wide" if width == 1280 and medium == "screen" else "tn-pic--narrow"}
