"""The staff's third job in a real browser: a visit is planned in Italian in one sitting, on one page."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from programme.models import AgendaItem, StudyVisit
from tests.browser.conftest import drag

pytestmark = pytest.mark.browser
FIRST = date.today() + timedelta(days=120)  # noqa: DTZ011 - any far day will do
SECOND = FIRST + timedelta(days=1)
ITEMS = [
    (FIRST, "9", "10", "ceremony", "Saluto della Città"),
    (FIRST, "10.30", "", "meeting", "Incontro con CTE Next"),
    (FIRST, "1300", "14:00", "meal", "Pranzo di lavoro"),
    (SECOND, "９：００", "", "site_visit", "Visita al laboratorio"),
    (SECOND, "11:00", "", "talk", "Politecnico"),
    (SECOND, "15:00", "", "meeting", "Conclusioni"),
]
HOSTS = {0: ("Bruno", "Silvia"), 3: ("Gallo", "Pietro")}
DELEGATES = [("田中", "head"), ("渡辺", "deputy"), ("伊藤", "member"), ("小林", "interpreter")]


def test_two_days_six_items_two_hosts_and_four_delegates_without_leaving_the_page(sign_in, portal):
    page = sign_in("staff@torino.example", next_address="/admin/programme/studyvisit/add/")
    page.fill("[name=title_it]", "Visita sulla mobilità")
    page.fill("[name=first_day]", FIRST.isoformat())
    page.fill("[name=last_day]", SECOND.isoformat())
    page.dispatch_event("[name=last_day]", "change")

    page.click(".tnv-tabs [data-tab=agenda]")
    for number, (day, starts, ends, kind, name) in enumerate(ITEMS):
        if number:
            page.click("#agenda [data-add]")
        row = f"agenda-{number}"
        page.select_option(f"[name={row}-date]", day.isoformat())
        page.select_option(f"[name={row}-kind]", kind)
        page.fill(f"[name={row}-ends]", ends)
        page.fill(f"[name={row}-starts]", starts)
        page.dispatch_event(f"[name={row}-starts]", "change")
        page.fill(f"[name={row}-name_it]", name)
        if number in HOSTS:
            page.click(f"#{row} details:first-of-type summary")
            page.fill(f"[name={row}-host_family_name]", HOSTS[number][0])
            page.fill(f"[name={row}-host_given_name]", HOSTS[number][1])
    shown_beside = page.inner_text("#agenda-0 [data-other]")
    page.click(".tnv-tabs [data-tab=delegation]")
    for number, (name, role) in enumerate(DELEGATES):
        if number:
            page.click("#delegation [data-add]")
        page.click(f"#delegates-{number} details summary")
        page.fill(f"[name=delegates-{number}-family_name]", name)
        page.select_option(f"[name=delegates-{number}-role]", role)
    page.click("button[name=_continue]")
    page.wait_for_url("**/change/#tab-delegation")
    # Whatever scrolls is at its top, but for the menu, which shows the entry of this page.
    all_but_the_menu = "[...document.querySelectorAll('*')].filter((e) => !e.closest('#nav-sidebar'))"
    scrolled = page.evaluate(
        f"[window, ...{all_but_the_menu}].filter((e) => (e.scrollY ?? e.scrollTop) > 0)"
        ".map((e) => `${e.tagName} #${e.id} .${e.className}`)"
    )

    visit = StudyVisit.objects.get(title_it="Visita sulla mobilità")
    items = AgendaItem.objects.filter(day__visit=visit).order_by("event__dtstart")
    assert shown_beside.startswith("Nagoya ")
    assert page.is_visible("#delegation")
    assert scrolled == []
    assert [item.event.wall_start[11:16] for item in items] == ["09:00", "10:30", "13:00", "09:00", "11:00", "15:00"]
    assert [item.event.wall_end[11:16] for item in items] == ["10:00", "12:00", "14:00", "10:30", "12:30", "16:30"]
    assert [host.person.family_name for item in items for host in item.hosts.all()] == ["Bruno", "Gallo"]
    assert [delegate.person.family_name for delegate in visit.delegates.order_by("rank")] == [
        "田中",
        "渡辺",
        "伊藤",
        "小林",
    ]
    assert page.locator(".tnv-row--wrong").count() == 0


def test_the_page_opens_at_the_tab_where_something_is_wrong(sign_in, portal):
    page = sign_in("staff@torino.example", next_address="/admin/programme/studyvisit/add/")
    page.fill("[name=title_it]", "Visita")
    page.fill("[name=first_day]", FIRST.isoformat())
    page.fill("[name=last_day]", FIRST.isoformat())
    page.dispatch_event("[name=last_day]", "change")
    page.click(".tnv-tabs [data-tab=agenda]")
    page.select_option("[name=agenda-0-date]", FIRST.isoformat())
    page.fill("[name=agenda-0-starts]", "10:00")
    page.fill("[name=agenda-0-ends]", "09:00")
    page.fill("[name=agenda-0-name_it]", "Incontro")
    page.click("button[name=_continue]")

    page.wait_for_selector(".tnv-row--wrong")
    assert page.is_visible("#agenda-0 .tnv-error")
    assert page.input_value("[name=agenda-0-name_it]") == "Incontro"
    assert page.get_attribute(".tnv-tabs [aria-current]", "data-tab") == "agenda"


def test_an_end_is_typed_by_hand_without_being_written_over(sign_in, portal):
    page = sign_in("staff@torino.example", next_address="/admin/programme/studyvisit/add/")
    page.click(".tnv-tabs [data-tab=agenda]")
    page.select_option("[name=agenda-0-kind]", "meeting")
    page.click("[name=agenda-0-starts]")
    page.keyboard.type("16")
    page.click("[name=agenda-0-ends]")
    page.keyboard.type("17:30")
    typed = page.input_value("[name=agenda-0-ends]")
    page.fill("[name=agenda-0-ends]", "")
    page.click("[name=agenda-0-name_it]")

    assert typed == "17:30"
    assert page.input_value("[name=agenda-0-ends]") == "17:30"  # 16:00 and an hour and a half


def test_items_move_by_buttons_by_arrow_keys_and_by_dragging_and_say_where_to(sign_in, portal):
    page = sign_in("staff@torino.example", next_address="/admin/programme/studyvisit/add/")
    page.set_viewport_size({"width": 1280, "height": 3000})  # so that nothing has to scroll while one drags
    page.fill("[name=first_day]", FIRST.isoformat())
    page.fill("[name=last_day]", SECOND.isoformat())
    page.dispatch_event("[name=last_day]", "change")
    page.click(".tnv-tabs [data-tab=agenda]")
    for number, (day, starts, ends) in enumerate([(FIRST, "09:00", "10:00"), (SECOND, "11:00", "11:30")]):
        if number:
            page.click("#agenda [data-add]")
        page.select_option(f"[name=agenda-{number}-date]", day.isoformat())
        page.fill(f"[name=agenda-{number}-ends]", ends)
        page.fill(f"[name=agenda-{number}-starts]", starts)
    page.fill("[name=agenda-0-name_it]", "Saluto")

    def times(number):
        return [page.input_value(f"[name=agenda-{number}-{name}]") for name in ("date", "starts", "ends")]

    def later(number):
        page.locator(f"#agenda-{number} .tnv-nudge").get_by_role("button", name="15 minuti dopo").press("Enter")

    later(0)
    moved, said = times(0), page.inner_text("#agenda [role=status]")
    page.locator("#agenda-0 .tnv-handle").press("ArrowDown")
    behind = times(0)
    drag(
        page.locator("#agenda-0 .tnv-handle"),
        page.locator("#agenda-1"),
        at={"x": 300, "y": 20},
        lands=page.locator("#agenda-1.tnv-row--before"),
    )
    expect(page.locator("[name=agenda-0-starts]")).to_have_value("10:00")  # a browser drops in its own time
    before = times(0)
    page.fill("[name=agenda-1-starts]", "23:30")
    page.fill("[name=agenda-1-ends]", "23:45")
    later(1)
    at_midnight = times(1), page.is_checked("[name=agenda-1-ends_next_day]")
    later(1)  # would begin on the day after the visit

    assert moved == [FIRST.isoformat(), "09:15", "10:15"]
    assert said.startswith("Saluto: ")
    assert said.endswith(", 09:15–10:15")
    assert behind == [SECOND.isoformat(), "11:30", "12:30"]
    assert before == [SECOND.isoformat(), "10:00", "11:00"]
    assert at_midnight == ([SECOND.isoformat(), "23:45", "00:00"], True)
    assert times(1) == at_midnight[0]
    assert page.inner_text("#agenda [role=status]") == "Sarebbe fuori dai giorni della visita."
