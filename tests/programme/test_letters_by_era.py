"""Letters in Japanese write their dates by the era where staff tick it; nothing else does (programme spec 7)."""

from datetime import date

import pytest

from programme.papers.sheets import sheet_of
from programme.services import papers
from tests.programme.papers import NOW, make_planned_visit

pytestmark = pytest.mark.django_db


def letter(kind="acceptance", language="ja", **particulars):
    document = papers.ask_for(
        make_planned_visit(), kind, language, now=NOW, dated_on=date(2027, 4, 5), particulars=particulars
    )
    return sheet_of(document).html


def test_the_ticked_letter_has_the_era_in_its_date_and_in_the_dates_of_the_visit():
    text = letter(era=True)

    assert "令和9年4月5日" in text
    assert "令和9年5月12日〜13日" in text
    assert "2027年" not in text


@pytest.mark.parametrize(
    ("kind", "language", "particulars"),
    [("acceptance", "ja", {}), ("acceptance", "it", {"era": True}), ("name-list", "ja", {"era": True})],
)
def test_other_letters_languages_and_papers_keep_the_western_calendar(kind, language, particulars):
    text = letter(kind, language, **particulars)

    assert "令和" not in text
    assert "2027" in text
