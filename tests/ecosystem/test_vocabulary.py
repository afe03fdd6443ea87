"""The vocabulary keeps one way from a typed word to a concept, also when concepts are replaced and merged."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ecosystem.models import Concept
from ecosystem.services.vocabulary import LabelTaken, add_label, merge_concepts, move_concept, tags_of, words_of
from iurc_portal.audit.models import Transition
from tests.ecosystem.reading import parsed, texts
from tests.factories import make_organisation, make_practice, make_term, make_testbed, make_theme

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_word_already_in_use_is_refused_however_it_is_written():
    owner, other = make_term("car-sharing", pref_label_en="Car sharing"), make_term("bus")
    owner.labels.create(language="ja", text="カーシェア", kind="hidden")

    for language, text in (("en", "CAR  SHARING".replace("  ", " ")), ("ja", "ｶｰｼｪｱ")):
        with pytest.raises(LabelTaken) as refusal:
            add_label(concept=other, language=language, text=text, kind="alt")
        assert (refusal.value.owner, refusal.value.text) == (owner, text)

    assert add_label(concept=other, language="it", text="Car sharing", kind="alt").pk
    assert add_label(concept=make_theme(), language="en", text="car sharing", kind="alt").pk


def test_a_concept_does_not_say_a_word_twice():
    bus = make_term("bus")

    with pytest.raises(ValidationError) as refusal:
        add_label(concept=bus, language="en", text="BUS", kind="alt")

    assert refusal.value.code == "has_label"


def test_what_is_out_of_use_takes_no_words_and_comes_back_only_without_conflict():
    old, new = make_term("old", pref_label_en="coach"), make_term("new")
    move_concept(concept=old, to="deprecated", by=None, now=NOW)

    add_label(concept=new, language="en", text="Coach", kind="alt")
    with pytest.raises(LabelTaken) as refusal:
        move_concept(concept=old, to="approved", by=None, now=NOW)

    assert refusal.value.owner == new


def test_a_circle_is_named_as_a_whole():
    vehicle = make_term("vehicle")
    bus = make_term("bus", broader=vehicle)
    minibus = make_term("minibus", broader=bus)
    vehicle.broader = minibus

    with pytest.raises(ValidationError) as refusal:
        vehicle.clean()

    (error,) = refusal.value.error_dict["broader"]
    assert error.params["loop"] == "vehicle → minibus → bus → vehicle"


def test_a_circle_further_up_does_not_stop_the_check():
    one, two = make_term("one"), make_term("two")
    Concept.objects.filter(pk=one.pk).update(broader=two)
    Concept.objects.filter(pk=two.pk).update(broader=one)

    assert make_term("three", broader=one).loop_of("broader") == []


def test_a_concept_is_not_replaced_by_itself():
    bus = make_term("bus")

    with pytest.raises(IntegrityError), transaction.atomic():
        Concept.objects.filter(pk=bus.pk).update(replaced_by=bus)


def test_links_follow_what_replaces_a_term(client):
    newest = make_term("newest")
    newer = make_term("newer", state="deprecated", replaced_by=newest)
    make_term("old", state="deprecated", replaced_by=newer)
    make_term("gone", state="deprecated")
    make_term("draft", state="draft", replaced_by=newest)

    answers = {word: client.get(f"/ja/ecosystem/glossary/{word}/") for word in ("old", "newer", "gone", "draft")}

    assert {word: answer.status_code for word, answer in answers.items()} == {
        "old": 301,
        "newer": 301,
        "gone": 404,
        "draft": 404,
    }
    assert answers["old"]["Location"] == answers["newer"]["Location"] == "/ja/ecosystem/glossary/newest/"


def test_merging_hands_over_words_tags_and_places(client):
    transport = make_term("transport")
    tram, streetcar = make_term("tram", broader=transport), make_term("streetcar", pref_label_it="tranvia")
    streetcar.labels.create(language="en", text="Tram")
    streetcar.labels.create(language="ja", text="路面電車", kind="hidden", reading="ロメンデンシャ")
    streetcar.related.add(theme := make_theme())
    narrower = make_term("cable-car", broader=streetcar)
    older = make_term("older", state="deprecated", replaced_by=streetcar)

    merge_concepts(concept=streetcar, into=tram, by=None, now=NOW)

    for concept in (tram, streetcar, narrower, older):
        concept.refresh_from_db()
    assert words_of(tram) == [("en", "tram"), ("it", "tranvia"), ("en", "streetcar"), ("ja", "路面電車")]
    assert tram.labels.get(language="ja").kind == "hidden"
    assert (streetcar.state, streetcar.replaced_by) == ("deprecated", tram)
    assert list(streetcar.labels.all()) == []
    assert (narrower.broader, older.replaced_by, tram.broader) == (tram, tram, transport)
    assert list(tram.related.all()) == [theme]
    assert [line.to_state for line in Transition.objects.of(streetcar)] == ["deprecated"]


def test_merging_themes_moves_what_is_tagged_and_the_index_follows(client):
    old, new = make_theme("old", pref_label_en="Old"), make_theme("new", pref_label_en="New")
    tagged = [make_organisation(themes=[old]), make_testbed(themes=[old, new]), make_practice()]
    tagged[2].themes.add(old)
    assert len(tags_of(old)) == 3

    merge_concepts(concept=old, into=new, by=None, now=NOW)

    assert tags_of(old) == []
    assert [list(record.themes.all()) for record in tagged] == [[new], [new], [new]]
    page = parsed(client.get("/en/ecosystem/?theme=new"))
    assert texts(page, ".//article//h3") == [tagged[0].name_en]


def test_merging_into_a_narrower_concept_makes_no_circle():
    top = make_term("top")
    middle = make_term("middle", broader=top)
    bottom = make_term("bottom", broader=middle)

    merge_concepts(concept=top, into=bottom, by=None, now=NOW)

    middle.refresh_from_db()
    bottom.refresh_from_db()
    assert (middle.broader, bottom.broader) == (bottom, None)
    assert bottom.loop_of("broader") == middle.loop_of("broader") == []


def test_only_two_in_use_of_one_scheme_are_merged():
    bus = make_term("bus")

    for into in (bus, make_theme(), make_term("gone", state="deprecated")):
        with pytest.raises(ValidationError) as refusal:
            merge_concepts(concept=bus, into=into, by=None, now=NOW)
        assert refusal.value.code == "merge"
