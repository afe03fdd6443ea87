"""The page that tells people how to ask, made of the document."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as portal_settings

from iurc_portal.api import registry
from tests.api.world import make_world
from tests.ecosystem.reading import parsed, texts

pytestmark = pytest.mark.django_db


def test_every_resource_is_told_with_its_parameters_and_fields(client):
    make_world()

    page = parsed(client.get("/api/v1/docs/"))

    headings = texts(page, ".//h2")
    titles = [resource.title for resource in registry.resources()]
    assert [title for title in headings if title != "To begin with"][: len(titles)] == titles
    codes = set(texts(page, ".//code"))
    assert {
        "theme",
        "energy-0",
        "open_to_japan",
        "contact_languages",
        "trl_in",
        "what_failed",
        "wanted_partner",
        "10-49",
    } <= codes
    assert {"GET /api/v1/testbeds/{slug}/", "GET /api/v1/offers/{id}/"} <= codes
    assert "None" not in codes


def test_the_page_is_in_english_whoever_asks(client):
    response = client.get("/api/v1/docs/", headers={"Accept-Language": "ja"})

    assert response["Content-Language"] == "en"
    assert b'<html lang="en">' in response.content


def test_the_page_needs_nothing_from_others(client):
    html = client.get("/api/v1/").content.decode()

    assert 'src="http' not in html
    assert "`" not in html
    assert "style=" not in html


def test_the_document_is_openapi_3_1_and_names_licence_and_server(client):
    make_world()

    document = client.get("/api/v1/schema/").json()

    assert document["openapi"] == "3.1.1"
    assert document["info"]["license"]["name"] == "CC BY 4.0"
    assert document["servers"] == [{"url": portal_settings.SITE_URL}]
    assert list(document["paths"])[:2] == ["/api/v1/organisations/", "/api/v1/organisations/{slug}/"]


def test_the_document_knows_todays_values(client):
    before = client.get("/api/v1/schema/").json()
    make_world()
    after = client.get("/api/v1/schema/").json()

    assert [values(document) for document in (before, after)] == [
        ["not-stated"],
        ["energy-0", "mobility-0", "not-stated"],
    ]


def values(document):
    parameters = document["paths"]["/api/v1/organisations/"]["get"]["parameters"]
    return next(each["schema"]["items"]["enum"] for each in parameters if each["name"] == "theme")


def test_no_module_is_registered_twice():
    with pytest.raises(ValueError, match="registered twice"):
        registry.register("ecosystem.api.resources")


def test_a_portal_that_nobody_asks_for_data_carries_no_weight_of_it():
    asked = "import sys, iurc_portal.wsgi as w; from django.urls import reverse; reverse('home'); print(*sys.modules)"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

    loaded = subprocess.run(  # in a process of its own, for others have asked in this one
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=environment
    ).stdout.split()

    assert "iurc_portal.api.entrance" in loaded
    assert {"rest_framework", "drf_spectacular", "iurc_portal.api.views"}.isdisjoint(loaded)
