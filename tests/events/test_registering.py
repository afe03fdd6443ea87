"""The registration form and the page behind the mailed link, as visitors meet them."""

import re
import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail, signing
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from events import forms
from events.models import Registration
from events.services.registrations import asking
from iurc_portal.notifications.models import Message
from tests.factories import START, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
VISITOR = {
    "given_name": "Taro",
    "family_name": "Yamada",
    "email": "taro@example.org",
    "language": "ja",
    "tzid": "Asia/Tokyo",
    "consent": "on",
}


@pytest.fixture(autouse=True)
def _twenty_days_before(monkeypatch):
    cache.clear()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def mark(age=timedelta(seconds=30)) -> str:
    """What a form shown ``age`` ago carries."""
    signer = signing.TimestampSigner(salt=forms.AGE_SALT)
    signer.timestamp = lambda: signing.b62_encode(int(time.time() - age.total_seconds()))
    return signer.sign("shown")


def send(client, event, page="en", **fields):
    data = {**VISITOR, "began": mark(), **fields}
    return client.post(
        f"/{page}/events/{event.slug}/register/", {key: value for key, value in data.items() if value is not None}
    )


def errors_of(response) -> dict:
    return {
        field: [error.code for error in errors.as_data()] for field, errors in response.context["form"].errors.items()
    }


# --- The form --------------------------------------------------------------------------------------------------------


def test_a_visitor_registers_with_one_form_and_is_sent_to_their_mail(client, django_capture_on_commit_callbacks):
    event = make_event()

    with django_capture_on_commit_callbacks(execute=True):
        answer = send(client, event, "ja", company="名古屋商事", interpretation="")

    assert (answer.status_code, answer["Location"]) == (302, f"/ja/events/{event.slug}/register/asked/")
    registration = Registration.objects.get()
    assert (registration.state, registration.company, registration.consent_version) == (
        "unproved",
        "名古屋商事",
        "",  # nobody has written a text: tests/privacy/test_consents.py
    )
    assert [email.to for email in mail.outbox] == [["taro@example.org"]]
    assert client.get(answer["Location"]).status_code == 200


def test_the_answer_is_the_same_for_the_known_and_the_unknown(client):
    event = make_event()
    make_registration(event, email="known@example.org")

    known, unknown = (send(client, event, email=f"{who}@example.org") for who in ("known", "unknown"))

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known.content == unknown.content
    assert dict(known.headers) == dict(unknown.headers)
    assert sorted(Message.objects.values_list("to", "kind")) == [
        ("known@example.org", "events.known"),
        ("unknown@example.org", "events.proof"),
    ]


@pytest.mark.parametrize(
    ("language", "order"),
    [("ja", ["family_name", "given_name", "family_kana", "given_kana"]), ("it", ["given_name", "family_name"])],
)
def test_names_stand_in_the_readers_order_with_readings_for_japanese(client, language, order):
    content = client.get(f"/{language}/events/{make_event().slug}/register/").content.decode()

    assert re.findall(r'name="(\w+_(?:name|kana))"', content) == order


@pytest.mark.parametrize(
    ("language", "tzid", "country"),
    [("ja", "Asia/Tokyo", "JP"), ("it", "Europe/Rome", "IT"), ("en", "Europe/Rome", "")],
)
def test_the_form_is_preset_from_the_pages_language(client, language, tzid, country):
    form = client.get(f"/{language}/events/{make_event().slug}/register/").context["form"]

    assert (form["language"].value(), form["tzid"].value(), form["country"].value()) == (language, tzid, country)


@pytest.mark.parametrize(
    ("language", "nowhere", "london"),
    [
        ("it", "Non indicare", "Londra (Regno Unito)"),
        ("en", "Prefer not to say", "London (United Kingdom)"),
        ("ja", "選択しない", "ロンドン（イギリス）"),
    ],
)
def test_countries_and_zones_are_named_in_the_readers_language(client, language, nowhere, london):
    form = client.get(f"/{language}/events/{make_event().slug}/register/").context["form"]

    assert form.fields["country"].choices[0] == ("", nowhere)
    assert ("Europe/London", london) in form.fields["tzid"].choices


