"""Facets are counted as E9 says: OR within, AND across, own facet left out, all in one statement."""

from itertools import chain, combinations

import pytest
from django.http import QueryDict

from ecosystem.filters import ConceptFilter, OrganisationFilter
from ecosystem.models import Concept, Organisation
from tests.factories import make_city, make_initiative, make_organisation, make_theme

pytestmark = pytest.mark.django_db
KINDS = ["company", "university"]


@pytest.fixture
def themes():
    return [make_theme("mobility"), make_theme("energy")]


@pytest.fixture
def organisations(themes):
    """Organisations of both cities with every combination of two themes, an initiative and languages of contact."""
    seed = make_initiative(slug="seed")
    nagoya = make_city("nagoya")
    subsets = chain.from_iterable(combinations(themes, n) for n in range(3))
    for number, chosen in enumerate(subsets):
        make_organisation(themes=chosen, kind=KINDS[number % 2], initiatives=[seed] if number % 3 == 0 else [])
        make_organisation(
            themes=chosen,
            side="nagoya",
            city=nagoya,
            open_to_japan=True,
            contact_languages=["ja", "en"] if number else [],
            name_en=f"Robots {number}",
        )
    make_organisation(city=None, contact_languages=["ja"])
    return Organisation.objects.all()


def filtered(query, queryset=None):
    return OrganisationFilter(QueryDict(query), queryset=Organisation.objects.all() if queryset is None else queryset)


def counts(filterset):
    return {facet.name: {value.key: value.count for value in values} for facet, values in filterset.counted()}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "theme=mobility",
        "theme=mobility&theme=energy",
        "theme=mobility&kind=university",
        "theme=not-stated&side=nagoya",
        "language=ja&q=robots",
        "language=not-stated&city=torino",
        "open_to_japan=yes&theme=energy",
        "initiative=not-stated&kind=company",
        "initiative=seed&initiative=not-stated",
        "city=not-stated",
    ],
)
def test_every_count_is_what_ticking_that_value_alone_would_give(organisations, query):
    for name, values in counts(filtered(query)).items():
        for key, count in values.items():
            alone = QueryDict(query, mutable=True)
            alone.setlist(name, [key])
            assert count == filtered(alone.urlencode()).qs.count(), (name, key)


def test_two_values_of_a_facet_are_joined_and_two_facets_are_crossed(organisations):
    either = filtered("theme=mobility&theme=energy").qs
    both_facets = filtered("theme=mobility&theme=energy&kind=university").qs

    assert either.count() == 6
    assert set(both_facets) == {row for row in either if row.kind == "university"}


def test_an_organisation_with_two_chosen_themes_is_found_once(themes):
    organisation = make_organisation(themes=themes)

    assert list(filtered("theme=mobility&theme=energy").qs) == [organisation]


def test_a_value_without_rows_stays_visible_and_disabled_unless_selected(themes):
    make_organisation(themes=themes[:1])

    values = {value.key: value for _facet, values in filtered("theme=energy").counted() for value in values}

    assert values["energy"].count == 0
    assert not values["energy"].disabled
    assert values["association"].disabled


def test_not_stated_is_offered_only_where_something_states_nothing(themes):
    make_organisation(themes=themes)

    offered = counts(filtered(""))

    assert "not-stated" not in offered["theme"]
    assert offered["language"]["not-stated"] == 1


def test_unknown_values_are_named_and_the_rest_of_the_query_holds(organisations):
    filterset = filtered("theme=mobility&theme=magic&kind=guild&sort=price")

    assert filterset.unknown_values == ["magic", "guild", "price"]
    assert set(filterset.qs) == set(filtered("theme=mobility").qs)


def test_a_flood_of_unknown_values_is_told_in_a_few_words(organisations):
    filterset = filtered("&".join(f"theme={'x' * 500}{n}" for n in range(200)))

    assert filterset.unknown_values == ["x" * 80] * 5 + ["…"]


@pytest.mark.parametrize("words", ["\x00", "a\x00b", "%", "_", "'; drop table", "(" * 300, "𠮷野家" * 100, "​ \t\n"])
def test_words_are_cleaned_and_never_refused(organisations, words):
    query = QueryDict(mutable=True)
    query["q"] = words

    assert filtered(query.urlencode()).qs.count() >= 0


def test_words_are_looked_for_in_all_three_languages_and_in_the_themes():
    make_organisation(name_en="Alpha", themes=[make_theme("robotics", pref_label_ja="ロボット")])
    make_organisation(name_en="Beta", summary_it="Sensori per i ponti")

    found = {
        query: [o.name_en for o in filtered(f"q={query}").qs] for query in ("ロボット", "SENSORI", "alpha", "gamma")
    }

    assert found == {"ロボット": ["Alpha"], "SENSORI": ["Beta"], "alpha": ["Alpha"], "gamma": []}


@pytest.mark.parametrize(("query", "statements"), [("theme=mobility&q=robots", 1), ("theme=mobility&q=robts", 5)])
def test_all_counts_take_one_statement_and_four_more_where_the_ladder_is_climbed(
    organisations, query, statements, django_assert_num_queries
):
    filtered(query).counted()  # reads the words that are known, once for each state of the index
    filterset = filtered(query)

    with django_assert_num_queries(statements):
        filterset.counted()


def test_concepts_are_counted_under_their_themes_and_not_under_their_neighbours(themes):
    mobility, _energy = themes
    bus = Concept.objects.create(scheme="glossary", notation="bus", pref_label_en="bus", state="approved")
    tram = Concept.objects.create(scheme="glossary", notation="energy", pref_label_en="energy", state="approved")
    bus.related.add(mobility, tram)

    filterset = ConceptFilter(QueryDict(""), queryset=Concept.objects.glossary())

    assert counts(filterset) == {"theme": {"energy": 0, "mobility": 1}}
    assert list(ConceptFilter(QueryDict("theme=mobility"), queryset=Concept.objects.glossary()).qs) == [bus]
