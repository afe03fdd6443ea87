"""A long list of conflicts is read by kind, a short one as it is."""

from django.utils import translation

from programme.conflicts.facts import Code
from programme.conflicts.grouping import FEW, TITLES, grouped
from tests.programme.conflicts.test_words import CASES, told


def test_every_code_has_a_title_in_every_language():
    assert set(TITLES) == set(Code)
    for language in ("en", "it", "ja"):
        with translation.override(language):
            assert len({str(title) for title in TITLES.values()}) == len(Code)


def test_a_few_are_told_one_after_the_other():
    assert grouped([told(case) for case in CASES[:FEW]]) == []


def test_many_are_counted_by_kind_and_what_blocks_stands_first():
    codes = [Code.BLACKOUT, *[Code.HOST_UNCONFIRMED] * 5, Code.HEAD_MISSING, *[Code.INTERP_MISSING] * 3]
    first = {case.code: case for case in reversed(CASES)}

    with translation.override("it"):
        groups = grouped([told(first[code]) for code in codes])

        assert [(str(group.title), group.level, len(group.conflicts)) for group in groups] == [
            ("Capo della delegazione", "block", 1),
            ("Nessun interprete", "block", 3),
            ("Giorni festivi e di chiusura", "warn", 1),
            ("Ospitanti che non hanno accettato", "warn", 5),
        ]
        assert groups[0].level_name == "da risolvere"
