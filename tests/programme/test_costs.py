"""Money: typed as each language writes it, added up exactly, yen without decimals."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from programme.costs import in_euro, totals_of
from programme.models import CostLine, Gift
from programme.money import AmountField, money_words, read_amount
from tests.factories import make_visit

RATE = {"rate": Decimal("162.35"), "rate_date": date(2026, 3, 4)}


def line(payer="torino", currency="EUR", estimate=None, actual=None, **fields):
    amounts = {"estimate": estimate, "actual": actual}
    amounts = {name: None if amount is None else Decimal(amount) for name, amount in amounts.items()}
    return CostLine(payer=payer, currency=currency, heading_en="x", **amounts, **fields)


# --- Sums ------------------------------------------------------------------------------------------------------------


def test_totals_stand_by_payer_and_currency_with_what_is_missing():
    totals = totals_of(
        [
            line("nagoya", "JPY", "52000", "51800", **RATE),
            line("torino", "EUR", "0.10", "0.10"),
            line("torino", "EUR", "0.20"),
            line("torino", "JPY", "1000", **RATE),
            line("host", "JPY", "1000", "900"),
        ]
    )
    told = {key: (one.estimate, one.actual, one.lines, one.missing) for key, one in totals.by_payer.items()}
    assert told == {
        ("torino", "EUR"): (Decimal("0.30"), Decimal("0.10"), 2, 1),
        ("torino", "JPY"): (Decimal("1000"), Decimal("0"), 1, 1),
        ("nagoya", "JPY"): (Decimal("52000"), Decimal("51800"), 1, 0),
        ("host", "JPY"): (Decimal("1000"), Decimal("900"), 1, 0),
    }
    assert next(iter(told))[0] == "torino"
    assert (totals.missing, totals.no_rate) == (2, 1)
    assert {payer: (one.estimate, one.actual) for payer, one in totals.euro.items()} == {
        "torino": (Decimal("6.46"), Decimal("0.10")),
        "nagoya": (Decimal("320.30"), Decimal("319.06")),
    }
    assert (totals.all_euro.estimate, totals.all_euro.actual) == (Decimal("326.76"), Decimal("319.16"))


def test_each_line_is_rounded_half_up_before_the_sum():
    """Three times 0.005 euro are three cents, and not one and a half."""
    lines = [line("torino", "JPY", "1", rate=Decimal("200"), rate_date=date(2026, 3, 4)) for _n in range(3)]
    assert in_euro(Decimal(1), lines[0]) == Decimal("0.01")
    assert totals_of(lines).all_euro.estimate == Decimal("0.03")


def test_nothing_sums_to_nothing():
    totals = totals_of([])
    assert (totals.by_payer, totals.all_euro.estimate, totals.missing) == ({}, 0, 0)


@given(
    st.lists(st.tuples(st.integers(0, 10**10), st.integers(1, 10**7)), max_size=20),
)
def test_euro_equivalents_are_those_of_exact_fractions(pairs):
    lines = [
        line("torino", "JPY", str(yen), rate=Decimal(rate) / 10000, rate_date=date(2026, 1, 1)) for yen, rate in pairs
    ]
    cents = sum((Fraction(yen) * 1000000 / rate + Fraction(1, 2)).__floor__() for yen, rate in pairs)
    assert totals_of(lines).all_euro.estimate == Decimal(cents).scaleb(-2)


# --- Typing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("it", "1.234,50", "1234.50"),
        ("it", "1234,5", "1234.5"),
        ("it", "1.234", "1234"),
        ("it", "12.50", "12.50"),
        ("it", "€ 1 234,50", "1234.50"),
        ("en", "1,234.50", "1234.50"),
        ("en", "1,234", "1234"),
        ("en", "12.50", "12.50"),
        ("en", "1.234", "1.234"),
        ("ja", "１，２３４円", "1234"),
        ("ja", "¥52,000", "52000"),
    ],
)
def test_the_sign_of_decimals_is_that_of_the_language(language, typed, read):
    assert read_amount(typed, language) == Decimal(read)


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", "12,50"),
        ("it", "1,234.50"),
        ("en", "1.234,50"),
        ("it", "12,34,5"),
        ("en", "-5"),
        ("en", "1e5"),
        ("ja", "五百"),
        ("en", "NaN"),
        ("it", ","),
        ("en", "١٢"),
    ],
)
def test_what_could_mean_something_else_is_refused_with_an_example(language, typed):
    with translation.override(language), pytest.raises(ValidationError) as error:
        AmountField(required=False).clean(typed)
    assert error.value.code == "amount"
    assert {"it": "1.234,50"}.get(language, "1,234.50") in str(error.value.messages)


@given(st.decimals(0, 9999999999, places=2), st.sampled_from(["it", "en", "ja"]))
def test_what_a_form_shows_is_read_back_as_the_same_amount(amount, language):
    field = AmountField()
    with translation.override(language):
        assert field.clean(field.prepare_value(amount)) == amount


@pytest.mark.parametrize(("typed", "code"), [("1.234", "places"), ("99999999999", "large")])
def test_too_many_digits_are_refused(typed, code):
    with translation.override("en"), pytest.raises(ValidationError) as error:
        AmountField().clean(typed)
    assert error.value.code == code


@pytest.mark.parametrize(("language", "words"), [("it", "1.234,50 €"), ("en", "€1,234.50"), ("ja", "€1,234.50")])
def test_amounts_read_as_each_language_writes_them(language, words):
    assert money_words(Decimal("1234.5"), "EUR", language).replace("\xa0", " ") == words
    assert money_words(Decimal("52000"), "JPY", "ja") in {"￥52,000", "¥52,000"}


# --- Rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_yen_have_no_decimals():
    broken = line("torino", "JPY", "10.50", "11.5", no_receipt_reason="lost", visit=make_visit())
    with pytest.raises(ValidationError) as error:
        broken.full_clean()
    assert set(error.value.message_dict) == {"estimate", "actual"}
    line("torino", "JPY", "10.00", visit=make_visit()).full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"actual": "1"},
        {"rate": Decimal("160")},
        {"rate_date": date(2026, 1, 1)},
        {"estimate": "-1"},
        {"payer": "torino", "heading_en": ""},
    ],
)
def test_the_database_refuses_what_cannot_be(fields):
    broken = line(**{name: value for name, value in fields.items() if name != "heading_en"})
    broken.visit = make_visit()
    broken.heading_en = fields.get("heading_en", "x")
    with pytest.raises(IntegrityError), transaction.atomic():
        broken.save()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("currency", "value", "refused"),
    [("EUR", "150", False), ("EUR", "150.01", True), ("JPY", "20000", False), ("JPY", "20001", True)],
)
def test_a_gift_above_the_limit_is_declared(currency, value, refused):
    gift = Gift(visit=make_visit(), giver="a", receiver="b", item_en="book", value=Decimal(value), currency=currency)
    if refused:
        with pytest.raises(ValidationError) as error:
            gift.full_clean()
        assert set(error.value.message_dict) == {"declared_on"}
        gift.declared_on = date(2026, 3, 4)
    gift.full_clean()
