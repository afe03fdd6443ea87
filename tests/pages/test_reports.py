"""Reporting a problem needs no account."""

import pytest

from iurc_portal.pages.models import ProblemReport
from tests.pages.html import page

pytestmark = pytest.mark.django_db


def report(client, **data):
    return client.post(
        "/ja/report/", {"kind": "accessibility", "text": "地図が読めません", "path": "/ja/ecosystem/", **data}
    )


def kept():
    return list(ProblemReport.objects.values_list("kind", "path", "text", "email", "language"))


def test_a_report_is_kept_with_its_page_and_language_and_thanked_for(client):
    response = report(client, email="aiko@example.jp")

    assert kept() == [("accessibility", "/ja/ecosystem/", "地図が読めません", "aiko@example.jp", "ja")]
    assert (response.status_code, response["Location"]) == (302, "/ja/report/thanks/")
    assert client.get(response["Location"]).status_code == 200


def test_the_link_in_the_footer_carries_the_page(client):
    assert page(client, "/en/events/").xpath("//footer//a[contains(@href, '/report/')]/@href") == [
        "/en/report/?path=/en/events/"
    ]
    assert page(client, "/en/report/?path=/en/events/").xpath("//input[@name='path']/@value") == ["/en/events/"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "a" * 2001}, "text"),
        ({"kind": "<script>"}, "kind"),
        ({"email": "taro.yamada"}, "email"),
        ({"email": "a@" + "b" * 300 + ".jp"}, "email"),
    ],
)
def test_a_report_with_a_mistake_points_to_the_field_and_keeps_the_rest(client, data, field):
    response = report(client, **data)

    assert (response.status_code, kept()) == (422, [])
    assert f'href="#id_{field}"' in response.text
    assert f'id="id_{field}_error"' in response.text
    if field != "text":
        assert "地図が読めません" in response.text


def test_hostile_text_is_shown_as_text(client):
    response = report(client, text="<script>alert(1)</script>", email="no")

    assert "<script>alert(1)" not in response.text
    assert "&lt;script&gt;alert(1)" in response.text


def test_a_token_page_is_not_written_into_a_report(client):
    report(client, path="/r/secret-token/")

    assert ProblemReport.objects.get().path == ""


def test_a_robot_is_thanked_and_forgotten(client):
    assert report(client, website="x").status_code == 302
    assert kept() == []
