"""How ready a profile is for Japanese readers (ecosystem spec E24)."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecosystem.models import Organisation
from ecosystem.readiness import ITEMS, readiness
from iurc_portal.translation.services import mark_reviewed, record_texts
from iurc_portal.translation.status import read_records
from tests.factories import make_listing, make_organisation, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def points_of(name):
    return next(item.points for item in ITEMS if item.name == name)


def names_missing(organisation):
    return {item.name for item in readiness(organisation, today=TODAY).missing}


def with_reviewed_summary(**fields):
    organisation = make_organisation(summary_ja="概要。", **fields)
    record_texts(organisation, before={}, now=NOW)
    mark_reviewed(organisation, language="ja", fields=["summary"], by=make_user(), now=NOW)
    return organisation


def test_an_empty_profile_has_no_point_and_the_least_effort_comes_first():
    found = readiness(make_organisation(), today=TODAY)

    assert found.score == 0
    assert found.next_step.name == "founded"
    assert [item.minutes for item in found.missing] == sorted(item.minutes for item in found.missing)


def test_the_score_is_what_it_has_of_what_can_be_asked():
    organisation = with_reviewed_summary(kana="トリノ")
    total = sum(item.points for item in ITEMS if item.applies(organisation))

    assert readiness(organisation, today=TODAY).score == int(100 * 35 / total + 0.5)


def test_a_japanese_summary_counts_only_once_it_is_reviewed():
    draft = make_organisation(summary_ja="概要。")

    assert "summary" in names_missing(draft)
    assert "summary" not in names_missing(with_reviewed_summary())


def test_a_review_that_is_outdated_counts_no_more():
    organisation = with_reviewed_summary()

    organisation.summary_en = "Something else."
    organisation.save()

    assert "summary" in names_missing(organisation)


def test_a_summary_written_in_japanese_needs_no_review():
    organisation = make_organisation(summary_ja="概要。", source_language="ja")

    assert "summary" not in names_missing(organisation)


@pytest.mark.parametrize(
    ("languages", "missing"), [([], True), (["it"], True), (["it", "en"], False), (["ja"], False)]
)
def test_one_language_of_contact_must_be_read_in_japan(languages, missing):
    assert ("language" in names_missing(make_organisation(contact_languages=languages))) is missing


@pytest.mark.parametrize(
    ("kind", "verified_on", "missing"),
    [
        ("company", date(2025, 11, 25), False),
        ("company", date(2025, 11, 24), True),
        ("university", date(2024, 11, 25), False),
        ("university", date(2024, 11, 24), True),
        ("company", None, True),
    ],
)
def test_a_check_lasts_a_year_and_two_where_less_changes(kind, verified_on, missing):
    organisation = make_organisation(kind=kind, verified_on=verified_on)

    assert ("verified" in names_missing(organisation)) is missing


def test_the_points_are_those_of_the_specification():
    wanted = {
        "summary": 25,
        "kana": 10,
        "founded": 5,
        "staff": 5,
        "capital": 5,
        "representative": 5,
        "language": 10,
        "verified": 15,
        "listing": 10,
        "picture": 10,
    }

    assert {name: points_of(name) for name in wanted} == wanted


def test_a_list_is_scored_in_two_queries():
    for _each in range(3):
        make_listing(with_reviewed_summary())
    rows = list(Organisation.objects.prefetch_related("listings"))

    with CaptureQueriesContext(connection) as queries:
        read_records([*rows, *(listing for row in rows for listing in row.listings.all())])
        scores = [readiness(row, today=TODAY).score for row in rows]

    assert len(set(scores)) == 1
    assert len(queries) == 2


def test_visitors_do_not_see_it(client):
    organisation = with_reviewed_summary()

    page = client.get(f"/en/ecosystem/organisations/{organisation.slug}/").content.decode()

    assert "/ 100" not in page


def test_a_university_is_not_asked_for_its_capital():
    assert "capital" not in names_missing(make_organisation(kind="university"))
    assert "capital" in names_missing(make_organisation(kind="company"))


@pytest.mark.parametrize(("consent", "missing"), [(None, True), (TODAY, False)])
def test_a_representative_counts_with_their_consent(consent, missing):
    organisation = make_organisation(representative="Marta Rossi", representative_consent_on=consent)

    assert ("representative" in names_missing(organisation)) is missing


def test_a_current_listing_counts_once_its_japanese_is_reviewed():
    organisation = make_organisation()
    listing = make_listing(organisation, title_ja="提案", text_ja="内容", valid_until=TODAY)
    record_texts(listing, before={}, now=NOW)
    assert "listing" in names_missing(organisation)

    mark_reviewed(listing, language="ja", fields=["title", "text"], by=make_user(), now=NOW)

    assert "listing" not in names_missing(Organisation.objects.get(pk=organisation.pk))
