"""What machines read: health, readiness, robots, site map, security contact."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone
from lxml import etree

from iurc_portal.notifications.models import Heartbeat
from iurc_portal.pages import health
from tests.factories import make_event, make_organisation

XML = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def test_the_portal_is_alive_without_a_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_a_new_portal_is_ready_though_no_sweep_has_run(client):
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"database": "ok", "broker": "ok", "sweep": "not yet"})


@pytest.mark.django_db
def test_a_recent_sweep_is_well_and_a_late_one_is_named(client):
    beat = Heartbeat.objects.create(name="sweep_outbox", last_success_at=timezone.now())
    recent = client.get("/readyz")
    beat.last_success_at = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
    beat.save()
    late = client.get("/readyz")

    assert (recent.status_code, recent.json()["sweep"]) == (200, "ok")
    assert (late.status_code, late.json()["sweep"]) == (503, "late: last done at 2026-11-01T09:00:00+00:00")


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_named(client, monkeypatch):
    class Broken:
        def cursor(self):
            raise DatabaseError("gone")

    monkeypatch.setattr(health, "connection", Broken())

    response = client.get("/readyz")

    assert (response.status_code, response.json()["database"]) == (503, "does not answer")


def test_a_redis_that_does_not_answer_is_named(client, settings, monkeypatch):
    class NoBroker:
        def __enter__(self):
            raise OSError("connection refused")

        def __exit__(self, *error):
            return False

    settings.REDIS_URL = "redis://localhost:1/0"
    monkeypatch.setattr(health.app, "connection_for_write", lambda **options: NoBroker())

    assert health._broker() == "does not answer"


def test_robots_keep_out_of_accounts_and_token_pages(client, settings):
    settings.SITE_URL = "https://portal.example"

    lines = client.get("/robots.txt").text.splitlines()

    assert lines[0] == "User-agent: *"
    assert {"Disallow: /admin/", "Disallow: /r/", "Disallow: /ja/my/", "Disallow: /it/account/"} <= set(lines)
    assert lines[-1] == "Sitemap: https://portal.example/sitemap.xml"


def test_the_security_contact_is_current(client, settings):
    settings.CONTACT_EMAIL = "office@portal.example"

    fields = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines())

    assert fields["Contact"] == "mailto:office@portal.example"
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=170) < expires - timezone.now() < timedelta(days=366)


@pytest.mark.django_db
def test_the_site_map_lists_every_kind_of_page(client):
    found = etree.fromstring(client.get("/sitemap.xml").content).xpath("//s:loc/text()", namespaces=XML)

    assert {address.split("/sitemap-")[1].removesuffix(".xml") for address in found} >= {
        "portal",
        "texts",
        "ecosystem-lists",
        "ecosystem-organisations",
        "ecosystem-initiatives",
        "ecosystem-tests",
        "ecosystem-practices",
        "ecosystem-concepts",
    }
    assert {client.get(address.removeprefix("http://testserver")).status_code for address in found} == {200}


@pytest.mark.django_db
def test_each_language_of_a_page_names_the_others(client, settings):
    settings.SITE_URL = "https://portal.example"

    tree = etree.fromstring(client.get("/sitemap-portal.xml").content)

    home = tree.xpath("//s:url[s:loc='https://portal.example/ja/']/x:link", namespaces=XML)
    assert {link.get("hreflang"): link.get("href") for link in home} == {
        "it": "https://portal.example/it/",
        "en": "https://portal.example/en/",
        "ja": "https://portal.example/ja/",
        "x-default": "https://portal.example/",
    }


@pytest.mark.django_db
def test_what_is_not_public_is_not_in_the_site_map(client):
    shown, hidden = make_organisation(), make_organisation(state="draft")
    event = make_event(status="TENTATIVE")

    pages = client.get("/sitemap-ecosystem-organisations.xml").text

    assert f"/organisations/{shown.slug}/" in pages
    assert f"/organisations/{hidden.slug}/" not in pages
    assert event.slug not in client.get("/sitemap-events-events.xml").text