def test_a_signed_in_person_finds_the_form_filled(client):
    user = make_user(email="anna@example.org", given_name="Anna", family_name="Rossi", language="it")
    client.force_login(user)

    form = client.get(f"/en/events/{make_event().slug}/register/").context["form"]

    assert [form[name].value() for name in ("given_name", "family_name", "email", "language")] == [
        "Anna",
        "Rossi",
        "anna@example.org",
        "it",
    ]


def test_a_signed_in_person_with_a_proved_address_arrives_on_their_own_page(client):
    user = make_user(email="taro@example.org")
    EmailAddress.objects.create(user=user, email="taro@example.org", verified=True)
    client.force_login(user)

    answer = send(client, make_event())

    assert answer.status_code == 303
    assert client.get(answer["Location"]).status_code == 200
    assert Registration.objects.get().state == "confirmed"


def test_interpretation_is_asked_only_where_there_is_some(client):
    silent, spoken = make_event(), make_event()
    spoken.languages.create(language="ja", role="interpreted")
    spoken.languages.create(language="en", role="spoken")

    assert "interpretation" not in client.get(f"/en/events/{silent.slug}/register/").context["form"].fields
    form = client.get(f"/en/events/{spoken.slug}/register/").context["form"]
    assert [code for code, _name in form.fields["interpretation"].choices] == ["", "ja"]


def test_the_form_on_the_events_page_leads_to_the_same_place(client):
    event = make_event()

    content = client.get(f"/en/events/{event.slug}/").content.decode()

    assert f'action="/en/events/{event.slug}/register/"' in content


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("given_name", "", "required"),
        ("given_name", "   ", "required"),
        ("given_name", None, "required"),
        ("given_name", "x" * 81, "max_length"),
        ("family_name", "Yama\x00da", "null_characters_not_allowed"),
        ("family_name", "Yama\x1bda", "controls"),
        ("family_name", "Yama\r\nBcc: a@b.example", "controls"),
        ("family_kana", "山田", "kana"),
        ("family_kana", "Yamada", "kana"),
        ("given_kana", "タ" * 81, "max_length"),
        ("email", "", "required"),
        ("email", "taro.yamada", "invalid"),
        ("email", "taro@", "invalid"),
        ("email", "a@b.example\r\nBcc: c@d.example", "invalid"),
        ("email", "taro\x00@example.org", "null_characters_not_allowed"),
        ("email", "x" * 250 + "@example.org", "max_length"),
        ("company", "x" * 161, "max_length"),
        ("job_title", "x" * 121, "max_length"),
        ("country", "XX", "invalid_choice"),
        ("country", "<b>", "invalid_choice"),
        ("language", "fr", "invalid_choice"),
        ("language", "", "required"),
        ("tzid", "Europe/Atlantis", "invalid_choice"),
        ("tzid", "", "required"),
        ("interpretation", "de", "invalid_choice"),
        ("access_needs", "x" * 401, "max_length"),
        ("access_needs", "\x00", "null_characters_not_allowed"),
        ("consent", None, "required"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_stored(client, field, value, code):
    event = make_event()
    event.languages.create(language="ja", role="interpreted")

    response = send(client, event, "ja", **{field: value})

    assert response.status_code == 200
    assert code in errors_of(response)[field]
    content = response.content.decode()
    assert 'id="error-summary"' in content
    assert f'id="id_{field}_error"' in content
    assert Registration.objects.count() == 0


TEXTS = st.text(max_size=500) | st.sampled_from(
    ["", "\x00", "🙂" * 200, "<script>", "'; DROP TABLE", "\ud7ff", "ｱｲｳ", "א"]
)


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from([*VISITOR, "company", "country", "access_needs", "began", "website"]), TEXTS))
def test_no_text_whatever_causes_an_error_of_ours(client, fields):
    cache.clear()
    event = make_event()

    response = send(client, event, "ja", **fields)

    assert response.status_code in {200, 302}


