"""Kept facts as octets: one way to write them, so that a digest can be checked by anybody."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import translation

from iurc_portal.translation.languages import CODES

Texts = dict[str, str]


def octets_of(facts: Any) -> bytes:
    """Canonical JSON: keys in order, no spaces, UTF-8, texts as they are. There are no floating numbers in it."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def digest_of(facts: Any) -> str:
    return hashlib.sha256(octets_of(facts)).hexdigest()


def number_text(value: Decimal | int | None) -> str | None:
    """A number as text that is the same whichever database kept it: "12", "0.5"; None for none."""
    if value is None:
        return None
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def texts_of(obj, field: str) -> Texts:
    """What ``field`` says, by the language in which it was written."""
    return {code: text for code in CODES if (text := getattr(obj, f"{field}_{code}", "") or "").strip()}


def in_each_language(words: Callable[[], Any]) -> Texts:
    """What ``words`` says under each of the three languages."""
    found = {}
    for code in CODES:
        with translation.override(code):
            found[code] = str(words())
    return found


def told_once(texts: Texts) -> Texts | str:
    """A plain text where all languages say the same."""
    said = set(texts.values())
    return said.pop() if len(said) == 1 and len(texts) == len(CODES) else texts
