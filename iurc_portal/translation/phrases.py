"""Where a Japanese title may break: between phrases, never inside a word (DESIGN, Japanese rules)."""

import re
from functools import cache, lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString


@cache
def _parser():
    import budoux  # its model is read once, and only by processes that show Japanese

    return budoux.load_default_japanese_parser()


@lru_cache(maxsize=4096)
def with_breaks(text: str) -> SafeString:
    """Return ``text`` escaped, with ``<wbr>`` between its ``pieces``; as it is where nothing is Japanese.

    A ``<wbr>`` is no letter: what a reader selects and copies is ``text``.
    """
    if not _is_japanese(text):
        return SafeString(escape(text))
    return SafeString("<wbr>".join(escape(piece) for piece in pieces(text)))


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[str, ...]:
    """``text`` cut where a line may end: after a space, or between phrases of Japanese, after ・ and 〜. None is lost.

    A number stays whole: BudouX knows words, and takes 2026 for two of them.
    """
    if not _is_japanese(text):
        words = text.split(" ")
        return (*(f"{word} " for word in words[:-1]), words[-1])
    phrases: list[str] = []
    for phrase in _parser().parse(text):
        if phrases and phrases[-1][-1].isdigit() and phrase[0].isdigit():
            phrases[-1] += phrase
        else:
            phrases.append(phrase)
    return tuple(piece for phrase in phrases for piece in re.findall("[^・〜]*[・〜]|[^・〜]+", phrase))


def _is_japanese(text: str) -> bool:
    return any(letter > "\u2e7f" for letter in text)
