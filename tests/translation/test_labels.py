"""What readers see of it: machine and outdated texts are shown, and said to be so (ecosystem spec E2)."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iurc_portal.translation.services import record_texts, stored_texts
from tests.factories import make_organisation, make_practice, make_test_run
from tests.translation.test_status import write

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MACHINE = "機械翻訳です（担当者による確認前）"
OUTDATED = "原文が更新されたため、この訳文は現在改訂中です"


def test_a_machine_translation_is_shown_and_called_so(client):
    organisation = make_organisation(summary_en="Trains.")
    write(organisation, summary_ja="電車。", origin="machine")

    page = client.get(f"/ja/ecosystem/organisations/{organisation.slug}/").content.decode()

    assert ("電車。" in page, MACHINE in page, OUTDATED in page) == (True, True, False)


def test_an_outdated_text_is_shown_and_called_so(client):
    practice = make_practice(problem_en="Traffic.", problem_ja="渋滞。")
    before = stored_texts(practice)
    practice.problem_en = "Traffic and noise."
    practice.save()
    record_texts(practice, before=before, now=NOW)

    page = client.get(f"/ja/ecosystem/practices/{practice.slug}/").content.decode()

    assert ("渋滞。" in page, OUTDATED in page) == (True, True)


def test_the_original_and_a_draft_of_a_person_bear_no_label(client):
    organisation = make_organisation(summary_en="Trains.")
    write(organisation, summary_ja="電車。")

    pages = [
        client.get(f"/{code}/ecosystem/organisations/{organisation.slug}/").content.decode() for code in ("en", "ja")
    ]

    assert ["tn-fallback" in page for page in pages] == [False, False]


def test_rows_of_a_list_say_it_in_a_constant_number_of_queries(client):
    def rows_of_tests(number):
        for _each in range(number):
            run = make_test_run(title_en="A test", tested_en="A bus.")
            write(run, tested_ja="バス。", origin="machine")

    rows_of_tests(1)
    client.get("/ja/ecosystem/tests/")
    with CaptureQueriesContext(connection) as one:
        client.get("/ja/ecosystem/tests/")
    rows_of_tests(2)
    client.get("/ja/ecosystem/tests/")  # labels of facets are read anew once, after each change

    with CaptureQueriesContext(connection) as three:
        page = client.get("/ja/ecosystem/tests/").content.decode()

    assert page.count('<span class="tn-tag tn-tag--only">機械翻訳</span>') == 3
    assert len(three) == len(one)