@pytest.mark.parametrize("field", ["given_name", "family_name", "email", "company", "job_title", "access_needs"])
def test_what_was_typed_is_kept_after_an_error(client, field):
    hostile = '"><script>alert(1)</script>山田'

    response = send(client, make_event(), consent=None, **{field: hostile})

    assert response.context["form"][field].value() == hostile
    content = response.content.decode()
    assert "<script>alert(1)" not in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;山田" in content


@pytest.mark.parametrize("name", ["Ærøskøbing", "O'Brien-Müller", "山田", "Ⅷ世", "𠮷野", "د", "葛\U000e0100城"])
def test_names_are_kept_as_they_are_typed(client, name):
    send(client, make_event(), family_name=f" {name} ")

    assert Registration.objects.get().family_name == name


def test_an_address_in_full_width_letters_is_read_as_a_plain_one(client):
    send(client, make_event(), email="ｔａｒｏ＠ｅｘａｍｐｌｅ．ｏｒｇ")

    assert Registration.objects.get().email == "taro@example.org"


def test_an_address_with_an_international_domain_is_taken_as_typed(client):
    send(client, make_event(), email="taro@名古屋.example")

    registration = Registration.objects.get()
    assert (registration.email, registration.email_key) == ("taro@名古屋.example", "taro@xn--7orpdr10a.example")


def test_a_filled_trap_gets_the_form_again_with_a_kind_sentence(client):
    response = send(client, make_event(), website="https://spam.example")

    assert errors_of(response) == {"__all__": ["robot"]}
    assert response.context["form"]["family_name"].value() == "Yamada"
    assert Registration.objects.count() == 0


@pytest.mark.parametrize(
    ("began", "code"),
    [
        (lambda: mark(timedelta(minutes=-1)), "quick_form"),  # a minute ahead: no slow machine makes it old enough
        (lambda: mark(timedelta(hours=13)), "old_form"),
        (lambda: "", "old_form"),
        (lambda: "shown:forged:signature", "old_form"),
        (lambda: signing.TimestampSigner(salt="another").sign("shown"), "old_form"),
    ],
)
def test_a_form_of_a_wrong_age_comes_back_with_what_was_typed(client, began, code):
    response = send(client, make_event(), began=began())

    assert errors_of(response) == {"__all__": [code]}
    assert response.context["form"]["email"].value() == "taro@example.org"
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("age", [timedelta(seconds=3), timedelta(hours=11, minutes=59)])
def test_a_form_of_a_persons_age_passes(client, age):
    assert send(client, make_event(), began=mark(age)).status_code == 302


@pytest.mark.parametrize(("signed_in", "status"), [(True, 403), (False, 302)])
def test_a_form_without_its_csrf_token_is_refused_where_there_is_a_session_to_abuse(signed_in, status):
    from django.test import Client

    sender = Client(enforce_csrf_checks=True)
    if signed_in:
        sender.force_login(make_user(email="aiko@example.org"))

    assert send(sender, make_event()).status_code == status


def test_the_sixth_request_for_one_address_in_an_hour_is_asked_to_wait(client):
    statuses = [send(client, make_event(), email=" Taro@example.org").status_code for _ in range(6)]
    other = send(client, make_event(), email="other@example.org").status_code

    assert statuses == [302] * 5 + [429]
    assert other == 302
    answer = send(client, make_event())
    wait = int(answer["Retry-After"])
    assert 0 < wait <= 3600
    assert f"try again in {-(-wait // 60)} minute" in answer.content.decode()


def test_a_network_may_send_300_forms_in_ten_minutes(client, settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "network_times": 3}
    event = make_event()

    statuses = [send(client, event, email=f"p{n}@example.org").status_code for n in range(4)]

    assert statuses == [302, 302, 302, 429]
    assert 0 < int(send(client, event)["Retry-After"]) <= 600


