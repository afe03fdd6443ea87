"""What one cell says. A reader takes the text and what the portal knows, and gives a value or says what is wrong."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_slug
from django.utils.translation import override

from ecosystem.identity import tidy
from ecosystem.models import City, Concept, Organisation
from ecosystem.models.facts import normal_number
from iurc_portal.clock import PartnerSide
from iurc_portal.search.fold import fold
from iurc_portal.staff.fields import COMMON_LANGUAGES
from iurc_portal.translation.languages import Language, columns

KANA = re.compile(r"[ァ-ヺー・\s]+")
SEVERAL = re.compile(r"[,;、，；\n]+")
YES = frozenset(["yes", "y", "si", "s", "true", "vero", "1", "x", "✓", "はい", "有", "有り", "可", "○", "〇"])
NO = frozenset(["no", "n", "false", "falso", "0", "-", "いいえ", "無", "無し", "不可", "×"])
LANGUAGE_WORDS = {
    "it": "italiano italian イタリア語 伊",
    "en": "english inglese 英語 英",
    "ja": "japanese giapponese 日本語 日 jp",
    "fr": "french francese フランス語",
    "de": "german tedesco ドイツ語",
    "es": "spanish spagnolo スペイン語",
    "zh": "chinese cinese 中国語",
}


class Unreadable(ValueError):
    """A cell whose value cannot be taken: ``code`` of ``messages.WORDS`` and what its sentence names."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code, self.params = code, params


class Known:
    """What cells may name, read once a batch: cities, themes, and the words of closed lists in three languages."""

    def __init__(self):
        self.cities: dict[str, City] = {}
        for city in City.objects.all():
            for name in (city.slug, *(getattr(city, column) for column in columns("name"))):
                if name:
                    self.cities[fold(name)] = city
        self.themes: dict[str, int] = {}
        for pk, *labels in Concept.objects.themes().values_list("pk", "notation", *columns("pref_label")):
            self.themes |= {fold(label): pk for label in labels if label}
        self.kinds = in_three_languages(Organisation.Kind.choices)
        self.sides = in_three_languages(PartnerSide.choices)
        self.precisions = in_three_languages(Organisation.Precision.choices)
        self.languages = {
            fold(word): code
            for code, name in COMMON_LANGUAGES.items()
            for word in (code, name, *LANGUAGE_WORDS.get(code, "").split())
        }


Reader = Callable[[str, Known], Any]


def in_three_languages(choices) -> dict[str, str]:
    """The codes of a closed list by themselves and by their words in every language, folded."""
    found = {fold(str(code)): str(code) for code, _label in choices}
    for language in Language.values:
        with override(language):
            found |= {fold(str(label)): str(code) for code, label in choices}
    return found


def text(limit: int) -> Reader:
    def read(cell: str, known: Known) -> str:
        value = tidy(cell) if limit <= 240 else cell.replace("\r\n", "\n")
        if len(value) > limit:
            raise Unreadable("long", limit=limit)
        return value

    return read


def kana(cell: str, known: Known) -> str:
    value = text(200)(cell, known)
    if not KANA.fullmatch(value):
        raise Unreadable("kana")
    return value


def register(cell: str, known: Known) -> str:
    return text(40)(normal_number(cell), known)


def country(cell: str, known: Known) -> str:
    value = normal_number(cell)
    if not re.fullmatch("[A-Z]{2}", value):
        raise Unreadable("country")
    return value


def address(cell: str, known: Known) -> str:
    value = tidy(cell)
    if "://" not in value:
        value = f"https://{value}"
    try:
        URLValidator(schemes=["http", "https"])(value)
    except ValidationError:
        raise Unreadable("address") from None
    if len(value) > 400:
        raise Unreadable("long", limit=400)
    return value


def addresses(cell: str, known: Known) -> list[str]:
    return [address(word, known) for word in re.split(r"[,;\s]+", cell) if word]


def one_of(words: dict[str, str], cell: str) -> str:
    code = words.get(fold(tidy(cell)))
    if code is None:
        raise Unreadable("choice", codes=", ".join(dict.fromkeys(words.values())))
    return code


def kind(cell: str, known: Known) -> str:
    return one_of(known.kinds, cell)


def side(cell: str, known: Known) -> str:
    return one_of(known.sides, cell)


def precision(cell: str, known: Known) -> str:
    return one_of(known.precisions, cell)


def city(cell: str, known: Known) -> City:
    found = known.cities.get(fold(tidy(cell)))
    if found is None:
        raise Unreadable("city")
    return found


def themes(cell: str, known: Known) -> list[int]:
    return several(known.themes, cell, "theme")


def languages(cell: str, known: Known) -> list[str]:
    return several(known.languages, cell, "language")


def several(words: dict[str, Any], cell: str, code: str) -> list:
    wanted = [word.strip() for word in SEVERAL.split(cell) if word.strip()]
    unknown = [word for word in wanted if fold(tidy(word)) not in words]
    if unknown:
        raise Unreadable(code, words=", ".join(unknown)[:200])
    return list(dict.fromkeys(words[fold(tidy(word))] for word in wanted))


def number(cell: str) -> Decimal:
    """A number after its width: a comma is read as the point it is in Italian. "nan" and "inf" are none."""
    try:
        value = Decimal(fold(tidy(cell)).replace(",", ".").removesuffix("年").strip())
    except InvalidOperation:
        raise Unreadable("number") from None
    if not value.is_finite():
        raise Unreadable("number")
    return value


def year(cell: str, known: Known) -> int:
    found = re.fullmatch(r"(?:\d{1,2}[/.-]){0,2}(\d{4})(?:-\d{2}-\d{2})?年?", fold(tidy(cell)))
    if found is None:
        raise Unreadable("number")
    value = int(found[1])
    if not 1000 <= value <= 2100:
        raise Unreadable("range", least=1000, most=2100)
    return value


def degrees(most: int) -> Reader:
    def read(cell: str, known: Known) -> Decimal:
        value = number(cell)
        if not -most <= value <= most:
            raise Unreadable("range", least=-most, most=most)
        return value.quantize(Decimal("0.000001"))

    return read


def day(cell: str, known: Known) -> date:
    value = re.sub(r"[年月.]", "-", fold(tidy(cell))).removesuffix("日").split(" ")[0]
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y"):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Unreadable("day")


def yes_no(cell: str, known: Known) -> bool:
    word = fold(tidy(cell))
    if word in YES or word in NO:
        return word in YES
    raise Unreadable("yes_no")


def slug(cell: str, known: Known) -> str:
    value = tidy(cell).lower()
    try:
        validate_slug(value)
    except ValidationError:
        raise Unreadable("slug") from None
    if len(value) > 120:
        raise Unreadable("long", limit=120)
    return value
