"""A list as cities really have them: 320 names in one column, each written as whoever typed it liked."""

from itertools import product
from random import Random

# Made-up words: no such organisations exist.
SYLLABLES = [
    *("zol", "for", "bren", "via", "mel", "is", "tor", "van", "pel", "ag", "ur", "sin", "gia", "del", "fon"),
    *("tra", "cor", "vis", "lum", "ne", "qua", "rti", "ber", "go", "sca"),
]
TRADES = ["Auto", "Aria", "Gas", "Ottica", "Robot", "Acque", "Seta", "", "Lab", "Studio"]
JAPANESE = [
    *("矢沼製作", "樫尾電装", "瑞鳳精機", "梁田工業", "榎戸化成"),
    *("砥上光学", "雁谷農産", "帆足物流", "凪原設計", "琴浦計測"),
]
PARTS = ("", "研究所", "技研", "システム", "ホールディングス")
FORMS = ("S.r.l.", "SRL", "S.p.A.", "spa", "s.n.c.", "", "Onlus", "S. r. l.")
DISTINCT = 300


def distinct_names() -> list[str]:
    """300 names of 300 organisations: 250 Latin, 50 Japanese, in the spelling of their own letterhead."""
    chance, latin = Random(2005), []
    japanese = [f"{name}{part}" for name, part in product(JAPANESE, PARTS)]
    while len(latin) < DISTINCT - len(japanese):
        word = "".join(chance.sample(SYLLABLES, 4)).title()
        latin.append(f"{word} {TRADES[len(latin) % len(TRADES)]}".strip())
    return latin + japanese


def uneven(name: str, number: int) -> str:
    """``name`` as the ``number``-th person typed it: case, legal form, spaces, accents, width, city."""
    is_latin = name.isascii()
    form = FORMS[number % len(FORMS)] if is_latin else ("株式会社", "（株）", "")[number % 3]
    text = f"{name} {form}".strip() if is_latin else f"{form}{name}"
    changes = (
        lambda: text,
        lambda: text.upper() if is_latin else text,
        lambda: text.replace(" ", "  "),
        lambda: f" {text} ",
        lambda: text.replace(" ", "\u3000") if is_latin else f"{text}\u3000",
        lambda: text.lower() if is_latin else text,
        lambda: f"{text} (Torino)",
    )
    return changes[number % len(changes)]()


def the_list() -> list[str]:
    """320 lines: every name once, and 20 of them a second time as somebody else would write it."""
    names = distinct_names()
    first = [uneven(name, number) for number, name in enumerate(names)]
    again = [uneven(name, number * 7 + 3) for number, name in enumerate(names[::15])]
    return first + again
