"""Every page of the account stands in our frame, in three languages, and writes in the reader's language."""

import re

import pytest
from allauth.account.models import EmailAddress

from tests.factories import make_user
from tests.pages.html import of_class, page

pytestmark = pytest.mark.django_db

ENTRANCE = [
    "login/",
    "signup/",
    "password/reset/",
    "password/reset/done/",
    "login/code/",
    "confirm-email/",
    "inactive/",
]
OWN = ["email/", "password/change/", "logout/", "2fa/", "reauthenticate/"]


def member():
    user = make_user(email="aiko@example.jp", language="ja")
    user.set_password("a-long-enough-secret")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.mark.parametrize(
    ("password", "wanted"),
    [
        ("kumo", "10文字以上で設定してください。"),
        ("aiko@example.jp", "氏名やメールアドレスに似たパスワードは使用できません。"),
    ],
)
def test_a_refused_password_is_explained_in_polite_japanese(client, password, wanted):
    answer = client.post(
        "/ja/account/signup/", {"email": "aiko@example.jp", "password1": password, "password2": password}
    )

    assert wanted in answer.content.decode()


def test_staying_signed_in_is_offered_in_plain_english(client):
    assert page(client, "/en/account/login/").xpath("//label[@for='id_remember']/text()") == [
        "Keep me signed in on this device"
    ]


def stands_in_our_frame(client, path):
    found = page(client, path)
    assert found.xpath("//footer//a[@data-element='privacy-policy-link']"), path
    assert len(found.xpath("//main//h1")) == 1, path
    assert found.xpath("//title/text()")[0].strip() != "– Torino–Nagoya", path
    unlabelled = [
        field.get("name")
        for field in found.xpath("//main//input[not(@type='hidden')][not(@type='submit')] | //main//textarea")
        if not found.xpath(f"//label[@for='{field.get('id')}']") and not field.xpath("ancestor::label")
    ]
    assert unlabelled == [], path
    assert found.xpath("//main//button[not(contains(@class, 'tn-btn'))]") == [], path
    assert found.xpath("//meta[@name='robots']/@content") == ["noindex"], path


@pytest.mark.parametrize("code", ["it", "en", "ja"])
def test_the_ways_in_stand_in_our_frame(client, code):
    for path in ENTRANCE:
        stands_in_our_frame(client, f"/{code}/account/{path}")


@pytest.mark.parametrize("code", ["it", "en", "ja"])
def test_the_own_pages_stand_in_our_frame_with_their_menu(client, code):
    client.force_login(member())

    for path in OWN:
        stands_in_our_frame(client, f"/{code}/account/{path}")
        if path != "reauthenticate/":
            assert len(page(client, f"/{code}/account/{path}").xpath(f"{of_class('tn-tabs')}//a")) == 8


def test_signing_in_with_a_wrong_password_says_so_and_keeps_the_address(client):
    member()

    response = client.post("/ja/account/login/", {"login": "aiko@example.jp", "password": "wrong"})

    assert "入力されたメールアドレスもしくはパスワードが正しくありません。" in response.text
    assert 'value="aiko@example.jp"' in response.text


def test_signing_in_leads_to_the_own_area(client):
    member()

    response = client.post("/ja/account/login/", {"login": "aiko@example.jp", "password": "a-long-enough-secret"})

    assert (response.status_code, response["Location"]) == (302, "/ja/my/")


def test_signing_up_writes_in_the_language_of_the_page_and_confirms_by_post(client, mailoutbox):
    client.post(
        "/ja/account/signup/",
        {"email": "ken@example.jp", "password1": "a-long-enough-secret", "password2": "a-long-enough-secret"},
    )
    (letter,) = mailoutbox
    link = re.search(r"http://testserver(/\S+)", letter.body)[1]
    looked = client.get(link)
    before = EmailAddress.objects.get(email="ken@example.jp").verified
    client.post(link)

    assert letter.to == ["ken@example.jp"]
    assert letter.subject == "メールアドレスの確認をお願いします – トリノ・名古屋"
    assert link.startswith("/ja/account/")
    assert (looked.status_code, before) == (200, False)
    assert EmailAddress.objects.get(email="ken@example.jp").verified is True


def test_an_address_that_has_an_account_learns_nothing_in_public(client, mailoutbox):
    member()
    data = {"password1": "a-long-enough-secret", "password2": "a-long-enough-secret"}

    taken = client.post("/it/account/signup/", {"email": "aiko@example.jp", **data})
    new = client.post("/it/account/signup/", {"email": "nuovo@example.org", **data})

    assert (taken.status_code, taken["Location"]) == (new.status_code, new["Location"])
    assert [letter.subject for letter in mailoutbox] == [
        "Ha già un account – Torino–Nagoya",
        "Conferma dell'indirizzo – Torino–Nagoya",
    ]


def test_a_code_by_mail_signs_in_without_a_password(client, mailoutbox):
    member()

    client.post("/it/account/login/code/", {"email": "aiko@example.jp"})
    code = re.search(r"^(\S{6,9})$", mailoutbox[0].body, re.MULTILINE)[1]
    response = client.post("/it/account/login/code/confirm/", {"code": code})

    assert mailoutbox[0].subject == "Il Suo codice di accesso – Torino–Nagoya"
    assert (response.status_code, response["Location"]) == (302, "/it/my/")


def test_a_forgotten_password_is_chosen_anew_through_the_mail(client, mailoutbox):
    member()

    client.post("/ja/account/password/reset/", {"email": "aiko@example.jp"})
    link = re.search(r"http://testserver(/\S+)", mailoutbox[0].body)[1]
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another-long-secret", "password2": "another-long-secret"})

    assert mailoutbox[0].subject == "パスワードの再設定 – トリノ・名古屋"
    assert client.login(email="aiko@example.jp", password="another-long-secret")
