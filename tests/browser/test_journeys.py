"""The three jobs, as people do them."""

import re
from datetime import UTC, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import icalendar
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from events.models import Event, Registration
from events.services import reminders, scheduling
from iurc_portal.notifications import services as outbox


def letters_to(address: str):
    """The letters kept for an address, oldest first, parsed."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(path for path in folder.glob("*.eml") if address in path.name)
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]


def test_a_japanese_visitor_reaches_a_profile_in_three_taps(open_page):
    page = open_page("/ja/", width=390)

    page.get_by_role("link", name="トリノの企業・団体を探す").click()
    expect(page).to_have_url(re.compile(r"/ja/ecosystem/\?side=torino$"))  # what the button says
    page.locator("#list h3 a").first.click()

    expect(page).to_have_url(re.compile("/ja/ecosystem/organisations/"))
    expect(page.locator("h1")).to_have_count(1)


def test_the_language_switch_keeps_the_page_and_is_remembered(open_page, portal):
    page = open_page("/it/ecosystem/practices/co-city/")

    page.get_by_role("link", name="日本語", exact=True).click()

    expect(page).to_have_url(f"{portal}/ja/ecosystem/practices/co-city/")
    page.goto(portal + "/")
    expect(page).to_have_url(f"{portal}/ja/")


def test_filters_answer_at_once_and_work_without_scripts(open_page, portal):
    with_scripts = open_page("/en/ecosystem/")
    with_scripts.get_by_role("checkbox", name=re.compile("^Smart mobility")).check()
    with_scripts.wait_for_url("**theme=smart-mobility**")
    counted = with_scripts.locator("[role=status]").first.inner_text()

    without = open_page("/en/ecosystem/", scripts=False)
    without.locator("details.tn-filters > summary").click()
    without.get_by_role("checkbox", name=re.compile("^Smart mobility")).check()
    without.get_by_role("button", name="Show results").click()

    expect(without).to_have_url(re.compile("theme=smart-mobility"))
    assert without.locator("[role=status]").first.inner_text() == counted


def test_registering_on_a_phone_in_japanese_from_form_to_reminder(open_page, portal):
    event = Event.objects.listed().upcoming(now=timezone.now()).filter(registration_open=True).first()
    page = open_page(f"/ja/events/{event.slug}/register/", width=390)
    page.fill("input[name=family_name]", "山田")
    page.fill("input[name=given_name]", "太郎")
    page.fill("input[name=email]", "taro@example.jp")
    page.check("input[name=consent]")
    page.wait_for_timeout(1200)  # a form sent within a second is a robot's
    page.get_by_role("button", name="申し込む").last.click()
    page.wait_for_url("**/register/asked/**")
    proof = letters_to("taro@example.jp")[0]

    text = proof.get_body(("plain",)).get_content()
    link = re.search(r"http://\S+/r/\S+", text)[0]
    page.goto(link)
    assert Registration.objects.get(email="taro@example.jp").state == Registration.State.UNPROVED
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()

    assert Registration.objects.get(email="taro@example.jp").state == Registration.State.CONFIRMED
    confirmation = letters_to("taro@example.jp")[1]
    words = confirmation.get_body(("plain",)).get_content()
    assert words.index("日本時間") < words.index("トリノ時間")
    assert "山田 太郎 様" in words
    calendar = next(part for part in confirmation.walk() if part.get_content_type() == "text/calendar")
    entry = icalendar.Calendar.from_ical(calendar.get_payload(decode=True)).walk("VEVENT")[0]
    assert entry.decoded("dtstart").astimezone(UTC) == event.dtstart
    assert entry.decoded("dtend").astimezone(UTC) == event.dtend


def test_the_one_hour_reminder_leaves_once(portal):
    now = timezone.now()
    event = Event.objects.listed().upcoming(now=now).filter(registration_open=True).first()
    registration = event.registrations.filter(state=Registration.State.CONFIRMED).first()
    Registration.objects.filter(pk=registration.pk).update(confirmed_at=now - timedelta(days=30))
    scheduling.schedule_event(
        event, start=now + timedelta(days=3), end=now + timedelta(days=3, hours=1), now=now - timedelta(days=5)
    )
    when = event.dtstart - timedelta(minutes=59)

    reminders.send_due(now=when)
    reminders.send_due(now=when + timedelta(minutes=1))
    outbox.sweep_outbox(now=when + timedelta(minutes=2))

    assert len(letters_to(registration.email)) == 1
