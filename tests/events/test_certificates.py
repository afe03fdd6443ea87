"""Certificates: for those who were there, in two languages, under a code that tells no more than it must."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from events import codes
from events.exceptions import NotPresent
from events.models import Certificate
from events.printing import certificate_html
from events.services import tokens
from events.services.certificates import issue_certificate
from events.services.check_in import check_in, undo_check_in
from tests.ecosystem.test_one_page import inside, pages_of
from tests.factories import START, make_event, make_presence, make_registration

pytestmark = pytest.mark.django_db
AFTER = START + timedelta(days=1)


@pytest.fixture(autouse=True)
def _the_day_after(monkeypatch):
    cache.clear()
    monkeypatch.setattr(timezone, "now", lambda: AFTER)


def present(**fields):
    registration = make_registration(
        **{"family_name": "山田", "given_name": "太郎", "romaji": "Taro Yamada", **fields}
    )
    make_presence(registration)
    return registration


def own(registration) -> str:
    return f"/r/{tokens.issue(registration, 'manage', now=AFTER)}/"


def test_whoever_was_there_makes_it_once_by_a_press(client):
    registration = present(language="en")
    page = own(registration)

    assert "Open the certificate (PDF)" in client.get(page).content.decode()
    assert client.get(f"{page}certificate/")["Location"] == page
    assert Certificate.objects.count() == 0
    for _ in range(2):
        answer = client.post(f"{page}certificate/")
        assert (answer.status_code, answer["Location"]) == (303, f"{page}certificate/")

    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{12}", Certificate.objects.get().code)


@pytest.mark.documents
@pytest.mark.parametrize(("language", "both"), [("ja", ["ja", "it"]), ("it", ["it", "ja"]), ("en", ["en", "it"])])
def test_it_is_one_page_in_two_languages_with_real_text(client, language, both):
    registration = present(language=language)
    page = own(registration)
    client.post(f"{page}certificate/")

    answer = client.get(f"{page}certificate/")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert pages_of(answer.content) == 1
    written = inside(answer.content)
    assert (b"pdfuaid:part" in written, b"/ToUnicode" in written) == (True, True)
    html = certificate_html(Certificate.objects.get())
    assert re.findall(r'<section lang="(\w+)">', html) == both


@pytest.mark.documents
def test_it_says_name_event_both_hours_and_the_address_that_confirms_it():
    registration = present(event=make_event(name_ja="実証フィールド", name_it="Luoghi di prova"))
    certificate = issue_certificate(registration, now=AFTER)

    html = certificate_html(certificate)

    for words in (
        "山田 太郎", "上記の方が下記の催しに参加されたことを証明します。", "実証フィールド",
        "日本時間（名古屋）：2026年3月3日(火) 17:00〜18:30 JST (UTC+9)", "Taro Yamada", "Luoghi di prova",
        "Ora di Torino: martedì 3 marzo 2026, 09:00–10:30 CET (UTC+1)",
        f"/certificates/{certificate.code}/", codes.in_groups(certificate.code),
    ):  # fmt: skip
        assert words in html
    assert registration.email not in html


@pytest.mark.parametrize("case", ["absent", "before", "cancelled", "nameless"])
def test_who_has_nothing_to_certify_gets_none(client, case):
    registration = present(
        language="en",
        event=make_event(dtstart=AFTER + timedelta(days=1)) if case == "before" else make_event(),
        **({"family_name": "", "given_name": ""} if case == "nameless" else {}),
        **({"state": "cancelled"} if case == "cancelled" else {}),
    )
    if case == "absent":
        registration.attendance_intervals.all().delete()
    page = own(registration)

    assert "Open the certificate" not in client.get(page).content.decode()
    assert client.post(f"{page}certificate/").status_code == 409
    with pytest.raises(NotPresent):
        issue_certificate(registration, now=AFTER)


@pytest.mark.parametrize("typed", ["{0}", "{1}", "{2}", " {1} "])
def test_a_code_is_confirmed_however_it_is_typed(client, typed):
    certificate = issue_certificate(present(), now=AFTER)
    code = certificate.code
    forms = (code, codes.in_groups(code).lower(), "".join(chr(ord(letter) + 0xFEE0) for letter in code))

    answer = client.get(f"/certificates/{typed.format(*forms)}/", headers={"accept-language": "ja"})

    assert answer.status_code == 200
    assert "この参加証明書は真正なものです" in answer.content.decode()


def test_the_page_confirms_name_event_and_date_and_nothing_else(client):
    registration = present(
        company="見本株式会社",
        job_title="部長",
        country="JP",
        access_needs="wheelchair",
        email="secret@example.org",
        event=make_event(name_en="Testbeds"),
    )
    code = issue_certificate(registration, now=AFTER).code

    answer = client.get(f"/certificates/{code}/", headers={"accept-language": "en"})

    page = answer.content.decode()
    assert re.findall(r"<dd[^>]*>(.*?)</dd>", page) == [
        "Taro Yamada",
        "Testbeds",
        "Torino time: Tuesday 3 March 2026, 09:00 CET (UTC+1)<br>Nagoya time: Tuesday 3 March 2026, 17:00 JST (UTC+9)",
        codes.in_groups(code),
    ]
    assert not re.search("見本株式会社|部長|wheelchair|secret@", page)
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")


@pytest.mark.parametrize("code", ["AAAAAAAAAAAA", "short", "日本", "x" * 300, "%00", "<script>"])
def test_unknown_codes_are_all_answered_alike(client, code):
    answer = client.get(f"/certificates/{code}/", headers={"accept-language": "en"})

    assert answer.status_code == 404
    assert "We know no certificate with this code." in answer.content.decode()


def test_a_check_in_that_is_taken_back_takes_its_certificate_along(client):
    registration = make_registration()
    check_in(registration, now=START, by=None)
    code = issue_certificate(registration, now=AFTER).code
    assert client.get(f"/certificates/{code}/").status_code == 200

    undo_check_in(registration, now=AFTER, by=None)

    assert client.get(f"/certificates/{code}/").status_code == 404


def test_codes_cannot_be_tried_one_after_the_other(client, monkeypatch):
    monkeypatch.setattr("iurc_portal.limits.time.time", AFTER.timestamp)  # spans of the clock do not end meanwhile
    statuses = [client.get(f"/certificates/AAAAAAAAAA{number:02}/").status_code for number in range(31)]

    assert set(statuses[:30]) == {404}
    assert statuses[30] == 429


def test_a_code_from_paper_is_typed_into_a_form(client):
    certificate = issue_certificate(present(), now=AFTER)
    typed = codes.in_groups(certificate.code).lower()

    assert client.get("/certificates/").status_code == 200
    assert client.get("/certificates/", {"code": typed})["Location"] == f"/certificates/{certificate.code}/"
    wrong = client.get("/certificates/", {"code": "日本/../"}, headers={"accept-language": "en"})
    assert "We know no certificate with this code." in wrong.content.decode()


def test_without_its_font_a_kind_page_stands_in_for_the_certificate(client, monkeypatch):
    from iurc_portal.documents import DocumentsUnavailable

    def nothing(text):
        raise DocumentsUnavailable("font")

    monkeypatch.setattr("events.printing.letters_without_glyph", nothing)
    page = own(present(language="en"))
    client.post(f"{page}certificate/")

    answer = client.get(f"{page}certificate/")

    assert answer.status_code == 503
    assert "The certificate cannot be made at present" in answer.content.decode()
