"""What came of visits and exchanges, on their pages and on the page of the practice."""

import pytest
from django.urls import reverse
from django.utils import translation

from tests.factories import make_exchange, make_organisation, make_practice, make_transfer, make_visit

pytestmark = pytest.mark.django_db


def page_of(client, record) -> str:
    with translation.override("en"):
        return client.get(record.get_absolute_url()).content.decode()


def test_a_visit_shows_the_public_practices_and_transfers_that_came_of_it(client):
    visit = make_visit(state="completed")
    visit.practices.add(make_practice(title_en="The depot"), make_practice(title_en="An idea", state="draft"))
    visit.transfers.add(
        make_transfer(practice=make_practice(title_en="The school street"), adapted_en="Other hours."),
        make_transfer(practice=make_practice(title_en="A secret", state="draft")),
    )

    html = page_of(client, visit)

    assert [words in html for words in ("The depot", "The school street", "Other hours.")] == [True, True, True]
    assert [words in html for words in ("An idea", "A secret")] == [False, False]


def test_an_exchange_counts_what_came_of_its_public_visits_and_each_thing_once(client):
    exchange = make_exchange()
    practice = make_practice(title_en="The depot")
    exchange.practices.add(practice)
    for state in ("completed", "completed", "draft"):
        visit = make_visit(exchange=exchange, state=state)
        visit.practices.add(practice, make_practice(title_en=f"Of a {state} one"))

    html = page_of(client, exchange)

    assert html.count(">The depot</a>") == 1
    assert html.count(">Of a completed one</a>") == 2
    assert "Of a draft one" not in html


def test_a_receiver_that_is_not_public_is_named_on_no_page(client):
    hidden = make_organisation(name_en="Hidden Works", side="nagoya", state="draft")
    visit = make_visit(state="completed", exchange=make_exchange())
    transfer = make_transfer(organisation=hidden)
    visit.transfers.add(transfer)
    visit.exchange.transfers.add(transfer)

    for record in (visit, visit.exchange, transfer.practice):
        html = page_of(client, record)
        assert ("The hours." in html, "Hidden Works" in html) == (True, False)


def test_a_practice_names_the_public_exchanges_and_visits_it_came_of(client):
    practice = make_practice()
    exchange, given_up = make_exchange(title_en="Mobility"), make_exchange(title_en="Given up", state="cancelled")
    seen, unseen = make_visit(state="completed", title_en="A week"), make_visit(state="draft", title_en="A plan")
    for source in (exchange, given_up, seen):
        source.practices.add(practice)
    unseen.transfers.add(make_transfer(practice=practice))

    html = page_of(client, practice)

    assert [words in html for words in ("Mobility", "A week", "Given up", "A plan")] == [True, True, False, False]


def test_staff_choose_on_the_page_of_the_visit_what_came_of_it(client, settings, django_user_model):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    client.force_login(django_user_model.objects.create_superuser("admin@example.org", "a-long-password"))

    html = client.get(reverse("admin:programme_studyvisit_change", args=[make_visit().pk])).content.decode()

    assert 'name="practices"' in html
    assert 'name="transfers"' in html
