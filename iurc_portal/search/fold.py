"""One spelling for what readers write in many: width, case, accents, apostrophes, old kana. Pure; for text and query.

The order of the steps matters. ``fold`` gives the same text when applied twice.
"""

import re
import unicodedata
from functools import lru_cache

# Sounds that Japanese writes in two ways; what remains after the pairs are small kana, which become large.
SOUNDS = str.maketrans(
    {
        **dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True)),
        **dict(zip("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ", strict=True)),
        "ヴ": "ブ",
        "ゔ": "ぶ",
        "ヷ": "バ",
        "ヸ": "ビ",
        "ヹ": "ベ",
        "ヺ": "ボ",
    }
)
VU = re.compile("ヴ([ァィェォ])")
VU_SOUNDS = {"ァ": "バ", "ィ": "ビ", "ェ": "ベ", "ォ": "ボ"}
MARKS = str.maketrans(
    {
        **dict.fromkeys("’‘`´ʼ‛′＇", "'"),
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        "\u200b": " ",
    }
)
# Letters that fold into more than one, or together with others.
UNEVEN = re.compile("[ßŉǰΐΰևẖẗẘẙẚẞヴ\u0300-\u036f]")
KATAKANA = {letter: letter + 0x60 for letter in range(ord("ぁ"), ord("ゖ") + 1)}  # by their hiragana


def fold(text: str) -> str:
    """Return ``text`` in the one spelling that is compared: NFKC, case, accents of Latin letters, marks, kana."""
    text = unicodedata.normalize("NFKC", text)
    text = unicodedata.normalize("NFKC", text.casefold())
    text = _without_accents(text).translate(MARKS)
    text = VU.sub(lambda pair: VU_SOUNDS[pair[1]], text)
    return text.translate(SOUNDS)


def fold_aligned(text: str) -> tuple[str, list[int]]:
    """``fold(text)`` with, for each of its letters, the position in ``text`` it comes from.

    Letters that are composed with what follows them (か + ゙, half-width ｶ + ﾞ, e + ´) are folded together.
    """
    whole = fold(text)
    if len(whole) == len(text) and not UNEVEN.search(text) and unicodedata.is_normalized("NFKC", text):
        return whole, list(range(len(text)))  # letter by letter, as nearly all texts are
    folded: list[str] = []
    origins: list[int] = []
    for start, end in _clusters(text):
        piece = fold(text[start:end])
        folded.append(piece)
        origins.extend([start] * len(piece))
    return "".join(folded), origins


def to_katakana(text: str) -> str:
    """Hiragana as katakana. Only after a text was cut into runs: the border between the two scripts is a border."""
    return text.translate(KATAKANA)


def _clusters(text: str):
    """Borders of the pieces that normalisation may join: a letter with its combining marks, ヴ with its vowel."""
    start = 0
    for position in range(1, len(text) + 1):
        if position < len(text):
            letter = text[position]
            joins = unicodedata.combining(letter) or letter in "ﾞﾟ"
            if joins or (letter in "ァィェォｧｨｪｫ" and text[start] in "ヴｳ"):
                continue
        yield start, position
        start = position


def _without_accents(text: str) -> str:
    """Drop combining marks after Latin letters only: the voicing mark of か is a sound, not an accent."""
    if text.isascii():
        return text
    kept: list[str] = []
    after_latin = False
    for letter in unicodedata.normalize("NFD", text):
        if unicodedata.combining(letter):
            if after_latin:
                continue
        else:
            after_latin = _is_latin(letter)
        kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=4096)
def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
