"""By what an organisation is known again: its name in one spelling, the host of its website. Pure functions."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from iurc_portal.search.fold import fold

# Full-width letters, digits and the ideographic space as people type them elsewhere; Japanese punctuation stays.
WIDTH = str.maketrans(
    {0x3000: " ", 0x00A0: " "}
    | {code: chr(code - 0xFEE0) for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ"))
       for code in range(ord(first), ord(last) + 1)}
    | dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
)  # fmt: skip
HALF_KANA = re.compile("[｡-ﾟ]+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
IN_BRACKETS = re.compile(r"[(（]([^()（）]+)[)）]$")
JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff々〆]")

# Legal forms after folding, where they stand as words of their own, with or without points and spaces: S. r. l.
INITIALS = ("srl", "srls", "spa", "snc", "sas", "scarl", "scrl", "sa", "aps", "odv", "ets", "kk", "bv")
SPELT = "|".join(r"\W{0,2}".join(letters) for letters in INITIALS)
WHOLE = "societa cooperativa|societa benefit|onlus|ltd|limited|llc|inc|corp|corporation|plc|gmbh|sarl"
FORMS = re.compile(rf"\b(?:{SPELT}|{WHOLE}|soc\W{{0,2}}coop|co\W{{0,3}}ltd)(?=\W|$)")
# The Japanese ones are written without spaces.
JAPANESE_FORMS = re.compile(
    "株式会社|有限会社|合同会社|合資会社|(?:一般|公益)(?:社団|財団)法人|独立行政法人|国立大学法人|学校法人"
    "|特定非営利活動法人|npo法人|[(](?:株|有|同|社|財|一社|一財|公社|公財|学|独)[)]"
)
# Hosts that lend their name to everybody say nothing about whose page it is.
SHARED_HOSTS = frozenset(
    {
        *("facebook.com", "instagram.com", "linkedin.com", "it.linkedin.com", "jp.linkedin.com", "twitter.com"),
        *("x.com", "youtube.com", "sites.google.com", "note.com", "ameblo.jp", "linktr.ee", "medium.com"),
        "github.com",
    }
)


def tidy(text: str) -> str:
    """``text`` with single spaces and in the usual width; its letters, case and legal form stay as they were typed."""
    text = HALF_KANA.sub(lambda run: unicodedata.normalize("NFKC", run[0]), CONTROL.sub("", text))
    return " ".join(unicodedata.normalize("NFC", text.translate(WIDTH)).split())


@lru_cache(maxsize=65_536)
def name_words(text: str) -> tuple[str, ...]:
    """The words by which a name is compared: folded, without legal form and marks.

    Where nothing else is left ("S.p.A.", "(株)"), the words are those of the whole.
    """
    folded = fold(tidy(text))
    short = FORMS.sub(" ", JAPANESE_FORMS.sub(" ", folded))
    return tuple(re.findall(r"\w+", short)) or tuple(re.findall(r"\w+", folded))


def name_key(text: str) -> str:
    """One spelling for the names that are the same but for case, accents, width, spaces, marks and legal form."""
    return "".join(name_words(text))


def parted(text: str) -> tuple[str, str]:
    """A name and what follows it between brackets: "Alfa (Torino)" is ("Alfa", "Torino"); "" where nothing follows."""
    found = IN_BRACKETS.search(text) if text.endswith((")", "）")) else None
    return (text[: found.start()].strip(), found[1].strip()) if found else (text, "")


@lru_cache(maxsize=65_536)
def website_host(address: str) -> str:
    """The host of a web address without ``www.``, or "" where there is none or where many share it."""
    try:
        host = (urlsplit(address.strip()).hostname or "").rstrip(".")
        host = host.encode("idna").decode("ascii") if host else ""
    except (UnicodeError, ValueError):
        return ""
    host = host.lower().removeprefix("www.")
    return "" if host in SHARED_HOSTS else host


def is_japanese(text: str) -> bool:
    """Whether a name is written in Japanese letters, at least in part."""
    return JAPANESE.search(text) is not None
