"""Katakana as Latin letters (Hepburn), so that who cannot type kana finds a name by its sound. For searching only.

Long vowels are written in many ways (Ōno, Oono, Ohno, Ono): ``sound`` brings them to one.
"""

import re

_ROWS = {
    "a i u e o": "アイウエオ", "ka ki ku ke ko": "カキクケコ", "ga gi gu ge go": "ガギグゲゴ",
    "sa shi su se so": "サシスセソ", "za ji zu ze zo": "ザジズゼゾ", "ta chi tsu te to": "タチツテト",
    "da ji zu de do": "ダヂヅデド", "na ni nu ne no": "ナニヌネノ", "ha hi fu he ho": "ハヒフヘホ",
    "ba bi bu be bo": "バビブベボ", "pa pi pu pe po": "パピプペポ", "ma mi mu me mo": "マミムメモ",
    "ya yu yo": "ヤユヨ", "ra ri ru re ro": "ラリルレロ", "wa wo n vu": "ワヲンヴ",
}  # fmt: skip
SYLLABLES = {kana: sound for sounds, row in _ROWS.items() for kana, sound in zip(row, sounds.split(), strict=True)}
GLIDES = {"ャ": "a", "ュ": "u", "ョ": "o", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}
KANA = re.compile("[ァ-ヴー]+")
LONG = ((re.compile("o[ouh](?![aeiou])|o[ou]"), "o"), (re.compile("uu"), "u"), (re.compile("([aei])\\1"), r"\1"))
MACRONS = str.maketrans("āīūēōâîûêô", "aiueoaiueo")


def romaji(text: str) -> str:
    """``text`` with its runs of katakana in Latin letters, lower case; everything else stays."""
    return KANA.sub(lambda run: _run(run[0]), text)


def sound(text: str) -> str:
    """Latin letters as they sound, long vowels made short: what two spellings of a Japanese name share."""
    text = text.lower().translate(MACRONS)
    for pattern, short in LONG:
        text = pattern.sub(short, text)
    return text.replace("mb", "nb").replace("mp", "np").replace("mm", "nm")


def _run(kana: str) -> str:
    written, doubles = "", False
    for letter in kana:
        if letter == "ッ":
            doubles = True
            continue
        if letter == "ー":
            continue
        if letter in GLIDES and written:
            before, vowel = written[:-1], GLIDES[letter]
            is_y = letter in "ャュョ" and not before.endswith(("sh", "ch", "j"))
            written = before + ("y" if is_y else "") + vowel
            continue
        syllable = SYLLABLES.get(letter) or GLIDES.get(letter, "")
        if doubles and syllable:
            written += "t" if syllable.startswith("ch") else syllable[0]
            doubles = False
        written += syllable
    return written
