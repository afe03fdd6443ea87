"""In what state a text is: read off the text, its source and the ledger, never typed (ecosystem spec E2)."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iurc_portal.audit.models import Transition
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.services import mark_reviewed, record_texts, stored_texts
from iurc_portal.translation.status import Status, digest, read_records, status_in, status_of, statuses_of
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def write(organisation, *, minor=False, by=None, origin="human", now=NOW, **texts):
    """Save texts as every place that saves them does."""
    before = stored_texts(organisation)
    for column, text in texts.items():
        setattr(organisation, column, text)
    organisation.save()
    record_texts(organisation, before=before, by=by, origin=origin, minor=minor, now=now)


def reviewed(**fields):
    """An organisation with an English summary and a reviewed Japanese one."""
    organisation = make_organisation(summary_en="Trains.", **fields)
    write(organisation, summary_ja="電車。")
    mark_reviewed(organisation, language="ja", fields=["summary"], by=make_user(), now=NOW)
    return organisation


def test_what_is_empty_is_missing_and_the_language_of_origin_is_the_source():
    organisation = make_organisation(summary_en="Trains.", summary_ja="  ")

    assert statuses_of(organisation) == {"it": Status.MISSING, "en": Status.SOURCE, "ja": Status.MISSING}


def test_a_text_that_a_person_wrote_waits_for_its_review():
    organisation = make_organisation(summary_en="Trains.")

    write(organisation, summary_ja="電車。")

    assert status_of(organisation, "summary", "ja") == Status.DRAFT


def test_a_machine_translation_is_called_so_until_a_person_has_reviewed_it():
    organisation = make_organisation(summary_en="Trains.")
    write(organisation, summary_ja="電車。", origin="machine")
    before = status_of(organisation, "summary", "ja")

    mark_reviewed(organisation, language="ja", fields=["summary"], by=make_user(), now=NOW)

    line = TextRecord.objects.get(field="summary", language="ja")
    assert (before, status_of(organisation, "summary", "ja")) == (Status.MACHINE, Status.REVIEWED)
    assert line.origin == "machine"


def test_a_reviewed_text_becomes_outdated_when_its_source_changes_and_keeps_its_origin():
    organisation = reviewed()

    write(organisation, summary_en="Trains and trams.", now=LATER)

    line = TextRecord.objects.get(field="summary", language="ja")
    assert status_of(organisation, "summary", "ja") == Status.OUTDATED
    assert (line.origin, line.reviewed_at) == ("human", NOW)


def test_a_source_that_is_put_back_brings_the_review_back():
    organisation = reviewed()
    write(organisation, summary_en="Trains and trams.")

    write(organisation, summary_en="Trains.")

    assert status_of(organisation, "summary", "ja") == Status.REVIEWED


def test_white_space_makes_nothing_outdated():
    organisation = reviewed()

    write(organisation, summary_en=" Trains.\r\n")

    assert status_of(organisation, "summary", "ja") == Status.REVIEWED


def test_outdated_is_said_before_machine():
    organisation = make_organisation(summary_en="Trains.")
    write(organisation, summary_ja="電車。", origin="machine")

    write(organisation, summary_en="Trams.")

    assert status_of(organisation, "summary", "ja") == Status.OUTDATED


def test_a_minor_change_keeps_reviewed_texts_reviewed_and_the_log_names_who_said_so():
    organisation, editor = reviewed(), make_user()

    write(organisation, summary_en="Trains!", minor=True, by=editor, now=LATER)

    (line,) = Transition.objects.of(organisation)
    assert status_of(organisation, "summary", "ja") == Status.REVIEWED
    assert (line.reason, line.actor, line.at, line.comment) == ("minor_change", editor, LATER, "summary_ja")


def test_a_minor_change_reviews_no_draft():
    organisation = make_organisation(summary_en="Trains.")
    write(organisation, summary_ja="電車。")

    write(organisation, summary_en="Trains!", minor=True)

    assert status_of(organisation, "summary", "ja") == Status.OUTDATED
    assert not Transition.objects.of(organisation).exists()


def test_a_text_older_than_the_ledger_is_not_reviewed_and_becomes_outdated_with_its_source():
    organisation = make_organisation(summary_en="Trains.", summary_ja="電車。")
    before = status_of(organisation, "summary", "ja")

    write(organisation, summary_en="Trams.")

    line = TextRecord.objects.get(field="summary", language="ja")
    assert (before, status_of(organisation, "summary", "ja")) == (Status.DRAFT, Status.OUTDATED)
    assert (line.origin, line.source_hash) == ("imported", digest("Trains."))


def test_both_texts_changed_together_belong_together():
    organisation = reviewed()

    write(organisation, summary_en="Trams.", summary_ja="路面電車。")

    assert status_of(organisation, "summary", "ja") == Status.DRAFT


def test_a_text_that_is_emptied_leaves_the_ledger():
    organisation = reviewed()

    write(organisation, summary_ja="")

    assert status_of(organisation, "summary", "ja") == Status.MISSING
    assert not TextRecord.objects.filter(field="summary", language="ja").exists()


def test_where_the_language_of_origin_is_empty_the_best_other_text_is_the_source():
    organisation = make_organisation(summary_en="", summary_it="Treni.", source_language="en")

    assert statuses_of(organisation) == {"it": Status.SOURCE, "en": Status.MISSING, "ja": Status.MISSING}


def test_a_first_text_in_the_language_of_origin_makes_the_older_ones_drafts_not_outdated():
    organisation = make_organisation(summary_en="", summary_it="Treni.", summary_ja="電車。", source_language="en")

    write(organisation, summary_en="Trains.")

    assert statuses_of(organisation) == {"it": Status.DRAFT, "en": Status.SOURCE, "ja": Status.DRAFT}


def test_optional_texts_do_not_decide_the_state_of_a_record():
    organisation = reviewed(description_en="Long.")

    assert status_of(organisation, "description", "ja") == Status.MISSING
    assert status_in(organisation, "ja") == Status.REVIEWED


def test_the_states_of_a_list_are_read_in_one_query():
    rows = [reviewed(), reviewed(), reviewed()]

    with CaptureQueriesContext(connection) as queries:
        read_records(rows)
        states = [status_in(row, "ja") for row in rows]

    assert states == [Status.REVIEWED] * 3
    assert len(queries) == 1
