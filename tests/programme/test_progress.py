"""What the progress pages count and whom they name: facts by hand, and what nobody may read is read nowhere."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from programme.activities import activities_of, by_initiative, crossing, strands_of
from programme.encounters import encounters_of
from programme.indicators.series import series_of
from programme.models import Edition
from programme.outcomes import chains_of
from programme.pictured import bars_of, change_words, share_words
from programme.progress import numbers_of
from tests.factories import (
    START,
    make_agenda_item,
    make_city,
    make_cluster,
    make_edition,
    make_event,
    make_exchange,
    make_indicator,
    make_initiative,
    make_meeting,
    make_organisation,
    make_person,
    make_practice,
    make_reading,
    make_speaker,
    make_stay,
    make_theme,
    make_transfer,
    make_version,
    make_visit,
    make_webinar,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
TODAY = NOW.date()
DAY = date(2026, 3, 5)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def edition():
    return make_edition()


@pytest.fixture
def exchange(edition):
    return make_exchange(edition=edition)


def ours(name, **fields):
    return make_organisation(name_en=name, **fields)


def theirs(name, **fields):
    return make_organisation(name_en=name, side="nagoya", city=make_city("nagoya"), **fields)


def of_cluster(edition):
    city = make_city("seoul", country="KR", tzid="Asia/Seoul")
    return make_exchange(edition=edition, cluster=make_cluster(city))


# --- Activities ------------------------------------------------------------------------------------------------------


def test_activities_are_those_that_are_public_in_order_of_their_days(edition, exchange):
    make_webinar(exchange=exchange, event=make_event(name_en="Held"))
    make_webinar(exchange=exchange, event=make_event(name_en="Off", status="CANCELLED"))
    make_webinar(exchange=exchange, event=make_event(name_en="Draft", status="TENTATIVE"))
    make_webinar(exchange=exchange, event=make_event(name_en="Unlisted", access="unlisted"))
    make_webinar(exchange=of_cluster(edition), event=make_event(name_en="With Seoul"))
    make_webinar(exchange=make_exchange(), event=make_event(name_en="Of another edition"))
    make_webinar(exchange=make_exchange(edition=edition, state="cancelled"), event=make_event(name_en="Called off"))
    make_visit(exchange=exchange, state="completed", title_en="Done", first_day=DAY, last_day=DAY)
    make_visit(exchange=exchange, state="accepted", title_en="Undated")
    for state in ("draft", "proposed", "declined", "cancelled"):
        make_visit(exchange=exchange, state=state, first_day=DAY, last_day=DAY)
    make_stay(exchange=exchange, state="agreed", first_day=date(2027, 1, 1), last_day=date(2027, 1, 5))
    make_stay(exchange=exchange, state="proposed")
    make_meeting(exchange=exchange)

    found = activities_of(edition, now=NOW)

    assert [(one.kind, str(one.title), one.is_over) for one in found] == [
        ("meeting", "", True),
        ("webinar", "Held", True),
        ("visit", "Done", True),
        ("stay", "How tests are permitted.", False),
        ("visit", "Undated", False),
    ]
    assert found[0].url == ""
    assert found[1].url.startswith("/en/events/")


def test_activities_stand_by_theme_and_initiative_with_nothing_left_out(edition, exchange):
    theme, other, old = make_theme("rail"), make_theme("air"), make_theme("old", state="deprecated")
    first, second, idle = (make_initiative(order=n) for n in range(3))
    exchange.themes.set([theme, other, old])
    exchange.initiatives.set([first, second])
    bare = make_exchange(edition=edition)
    make_exchange(edition=edition).initiatives.add(idle)  # nothing done yet
    for _n in range(2):
        make_webinar(exchange=exchange)
    make_visit(exchange=bare, state="accepted")

    strands, activities = strands_of(edition), activities_of(edition, now=NOW)
    rows = by_initiative(strands, activities)
    found = crossing(strands, activities, [row.initiative for row in rows])

    assert [(row.initiative, row.exchanges, row.webinars, row.visits) for row in rows] == [
        (first, 1, 2, 0),
        (second, 1, 2, 0),
        (idle, 1, 0, 0),
    ]
    assert dict(found.cells) == {
        ("rail", first.pk): 2,
        ("rail", second.pk): 2,
        ("air", first.pk): 2,
        ("air", second.pk): 2,
        ("", 0): 1,
    }
    assert [(str(name), numbers) for name, numbers in found.table] == [
        ("air", [2, 2, 0]),
        ("rail", [2, 2, 0]),
        ("no theme yet", [0, 0, 1]),
    ]


def test_numbers_are_of_the_edition_and_of_its_days():
    former = make_edition(first_day=date(2024, 1, 1), last_day=date(2025, 12, 31), state="closed")
    edition = make_edition()
    for one in (former, edition):
        make_webinar(exchange=make_exchange(edition=one))
    make_webinar()  # of no strand, within the days of the second
    make_visit(state="completed", first_day=date(2025, 12, 31))

    counted = [numbers_of(one, now=NOW) for one in (former, edition, None)]

    assert [(one.webinars_held, one.visits_done, one.exchanges) for one in counted] == [
        (1, 1, 1),
        (2, 0, 1),
        (3, 1, 2),
    ]


def test_the_current_edition_is_the_same_read_at_once_or_alone():
    for fields in (
        {"state": "closed", "first_day": None, "last_day": None},
        {"state": "planned", "first_day": date(2028, 1, 1), "last_day": date(2029, 1, 1)},
        {"state": "closed", "first_day": date(2030, 1, 1), "last_day": date(2031, 1, 1)},
        {"state": "running"},
        {"state": "running", "first_day": None, "last_day": None},
        {"state": "running"},
    ):
        make_edition(**fields)
        assert Edition.objects.first_of(list(Edition.objects.all())) == Edition.objects.current()
    assert Edition.objects.first_of([]) is None


# --- Who met whom ----------------------------------------------------------------------------------------------------


def met_in(edition):
    found = encounters_of(edition, activities_of(edition, now=NOW))
    return {(str(one.name), str(other.name)): dict(kinds) for one, other, kinds in found.rows}


def test_organisers_and_speakers_of_a_webinar_meet_those_of_the_other_side(edition, exchange):
    lab, hidden = ours("Lab"), ours("Hidden", state="draft")
    webinar = make_webinar(exchange=exchange, event=make_event(organizer=lab))
    make_speaker(webinar, organisation=theirs("Nagoya Inc."))
    make_speaker(webinar, organisation=hidden)
    make_speaker(webinar, family_name="", person=make_person(organisation=theirs("Known by person")))
    words = {"affiliation_en": "Somebody else", "family_name": ""}
    make_speaker(webinar, person=make_person(organisation=theirs("Former employer")), **words)
    make_speaker(webinar, organisation=theirs("Agency of interpreters"), role="interpreter")

    assert met_in(edition) == {("Lab", "Known by person"): {"webinar": 1}, ("Lab", "Nagoya Inc."): {"webinar": 1}}


def test_a_side_that_names_nobody_is_met_as_its_people(edition, exchange):
    make_webinar(exchange=exchange, event=make_event(organizer=theirs("Alone")))

    assert met_in(edition) == {("People from Torino", "Alone"): {"webinar": 1}}


def test_what_is_not_over_and_what_is_private_is_no_meeting(edition, exchange):
    make_webinar(exchange=exchange, event=make_event(dtstart=NOW + timedelta(days=1)))
    make_visit(exchange=exchange, state="accepted", first_day=DAY, last_day=DAY)
    make_meeting(exchange=exchange)
    make_stay(exchange=exchange, state="completed", hosting=ours("Secret", state="draft"))

    assert met_in(edition) == {}


def test_hosts_of_a_visit_are_those_of_public_items_that_were_released(edition, exchange):
    visit = make_visit(exchange=exchange, state="completed", first_day=DAY, last_day=DAY)
    for name, fields in {"Host": {"is_public": True}, "Private host": {}}.items():
        make_agenda_item(visit, organisation=ours(name), **fields)
    make_agenda_item(visit, organisation=theirs("Their own embassy"), is_public=True)
    off = make_event(access="participants", status="CANCELLED")
    make_agenda_item(visit, event=off, organisation=ours("Called off"), is_public=True)
    make_version(visit, now=START - timedelta(days=30), tell=False)
    make_agenda_item(visit, organisation=ours("Never released"), is_public=True)

    assert met_in(edition) == {("Host", "People from Nagoya"): {"visit": 1}}


def test_the_offices_of_a_stay_met_for_each_time(edition, exchange):
    office, guest = ours("Office"), theirs("Guest")
    for _n in range(2):
        make_stay(exchange=exchange, state="completed", hosting=office, sending=guest)
    make_webinar(exchange=exchange, event=make_event(organizer=office)).speakers.create(
        organisation=guest, family_name="Yamada"
    )

    assert met_in(edition) == {("Office", "Guest"): {"stay": 2, "webinar": 1}}


# --- What came out ---------------------------------------------------------------------------------------------------


def chains(edition):
    return chains_of(edition, strands_of(edition), activities_of(edition, now=NOW))


def test_a_chain_leads_from_visits_over_practices_to_transfers(edition, exchange):
    make_visit(exchange=exchange, state="completed", title_en="The visit", first_day=DAY, last_day=DAY)
    make_webinar(exchange=exchange)
    practice = make_practice(title_en="The practice", sources=["https://source.example/"])
    told = make_transfer(practice=practice, adapted_en="The hours.", proof="https://proof.example/")
    make_transfer(practice=practice, city=None, organisation=theirs("Unpublished", state="draft"))
    exchange.practices.add(practice, make_practice(state="draft"))
    exchange.transfers.add(told, make_transfer(practice=make_practice(title_en="Came by its transfer")))
    make_exchange(edition=edition)  # of which nothing came

    (chain,) = chains(edition)

    assert [str(visit.title) for visit in chain.visits] == ["The visit"]
    assert len(chain.webinars) == 1
    assert {
        str(one.title): [(str(taken.receiver), str(taken.adapted), taken.proof) for taken in one.taken]
        for one in chain.practices
    } == {
        "The practice": [
            ("Nagoya", "The hours.", "https://proof.example/"),
            ("an organisation of Nagoya", "The hours.", ""),
        ],
        "Came by its transfer": [("Nagoya", "The hours.", "")],
    }
    assert chain.practices[0].sources == ["https://source.example/"]


def test_chains_that_went_as_far_as_a_transfer_come_first(edition):
    for slug in ("a", "b"):
        practice = make_practice()
        make_exchange(edition=edition, slug=slug).practices.add(practice)
    make_transfer(practice=practice)

    assert [chain.strand.slug for chain in chains(edition)] == ["b", "a"]


# --- Numbers ---------------------------------------------------------------------------------------------------------

FIRST = {"first_day": date(2026, 1, 1), "last_day": date(2026, 6, 30)}


def validated(indicator, value, **fields):
    return make_reading(indicator, value=value, **{"state": "validated", "validated_at": NOW, **fields})


def test_only_what_was_validated_is_reported_and_what_counts_now_is_told_apart(edition, exchange):
    indicator = make_indicator(edition=edition, target=4)
    validated(indicator, 3)
    make_reading(indicator, value=99, version=2)  # a draft of a new version
    for _n in range(2):
        make_webinar(exchange=exchange)

    (series,) = series_of(edition, today=TODAY)

    assert [(row.label, row.value, row.is_live) for row in bars_of(series)] == [
        ("1 January – 30 June 2026", Decimal(3), False),
        ("Counted on 27 November 2026, not reported", Decimal(2), True),
    ]
    assert (share_words(series), change_words(series)) == ("50% of the target", "−1 since the last report")


def test_a_later_version_takes_the_place_of_a_frozen_one(edition):
    indicator = make_indicator(edition=edition, source="manual")
    validated(indicator, 3, state="frozen", frozen_at=NOW)
    validated(indicator, 5, version=2)

    (series,) = series_of(edition, today=TODAY)

    assert [point.reading and point.reading.value for point in series.points] == [Decimal(5), None]
    assert [point.state_words for point in series.points] == ["validated", "this period is not over yet"]
    assert series.live is None


def test_a_period_that_is_over_and_has_no_reading_says_so(edition):
    make_indicator(edition=edition)

    (series,) = series_of(edition, today=TODAY)

    assert [row.shown for row in bars_of(series)] == ["not reported yet", "0"]


@pytest.mark.parametrize(
    ("target", "value", "words"),
    [(None, 3, "no target"), (0, 3, "no target"), (2, 3, "150% of the target"), (4, 0, "0% of the target")],
)
def test_without_a_target_there_is_no_share_and_above_it_it_is_not_cut(edition, target, value, words):
    indicator = make_indicator(edition=edition, source="manual", target=target)
    validated(indicator, value)

    assert share_words(series_of(edition, today=TODAY)[0]) == words


def test_indicators_that_are_not_key_and_those_of_other_editions_are_told_nowhere(edition):
    make_indicator(edition=edition, code="K1")
    make_indicator(edition=edition, is_key=False)
    make_indicator()

    assert [series.indicator.code for series in series_of(edition, today=TODAY)] == ["K1"]
