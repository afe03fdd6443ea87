"""Who speaks at a webinar: named in the reader's order, with nothing that was not meant for all."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from programme.models import Speaker
from tests.factories import make_event, make_organisation, make_person, make_speaker, make_webinar
from tests.pages.html import on_one_line

pytestmark = pytest.mark.django_db
YAMADA = {"family_name": "山田", "given_name": "太郎", "family_kana": "ヤマダ", "romaji": "Taro Yamada"}


def page_of(client, webinar, language="en") -> str:
    with translation.override(language):
        return on_one_line(client.get(webinar.event.get_absolute_url()).content.decode())


def test_names_stand_in_the_order_of_the_reader(client):
    webinar = make_webinar()
    make_speaker(webinar, order=1, **YAMADA)
    make_speaker(webinar, order=2, family_name="Rossi", given_name="Anna")

    english, japanese = (page_of(client, webinar, language) for language in ("en", "ja"))

    assert english.index("<strong>Taro Yamada</strong>") < english.index("<strong>Anna Rossi</strong>")
    assert japanese.index("<strong>山田 太郎</strong>") < japanese.index("<strong>Rossi Anna</strong>")


def test_a_person_lends_name_post_and_organisation_and_nothing_private(client):
    organisation = make_organisation(name_en="City of Nagoya")
    person = make_person(
        **YAMADA, title_en="Director", organisation=organisation, email="taro@nagoya.example", phone="+81 52 000"
    )
    webinar = make_webinar()
    make_speaker(webinar, family_name="", given_name="", person=person, role="interpreter")

    page = page_of(client, webinar)

    assert "<strong>Taro Yamada</strong>" in page
    assert ">Director</span>" in page
    assert ">City of Nagoya</a>" in page
    assert "taro@nagoya.example" not in page
    assert "+81 52 000" not in page


def test_what_is_written_here_stands_before_what_is_known_of_the_person(client):
    person = make_person(title_en="Director", organisation=make_organisation(name_en="City of Nagoya"))
    webinar = make_webinar()
    make_speaker(webinar, person=person, title_en="Guest lecturer", affiliation_en="A friend of the city")

    page = page_of(client, webinar)

    assert "Guest lecturer" in page
    assert "A friend of the city" in page
    assert "Director" not in page
    assert "City of Nagoya" not in page


def test_an_organisation_that_is_not_published_is_not_named(client):
    webinar = make_webinar()
    make_speaker(webinar, organisation=make_organisation(name_en="Hidden Works", state="draft"))

    assert "Hidden Works" not in page_of(client, webinar)


def test_search_engines_read_who_performs_and_who_translates(client):
    webinar = make_webinar()
    make_speaker(webinar, family_name="Rossi", given_name="Anna", title_en="Head", affiliation_en="City")
    make_speaker(webinar, **YAMADA, role="interpreter")

    data = json.loads(page_of(client, webinar).split('<script type="application/ld+json">')[1].split("</script>")[0])

    assert data["performer"] == [
        {
            "@type": "Person",
            "name": "Anna Rossi",
            "jobTitle": "Head",
            "affiliation": {"@type": "Organization", "name": "City"},
        }
    ]
    assert data["translator"] == [{"@type": "Person", "name": "Taro Yamada"}]


def test_a_webinar_is_found_by_who_speaks_in_any_spelling(client):
    webinar = make_webinar(event=make_event(name_en="Streets for tests"))
    person = make_person(**YAMADA)
    make_speaker(webinar, person=person, family_name="", given_name="")

    def finds(words):
        with translation.override("en"):
            return "Streets for tests" in client.get(reverse("search"), {"q": words}).content.decode()

    assert [finds(words) for words in ("山田", "ヤマダ", "Yamada")] == [True, True, True]
    person.romaji = "Taro Tanaka"
    person.save()
    assert (finds("Yamada"), finds("Tanaka")) == (False, True)


@pytest.mark.parametrize("fields", [{}, {"given_name": "Anna"}])
def test_a_speaker_has_a_name(fields):
    speaker = Speaker(webinar=make_webinar(), **fields)

    with translation.override("en"), pytest.raises(ValidationError, match="Choose a person, or write the family name"):
        speaker.full_clean()
