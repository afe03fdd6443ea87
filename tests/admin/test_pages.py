"""Every page of the workplace opens, in three languages, and no list asks the database once a row."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iurc_portal.staff.site import UNFOLD
from tests.admin.everything import MAKERS, make

REGISTERED = {model._meta.label_lower: model_admin for model, model_admin in admin.site._registry.items()}
LABELS = sorted(REGISTERED)


def address(label, page, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


def test_every_kind_of_record_has_a_maker_here():
    assert sorted(MAKERS) == LABELS


def test_every_list_is_in_the_menu():
    links = {str(item["link"]) for group in UNFOLD["SIDEBAR"]["navigation"] for item in group["items"]}

    unlisted = {"auth.permission"}  # only there to be chosen from
    alone = (
        "index",
        "events_slots",
        "events_calendar",
        "privacy_people",
        "programme_indicator_periods",
        "programme_budget",
    )
    pages = {reverse(f"admin:{name}") for name in alone}
    assert links == pages | {address(label, "changelist") for label in set(LABELS) - unlisted}


@pytest.mark.parametrize("language", ["it", "en", "ja"])
@pytest.mark.parametrize("label", LABELS)
def test_its_list_form_and_history_open(label, language, admin_page, superuser):
    superuser.language = language
    superuser.save()
    record = make(label)
    pages = [address(label, "changelist"), address(label, "change", record.pk), address(label, "history", record.pk)]
    request = type("Request", (), {"user": superuser})
    if REGISTERED[label].has_add_permission(request):
        pages.append(address(label, "add"))

    answers = {page: admin_page.get(page, follow=True) for page in pages}

    assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(pages, 200)
    assert all(f'lang="{language}"' in answer.content.decode() for answer in answers.values())


@pytest.mark.parametrize("label", LABELS)
def test_three_rows_cost_as_many_queries_as_one(label, admin_page):
    make(label)
    page = address(label, "changelist")
    admin_page.get(page)
    with CaptureQueriesContext(
        connection,
    ) as one:
        admin_page.get(page)
    make(label), make(label)

    with CaptureQueriesContext(connection) as three:
        admin_page.get(page)

    assert len(three) == len(one)


@pytest.mark.parametrize("label", [label for label in LABELS if hasattr(REGISTERED[label], "export_action")])
def test_its_export_opens(label, admin_page):
    make(label)

    assert admin_page.get(address(label, "export")).status_code == 200


@pytest.mark.parametrize("label", LABELS)
def test_a_search_for_hostile_text_finds_nothing(label, admin_page):
    answer = admin_page.get(address(label, "changelist"), {"q": "<script>'%\"日本"})

    assert answer.status_code == 200
    assert b"<script>'%" not in answer.content
