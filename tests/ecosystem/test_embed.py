"""The directory in a frame of another site, and the page that offers it."""

import re
from html import unescape

import pytest

from tests.ecosystem.reading import parsed, texts
from tests.factories import make_city, make_organisation, make_theme

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    make_organisation(slug="a", name_en="Alpha", themes=[make_theme("energy")])
    make_organisation(slug="b", name_en="Beta", side="nagoya", city=make_city("nagoya"))
    make_organisation(slug="c", name_en="Gamma", state="draft")


def names(response):
    return texts(parsed(response), ".//h2/a")


def test_the_frame_has_the_filter_of_the_directory(client, three):
    assert names(client.get("/en/ecosystem/embed/")) == ["Alpha", "Beta"]
    assert names(client.get("/en/ecosystem/embed/?side=nagoya")) == ["Beta"]
    assert names(client.get("/en/ecosystem/embed/?q=alpha&theme=energy")) == ["Alpha"]
    assert names(client.get("/en/ecosystem/embed/?q=zzzzzz")) == []


def test_any_site_may_frame_it_and_no_other_page(client, three):
    embed, directory = client.get("/en/ecosystem/embed/"), client.get("/en/ecosystem/")

    assert "X-Frame-Options" not in embed
    assert "frame-ancestors *;" in embed["Content-Security-Policy"] + ";"
    assert "script-src 'none'" in embed["Content-Security-Policy"]
    assert directory["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in directory["Content-Security-Policy"]


def test_it_leaves_no_cookie_and_runs_no_script(client, three):
    response = client.get("/ja/ecosystem/embed/")

    assert response.cookies == {}
    assert b"<script" not in response.content
    assert b"<nav" not in response.content


def test_its_links_open_in_the_whole_window(client, three):
    html = client.get("/en/ecosystem/embed/?side=torino&page=1").content.decode()
    links = re.findall(r'<a href="([^"]+)"([^>]*)>', html)

    assert [address for address, _rest in links] == [
        "/en/ecosystem/organisations/a/",
        "/en/ecosystem/?side=torino",
        "/en/ecosystem/?side=torino&amp;view=map",
        "https://creativecommons.org/licenses/by/4.0/",
    ]
    assert all('target="_top"' in rest and "noopener" in rest for _address, rest in links)


def test_what_is_unknown_is_told_and_left_out(client, three):
    response = client.get("/en/ecosystem/embed/?theme=no-such&page=zzz")

    assert names(response) == ["Alpha", "Beta"]
    assert "no-such" in response.content.decode()


def test_the_number_of_statements_does_not_grow_with_the_rows(client, three, django_assert_max_num_queries):
    for _n in range(5):
        make_organisation(themes=[make_theme()])

    with django_assert_max_num_queries(9):
        client.get("/en/ecosystem/embed/")


def test_the_directory_offers_its_list_as_a_line_to_copy(client, three):
    html = client.get("/it/ecosystem/?side=torino&theme=energy&view=list&page=1").content.decode()
    (shown,) = re.findall(r"<code>(.*?)</code>", html)
    line = unescape(shown)

    (address,) = re.findall(r'src="([^"]+)"', line)
    assert unescape(address) == "http://localhost:8000/it/ecosystem/embed/?side=torino&theme=energy"
    assert 'title="Organizzazioni di Torino e Nagoya"' in line


def test_no_text_of_the_query_breaks_out_of_the_line(client, three):
    response = client.get("/en/ecosystem/", {"side": "torino", "x": '"><script>alert(1)</script>'})

    assert b"<script>alert" not in response.content
    assert b"&quot;&gt;&lt;script" not in response.content


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_the_page_of_open_data_leads_to_all_of_it(client, language):
    html = client.get(f"/{language}/ecosystem/open-data/").content.decode()

    for address in ("/api/v1/docs/", "/api/v1/schema/", "/vocabulary.ttl", f"/{language}/ecosystem/export.csv"):
        assert f'href="{address}"' in html
    assert f'href="/{language}/ecosystem/open-data/"' in client.get(f"/{language}/ecosystem/").content.decode()