def test_reading_the_form_is_never_limited(client, settings):
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "network_times": 0}

    assert client.get(f"/en/events/{make_event().slug}/register/").status_code == 200


def test_load_trials_may_switch_the_limits_off(client, settings):
    settings.RATE_LIMITS = False
    event = make_event()

    statuses = {send(client, event, began="", email=f"p{n % 2}@example.org").status_code for n in range(14)}

    assert statuses == {302}


def test_a_cache_that_is_away_lets_people_pass(client, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError("cache")

    monkeypatch.setattr(cache, "add", away)

    assert send(client, make_event()).status_code == 302


def test_the_cache_keeps_no_address(client, monkeypatch):
    kept, add = [], cache.add
    monkeypatch.setattr(cache, "add", lambda key, *args, **kwargs: kept.append(key) or add(key, *args, **kwargs))

    send(client, make_event())

    assert kept
    assert not any("taro" in key or "127.0.0.1" in key for key in kept)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_full_event_says_so_and_offers_the_next_one(client, method):
    event = make_event(maximum_attendee_capacity=0)
    make_event(name_en="Next of the track", dtstart=START + timedelta(days=7))

    path = f"/en/events/{event.slug}/register/"
    response = client.get(path) if method == "get" else send(client, event)

    assert response.status_code == (200 if method == "get" else 409)
    assert "All places are taken." in response.content.decode()
    assert "Next of the track" in response.content.decode()


@pytest.mark.parametrize("fields", [{"registration_open": False}, {"dtstart": NOW}, {"status": "CANCELLED"}])
def test_a_closed_event_says_so(client, fields):
    event = make_event(**fields)

    assert client.get(f"/en/events/{event.slug}/register/").status_code == 200
    response = send(client, event)
    assert response.status_code == 409
    assert "Registration for this event is closed." in response.content.decode()


def test_a_busy_database_gives_the_form_back_with_what_was_typed(client, monkeypatch):
    def wait(*args, **kwargs):
        raise OperationalError("canceling statement due to lock timeout")

    event = make_event()
    monkeypatch.setattr(asking, "_ask", wait)

    response = send(client, event)

    assert response.status_code == 503
    assert errors_of(response) == {"__all__": ["busy"]}
    assert response.context["form"]["email"].value() == "taro@example.org"
    assert Registration.objects.count() == 0


def test_a_mail_server_that_is_away_does_not_undo_the_request(client, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with django_capture_on_commit_callbacks(execute=True):
        answer = send(client, make_event())

    assert answer.status_code == 302
    assert Message.objects.get().state == "queued"


@pytest.mark.parametrize("hidden", [{"status": "TENTATIVE"}, {"access": "participants"}])
def test_one_cannot_register_for_what_one_may_not_see(client, hidden):
    event = make_event(**hidden)

    assert send(client, event).status_code == 404


def test_a_registration_costs_a_constant_number_of_queries(client, django_assert_max_num_queries):
    event = make_event(maximum_attendee_capacity=100)
    for n in range(20):
        make_registration(event, email=f"p{n}@example.org")

    with django_assert_max_num_queries(24):
        assert send(client, event).status_code == 302


def test_japanese_readers_are_asked_for_their_readings_and_latin_letters_and_these_are_kept(client):
    event = make_event(slug="open")
    names = {"family_name": "山田", "given_name": "太郎", "family_kana": "やまだ", "given_kana": "ﾀﾛｳ"}

    pages = {code: client.get(f"/{code}/events/open/register/").content.decode() for code in ("ja", "it")}
    client.post("/ja/events/open/register/", {**VISITOR, **names, "romaji": "YAMADA Taro", "began": mark()})

    assert [('name="romaji"' in pages[code]) for code in ("ja", "it")] == [True, False]
    registration = event.registrations.get()
    assert (registration.family_kana, registration.given_kana) == ("やまだ", "ﾀﾛｳ")
    assert registration.display_name("it") == "YAMADA Taro"
