"""Finding people of one event by whatever part of their name somebody can type (events spec 8.7, 11.11)."""

import unicodedata
from collections.abc import Iterable

from events.models import Registration
from iurc_portal.search.fold import fold, to_katakana
from iurc_portal.search.romaji import romaji, sound


def those_called(registrations: Iterable[Registration], words: str) -> list[Registration]:
    """Those in whose name, reading, romaji, company or address every one of ``words`` stands. All, without words."""
    wanted = _compared(words).split()
    return [registration for registration in registrations if all(_has(registration, word) for word in wanted)]


def _has(registration: Registration, word: str) -> bool:
    texts = _compared(
        "\n".join(
            (
                f"{registration.family_name}{registration.given_name}",
                f"{registration.given_name} {registration.family_name}",
                f"{registration.family_kana}{registration.given_kana}",
                registration.romaji,
                registration.company,
                registration.email,
            )
        )
    )
    if word in texts:
        return True
    written = f"{registration.family_kana} {registration.given_kana} {registration.romaji}"
    reading = to_katakana(unicodedata.normalize("NFKC", written))  # not folded: small kana make sounds of their own
    return word.isascii() and len(word) > 1 and sound(word) in sound(romaji(reading))


def _compared(text: str) -> str:
    return to_katakana(fold(text))
