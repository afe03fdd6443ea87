"""Japanese titles break between phrases, on every page, and are copied as they were written."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from iurc_portal.pages.models import EditableText
from iurc_portal.translation.phrases import with_breaks
from tests.factories import (
    make_event,
    make_initiative,
    make_organisation,
    make_practice,
    make_test_run,
    make_theme,
    make_visit,
)

ONE_LINE = 14  # letters of a heading that a phone shows without breaking it
LONG = "トリノ市の社会的インパクトを生み出す新しい取り組み"


@given(st.text(alphabet="トリノ市の・試験を行うABC <>&'\"", max_size=60))
def test_a_title_is_copied_as_it_was_written(title):
    assert unescape(re.sub("<wbr>", "", with_breaks(title))) == title


def test_a_title_without_japanese_letters_is_left_alone():
    assert with_breaks("SEED - Centro di Competenza & c.") == "SEED - Centro di Competenza &amp; c."


def headings_without_breaks(content: bytes) -> list[str]:
    """The headings of a page that take more than a line on a phone and do not say where they may break."""
    tree = html.document_fromstring(content)
    return [
        heading.text_content().strip()
        for heading in tree.xpath("//main//h1 | //main//h2 | //main//h3")
        if len(heading.text_content().strip()) > ONE_LINE
        and "<wbr>" in with_breaks(heading.text_content().strip())
        and not heading.xpath(".//wbr")
    ]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("報告書 2025年11月1日〜2026年4月30日", ["報告書 2025年11月1日〜", "2026年4月30日"]),
        ("トリノ・名古屋", ["トリノ・", "名古屋"]),
    ],
)
def test_a_line_ends_after_a_dash_or_a_dot_and_never_within_a_number(title, lines):
    assert with_breaks(title) == "<wbr>".join(lines)


@pytest.mark.django_db
def test_titles_of_records_say_where_they_may_break(client):
    theme = make_theme(pref_label_ja=LONG)
    initiative = make_initiative(name_ja=LONG)
    organisation = make_organisation(name_ja=LONG, themes=[theme], initiatives=[initiative])
    make_organisation(name_ja=LONG, themes=[theme])
    practice, run = make_practice(title_ja=LONG), make_test_run(title_ja=LONG)
    event, visit = make_event(name_ja=LONG), make_visit(title_ja=LONG)
    text = EditableText.objects.create(slug="privacy", title_ja=LONG, body_ja="本文")
    paths = [
        "",
        "ecosystem/",
        f"ecosystem/organisations/{organisation.slug}/",
        "ecosystem/initiatives/",
        f"ecosystem/initiatives/{initiative.slug}/",
        "ecosystem/practices/",
        f"ecosystem/practices/{practice.slug}/",
        "ecosystem/tests/",
        f"ecosystem/tests/{run.slug}/",
        "ecosystem/glossary/",
        "events/",
        f"events/{event.slug}/",
        "programme/",
        "programme/visits/",
        f"programme/visits/{visit.slug}/",
        f"texts/{text.slug}/",
        "search/?q=トリノ",
    ]

    found = {path: headings_without_breaks(client.get(f"/ja/{path}").content) for path in paths}

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
