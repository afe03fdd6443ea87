"""Five steps, a follow-up question, at most two hundred characters: and nothing about the reader."""

import pytest

from iurc_portal.pages.models import PageRating
from tests.pages.html import page

pytestmark = pytest.mark.django_db


def rate(client, code="it", **data):
    return client.post(f"/{code}/rating/", {"path": f"/{code}/events/", "rating": "5", **data})


def kept():
    return list(PageRating.objects.values_list("path", "language", "rating", "reason", "comment"))


def test_a_rating_without_scripts_is_kept_and_leads_back_to_the_page(client):
    response = rate(client, "ja", reason="clear", comment="助かりました")

    assert kept() == [("/ja/events/", "ja", 5, "clear", "助かりました")]
    assert response.status_code == 200
    assert 'href="/ja/events/"' in response.text


def test_with_scripts_only_the_thanks_come_back(client):
    response = client.post("/it/rating/", {"path": "/it/", "rating": "4"}, headers={"x-portal-part": "1"})

    assert kept() == [("/it/", "it", 4, "", "")]
    assert "<html" not in response.text
    assert "Grazie per la risposta" in response.text


@pytest.mark.parametrize(("rating", "reason", "wanted"), [("5", "lost", ""), ("2", "lost", "lost"), ("3", "easy", "")])
def test_a_reason_counts_only_for_the_question_of_its_rating(client, rating, reason, wanted):
    rate(client, rating=rating, reason=reason)

    assert PageRating.objects.get().reason == wanted


@pytest.mark.parametrize("rating", ["", "0", "6", "five", "٥٥"])
def test_a_rating_that_is_none_is_asked_again_and_the_comment_kept(client, rating):
    response = rate(client, rating=rating, comment="molto utile")

    assert kept() == []
    assert response.status_code == 422
    assert "molto utile" in response.text
    assert 'href="#id_rating"' in response.text


def test_a_comment_of_more_than_200_characters_is_refused_and_kept_in_the_form(client):
    response = rate(client, comment="à" * 201)

    assert (response.status_code, kept()) == (422, [])
    assert "à" * 201 in response.text


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/it/",
        "/\\evil.example",
        "/r/secret-token/",
        "/it/no-such-page/",
        "/en/events/",
        "/it/" + "a" * 400,
        "",
    ],
)
def test_a_path_that_is_no_page_of_ours_is_not_kept_and_not_linked(client, path):
    response = client.post("/it/rating/", {"path": path, "rating": "5"})

    assert (response.status_code, kept()) == (200, [])
    assert page(client, "/it/").xpath("//main//a/@href")  # the site stands
    assert "evil.example" not in response.text
    assert "secret-token" not in response.text


def test_a_robot_that_fills_every_field_is_thanked_and_forgotten(client):
    response = rate(client, website="https://spam.example")

    assert (response.status_code, kept()) == (200, [])


def test_a_rating_is_given_by_post_only(client):
    assert client.get("/it/rating/").status_code == 405


def test_the_form_of_a_page_names_that_page(client):
    assert page(client, "/ja/events/").xpath("//section[@data-element='feedback']//input[@name='path']/@value") == [
        "/ja/events/"
    ]
