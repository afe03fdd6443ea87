"""The staff's month in a real browser: an event is dragged, or led by keys, and what follows is read first."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from events.models import Event
from iurc_portal.clock import ROME
from tests.browser.conftest import drag
from tests.browser.findings import look
from tests.factories import make_event, make_organisation, make_registration, make_track

pytestmark = pytest.mark.browser


def an_event_next_month():
    """At ten in Torino, on the second Tuesday of the month after the next."""
    first = (timezone.now().astimezone(ROME).replace(day=1) + timedelta(days=64)).replace(day=1)
    tuesday = first + timedelta(days=(1 - first.weekday()) % 7 + 7)
    start = tuesday.replace(hour=10, minute=0, second=0, microsecond=0)
    event = make_event(
        name_it="Tavolo di lavoro",
        dtstart=start,
        dtend=start + timedelta(hours=1),
        track=make_track("webinars"),
        organizer=make_organisation(side="torino"),
    )
    make_registration(event)
    return event, start


def opened(sign_in, portal, start):
    page = sign_in("manager@torino.example", next_address="/admin/")
    page.goto(f"{portal}/admin/events/event/calendar/?day={start:%Y-%m-%d}&kind=events&kind=webinars")
    return page


def start_of(event):
    return Event.objects.get(pk=event.pk).dtstart.astimezone(ROME)


def test_an_event_is_dragged_to_another_day_and_what_follows_is_said_before(sign_in, portal):
    event, start = an_event_next_month()
    page = opened(sign_in, portal, start)
    target = start + timedelta(days=1)

    cell = f'td[data-day="{target:%Y-%m-%d}"]'
    drag(page.locator(f"#event-{event.pk}"), page.locator(cell), lands=page.locator(f"{cell}.cal-target"))
    page.wait_for_url("**/move/")
    said, before = page.locator("#what-follows ~ ul").inner_text(), start_of(event)
    page.locator("button[name=confirmed]").click()
    page.wait_for_url("**/calendar/?day=*")

    assert "1 persona iscritta riceve un’e-mail dopo 2 minuti" in said
    assert (before, start_of(event)) == (start, target.replace(hour=10))
    expect(page.locator(f'td[data-day="{target:%Y-%m-%d}"] #event-{event.pk}')).to_have_count(1)


def test_arrow_keys_choose_the_day_escape_leaves_it_and_enter_asks(sign_in, portal):
    event, start = an_event_next_month()
    page = opened(sign_in, portal, start)
    link = page.locator(f"#event-{event.pk} .cal-move")

    link.press("ArrowRight")
    told = page.locator("#cal-status").inner_text()
    link.press("Escape")
    left = page.locator("#cal-status").inner_text()
    for key in ("ArrowDown", "ArrowLeft", "Enter"):
        link.press(key)
    page.wait_for_url("**/move/")

    assert "Tavolo di lavoro" in told
    assert left == "Rimane dov’è."
    assert page.input_value("input[name=date] >> nth=-1") == f"{start + timedelta(days=6):%Y-%m-%d}"
    assert start_of(event) == start


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_one_types_day_and_hour_also_without_scripts(sign_in, portal, scripts):
    event, start = an_event_next_month()
    page = sign_in("manager@torino.example", next_address="/admin/", width=390, scripts=scripts)
    page.goto(f"{portal}/admin/events/event/calendar/?day={start:%Y-%m-%d}&kind=events&kind=webinars")
    page.locator(f"#event-{event.pk} .cal-move").click()
    page.locator("input[name=starts]").fill("15")
    page.locator("input[name=starts]").press("Enter")
    page.locator("button[name=confirmed]").click()
    page.wait_for_url("**/calendar/?day=*")

    assert start_of(event) == start.replace(hour=15)


def test_the_calendar_and_the_page_that_moves_are_accessible_in_italian(sign_in, portal):
    event, start = an_event_next_month()
    page = sign_in("manager@torino.example", next_address="/admin/")
    calendar = f"{portal}/admin/events/event/calendar/"

    wrong = {
        address: look(page, calendar + address, language="it", staff=True)
        for address in (
            f"?day={start:%Y-%m-%d}&mine=0&kind=events",
            f"?view=week&day={start:%Y-%m-%d}",
            f"{event.pk}/move/",
        )
    }

    assert {address: found for address, found in wrong.items() if found} == {}
