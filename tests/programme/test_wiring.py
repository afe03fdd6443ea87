"""What the programme lends to the site map, the search and the other apps."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import translation

from iurc_portal.search.models import Document
from iurc_portal.search.registry import kinds
from programme.sitemaps import Exchanges, Visits
from tests.factories import make_visit
from tests.programme.test_views_pages import make_entry, make_exchange

pytestmark = pytest.mark.django_db


def test_the_site_map_names_public_visits_and_strands_only():
    public, _draft = make_visit(state="accepted"), make_visit(state="draft")
    strand, _gone = make_exchange(), make_exchange(state="cancelled")

    assert list(Visits().items()) == [public]
    assert list(Exchanges().items()) == [strand]


def test_the_search_finds_public_visits_strands_and_history():
    public, _draft = make_visit(state="accepted"), make_visit(state="draft")
    strand, entry = make_exchange(), make_entry()

    found = {
        kind.name: [row for row in kind.shown(AnonymousUser()) if row.pk in listed(kind)]
        for kind in kinds()
        if kind.name in {"visits", "exchanges", "history"}
    }

    assert found == {"visits": [public], "exchanges": [strand], "history": [entry]}


def listed(kind) -> set[int]:
    return set(Document.objects.listed(kind.name).values_list("object_id", flat=True))


def test_results_of_the_search_open(client):
    make_visit(state="accepted", title_ja="モビリティ視察")
    make_entry(title_ja="モビリティ協定")

    with translation.override("ja"):
        html = client.get(reverse("search"), {"q": "モビリティ"}).content.decode()

    assert "モビリティ協定" in html
    assert "/ja/programme/visits/" in html
