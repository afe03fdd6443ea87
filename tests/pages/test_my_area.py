"""One's own area: a greeting, registrations, and what one may change of oneself."""

import pytest
from django.contrib.auth import get_user_model

from tests.factories import make_user
from tests.pages.html import page

pytestmark = pytest.mark.django_db

PROFILE = {"family_name": "Yamada", "given_name": "Taro", "language": "it", "tzid": "Europe/Rome"}


def test_a_stranger_is_sent_to_sign_in_and_back(client):
    response = client.get("/ja/my/")

    assert (response.status_code, response["Location"]) == (302, "/ja/account/login/?next=/ja/my/")


@pytest.mark.parametrize(
    ("code", "names", "greeting"),
    [
        ("ja", {"family_name": "山田", "given_name": "太郎"}, "山田 太郎 様"),
        ("ja", {}, "anna@example.org 様"),
        ("it", {"family_name": "Rossi", "given_name": "Anna"}, "Ciao Anna Rossi"),
        ("en", {}, "Hello anna@example.org"),
    ],
)
def test_the_greeting_follows_the_customs_of_the_language(client, code, names, greeting):
    client.force_login(make_user(email="anna@example.org", **names))

    assert page(client, f"/{code}/my/").xpath("string(//h1)") == greeting


@pytest.mark.parametrize(
    ("code", "order"),
    [
        ("ja", ["family_name", "given_name", "family_kana", "given_kana", "romaji"]),
        ("it", ["given_name", "family_name"]),
    ],
)
def test_the_names_are_asked_in_the_order_of_the_language(client, code, order):
    client.force_login(make_user())

    assert page(client, f"/{code}/my/").xpath("//main//input[@type='text']/@name") == order


def test_a_profile_is_saved_and_the_page_goes_on_in_the_language_chosen(client):
    user = make_user()
    client.force_login(user)

    response = client.post("/it/my/", {**PROFILE, "language": "ja", "tzid": "Asia/Tokyo"})

    user.refresh_from_db()
    assert (user.family_name, user.given_name, user.language, user.tzid) == ("Yamada", "Taro", "ja", "Asia/Tokyo")
    assert (response.status_code, response["Location"]) == (302, "/ja/my/")


def test_readings_written_on_a_japanese_page_stay_when_an_italian_one_is_saved(client):
    user = make_user()
    client.force_login(user)
    readings = {"family_kana": "やまだ", "given_kana": "タロウ", "romaji": "YAMADA Taro"}

    client.post("/ja/my/", {**PROFILE, **readings})
    client.post("/it/my/", PROFILE)

    user.refresh_from_db()
    assert {name: getattr(user, name) for name in readings} == readings
    assert "ヤマダ" in user.name_key


@pytest.mark.parametrize(
    "wrong", [{"language": "xx"}, {"tzid": "Mars/Olympus"}, {"family_name": "山" * 81}, {"language": ""}]
)
def test_a_profile_with_a_mistake_is_not_saved_and_says_where(client, wrong):
    user = make_user(family_name="Rossi")
    client.force_login(user)

    response = client.post("/it/my/", {**PROFILE, **wrong})

    user.refresh_from_db()
    assert user.family_name == "Rossi"
    assert response.status_code == 422
    assert f'href="#id_{next(iter(wrong))}"' in response.text


def test_nobody_becomes_staff_through_the_profile(client):
    user = make_user()
    client.force_login(user)

    client.post("/it/my/", {**PROFILE, "is_staff": "on", "is_superuser": "on", "email": "other@example.org"})

    saved = get_user_model().objects.get(pk=user.pk)
    assert (saved.is_staff, saved.is_superuser, saved.email) == (False, False, user.email)


def test_a_third_time_zone_set_before_is_kept(client):
    user = make_user(tzid="America/New_York")
    client.force_login(user)

    client.post("/en/my/", {**PROFILE, "tzid": "America/New_York"})

    user.refresh_from_db()
    assert user.tzid == "America/New_York"
