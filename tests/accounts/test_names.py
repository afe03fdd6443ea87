"""Names in two traditions: how they are shown, found and put in order (events spec 11.9–11.12)."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from ecosystem.models import Person
from events.models import Registration
from iurc_portal.accounts.names import KANA, fill_keys, name_order
from iurc_portal.accounts.spelling import is_latin, kana_order, latin_order, search_key, words_of_romaji
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import render
from tests.factories import make_claim, make_event, make_organisation, make_person, make_registration

YAMADA = {"family_name": "山田", "given_name": "太郎", "family_kana": "ヤマダ", "given_kana": "タロウ"}


# --- Shown -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "language", "parts"),
    [
        ({"family_name": "Rossi", "given_name": "Anna"}, "it", ("Anna", "Rossi")),
        ({"family_name": "Rossi", "given_name": "Anna"}, "ja", ("Rossi", "Anna")),
        ({"family_name": "Đặng", "given_name": "Zoë"}, "en", ("Zoë", "Đặng")),
        ({**YAMADA, "romaji": "YAMADA Taro"}, "ja", ("山田", "太郎")),
        ({**YAMADA, "romaji": "YAMADA Taro"}, "it", ("YAMADA Taro",)),
        ({**YAMADA, "romaji": "YAMADA Taro"}, "en", ("YAMADA Taro",)),
        # Nobody writes 太郎 山田: without Latin letters a name stays in the order of its own script.
        (YAMADA, "it", ("山田", "太郎")),
        ({"family_name": "Yamada", "given_name": "Taro", "romaji": "YAMADA Taro"}, "en", ("Taro", "Yamada")),
        ({"family_name": "Ｒｏｓｓｉ", "given_name": "Anna"}, "en", ("Anna", "Ｒｏｓｓｉ")),
        ({"family_name": "Rossi", "given_name": ""}, "ja", ("Rossi",)),
        ({"family_name": "", "given_name": ""}, "en", ()),
    ],
)
def test_a_name_stands_in_the_readers_order(fields, language, parts):
    person = Person(**fields)

    assert person.name_parts(language) == parts
    assert person.display_name(language) == " ".join(parts)


def test_letters_in_japanese_honour_people_and_lists_do_not():
    person = Person(**YAMADA)

    assert person.greeting_name("ja") == "山田 太郎 様"
    assert person.greeting_name("it") == "山田 太郎"
    assert person.display_name("ja") == "山田 太郎"
    assert Person().greeting_name("ja") == ""


@pytest.mark.parametrize("reading", ["ヤマダ", "やまだ", "ﾔﾏﾀﾞ", "ジャン・ピエール", "オオツカ ミー", "か\u3099", ""])
def test_a_reading_is_taken_in_any_kana(reading):
    KANA(reading)


@pytest.mark.parametrize("reading", ["山田", "Yamada", "ヤマダ1", "ヤマダ\n", "ヤマダ様"])
def test_a_reading_in_no_kana_is_refused(reading):
    with pytest.raises(ValidationError) as refusal:
        KANA(reading)

    assert refusal.value.code == "kana"


# --- Found -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＹＡＭＡＤＡ　Taro", "yamada taro"),
        ("ﾔﾏﾀﾞ", "ヤマダ"),
        ("やまだ", "ヤマダ"),
        ("ガ", unicodedata.normalize("NFD", "が")),
        ("Nicolò", unicodedata.normalize("NFD", "NICOLÒ")),
        ("葛\U000e0100城", "葛城"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_name_meet(one, other):
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(("one", "other"), [("髙橋", "高橋"), ("カ", "ガ"), ("Rossi", "Rosso"), ("ヨ", "ョ")])
def test_other_letters_stay_others(one, other):
    assert search_key(one) != search_key(other)


@given(st.text(max_size=60))
def test_a_key_is_its_own_key(text):
    assert search_key(search_key(text)) == search_key(text)


@pytest.mark.django_db
def test_a_name_is_kept_as_typed_and_found_however_it_is_written():
    person = make_person(family_name="葛\U000e0100城", given_name="ｼﾞｭﾝ", family_kana="かつらぎ")

    person.refresh_from_db()

    assert (person.family_name, person.given_name, person.family_kana) == ("葛\U000e0100城", "ｼﾞｭﾝ", "かつらぎ")
    for words in ("葛城", "葛城ジュン", "ジュン 葛城", "カツラギ", "ｶﾂﾗｷﾞ"):
        assert Person.objects.filter(name_key__contains=search_key(words)).exists(), words


@pytest.mark.django_db
def test_the_keys_follow_the_names_whichever_fields_are_saved():
    registration = make_registration(family_name="Rossi", given_name="Anna")

    registration.family_name = "Bianchi"
    registration.save(update_fields=["family_name"])

    registration.refresh_from_db()
    assert "bianchi" in registration.name_key
    assert registration.order_latin == "bianchi  anna"


@pytest.mark.django_db
def test_rows_of_before_get_their_keys():
    registration = make_registration(family_name="山田", given_name="太郎", family_kana="やまだ", romaji="YAMADA Taro")
    wanted = (registration.name_key, registration.order_ja, registration.order_latin)
    Registration.objects.update(name_key="", order_ja="", order_latin="")

    fill_keys(Registration)

    registration.refresh_from_db()
    assert (registration.name_key, registration.order_ja, registration.order_latin) == wanted


# --- In order --------------------------------------------------------------------------------------------------------


def in_order(key, *words):
    return sorted(words, key=key)


def test_the_order_of_the_fifty_sounds_looks_at_voicing_last():
    assert in_order(kana_order, "カワイ", "ガモウ", "カトウ", "かとう") == ["カトウ", "かとう", "ガモウ", "カワイ"]
    assert in_order(kana_order, "バト", "ハドウ", "ハト") == ["ハト", "バト", "ハドウ"]
    assert in_order(kana_order, "キヨ", "キョウ", "キヨシ") == ["キヨ", "キョウ", "キヨシ"]
    assert in_order(kana_order, "オオタ", "オータ", "オオサカ") == ["オオサカ", "オオタ", "オータ"]


def test_accents_case_and_apostrophes_do_not_count_in_latin_order():
    names = [("Ùbaldi", "A"), ("D'Amico", "B"), ("Dallara", "Z"), ("damico", "A"), ("De Luca", "A"), ("Deluca", "A")]

    ordered = sorted(names, key=lambda name: latin_order(*name))

    assert ordered == [
        ("Dallara", "Z"), ("damico", "A"), ("D'Amico", "B"), ("De Luca", "A"), ("Deluca", "A"), ("Ùbaldi", "A"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("romaji", "family", "given"),
    [
        ("Taro Yamada", "Yamada", "Taro"),
        ("YAMADA Taro", "YAMADA", "Taro"),
        ("Taro YAMADA", "YAMADA", "Taro"),
        ("YAMADA, Taro", "YAMADA", "Taro"),
        ("YAMADA TARO", "TARO", "YAMADA"),
        ("Taro", "Taro", ""),
        ("", "", ""),
    ],
)
def test_latin_letters_are_taken_apart(romaji, family, given):
    assert words_of_romaji(romaji) == (family, given)


def test_what_latin_readers_can_read():
    assert is_latin("D'Amico-Łódź 2")
    assert not is_latin("Rossi 太郎")
    assert not is_latin("Иванов")


@pytest.mark.django_db
def test_a_list_is_in_the_readers_order():
    event = make_event()
    for fields in (
        {"family_name": "渡辺", "given_name": "愛", "family_kana": "わたなべ", "romaji": "Ai Watanabe"},
        {"family_name": "阿部", "given_name": "健", "family_kana": "アベ", "romaji": "ABE Ken"},
        {"family_name": "Zanetti", "given_name": "Ada", "family_kana": "ザネッティ"},
        {"family_name": "Èrcole", "given_name": "Bea", "family_kana": "エルコレ"},
        {"family_name": "Esposito", "given_name": "Ada", "family_kana": "エスポージト"},
    ):
        make_registration(event, **fields)

    def names(language):
        with translation.override(language):
            return [row.family_name for row in Registration.objects.order_by(*name_order())]

    assert names("ja") == ["阿部", "Esposito", "Èrcole", "Zanetti", "渡辺"]
    assert names("it") == names("en") == ["阿部", "Èrcole", "Esposito", "渡辺", "Zanetti"]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "greeting"), [("ja", "Pianca 御中"), ("it", "Spett.le Pianca,")])
def test_letters_to_an_organisation_honour_the_organisation(language, greeting):
    claim = make_claim(organisation=make_organisation(name_en="Pianca"), language=language)
    message = Message(
        kind="ecosystem.claim_proof", subject_id=claim.pk, language=language, tzid="UTC", to="a@b.example"
    )

    with translation.override(language):
        letter = render(message, preview=True)

    assert greeting in letter.body.splitlines()
