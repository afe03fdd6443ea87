"""Papers of a visit: what stands on them in each language, read back from the PDF by somebody else's program."""

import hashlib

import pytest
from django.utils import translation

from iurc_portal.documents import pdf_of
from programme.models import Document, PaperText
from programme.papers import facts, wording
from programme.papers.kinds import KINDS, kinds_of
from programme.papers.missing import texts_missing
from programme.papers.names import printed
from programme.papers.sheets import sheet_of
from programme.services import papers
from tests import factories
from tests.factories import make_version
from tests.programme.papers import (
    NAGOYA,
    NOW,
    fonts_of,
    interpreted,
    made,
    make_planned_visit,
    person,
    size_of,
    words_of,
)

pytestmark = pytest.mark.django_db
A4 = "595.276 x 841.89 pts (A4)"
A4_ON_ITS_SIDE = "841.89 x 595.276 pts (A4)"


def subject_of(visit, kind):
    """Whom a copy is about, as the service wants it."""
    about = KINDS[kind].about
    if about == "guest":
        return {"person": facts.delegation(visit)[0].person}
    if about == "attendee":
        one = facts.delegation(visit)[0]
        visit.days.get().items.get(kind="meeting").attendance.create(delegate=one, state="present", at=NOW)
        return {"person": one.person}
    if about == "interpreter":
        return {"person": interpreted(visit)}
    return {"item": visit.days.get().items.get(kind="meeting")} if about in {"item", "table"} else {}


@pytest.mark.documents
@pytest.mark.parametrize("language", ["it", "en", "ja"])
@pytest.mark.parametrize("kind", kinds_of("visit"))
def test_every_paper_is_a4_with_all_its_fonts_inside(kind, language):
    visit = make_planned_visit()

    document = made(visit, kind, language, recipient=NAGOYA, **subject_of(visit, kind))

    assert size_of(document)[1] == (A4_ON_ITS_SIDE if kind == "seating" else A4)
    fonts = fonts_of(document)
    assert fonts
    assert {embedded for _name, embedded in fonts} == {"yes"}


@pytest.mark.documents
def test_japanese_names_come_back_from_the_pdf_letter_by_letter():
    visit = make_planned_visit()

    text = words_of(made(visit, "name-list", "ja", recipient=NAGOYA))

    assert "1 髙橋 渡邉 様 タカハシ ワタナベ Watanabe TAKAHASHI 局長 名古屋市 団長" in text
    assert "2 吉田 花子 様 ヨシダ ハナコ Hanako YOSHIDA 局長 名古屋市 団員" in text


@pytest.mark.documents
@pytest.mark.parametrize(
    ("language", "post"),
    [("it", "Direttore Città di Nagoya Capo delegazione"), ("en", "Director City of Nagoya Head of delegation")],
)
def test_elsewhere_the_given_name_comes_first_and_the_family_name_in_capitals(language, post):
    text = words_of(made(make_planned_visit(), "name-list", language, recipient=NAGOYA))

    assert f"1 Watanabe TAKAHASHI 髙橋 渡邉（タカハシ ワタナベ） {post}" in text


def test_a_reading_is_never_guessed():
    one = printed(person("山田", "太郎"), "it")

    assert (one.name, one.reading, one.latin) == ("山田 太郎", "", "")


@pytest.mark.documents
@pytest.mark.parametrize(
    ("language", "times"),
    [
        ("it", "16:00–17:30 Nagoya 23:00–00:30 (+1 giorno)"),
        ("en", "16:00–17:30 Nagoya 23:00–00:30 (+1 day)"),
        ("ja", "16:00〜17:30 名古屋 23:00〜翌日00:30"),
    ],
)
def test_an_itinerary_tells_both_cities_times_with_the_mark_of_the_day(language, times):
    text = words_of(made(make_planned_visit(), "itinerary", language, recipient=NAGOYA))

    assert times in text


@pytest.mark.documents
def test_an_itinerary_has_what_is_released_and_the_run_of_show_what_is_planned():
    visit = make_planned_visit()
    dinner = visit.days.get().items.get(kind="meal").event
    type(dinner).objects.filter(pk=dinner.pk).update(name_en="Supper", status="TENTATIVE")

    guests = words_of(made(visit, "itinerary", "en"))
    team = words_of(made(visit, "run-of-show", "en"))
    type(dinner).objects.filter(pk=dinner.pk).update(status="CANCELLED")
    later = words_of(made(visit, "run-of-show", "en"))
    make_version(visit, tell=False)
    released = words_of(made(visit, "itinerary", "en"))

    assert ["Dinner" in text for text in (guests, team, later, released)] == [True, False, False, False]
    assert "Supper draft" in team
    assert ["Supper" in text for text in (guests, later, released)] == [False, False, False]


@pytest.mark.documents
def test_before_the_release_there_is_no_itinerary_and_the_row_says_why():
    visit = make_planned_visit(is_released=False)
    document = papers.ask_for(visit, "itinerary", "en", now=NOW)

    assert papers.make(document.pk, now=NOW) == "failed"

    document.refresh_from_db()
    assert (document.error, document.sha256, bool(document.file)) == (
        "No item of the agenda is released yet.",
        "",
        False,
    )


