"""Texts that stand in English on a page in another language, found by the catalogues and by the libraries' sources."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation import trans_real

from scripts import catalogues

LIBRARIES = ("unfold", "allauth", "modeltranslation", "import_export", "simple_history", "django.contrib.admin")
PLACEHOLDER = re.compile(r"%\\\((\w+)\\\)[sd]|%[sd]|\\\{\w*\\\}")


def pattern_of(text: str) -> str:
    """A text with placeholders as a regular expression; ``n`` always stands for a number."""

    def what_may_stand(placeholder: re.Match) -> str:
        return r"[\d.,\s]+" if placeholder[1] == "n" else ".+?"

    return PLACEHOLDER.sub(what_may_stand, re.escape(" ".join(text.split())))


def has_words(text: str) -> bool:
    """Whether enough is left to know it by when the placeholders are taken out: "… in …" is Italian as well."""
    rest = re.sub(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", "", text)
    return re.search(r"[A-Za-z]{2}" if rest == text else r"[A-Za-z]{4}", rest) is not None


@cache
def english_texts(language: str) -> re.Pattern:
    """Every English text that has, or ought to have, other words in ``language``."""
    translated = {
        text: message.string[0] if isinstance(message.string, tuple) else message.string
        for message in catalogues.load(language)
        for text in (message.id if isinstance(message.id, tuple) else (message.id,))
        if text
    }
    wanted = {text for text, translation in translated.items() if has_words(text) and text != translation}
    wanted -= set(translated.values())
    known = trans_real.translation(language)._catalog
    for library in LIBRARIES:
        folder = Path(find_spec(library).submodule_search_locations[0])
        for message in catalogues.extracted_from(folder):
            texts = message.id if isinstance(message.id, tuple) else (message.id,)
            context = f"{message.context}\x04" if message.context else ""
            there = known.get(context + texts[0]) or known.get((context + texts[0], 1))
            if not there:
                wanted.update(text for text in texts if has_words(text))
    return re.compile("|".join(sorted(map(pattern_of, wanted))))


def untranslated_in(texts: list[str], language: str) -> list[str]:
    """The texts among ``texts`` that are English ones, on a page in ``language``."""
    if language == "en":
        return []
    english = english_texts(language)
    return [f"in English: {text!r}" for text in texts if english.fullmatch(text)]
