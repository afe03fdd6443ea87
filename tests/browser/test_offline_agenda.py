"""A delegate's phone without a network: the agenda that was opened once opens again (programme spec P20)."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from iurc_portal.clock import ROME
from programme.models import StudyVisit

pytestmark = pytest.mark.browser
DELEGATE, STAFF = "delegate@nagoya.example", "staff@torino.example"
KEPT = "() => caches.keys()"


def agenda(language="ja"):
    visit = StudyVisit.objects.get(state=StudyVisit.State.RUNNING)
    return f"/{language}/programme/visits/{visit.slug}/agenda/"


def kept(page):
    page.wait_for_selector("[data-agenda][data-kept]", timeout=15_000)
    return page


def test_the_page_opens_with_the_network_off_and_says_that_it_is_a_copy(sign_in, portal):
    page = kept(sign_in(DELEGATE, next_address=agenda(), width=390))
    before = page.locator(".tn-carryitem").count()
    said = page.locator(".tn-asof").inner_text()

    page.context.set_offline(True)
    page.reload()

    assert before > 0
    expect(page.locator(".tn-carryitem")).to_have_count(before)
    expect(page.locator(".tn-asof")).to_have_text(said, use_inner_text=True)  # when it was last updated
    expect(page.locator("[data-offline]")).to_be_visible()
    expect(page.locator("#help .tn-call, section .tn-call[href^='tel:']").first).to_be_visible()
    numbers = page.locator("#help ~ ul .tn-call, section:has(#help) .tn-call").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    )
    assert numbers == ["tel:+390110000000", "tel:112"]  # whom to call, of the host city and of its country
    expect(page.locator("section:has(#help) a[href$='/emergency/']")).to_be_hidden()  # it would need the network
    expect(page.locator("section:has(#people) ol").first).to_contain_text("見本 太郎")
    font = page.evaluate("getComputedStyle(document.querySelector('.tn-carry')).maxWidth")
    assert font == "820px"  # its styles were kept, too


def test_the_worker_answers_for_this_page_alone(sign_in, portal):
    page = kept(sign_in(DELEGATE, next_address=agenda()))
    scopes = page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).map((one) => one.scope)")

    page.context.set_offline(True)

    assert scopes == [portal + agenda()]
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(portal + "/ja/programme/visits/")


def test_two_days_after_the_visit_the_page_forgets_its_copy(sign_in, portal):
    page = kept(sign_in(DELEGATE, next_address=agenda()))
    held = page.evaluate(KEPT)
    StudyVisit.objects.filter(state=StudyVisit.State.RUNNING).update(
        first_day=date.today() - timedelta(days=6),  # noqa: DTZ011 - any days long past will do
        last_day=date.today() - timedelta(days=4),  # noqa: DTZ011
    )

    page.reload()
    page.wait_for_function("async () => (await caches.keys()).length === 0", timeout=15_000)

    assert len(held) == 1
    page.wait_for_function(
        "async () => (await navigator.serviceWorker.getRegistrations()).length === 0", timeout=15_000
    )


def test_who_may_no_longer_read_it_has_no_copy_either(sign_in, portal):
    page = kept(sign_in(DELEGATE, next_address=agenda()))
    StudyVisit.objects.get(state=StudyVisit.State.RUNNING).delegates.update(reply="declined")

    page.reload()
    page.wait_for_function("async () => (await caches.keys()).length === 0", timeout=15_000)

    page.context.set_offline(True)
    with pytest.raises(Exception, match=r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        page.goto(portal + agenda())


def test_now_and_next_go_on_by_themselves(sign_in, portal):
    page = sign_in(DELEGATE, next_address=agenda("it"), width=390)
    start = page.locator("[data-start]").last.get_attribute("data-start")
    name = page.locator("[data-start] h3").last.inner_text()

    page.clock.install(time=start)
    page.reload()

    expect(page.locator("[data-now]")).to_have_text(re.compile(rf"{re.escape(name)}\s*$"), use_inner_text=True)
    expect(page.locator("[data-next]")).to_be_hidden()


def test_the_team_says_that_the_day_runs_late_and_everybody_reads_it(sign_in, portal, monkeypatch):
    morning = timezone.now().astimezone(ROME).replace(hour=7)  # in the evening all items of the day are over
    monkeypatch.setattr(timezone, "now", lambda: morning)
    page = sign_in(STAFF, next_address=agenda("it"))
    page.click(".tn-team summary")
    page.fill(".tn-team [name=minutes]", "20")
    with page.expect_navigation():
        page.click(".tn-team button")

    delegate = sign_in(DELEGATE, next_address=agenda("ja"), width=390)

    expect(delegate.locator("main")).to_contain_text("20分遅れ")
