"""The vocabulary as SKOS: read back by a library that knows nothing of us."""

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, SKOS

from ecosystem.models import Concept
from tests.api.world import make_concept, make_world
from tests.factories import make_theme

pytestmark = pytest.mark.django_db
ROOT = "http://localhost:8000/vocabulary/"
FORMATS = {"ttl": "turtle", "jsonld": "json-ld"}


def graph(client, address="/vocabulary.ttl"):
    response = client.get(address)
    assert response.status_code == 200
    return Graph().parse(data=response.content, format=FORMATS[address.rsplit(".")[-1]])


def test_all_of_a_concept_is_told(client):
    make_world()

    found = graph(client)
    bus = URIRef(f"{ROOT}glossary/bus-0")

    assert set(found.predicate_objects(bus)) == {
        (RDF.type, SKOS.Concept),
        (SKOS.inScheme, URIRef(f"{ROOT}glossary")),
        (SKOS.notation, Literal("bus-0")),
        (SKOS.prefLabel, Literal("bus-0", "en")),
        (SKOS.altLabel, Literal("omnibus 0", "en")),
        (SKOS.hiddenLabel, Literal("buss 0", "en")),
        (SKOS.definition, Literal("It carries many.", "en")),
        (SKOS.broader, URIRef(f"{ROOT}glossary/transport-0")),
        (SKOS.related, URIRef(f"{ROOT}theme/energy-0")),
        (SKOS.related, URIRef(f"{ROOT}theme/mobility-0")),
    }
    assert (URIRef(f"{ROOT}glossary/transport-0"), SKOS.narrower, bus) in found
    assert (URIRef(f"{ROOT}theme/energy-0"), SKOS.prefLabel, Literal("エネルギー0", "ja")) in found


def test_each_scheme_has_a_title_in_three_languages_and_the_licence(client):
    make_world()

    found = graph(client)
    schemes = set(found.subjects(RDF.type, SKOS.ConceptScheme))

    assert schemes == {URIRef(f"{ROOT}{scheme}") for scheme in ("cooperation", "glossary", "theme")}
    for scheme in schemes:
        assert {title.language for title in found.objects(scheme, DCTERMS.title)} == {"it", "en", "ja"}
        assert found.value(scheme, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")


def test_forbidden_words_and_drafts_are_not_told(client):
    make_world()
    secret = make_concept("secret", state="draft", broader=Concept.objects.get(notation="transport-0"))
    secret.related.add(Concept.objects.get(notation="bus-0"))

    told = client.get("/vocabulary.ttl").content.decode()

    assert "jalopy" not in told
    assert "secret" not in told


@pytest.mark.parametrize(
    "text", ['"quoted"', "back\\slash", "two\nlines\r", "tab\t.", "名古屋🏯", "@en ; <b> \x7f\x01"]
)
def test_every_text_comes_back_as_it_was_written(client, text):
    make_concept("odd", definition_en=text)

    for address in ("/vocabulary.ttl", "/vocabulary.jsonld"):
        assert graph(client, address).value(URIRef(f"{ROOT}glossary/odd"), SKOS.definition) == Literal(text, "en")


@pytest.mark.parametrize("address", ["/vocabulary", "/vocabulary/glossary/bus-0"])
def test_both_formats_say_the_same(client, address):
    make_world(copies=2)

    turtle, json_ld = graph(client, f"{address}.ttl"), graph(client, f"{address}.jsonld")

    assert len(turtle) > 10
    assert isomorphic(turtle, json_ld)


def test_one_concept_is_told_alone(client):
    make_world()

    found = graph(client, "/vocabulary/glossary/bus-0.ttl")

    assert set(found.subjects(RDF.type, SKOS.Concept)) == {URIRef(f"{ROOT}glossary/bus-0")}


@pytest.mark.parametrize(
    ("name", "accept", "where"),
    [
        ("glossary/bus-0", "text/html,*/*;q=0.8", "/it/ecosystem/glossary/bus-0/"),
        ("glossary/bus-0", "*/*", "/it/ecosystem/glossary/bus-0/"),
        ("glossary/bus-0", "text/turtle", "/vocabulary/glossary/bus-0.ttl"),
        ("glossary/bus-0", "text/turtle;q=0.5, application/ld+json", "/vocabulary/glossary/bus-0.jsonld"),
        ("glossary/bus-0", "image/png", "/it/ecosystem/glossary/bus-0/"),
        ("theme/energy-0", "text/html", "/it/ecosystem/?theme=energy-0"),
        ("theme", "text/html", "/it/ecosystem/"),
        ("glossary", "text/turtle", "/vocabulary.ttl"),
    ],
)
def test_a_name_leads_to_what_tells_of_the_thing(client, name, accept, where):
    make_world()

    response = client.get(f"/vocabulary/{name}", headers={"Accept": accept})

    assert (response.status_code, response["Location"]) == (303, where)
    assert {"Accept", "Accept-Language"} <= set(response["Vary"].split(", "))


@pytest.mark.parametrize(
    "name", ["glossary/none", "none", "none/bus-0", "glossary/none.ttl", "glossary/draft", "theme/bus-0"]
)
def test_a_name_that_stands_for_nothing_is_not_found(client, name):
    make_world()
    make_concept("draft", state="draft")

    assert client.get(f"/vocabulary/{name}").status_code == 404


def test_the_file_is_marked_and_costs_few_statements(client, django_assert_num_queries):
    make_world(copies=2)
    with django_assert_num_queries(4):
        first = client.get("/vocabulary.ttl")
    with django_assert_num_queries(1):
        held = client.get("/vocabulary.ttl", headers={"If-None-Match": first["ETag"]})
    make_theme()
    edited = client.get("/vocabulary.ttl", headers={"If-None-Match": first["ETag"]})

    assert (held.status_code, edited.status_code) == (304, 200)
    assert (first["Content-Type"], first["Cache-Control"]) == ("text/turtle; charset=utf-8", "public, max-age=60")


def test_the_glossary_leads_to_the_files(client):
    html = client.get("/en/ecosystem/glossary/").content.decode()

    assert 'href="/vocabulary.ttl"' in html
    assert 'href="/vocabulary.jsonld"' in html
