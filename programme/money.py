"""Amounts as people type and read them: 1.234,50 € in Italian, €1,234.50 in English, 1,234円 in Japanese (5, P26)."""

import re
import unicodedata
from decimal import Decimal

from babel.numbers import format_currency, format_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LOCALES = {"it": "it", "en": "en_GB", "ja": "ja"}
EXAMPLES = {"it": "1.234,50", "en": "1,234.50", "ja": "1,234.50"}
SPACES = re.compile(r"[\s\u00a0\u202f']+")
GROUPED = {  # digits, perhaps in groups of three, perhaps with a part after the language's own sign
    "it": re.compile(r"(?P<whole>\d+|\d{1,3}(?:\.\d{3})+)(?:,(?P<part>\d+))?"),
    "en": re.compile(r"(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<part>\d+))?"),
}
BARE_POINT = re.compile(r"(?P<whole>\d+)\.(?P<part>\d{1,2}|\d{4,})")  # no group ends so: keypads have no comma


def _language() -> str:
    code = (get_language() or "en")[:2]
    return code if code in LOCALES else "en"


def read_amount(text: str, language: str | None = None) -> Decimal:
    """The number that a reader of ``language`` (default: the active one) means. Full-width digits are read.

    In Italian the comma divides the decimals, in English and Japanese the point. Raises ``ValueError``.
    """
    language = language or _language()
    plain = SPACES.sub("", unicodedata.normalize("NFKC", text).replace("€", "").replace("¥", "").replace("円", ""))
    match = GROUPED["it" if language == "it" else "en"].fullmatch(plain)
    if match is None and language == "it":
        match = BARE_POINT.fullmatch(plain)
    if match is None or not plain.isascii():
        raise ValueError(text)
    whole = match["whole"].replace(".", "").replace(",", "")
    return Decimal(f"{whole}.{match['part'] or 0}")


def money_words(amount: Decimal | None, currency: str, language: str | None = None) -> str:
    """``amount`` with its currency as readers write it, "–" for none; yen without decimals."""
    if amount is None:
        return "–"
    return format_currency(amount, currency, locale=LOCALES[language or _language()])


LONGEST = 40  # characters that somebody may type for an amount


class AmountField(forms.Field):
    """A number typed as in the reader's language, two decimals at most (``places``)."""

    default_error_messages = {
        "amount": _("Write an amount like %(example)s."),
        "places": _("At most %(n)s digits after the sign of decimals."),
        "large": _("This is more than we can keep: check the amount."),
    }

    def __init__(self, *, places: int = 2, most: Decimal = Decimal("9999999999"), **kwargs):
        self.places, self.most = places, most
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "inputmode": "decimal"}

    def prepare_value(self, value):
        if not isinstance(value, Decimal):
            return value
        pattern = "0" if value == value.to_integral_value() else "0." + "0" * 2 + "#" * max(self.places - 2, 0)
        return format_decimal(value, format=pattern, locale=LOCALES[_language()], group_separator=False)

    def to_python(self, value):
        if isinstance(value, Decimal):
            return value
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            amount = read_amount(str(value)[: LONGEST + 1])
        except ValueError as error:
            example = {"example": EXAMPLES[_language()]}
            raise ValidationError(self.error_messages["amount"], code="amount", params=example) from error
        if -amount.normalize().as_tuple().exponent > self.places:  # type: ignore[operator]
            raise ValidationError(self.error_messages["places"], code="places", params={"n": self.places})
        if amount > self.most:
            raise ValidationError(self.error_messages["large"], code="large")
        return amount

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True
