"""How names of people are compared and put in order (events spec 11.11, 11.12). Pure: text in, text out.

The search of the site folds further (``iurc_portal/search/fold.py``: accents, small kana); a name is only made equal
where its spellings are the same letters in other widths, cases or compositions, or its reading in another kana.
"""

import unicodedata

from iurc_portal.search.fold import to_katakana

VARIATION_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
NOT_SEEN = dict.fromkeys((*VARIATION_SELECTORS, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
VOICING = {0x3099: None, 0x309A: None}
SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
VOWELS = dict(zip("AIUEO", "アイウエオ", strict=True))


def is_latin(text: str) -> bool:
    """Whether every letter of ``text`` is one that Italian and English readers can read."""
    letters = unicodedata.normalize("NFKC", text)
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in letters if letter.isalpha())


def search_key(text: str) -> str:
    """``text`` as it is searched and compared: NFKC, case-folded, kana as katakana, without variation selectors.

    Full-width, half-width, composed and decomposed forms meet; 髙 and 高 are other letters and stay so.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(to_katakana(folded.translate(NOT_SEEN)).split())


def without_accents(text: str) -> str:
    """«Nicolò» as «Nicolo»: marks of Latin letters are dropped, voicing marks of kana are sounds and stay."""
    kept: list[str] = []
    after_latin = False
    for letter in unicodedata.normalize("NFD", text):
        if unicodedata.combining(letter):
            if after_latin:
                continue
        else:
            after_latin = unicodedata.name(letter, "").startswith("LATIN")
        kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept))


def latin_order(family: str, given: str) -> str:
    """A key that orders by family name without accents, case and apostrophes, then by given name.

    Two spaces stand between the two, so that «De Luca» comes before «Deluca» and every given name.
    """
    plain = (without_accents(search_key(part)).replace("'", "").replace("’", "") for part in (family, given))
    return "  ".join(plain).strip()


def kana_order(text: str) -> str:
    """A key in the order of the fifty sounds, as Japanese lists have it (JIS X 4061).

    First without voicing marks and with large letters, a long mark as the vowel it lengthens; among equals the
    letters as they are decide: ハト, バト, ハドウ.
    """
    exact = search_key(text)
    plain = unicodedata.normalize("NFD", exact).translate(VOICING).translate(SMALL)
    letters: list[str] = []
    for letter in plain:
        if letter == "ー" and letters:
            vowel = unicodedata.name(letters[-1], "")[-1:]
            letter = VOWELS.get(vowel, letter) if "KATAKANA" in unicodedata.name(letters[-1], "") else letter
        letters.append(letter)
    return f"{unicodedata.normalize('NFC', ''.join(letters))}  {exact}"


def words_of_romaji(romaji: str) -> tuple[str, str]:
    """A name in Latin letters as (family, given). A word in capitals is the family name, as passports write it;
    else it is the last word, since given names come first for those who read Latin letters.
    """
    words = romaji.replace(",", " ").split()
    capitals = [word for word in words if len(word) > 1 and word.isupper()]
    family = capitals if capitals and len(capitals) < len(words) else words[-1:]
    return " ".join(family), " ".join(word for word in words if word not in family)