@pytest.mark.documents
def test_a_letter_has_its_number_its_date_and_the_honorific_of_its_language():
    visit = make_planned_visit()
    common = {"protocol_number": "42/2027", "particulars": {"signatory": "Anna Bianchi"}}

    japanese = words_of(made(visit, "official-letter", "ja", **common))
    italian = words_of(made(visit, "official-letter", "it", **common))
    invitation = words_of(made(visit, "invitation", "ja", **subject_of(visit, "invitation"), **common))

    assert japanese.startswith("トリノ市 文書番号 42/2027 2027年4月5日 名古屋市 御中 トリノ市 Anna Bianchi ")
    assert "2027年5月12日〜13日" in japanese
    assert italian.startswith("Città di Torino Prot. n. 42/2027 Torino, 5 aprile 2027 Città di Nagoya Oggetto: ")
    assert "名古屋市 局長 髙橋 渡邉 様" in invitation


@pytest.mark.documents
def test_a_letter_says_what_staff_have_written_in_place_of_the_shipped_words():
    visit = make_planned_visit()
    text, _new = PaperText.objects.get_or_create(kind="acceptance", language="en")
    text.subject, text.body = "Yes to {visit}", "Come on {dates}.\n\n{costs}\n\nYours,"
    wording.keep(text, by=None, now=NOW)

    letter = words_of(made(visit, "acceptance", "en"))

    assert "Subject: Yes to Mobility Come on 12–13 May 2027. Visit Mobility" in letter


@pytest.mark.documents
def test_cards_and_badges_have_no_honorific():
    visit = make_planned_visit()

    cards, badges = (words_of(made(visit, kind, "ja")) for kind in ("place-cards", "badges"))

    assert ("髙橋 渡邉" in cards, "様" in cards, "髙橋 渡邉" in badges, "様" in badges) == (True, False, True, False)


@pytest.mark.documents
def test_the_paper_without_names_names_nobody():
    text = words_of(made(make_planned_visit(), "numbers", "ja"))

    assert ("団長 1名" in text, "髙橋" in text, "花子" in text) == (True, False, False)


@pytest.mark.documents
def test_meals_are_counted_without_names():
    visit = make_planned_visit()

    text = words_of(made(visit, "meal-counts", "en"))

    assert "Dinner Guests 2 Covers in all 2" in text


@pytest.mark.documents
def test_an_interpreter_gets_the_items_of_theirs_and_the_terms_of_their_themes():
    visit = make_planned_visit()
    theme = factories.make_theme("mobility", pref_label_it="mobilità", pref_label_en="mobility", pref_label_ja="移動")
    visit.days.get().items.get(kind="meeting").event.themes.add(theme)

    text = words_of(made(visit, "interpreter-brief", "it", recipient=NAGOYA, person=interpreted(visit)))

    assert "Italiano English 日本語 mobilità mobility 移動" in text
    assert ("Incontro" in text, "Cena" in text) == (True, False)


@pytest.mark.documents
def test_the_same_row_gives_the_same_file_and_the_digest_is_that_of_the_file():
    document = made(make_planned_visit(), "name-list", "ja", recipient=NAGOYA)

    octets = document.file.read()

    assert hashlib.sha256(octets).hexdigest() == document.sha256
    assert pdf_of(sheet_of(Document.objects.get(pk=document.pk)).html) == octets


@pytest.mark.documents
def test_a_name_that_no_font_can_print_is_refused_with_its_letter():
    visit = make_planned_visit()
    visit.delegates.create(person=person("Ж\U0001f9ff", "x"), rank=3)
    document = papers.ask_for(visit, "badges", "en", now=NOW)

    papers.make(document.pk, now=NOW)

    document.refresh_from_db()
    assert document.error == (
        "No font on our server can print these letters: \U0001f9ff. Take them out of the texts, release the agenda "
        "again if they stand there, and make the document again."
    )


def test_what_is_missing_in_a_language_is_told_before():
    visit = make_planned_visit(purpose_it="Imparare")
    type(visit).objects.filter(pk=visit.pk).update(title_ja="")
    visit.refresh_from_db()

    with translation.override("en"):
        lacks = texts_missing(visit, KINDS["official-letter"], ["it", "ja"])

    assert lacks["it"] == []
    assert [(lack.what, lack.text, lack.stands_in) for lack in lacks["ja"]] == [
        ("title of the visit", "Mobility", "en"),
        ("purpose", "Imparare", "it"),
    ]


def test_what_is_missing_is_found_in_as_many_queries_for_few_items_as_for_many(django_assert_num_queries):
    visit = make_planned_visit()
    with django_assert_num_queries(9):
        texts_missing(visit, KINDS["itinerary"], ["it", "en", "ja"])
    make_more(visit)
    with django_assert_num_queries(9):
        texts_missing(visit, KINDS["itinerary"], ["it", "en", "ja"])


def make_more(visit):
    from datetime import timedelta

    from tests.programme.papers import START, _item

    for number in range(3):
        item = _item(visit, START + timedelta(hours=6 + number), "A", "B", "C")
        item.hosts.create(person=person("Verdi", f"N{number}"))
