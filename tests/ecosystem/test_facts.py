"""The facts of a company table: what is taken, what is refused with which words, and how classifications are named."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from ecosystem import classification
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def refusals(organisation):
    with pytest.raises(ValidationError) as refusal:
        organisation.full_clean()
    return refusal.value.message_dict


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("トリノコウカダイガク", "トリノコウカダイガク"),
        ("ﾄﾘﾉ ｺｳｶﾀﾞｲｶﾞｸ", "トリノ コウカダイガク"),
        ("トリノ　コウカ", "トリノ コウカ"),
        ("オージーアール・ヴェネト", "オージーアール・ヴェネト"),
        ("", ""),
    ],
)
def test_a_reading_is_kept_in_full_width_katakana(typed, kept):
    organisation = make_organisation()
    organisation.kana = typed

    organisation.full_clean()

    assert organisation.kana == kept


@pytest.mark.parametrize("typed", ["都市", "とりの", "Torino", "トリノ1"])
def test_what_is_no_katakana_is_refused_with_an_example(typed):
    organisation = make_organisation()
    organisation.kana = typed

    assert refusals(organisation) == {"kana": ["Write the reading in katakana, for example トリノコウカダイガク."]}


@pytest.mark.parametrize("code", ["00", "04", "45", "6210", "62.100", "62.", "AB", "", "６２"])
def test_an_impossible_code_of_activity_is_named(code):
    organisation = make_organisation()
    organisation.nace = ["62.10", code]

    (message,) = refusals(organisation)["nace"]

    assert message.startswith(f"“{code}” is no NACE 2.1 code.")


@pytest.mark.parametrize(
    ("code", "section", "isic", "jsic"),
    [
        ("01.1", "A", "A", "A 農業，林業"),
        ("28.49", "C", "C", "E 製造業"),
        ("37", "E", "E", "F 電気・ガス・熱供給・水道業"),
        ("38.1", "E", "E", "R サービス業（他に分類されないもの）"),
        ("58.29", "J", "J", "G 情報通信業"),
        ("62.10", "K", "J", "G 情報通信業"),
        ("71.12", "N", "M", "L 学術研究，専門・技術サービス業"),
        ("77.1", "O", "N", "K 不動産業，物品賃貸業"),
        ("84.11", "P", "O", "S 公務（他に分類されるものを除く）"),
        ("95.31", "T", "G", "R サービス業（他に分類されないもの）"),
        ("95.1", "T", "S", "R サービス業（他に分類されないもの）"),
        ("98", "U", "T", ""),
    ],
)
def test_other_classifications_are_derived_as_far_as_they_agree(code, section, isic, jsic):
    found = classification.activity(code)

    assert (found.section, found.isic, found.jsic) == (section, isic, jsic)


def test_every_division_of_nace_has_one_section_and_one_of_isic():
    divisions = [f"{number:02}" for number in range(100) if classification.is_nace(f"{number:02}")]

    assert len(divisions) == 87  # NACE Rev. 2.1 has as many
    assert all(classification.activity(code).isic for code in divisions)


def test_two_organisations_do_not_share_a_number_in_one_register():
    make_organisation(registry_id="00518460019", registry_country="IT")
    make_organisation(registry_id="00518460019", registry_country="JP")
    make_organisation()
    make_organisation()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_organisation(registry_id="00518460019", registry_country="IT")


def test_a_number_is_compared_as_a_register_writes_it():
    make_organisation(registry_id="00518460019", registry_country="IT")
    other = make_organisation()
    other.registry_id, other.registry_country = "００５１８ 460019", "it"

    assert refusals(other) == {"__all__": ["Another organisation has this number in the register of companies."]}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"registry_id": "1"}, "Write the country of the register, too: IT, JP…"),
        ({"capital": 1}, "Choose the currency of the capital."),
    ],
)
def test_what_needs_its_pair_says_so(fields, message):
    organisation = make_organisation()
    for name, value in fields.items():
        setattr(organisation, name, value)

    assert refusals(organisation) == {"__all__": [message]}


def test_a_picture_without_words_is_refused():
    organisation = make_organisation(logo="pictures/0.png", photo="pictures/1.png", photo_alt_ja="研究所の外観")

    assert refusals(organisation) == {"logo": ["Say in words what the picture shows, in one language at least."]}


def test_a_representative_is_public_once_they_agreed():
    organisation = make_organisation(representative="CEO Anna Rossi")
    assert organisation.public_representative == ""

    organisation.representative_consent_on = date(2026, 1, 12)
    assert organisation.public_representative == "CEO Anna Rossi"
