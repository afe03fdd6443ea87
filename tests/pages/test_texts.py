"""Texts that staff keep: accessibility, privacy, legal notes."""

import datetime

import pytest

from iurc_portal.pages.models import EditableText
from tests.pages.html import page

pytestmark = pytest.mark.django_db


def make_text(**fields):
    return EditableText.objects.create(
        **{"slug": "privacy", "title_it": "Informativa privacy", "body_it": "<p>Testo.</p>", **fields}
    )


def test_a_text_shows_its_title_body_and_date(client):
    make_text(reviewed_on=datetime.date(2026, 11, 24))

    found = page(client, "/it/texts/privacy/")

    assert found.xpath("string(//h1)") == "Informativa privacy"
    shown = [" ".join(text.split()) for text in found.xpath("//article//p/text()")]
    assert shown == ["Testo.", "Rivisto il 24 novembre 2026"]


def test_a_text_missing_in_a_language_is_shown_in_another_and_marked(client):
    make_text()

    found = page(client, "/ja/texts/privacy/")

    assert found.xpath("//h1/@lang") == ["it"]
    assert found.xpath("//article/div/@lang") == ["it"]
    assert found.xpath("//article/p/text()") == ["この項目はイタリア語のみです"]


def test_an_unknown_text_is_not_found(client):
    assert client.get("/it/texts/cookies/").status_code == 404


def test_marks_beyond_the_allowed_ones_are_dropped(client):
    make_text(body_it='<p>a</p><script>alert(1)</script><iframe src="https://x.example"></iframe>')

    assert page(client, "/it/texts/privacy/").xpath("//article//script | //article//iframe") == []
