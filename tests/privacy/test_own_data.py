"""Seeing, taking along and erasing one's own data (events spec 13.4–13.6, 16.2)."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from events.models import Registration
from iurc_portal.notifications.models import Message
from iurc_portal.privacy import links, services
from iurc_portal.privacy.models import DataLink, DataRequest
from iurc_portal.privacy.subjects import subject_of
from tests.admin.conftest import member_of
from tests.factories import make_event, make_registration, make_user
from tests.pages.html import page
from tests.privacy.somebody import DAY, EMAIL, KEY, NOW, person_everywhere

pytestmark = pytest.mark.django_db
ASK = "/en/your-data/"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    cache.clear()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def link_in(email) -> str:
    return re.search(r"https?://[^/]+(/p/\S+)", email.body).group(1)


def open_link(email=EMAIL, language="en") -> str:
    return f"/p/{links.issue(email, language=language, now=NOW)}/"


def everything():
    person_everywhere()
    mail.outbox.clear()


# --- The way in ------------------------------------------------------------------------------------------------------


def test_known_and_unknown_addresses_get_the_same_answer_and_each_a_letter(client, django_capture_on_commit_callbacks):
    make_registration(make_event(), email="known@example.org")

    answers = []
    for email in ("known@example.org", "unknown@example.org"):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(ASK, {"email": email})
        answers.append((answer.status_code, answer["Location"]))

    assert answers == [(302, "/en/your-data/asked/")] * 2
    assert [email.to for email in mail.outbox] == [["known@example.org"], ["unknown@example.org"]]
    assert [client.get(link_in(email)).status_code for email in mail.outbox] == [200, 200]


def test_the_letter_leads_to_what_is_held_in_its_own_language(client, django_capture_on_commit_callbacks):
    make_registration(make_event(name_ja="都市の催し"), email=EMAIL)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/ja/your-data/", {"email": EMAIL})

    answer = client.get(link_in(mail.outbox[0]))

    assert answer["Content-Language"] == "ja"
    assert "都市の催し" in answer.content.decode()


def test_asking_too_often_is_refused_as_elsewhere(client):
    answers = [client.post(ASK, {"email": EMAIL}).status_code for _n in range(6)]

    assert answers == [302] * 5 + [429]


def test_robots_and_wrong_addresses_get_no_letter(client):
    robot = client.post(ASK, {"email": EMAIL, "website": "x"})
    wrong = client.post(ASK, {"email": "taro"})

    assert (robot.status_code, wrong.status_code) == (302, 422)
    assert not Message.objects.exists()


def test_pages_with_a_link_leak_it_in_no_way_and_get_changes_nothing(client):
    make_registration(make_event(dtstart=NOW + DAY), email=EMAIL)
    address = open_link()

    answers = [client.get(address), client.get(f"{address}erase/"), client.head(address)]

    for answer in answers:
        assert (answer.status_code, answer["Referrer-Policy"]) == (200, "no-referrer")
        assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert Registration.objects.get().state == "confirmed"
    assert not DataRequest.objects.exists()


def test_an_old_link_and_an_invented_one_open_nothing(client):
    old = open_link()
    DataLink.objects.update(expires_at=NOW)

    invented = [client.get(f"/p/{'x' * 43}/{part}") for part in ("", "erase/", "file/")]

    assert client.get(old).status_code == 410
    assert client.post(old).status_code == 410
    assert [answer.status_code for answer in invented] == [404] * 3


def test_the_page_says_in_words_what_is_held(client):
    everything()

    told = page(client, open_link())

    headings = told.xpath("//main//h2/@id")
    assert {"held-registrations", "held-answers", "held-letters", "held-account", "held-people"} <= set(headings)
    assert {"copy", "erase"} <= set(headings)


# --- A copy ----------------------------------------------------------------------------------------------------------


def test_the_copy_holds_everything_twice_and_its_link_works_for_a_day(
    client, monkeypatch, django_capture_on_commit_callbacks
):
    everything()
    with django_capture_on_commit_callbacks(execute=True) as _task, django_capture_on_commit_callbacks(execute=True):
        answer = client.post(open_link())
    address = link_in(mail.outbox[-1])

    copy = zipfile.ZipFile(io.BytesIO(client.get(address).content))
    facts = json.loads(copy.read("torino-nagoya-data.json"))
    book = load_workbook(io.BytesIO(copy.read("torino-nagoya-data.xlsx")))
    monkeypatch.setattr(timezone, "now", lambda: NOW + DAY)
    late = client.get(address)
    services.tend_requests(now=NOW + DAY)

    assert answer.status_code == 200
    assert facts["address"] == KEY
    assert len(facts["sections"]["registrations"]) == len(Registration.State.values) + 1
    assert facts["sections"]["answers"][0]["answer"] == "hummus allergy"
    assert book.sheetnames[:1] == ["Study visits as a member of a de"[:31]]
    assert len(book.sheetnames) == len(facts["sections"])
    assert late.status_code == 404
    assert DataRequest.objects.get().content is None


def test_a_copy_names_nobody_else():
    everything()
    make_registration(make_event(), email="other@example.org", family_name="Brenvia")

    copy = json.dumps(
        [[section.table().cells(row) for row in section.records] for section in services.held(subject_of(EMAIL))],
        default=str,
    )

    assert "brenvia" not in copy.lower()


def test_while_a_copy_is_being_made_there_is_no_second_one():
    first, second = (
        services.ask_for_copy(email=EMAIL, language="en", way="link", now=NOW + timedelta(minutes=n)) for n in (0, 1)
    )
    made = [services.make_copy(first.pk, now=NOW) for _twice in range(2)]

    assert first == second
    assert made == [True, False]


def test_what_is_held_costs_the_same_for_much_as_for_little(django_assert_max_num_queries):
    everything()

    with django_assert_max_num_queries(60):
        for section in services.held(subject_of(EMAIL)):
            assert section.lines


# --- Erasing ---------------------------------------------------------------------------------------------------------


def test_erasing_asks_once_and_ends_on_a_page_that_knows_nobody(client):
    make_registration(make_event(dtstart=NOW - 40 * DAY), email=EMAIL)
    address = open_link()

    asks = page(client, f"{address}erase/")
    done = client.post(f"{address}erase/")

    assert asks.xpath("//main//form/@action") == [f"{address}erase/"]
    assert (done.status_code, done["Location"]) == (302, "/en/your-data/erased/")
    assert client.get(done["Location"]).status_code == 200
    assert client.get(address).status_code == 404
    assert Registration.objects.get().anonymised_at == NOW
    assert DataRequest.objects.values_list("way", "email", "email_key").get() == ("link", "", "")


def test_who_is_signed_in_confirms_who_they_are_and_closes_the_account(client):
    user = make_user(email=EMAIL, password="a-long-one-0123")
    client.force_login(user)

    held = client.get("/en/my/data/")
    asks_who = client.get("/en/my/data/erase/")

    assert (held.status_code, asks_who.status_code) == (200, 302)
    assert "reauthenticate" in asks_who["Location"]


def test_visitors_have_no_area_of_their_own(client):
    assert [client.get(f"/en/my/data/{part}").status_code for part in ("", "erase/")] == [302, 302]


# --- Staff -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    return client


def people(client, **fields):
    return client.post(reverse("admin:privacy_people"), {"email": EMAIL, **fields})


def test_managers_look_up_a_person_and_hand_over_a_copy_with_a_reason(desk):
    everything()
    desk.force_login(member_of("Managers", email="manager@torino.example"))

    found = people(desk, _do="look")
    without = people(desk, _do="copy")
    given = people(desk, _do="copy", reason="by letter")

    assert "registrations" in [section.name for section in found.context["sections"]]
    assert (without.status_code, given["Content-Type"]) == (422, "application/zip")
    asked = DataRequest.objects.get()
    assert (asked.way, asked.by.email, asked.reason) == ("staff", "manager@torino.example", "by letter")


def test_managers_erase_after_one_more_question(desk):
    make_registration(make_event(dtstart=NOW - 40 * DAY), email=EMAIL)
    desk.force_login(member_of("Managers", email="manager@torino.example"))

    asks = people(desk, _do="erase", reason="by letter")
    still_there = Registration.objects.get().email
    done = people(desk, _do="erase", reason="by letter", confirmed="yes")

    assert (asks.context["asks"], still_there, done.status_code) == (True, EMAIL, 302)
    assert Registration.objects.get().email == ""
    assert DataRequest.objects.values_list("kind", "way", "reason", "by__email").get() == (
        *("erasure", "staff", "by letter"),
        "manager@torino.example",
    )


def test_staff_of_one_city_have_no_page_of_people(desk):
    desk.force_login(member_of("Staff", email="staff@torino.example", side="torino"))

    assert people(desk, _do="look").status_code == 403


# --- Commands --------------------------------------------------------------------------------------------------------


def test_the_commands_do_the_same(tmp_path, capsys):
    make_registration(make_event(dtstart=NOW - 900 * DAY), email=EMAIL)

    call_command("purge_personal_data", "--dry-run")
    call_command("export_person", EMAIL, str(tmp_path / "copy.zip"))
    call_command("erase_person", EMAIL, "--reason", "by letter", "--dry-run")
    untouched = Registration.objects.get().email
    call_command("erase_person", EMAIL, "--reason", "by letter")
    call_command("purge_personal_data")

    assert untouched == EMAIL
    assert Registration.objects.get().anonymised_at == NOW
    assert zipfile.is_zipfile(tmp_path / "copy.zip")
    assert "1  Confirmed registrations and attendance" in capsys.readouterr().out
