"""A real browser and two kinds of portal for the tests of this folder.

``house`` is the whole portal as ``make run`` starts it, once for all tests that only look or that want the real
courier. ``portal`` is Django's live server on the database of the run, for tests that arrange rows of their own.
"""

import os
import shutil

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test.utils import override_settings
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.house import running_portal
from tests.snapshots import Snapshot

# Playwright keeps an event loop in this thread; Django would take our plain queries for asynchronous ones.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
# ``make run`` has a database of its own, whatever DATABASE_URL says: the same pages twice would find nothing new.
SEEN_ELSEWHERE = "looks at the portal of `make run`, which the run on SQLite does: unset DATABASE_URL"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in str(item.path).replace(os.sep, "/"):
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM and os.environ.get("REQUIRE_BROWSER") != "1":
                item.add_marker(pytest.mark.skip(reason="Chromium was not found: install it to run the browser tests"))
            elif "house" in item.fixturenames and os.environ.get("DATABASE_URL"):
                item.add_marker(pytest.mark.skip(reason=SEEN_ELSEWHERE))


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests. Without it, and with REQUIRE_BROWSER=1, the tests fail."""
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "REQUIRE_BROWSER=1, but Chromium was not found"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def house(browser):
    """The whole portal with web, worker and beat, in a temporary folder, for the whole run."""
    with running_portal() as running:
        yield running


@pytest.fixture(scope="session")
def pages(house):
    """The table of every kind of page in that house."""
    return house.ask("tests.browser.pages")


@pytest.fixture(scope="session")
def demonstration_server():
    """Django's live server, started as a demonstration: there staff need no second factor."""
    with override_settings(DEMO=True):
        server = LiveServer("localhost:0")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def demonstration(django_db_setup, django_db_blocker):
    """The initial content and the demonstration, made once: each test finds them as they were."""
    with django_db_blocker.unblock(), override_settings(DEMO=True):
        before = Snapshot()
        call_command("load_content", django_settings.BASE_DIR / "content", verbosity=0)
        call_command("load_demo", verbosity=0)
        made = Snapshot()
        before.put_back()
    return made


@pytest.fixture
def portal(demonstration, transactional_db, demonstration_server, settings):
    """The address of a live server on the test database, with the initial content and the demonstration."""
    settings.DEMO = True
    settings.RATE_LIMITS = False
    settings.SITE_URL = demonstration_server.url
    settings.CSRF_TRUSTED_ORIGINS = [demonstration_server.url]
    settings.EMAIL_BACKEND = "iurc_portal.notifications.backends.EmlFolderBackend"
    demonstration.put_back()
    return demonstration_server.url


@pytest.fixture
def new_context(browser):
    """A function that makes a browser's window of a width; all are closed at the end."""
    contexts = []

    def make(*, width: int = 1280, height: int = 900, scripts: bool = True):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            has_touch=width < 600,
            reduced_motion="reduce",
        )
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


def enter(page, base: str, email: str, password: str, *, to: str):
    """Sign a demonstration user in through the form and wait for the page they wanted."""
    page.goto(f"{base}/it/account/login/?next={to}")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{to}", timeout=15_000)
    return page


def drag(handle, place, *, at=None, lands) -> None:
    """Drag as a hand does: take ``handle``, move over ``place``, let go once ``lands`` shows where it would come to.

    A browser tells a page of a drag only while the mouse moves, hence the second move (Playwright, "Drag and Drop").
    """
    mouse = handle.page.mouse
    handle.hover()
    mouse.down()
    place.hover(position=at)
    place.hover(position=at)
    expect(lands).to_have_count(1)
    mouse.up()


@pytest.fixture
def open_page(new_context, portal):
    """A function that opens a page of the live server: ``open_page("/ja/", width=390)``."""

    def opener(address: str, **window):
        page = new_context(**window).new_page()
        page.goto(portal + address)
        return page

    return opener


@pytest.fixture
def sign_in(new_context, portal, settings):
    """A function that signs a demonstration user in on the live server and returns the page they land on."""

    def signed_in(email: str, *, next_address: str = "/admin/", width: int = 1280, scripts: bool = True):
        page = new_context(width=width, scripts=scripts).new_page()
        return enter(page, portal, email, settings.DEMO_PASSWORD, to=next_address)

    return signed_in
