"""Names of organisations that are not public stand on no page of another record, and lead to none."""

from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from ecosystem.filters import GoodPracticeFilter, TestbedFilter, TestRunFilter
from ecosystem.models import Organisation
from ecosystem.services.publication import publish_organisation, unlist_organisation
from iurc_portal.search.models import FacetValue
from tests.ecosystem.reading import parsed, texts
from tests.factories import (
    make_city,
    make_organisation,
    make_pair,
    make_practice,
    make_test_run,
    make_testbed,
    make_theme,
    make_transfer,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def records_of(organisation):
    """A testbed that it owns, a test and a practice that it took part in."""
    test, practice = make_test_run(), make_practice()
    test.organisations.add(organisation)
    practice.organisations.add(organisation)
    return {"testbeds": make_testbed(owner=organisation), "tests": test, "practices": practice}


def found_by(words):
    """The kinds of which something is found by ``words``."""
    filters = (TestbedFilter, TestRunFilter, GoodPracticeFilter)
    sets = [one(QueryDict(f"q={words}"), queryset=one._meta.model.objects.all()) for one in filters]
    return {one.KIND for one in sets if one.results().count()}


def facts(page):
    return texts(page, ".//dl[@class='tn-facts']//dt")


@pytest.mark.parametrize("state", ["draft", "in_review", "unlisted", "archived"])
def test_the_name_of_what_is_not_public_finds_nothing(state):
    records_of(make_organisation(name_en="Zolfora", state=state))

    assert found_by("zolfora") == set()
    assert not FacetValue.objects.filter(facet="organisation").exists()


def test_its_records_are_found_by_its_name_while_it_is_public():
    organisation = make_organisation(name_en="Zolfora", state="draft", themes=[make_theme()])
    records_of(organisation)

    publish_organisation(organisation=organisation, by=None, now=NOW)
    public = found_by("zolfora")
    unlist_organisation(organisation=organisation, by=None, now=NOW)

    assert (public, found_by("zolfora")) == ({"testbeds", "tests", "practices"}, set())


@pytest.mark.parametrize("state", ["draft", "unlisted"])
def test_a_testbed_and_its_mirror_do_not_name_an_owner_that_is_not_public(client, state):
    testbed = make_testbed(owner=make_organisation(name_en="Zolfora", state=state))
    pair = make_pair(torino=testbed, state="agreed")

    addresses = f"/en/ecosystem/testbeds/{testbed.slug}/", f"/en/ecosystem/mirrors/{pair.pk}/"
    pages = [client.get(address).content.decode() for address in addresses]

    assert [("Zolfora" in page, page.count("<dt>Owner</dt>")) for page in pages] == [(False, 0), (False, 1)]


def test_a_testbed_names_its_public_owner(client):
    testbed = make_testbed(owner=make_organisation(name_en="Zolfora", activity="closed"))

    assert facts(parsed(client.get(f"/en/ecosystem/testbeds/{testbed.slug}/")))[0] == "Owner"


def test_a_transfer_names_the_place_instead_of_a_receiver_that_is_not_public(client):
    practice = make_practice()
    hidden = make_organisation(name_en="Zolfora", side="nagoya", state="draft")
    make_transfer(practice=practice, organisation=hidden)
    make_transfer(practice=practice, organisation=hidden, city=make_city("nagoya", name_en="Nagoya City"))

    page = parsed(client.get(f"/en/ecosystem/practices/{practice.slug}/"))

    assert texts(page, ".//section[@aria-labelledby='transfers']//h3") == ["Torino", "Nagoya", "Nagoya City"]


def test_pages_and_open_data_name_the_same():
    for state in Organisation.State.values:
        make_organisation(state=state)
    survivor = make_organisation()
    make_organisation(merged_into=survivor)

    by_row = {organisation.pk for organisation in Organisation.objects.all() if organisation.is_told}

    assert by_row == set(Organisation.objects.told().values_list("pk", flat=True))
    assert len(by_row) == 2
