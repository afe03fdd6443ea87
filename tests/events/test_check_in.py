"""The door: codes, finding people in any script, present and taken back, badges."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.utils import timezone

from events import codes
from events.finding import those_called
from events.models import CheckIn
from events.printing import LettersMissing, badge_of, badges_html, in_order
from events.services.attendance import has_attended
from events.services.check_in import check_in, undo_check_in
from iurc_portal.audit.models import Transition
from iurc_portal.documents import pdf_of
from tests.ecosystem.test_one_page import inside, pages_of
from tests.factories import START, make_event, make_organisation, make_registration, make_user

pytestmark = pytest.mark.django_db
YAMADA = {"family_name": "山田", "given_name": "太郎", "family_kana": "ヤマダ", "given_kana": "タロウ"}


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: START)


def on_site(**fields):
    return make_event(event_attendance_mode="offline", **fields)


def staff(*codenames, side="torino"):
    user = make_user(is_staff=True, side=side, language="en")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_event", "change_event", *codenames]))
    return user


@pytest.fixture
def door(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "SecondFactor" not in name]
    client.force_login(staff("check_in", "change_registration"))
    return client


def own_event(**fields):
    return on_site(organizer=make_organisation(side="torino"), **fields)


# --- Codes ----------------------------------------------------------------------------------------------------------


def test_a_code_tells_nothing_and_finds_its_person_again():
    event = on_site()
    registration, other = make_registration(event), make_registration()
    code = codes.code_of(registration.pk)

    assert (len(code), set(code) <= set(codes.LETTERS)) == (16, True)
    assert codes.registration_behind(event, code) == registration
    assert codes.registration_behind(event, f" {code[:8].lower()}-{code[8:]} ") == registration
    assert codes.registration_behind(event, codes.code_of(other.pk)) is None
    assert codes.registration_behind(event, "日本\x00") is None


def test_codes_that_are_printed_live_through_a_change_of_the_secret(settings):
    registration = make_registration()
    code = codes.code_of(registration.pk)

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-secret-0123456789"

    assert codes.code_of(registration.pk) != code
    assert codes.registration_behind(registration.event, code) == registration


def test_a_place_that_was_given_back_has_no_code():
    registration = make_registration(state="cancelled")

    assert codes.registration_behind(registration.event, codes.code_of(registration.pk)) is None


# --- Finding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "山田",
        "太郎",
        "山田太郎",
        "やまだ",
        "ﾔﾏﾀﾞ",
        "ヤマダ タロウ",
        "yamada",
        "Tarō",
        "tarou yamada",
        "YAMADA",
        "ＹＡＭＡ",
    ],
)
def test_a_japanese_name_is_found_as_anybody_can_type_it(words):
    wanted = make_registration(**YAMADA, email="a@example.org")
    other = make_registration(
        family_name="佐藤", given_name="花", family_kana="サトウ", given_kana="ハナ", email="b@example.org"
    )

    assert those_called([wanted, other], words) == [wanted]


@pytest.mark.parametrize("words", ["Nicolò", "nicolo", "d'angelo", "D’Angelo", "robot", "nico@"])
def test_an_italian_name_is_found_without_its_accents(words):
    wanted = make_registration(
        family_name="D’Angelo", given_name="Nicolò", company="Robotica srl", email="nico@example.org"
    )

    assert those_called([wanted, make_registration(email="x@example.org")], words) == [wanted]


def test_no_words_find_everybody_and_strange_ones_nobody():
    people = [make_registration(), make_registration()]

    assert those_called(people, " ") == people
    assert those_called(people, "%_'\"<script>") == []


def test_people_stand_as_readers_look_them_up():
    sato = make_registration(
        family_name="佐藤", given_name="花", family_kana="サトウ", given_kana="ハナ", romaji="Hana Sato"
    )
    yamada = make_registration(**YAMADA, romaji="Taro Yamada")
    emile, rossi = (make_registration(family_name=name, given_name="Anna") for name in ("Émile", "rossi"))
    people = [yamada, rossi, sato, emile]

    assert in_order(people, "it") == [emile, rossi, sato, yamada]
    assert in_order(people, "ja")[-2:] == [sato, yamada]


# --- Present and taken back -----------------------------------------------------------------------------------------


def test_present_and_taken_back_with_their_authors():
    first, second, registration = make_user(is_staff=True), make_user(is_staff=True), make_registration(on_site())

    check_in(registration, now=START, by=first)
    check_in(registration, now=START + timedelta(minutes=1), by=second)
    assert (CheckIn.objects.get().by, CheckIn.objects.get().at, has_attended(registration)) == (first, START, True)
    undo_check_in(registration, now=START, by=second)
    assert has_attended(registration) is False
    undo_check_in(registration, now=START, by=second)
    present = check_in(registration, now=START, by=second)

    assert (present.state, present.by) == ("present", second)
    log = Transition.objects.of(present).values_list("from_state", "to_state", "actor")
    assert list(log) == [("", "present", first.pk), ("present", "undone", second.pk), ("undone", "present", second.pk)]


@pytest.mark.parametrize(
    ("event", "person", "hours", "code"),
    [
        ({}, {"state": "cancelled"}, 0, "off"),
        ({}, {"state": "unproved"}, 0, "off"),
        ({"status": "CANCELLED"}, {}, 0, "off"),
        ({}, {}, -13, "early"),
    ],
)
def test_who_cannot_be_present_is_refused(event, person, hours, code):
    registration = make_registration(on_site(**event), **person)

    with pytest.raises(ValidationError) as refusal:
        check_in(registration, now=START + timedelta(hours=hours), by=None)

    assert (refusal.value.code, CheckIn.objects.count()) == (code, 0)


# --- The page at the door -------------------------------------------------------------------------------------------


def test_the_code_of_ones_own_page_leads_staff_to_its_person(door, client):
    event = own_event()
    registration = make_registration(event, **YAMADA)
    make_registration(event, family_name="Rossi")
    code = codes.code_of(registration.pk)

    answer = door.get(f"/check-in/{event.public_id}/{code}/", follow=True)

    assert urlsplit(answer.redirect_chain[0][0]).path == f"/admin/events/event/{event.pk}/check-in/"
    assert [line["person"] for line in answer.context["lines"]] == [registration]


def test_a_foreign_code_is_told_and_everybody_is_shown(door):
    event = own_event()
    make_registration(event)

    answer = door.get(f"/admin/events/event/{event.pk}/check-in/", {"code": codes.code_of(0)})

    assert "This code is of no confirmed place at this event." in answer.content.decode()
    assert len(answer.context["lines"]) == 1


def test_a_press_notes_and_a_second_button_takes_back(door):
    event = own_event()
    registration = make_registration(event)
    page = f"/admin/events/event/{event.pk}/check-in/"

    back = door.post(page, {"person": registration.pk, "_do": "in", "q": "yama", "page": "1"})
    assert (back.status_code, back["Location"]) == (302, f"{page}?q=yama&page=1")
    assert CheckIn.objects.get().state == "present"
    door.post(page, {"person": registration.pk, "_do": "out"})

    assert CheckIn.objects.get().state == "undone"


@pytest.mark.parametrize(
    "data", [{}, {"person": "x"}, {"person": "9" * 30, "_do": "in"}, {"person": "٣", "_do": "in"}]
)
def test_nonsense_at_the_door_changes_nothing(door, data):
    event = own_event()
    make_registration(event)

    assert door.post(f"/admin/events/event/{event.pk}/check-in/", data).status_code == 302
    assert CheckIn.objects.count() == 0


def test_nobody_of_another_event_is_checked_in_here(door):
    event, other = own_event(), make_registration()

    door.post(f"/admin/events/event/{event.pk}/check-in/", {"person": other.pk, "_do": "in"})

    assert CheckIn.objects.count() == 0


def test_the_door_costs_as_many_queries_for_many_as_for_one(door, django_assert_max_num_queries):
    event = own_event()
    page = f"/admin/events/event/{event.pk}/check-in/"
    counts = []
    for _ in range(2):
        for _person in range(3):
            check_in(make_registration(event), now=START, by=make_user())
        with django_assert_max_num_queries(60) as queries:
            door.get(page)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_only_who_may_check_in_sees_the_door_and_only_of_their_city(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "SecondFactor" not in name]
    event = own_event()
    page = f"/admin/events/event/{event.pk}/check-in/"

    answers = []
    for user in (staff(), staff("check_in", side="nagoya"), staff("check_in")):
        client.force_login(user)
        answers.append(client.get(page).status_code)

    assert answers == [403, 404, 200]


def test_a_code_opened_by_a_participant_leads_to_the_sign_in_of_staff(client):
    event = own_event()
    registration = make_registration(event)

    answer = client.get(f"/check-in/{event.public_id}/{codes.code_of(registration.pk)}/", follow=True)

    assert "/account/login/?next=/admin/events/" in answer.redirect_chain[-1][0]
    assert "Yamada" not in answer.content.decode()


def test_ones_own_page_shows_the_code_until_the_event_is_over(client, monkeypatch):
    from events.services import tokens

    hall, online = make_registration(on_site()), make_registration(make_event())
    paths = [f"/r/{tokens.issue(registration, 'manage', now=START)}/" for registration in (hall, online)]

    shown = ["tn-qr" in client.get(path).content.decode() for path in paths]
    monkeypatch.setattr(timezone, "now", lambda: START + timedelta(days=1))

    assert shown == [True, False]
    assert "tn-qr" not in client.get(paths[0]).content.decode()


# --- Badges ---------------------------------------------------------------------------------------------------------


def test_a_badge_bears_kanji_kana_romaji_and_company_and_no_honorific():
    japanese = badge_of(make_registration(**YAMADA, romaji="Taro Yamada", company="見本株式会社"))
    italian = badge_of(make_registration(family_name="Rossi", given_name="Anna", romaji="ignored", language="it"))
    nameless = badge_of(make_registration(family_name="", given_name="", email="info@example.org"))

    assert (japanese.name, japanese.reading, japanese.romaji) == ("山田 太郎", "ヤマダ タロウ", "Taro Yamada")
    assert (japanese.company, japanese.is_japanese) == ("見本株式会社", True)
    assert (italian.name, italian.reading, italian.romaji) == ("Anna Rossi", "", "")
    assert nameless.name == "info"


@pytest.mark.documents
def test_badges_are_ten_on_a_sheet_with_real_text(door):
    event = own_event()
    for _ in range(11):
        make_registration(event, **YAMADA)

    answer = door.get(f"/admin/events/event/{event.pk}/badges/")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert pages_of(answer.content) == 2
    assert b"/ToUnicode" in inside(answer.content)


@pytest.mark.documents
def test_rare_kanji_are_printed_and_what_has_no_shape_is_named():
    rare = make_registration(family_name="𠮷野", given_name="葛\U000e0100城", company="髙﨑")

    assert pdf_of(badges_html([rare], title="Event")).startswith(b"%PDF-")
    with pytest.raises(LettersMissing) as refusal:
        badges_html([rare, make_registration(family_name="山\ue000田", given_name="花")], title="Event")

    assert refusal.value.names == [("山\ue000田 花", ["\ue000"])]


@pytest.mark.documents
def test_staff_are_told_of_names_that_cannot_be_printed(door):
    event = own_event()
    make_registration(event, family_name="\ue000", given_name="花")

    answer = door.get(f"/admin/events/event/{event.pk}/badges/", follow=True)

    assert answer.redirect_chain[0][0] == f"/admin/events/event/{event.pk}/day/"
    assert "no font on our server can print" in answer.content.decode()
