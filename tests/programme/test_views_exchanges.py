"""Exchanges, clusters and stays as anybody reads them; the page of a period as staff do."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from programme.models import Reading
from programme.services import readings
from tests.factories import (
    make_city,
    make_cluster,
    make_edition,
    make_event,
    make_exchange,
    make_indicator,
    make_meeting,
    make_person,
    make_practice,
    make_stay,
    make_transfer,
    make_user,
    make_visit,
    make_webinar,
)
from tests.pages.html import on_one_line

pytestmark = pytest.mark.django_db


def read(client, name, *args):
    with translation.override("en"):
        response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def queries_of(client, name, *args):
    read(client, name, *args)  # once for what is kept
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse(name, args=args), headers={"cookie": "sessionid=x"})
    return len(asked)


def fill(exchange):
    make_webinar(exchange=exchange, event=make_event())
    make_visit(exchange=exchange, state="completed", first_day=date(2026, 3, 1), last_day=date(2026, 3, 2))
    make_stay(exchange=exchange, state="agreed")
    make_meeting(exchange=exchange, outcome="talking", outcome_on=date(2026, 4, 1))
    practice = make_practice()
    exchange.practices.add(practice)
    exchange.transfers.add(make_transfer(practice=practice))


def test_an_exchange_shows_its_activities_in_order_and_what_came_of_it(client):
    exchange = make_exchange(cities=[make_city("torino"), make_city("nagoya")])
    fill(exchange)
    hidden = make_practice(state="draft", title_en="Not public")
    exchange.practices.add(hidden)

    html = read(client, "programme:exchange", exchange.slug)

    assert html.index("Visit ") < html.index("How tests are permitted.") < html.index("2026-03-03T09:00:00+01:00")
    for text in (exchange.practices.first().title_en, "The hours.", "They go on talking: 1"):
        assert text in html
    assert "Not public" not in html


def test_an_exchange_asks_as_often_with_three_activities_as_with_one(client):
    exchange = make_exchange()
    fill(exchange)
    one = queries_of(client, "programme:exchange", exchange.slug)
    fill(exchange)
    fill(exchange)

    assert queries_of(client, "programme:exchange", exchange.slug) == one


def test_a_cluster_is_public_once_another_city_takes_part(client):
    plan = make_cluster(name_en="Only a plan")
    cluster = make_cluster(make_city("seoul", country="KR", tzid="Asia/Seoul"), name_en="Mobility")

    html = read(client, "programme:clusters")

    assert "Mobility" in html
    assert "Seoul" in html
    assert "Only a plan" not in html
    assert "Seoul – takes part" in on_one_line(read(client, "programme:cluster", cluster.slug))
    with translation.override("en"):
        assert client.get(reverse("programme:cluster", args=[plan.slug])).status_code == 404


def test_a_page_of_stays_names_nobody_and_leaves_out_proposals(client):
    person, mentor = make_person(family_name="Kuroda"), make_person(family_name="Bianchi")
    make_stay(person=person, mentor=mentor, state="agreed", hosting_unit_en="Innovation office")
    make_stay(aims_en="A proposal.")

    html = read(client, "programme:staff_exchanges")

    assert "Innovation office" in html
    for hidden in ("Kuroda", "Bianchi", "A proposal."):
        assert hidden not in html


# --- The staff's page of a period ------------------------------------------------------------------------------------


@pytest.fixture
def edition():
    return make_edition()


def post(client, edition, act, **fields):
    address = reverse("admin:programme_indicator_periods")
    period = "2026-01-01_2026-06-30"
    return client.post(address, {"edition": edition.pk, "period": period, "act": act, **fields}, follow=True)


def test_a_manager_proposes_enters_and_validates(client, edition):
    boss = make_user(is_superuser=True, is_staff=True)
    client.force_login(boss)
    counted, manual = make_indicator(edition=edition), make_indicator(edition=edition, source="manual")
    make_webinar(exchange=make_exchange(edition=edition))

    post(client, edition, "propose")
    refused = post(client, edition, f"enter:{manual.pk}", **{f"value-{manual.pk}": "-1", f"evidence-{manual.pk}": ""})
    assert refused.status_code == 200
    assert Reading.objects.get(indicator=manual).value is None
    post(
        client,
        edition,
        f"enter:{manual.pk}",
        **{f"value-{manual.pk}": "3", f"evidence-{manual.pk}": "https://example.org/proof"},
    )
    post(client, edition, "validate", reading=[f"{one.pk}:{one.digest}" for one in Reading.objects.all()])

    assert list(Reading.objects.order_by("indicator").values_list("indicator", "value", "state")) == [
        (counted.pk, 1, "validated"),
        (manual.pk, 3, "validated"),
    ]


def test_staff_propose_and_do_not_validate(client, edition):
    from django.contrib.auth.models import Group

    clerk = make_user(is_staff=True, side="torino")
    clerk.groups.add(Group.objects.get(name="Staff"))
    client.force_login(clerk)
    make_indicator(edition=edition)

    post(client, edition, "propose")
    html = post(client, edition, "validate", reading=[Reading.objects.get().pk]).content.decode()

    assert Reading.objects.get().state == "draft"
    assert not readings.may_validate(clerk)
    assert 'value="validate"' not in html


@pytest.mark.parametrize("query", ["edition=0", "edition=x", "edition=9999999999999999999999"])
def test_an_edition_that_is_not_there_is_not_found(client, edition, query):
    client.force_login(make_user(is_superuser=True, is_staff=True))

    assert client.get(f"{reverse('admin:programme_indicator_periods')}?{query}").status_code == 404


def test_a_period_that_is_none_shows_another_and_an_edition_without_days_says_so(client, edition):
    client.force_login(make_user(is_superuser=True, is_staff=True))
    make_indicator(edition=edition)
    address = reverse("admin:programme_indicator_periods")

    assert client.get(f"{address}?edition={edition.pk}&period=nonsense").status_code == 200
    bare = make_edition(first_day=None, last_day=None, name_en="Bare")
    with translation.override("en"):
        html = client.get(f"{address}?edition={bare.pk}").content.decode()
    assert "Bare" in html
