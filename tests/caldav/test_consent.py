"""Calendars by consent: the code flow, tokens renewed, a consent taken back – against a real CalDAV server."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.caldav import oauth
from events.models import RemoteCalendar
from events.services.calendars import scheduling
from events.services.calendars.access import disconnect
from events.services.calendars.running import run_calendar
from iurc_portal.notifications.models import Message
from tests.admin.conftest import member_of
from tests.caldav.consent_server import ConsentServer
from tests.factories import make_event, make_user, make_webinar

pytestmark = pytest.mark.django_db(transaction=True)
GOOGLE = reverse("admin:events_remotecalendar_google")
BACK = reverse("admin:events_remotecalendar_consented")
CHOOSE = reverse("admin:events_remotecalendar_choose")


@pytest.fixture
def consent(radicale, settings):
    server = ConsentServer(radicale).start()
    settings.GOOGLE_CALENDAR = server.settings
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    yield server
    server.stop()


@pytest.fixture
def staff(client):
    user = member_of("Staff", email="anna@torino.example", side="torino", language="en")
    client.force_login(user)
    return client


def connected(client, consent, path) -> RemoteCalendar:
    """Through the pages, as a person goes."""
    onward = client.post(GOOGLE, {"account": "anna@torino.example"}).context["onward"]
    client.get(BACK, consent.consent(onward))
    answer = client.post(CHOOSE, {"collection": consent.address + path, "scope": "webinars", "language": "en"})
    calendar = RemoteCalendar.objects.get()
    assert answer.url == reverse("admin:events_remotecalendar_change", args=[calendar.pk])
    return calendar


def run(calendar):
    return run_calendar(RemoteCalendar.objects.select_related("owner").get(pk=calendar.pk), now=timezone.now())


def test_staff_connect_by_consent_and_events_arrive(staff, consent, radicale):
    path = radicale.new_calendar()
    event = make_webinar(event=make_event(dtstart=timezone.now() + timedelta(days=3))).event

    calendar = connected(staff, consent, path)
    outcome = run(calendar)

    assert (calendar.auth, calendar.username) == ("oauth", "anna@torino.example")
    assert outcome.outcome == "done"
    assert calendar.items.get().event == event
    assert radicale.ask("GET", path + calendar.items.get().href.rpartition("/")[2])[0] == 200


def test_tokens_are_stored_encrypted_and_shown_nowhere(staff, consent, radicale):
    from django.db import connection

    calendar = connected(staff, consent, radicale.new_calendar())

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, access_token FROM events_remotecalendar")
        stored = cursor.fetchone()
    page = staff.get(reverse("admin:events_remotecalendar_change", args=[calendar.pk])).content.decode()
    assert calendar.secret in consent.refresh
    assert calendar.access_token in consent.access
    for token in (calendar.secret, calendar.access_token):
        assert token not in "".join(stored)
        assert token not in page


def test_a_token_is_renewed_before_its_end(staff, consent, radicale):
    calendar = connected(staff, consent, radicale.new_calendar())
    RemoteCalendar.objects.update(access_until=timezone.now() + timedelta(seconds=30))
    consent.asked.clear()
    refused = consent.refused

    assert run(calendar).outcome == "done"

    assert consent.asked == ["refresh_token"]
    assert consent.refused == refused
    assert RemoteCalendar.objects.get().access_until > timezone.now() + timedelta(minutes=50)


def test_a_token_that_ended_early_is_renewed_once_after_the_refusal(staff, consent, radicale):
    calendar = connected(staff, consent, radicale.new_calendar())
    consent.access.clear()
    consent.asked.clear()

    assert run(calendar).outcome == "done"

    assert consent.asked == ["refresh_token"]


def test_a_consent_taken_back_pauses_the_calendar_with_one_letter_until_it_is_given_again(staff, consent, radicale):
    calendar = connected(staff, consent, radicale.new_calendar())
    consent.take_back()

    first = run(calendar)

    page = reverse("admin:events_remotecalendar_change", args=[calendar.pk])
    calendar.refresh_from_db()
    assert (first.outcome, calendar.paused_because) == ("paused", "unauthorized")
    assert Message.objects.filter(kind="events.calendar_refused").count() == 1
    assert scheduling.run_one(calendar.pk, now=timezone.now()) == "paused or gone"
    assert staff.get(page).context["what_to_do"].startswith("Enter a new password, or give the consent again.")

    onward = staff.post(reverse("admin:events_remotecalendar_consent", args=[calendar.pk])).context["onward"]
    answer = staff.get(BACK, consent.consent(onward))

    calendar.refresh_from_db()
    assert answer.url == page
    assert calendar.paused_because == ""
    assert run(calendar).outcome == "done"


def test_a_consent_that_was_begun_elsewhere_does_nothing(staff, consent, radicale):
    onward = staff.post(GOOGLE, {"account": "anna@torino.example"}).context["onward"]
    led_back = consent.consent(onward)

    answer = staff.get(BACK, {**led_back, "state": "another"}, follow=True)

    assert "This consent was not begun here" in answer.content.decode()
    assert consent.asked == []
    assert not RemoteCalendar.objects.exists()


def test_who_says_no_at_the_service_is_told_kindly(staff, consent):
    onward = staff.post(GOOGLE, {"account": "anna@torino.example"}).context["onward"]
    state = consent.consent(onward)["state"]

    answer = staff.get(BACK, {"error": "access_denied", "state": state}, follow=True)

    assert "The service did not accept the consent." in answer.content.decode()


def test_a_code_is_good_once_and_only_for_who_began(consent, db):
    state, verifier = oauth.new_state()
    led_back = consent.consent(oauth.consent_address(state=state, verifier=verifier, back=f"http://testserver{BACK}"))
    code, back = led_back["code"], f"http://testserver{BACK}"

    with pytest.raises(oauth.errors.Unauthorized):
        oauth.redeem(code, verifier="another", back=back, now=timezone.now())
    with pytest.raises(oauth.errors.Unauthorized):
        oauth.redeem(code, verifier=verifier, back=back, now=timezone.now())


def test_the_consent_is_given_back_with_the_last_calendar_of_the_account(staff, consent, radicale):
    calendar = connected(staff, consent, radicale.new_calendar())
    second = RemoteCalendar.objects.create(
        owner=make_user(is_staff=True), display_name="Another", url=f"{consent.address}/other/", auth="oauth",
        username=calendar.username, secret=calendar.secret, scope="webinars",
    )  # fmt: skip
    consent.asked.clear()

    assert disconnect(calendar, now=timezone.now(), by=calendar.owner)
    assert consent.asked == []
    assert disconnect(second, now=timezone.now(), by=second.owner)
    assert consent.asked == ["revoke"]


def test_without_a_client_nobody_is_offered_google(staff, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    page = reverse("admin:events_remotecalendar_add")

    assert staff.get(page).context["google"] is False
    assert staff.get(GOOGLE).url == page
