"""Being forgotten (events spec 13.3, 13.5, 14.9, 16.9)."""

import re
from collections import Counter

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import ValidationError

from events.models import AccessToken, AttendanceInterval, CheckIn, JoinClick, Registration
from events.services import letters, reminders, tokens
from iurc_portal.accounts.models import User
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import sweep_outbox
from iurc_portal.privacy import services
from iurc_portal.privacy.models import DataRequest
from tests.factories import make_event, make_registration, make_user
from tests.privacy.somebody import DAY, EMAIL, KEY, NOW, person_everywhere, traces

pytestmark = pytest.mark.django_db


def erase(email=EMAIL, *, now=NOW, way="link", **fields):
    return services.erase(email=email, way=way, language="ja", now=now, **fields)


def test_after_erasure_no_cell_of_the_whole_database_names_the_person():
    person_everywhere()
    places = {re.sub(r" .*", "", trace) for trace in traces()}

    erase()
    services.tend_requests(now=NOW + DAY)

    assert len(places) > 40, "the person was to stand in many places"
    assert traces() == []


def test_what_counts_people_stays():
    person_everywhere()
    erase()
    services.tend_requests(now=NOW + DAY)

    rows = Registration.objects.exclude(anonymised_at=None)
    kept = rows.filter(event__dtstart__lt=NOW)
    assert Counter(kept.values_list("state", flat=True)) == Counter(Registration.State.values)
    assert set(rows.values_list("language", "country")) == {("ja", "JP")}
    assert rows.count() == len(Registration.State.values) + 1
    assert (CheckIn.objects.count(), JoinClick.objects.count()) == (2, 2)
    assert AttendanceInterval.objects.exclude(registration=None).count() == 2
    assert Transition.objects.filter(model="events.registration", actor__email="clerk@torino.example").exists()


def test_who_has_a_place_leaves_it_first_and_the_letter_goes_out(django_capture_on_commit_callbacks):
    event = make_event(dtstart=NOW + 10 * DAY)
    make_registration(event, email=EMAIL)

    with django_capture_on_commit_callbacks() as letters_to_send:
        asked = erase()
    named_until_then = traces([KEY])
    for send in letters_to_send:
        send()
    services.tend_requests(now=NOW)

    assert asked.done_at is None
    assert named_until_then != []
    assert [(email.to, "METHOD:CANCEL" in str(email.message())) for email in mail.outbox] == [([EMAIL], True)]
    assert traces([KEY]) == []
    row = Registration.objects.get()
    assert (row.state, row.email_key, row.anonymised_at) == ("cancelled", None, NOW)


def test_the_address_goes_after_a_day_whatever_happens_to_the_mail(settings):
    make_registration(make_event(dtstart=NOW + 10 * DAY), email=EMAIL)
    erase()

    services.tend_requests(now=NOW + DAY - DAY / 24)
    waits = traces([KEY])
    services.tend_requests(now=NOW + DAY)

    assert waits != []
    assert traces([KEY]) == []
    assert set(Message.objects.values_list("state", "to")) == {("dropped", "")}


def test_nothing_is_sent_to_whoever_was_erased():
    event = make_event(dtstart=NOW - DAY, dtend=NOW - DAY / 2)
    event.reminder_rules.create(trigger="PT20H", relative_to="end")
    make_registration(event, email=EMAIL)
    erase()

    counts = reminders.send_due(now=NOW + DAY / 2)
    sweep_outbox(now=NOW + DAY)

    assert counts["queued"] == 0
    assert not Message.objects.exists()


def test_links_of_earlier_letters_are_unknown(client):
    row = make_registration(make_event(dtstart=NOW + 10 * DAY), email=EMAIL)
    clear = tokens.issue(row, AccessToken.Purpose.MANAGE, now=NOW)

    erase()

    assert client.get(f"/r/{clear}/").status_code == 404


def test_the_account_is_closed_and_every_session_ends(client):
    user = make_user(email=EMAIL)
    client.force_login(user)

    erase(way="account")

    assert not User.objects.exists()
    assert not Session.objects.exists()


def test_an_account_of_staff_is_not_erased_by_itself():
    make_user(email=EMAIL, is_staff=True)

    with pytest.raises(ValidationError) as refusal:
        erase()

    assert refusal.value.code == "staff"
    assert not DataRequest.objects.exists()


def test_asking_twice_is_no_error_and_somebody_unknown_is_nobody():
    make_registration(make_event(dtstart=NOW + 10 * DAY), email=EMAIL)

    first, second = erase(), erase()
    unknown = erase("nobody@example.org")

    assert first == second
    assert unknown.done_at == NOW
    assert Message.objects.filter(kind="events.withdrawn").count() == 1


def test_who_comes_back_is_somebody_new():
    event = make_event(dtstart=NOW + 10 * DAY)
    make_registration(event, email=EMAIL)
    erase()
    services.tend_requests(now=NOW + DAY)

    make_registration(event, email=EMAIL)

    assert event.registrations.count() == 2


def test_others_keep_everything():
    event = make_event(dtstart=NOW - 40 * DAY)
    make_registration(event, email=EMAIL)
    other = make_registration(event, email="other@example.org", company="Brenvia")
    letters.write_again(other, now=NOW)

    erase()

    other.refresh_from_db()
    assert (other.company, other.email_key, other.anonymised_at) == ("Brenvia", "other@example.org", None)
    assert Message.objects.filter(to="other@example.org").exclude(subject_id="").count() == 1
