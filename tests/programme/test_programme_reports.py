"""The report of a period: closed as a whole or not at all, kept as it was, with what changed since beside it."""

import json
import re
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from iurc_portal.audit.models import Transition
from programme.exceptions import FrozenReport
from programme.indicators.periods import Period
from programme.models import Meeting, ProgrammeReport, Reading, ReportSheet
from programme.reporting import sheets
from programme.reporting.canonical import digest_of, octets_of
from programme.reporting.paper import html_of
from programme.reporting.telling import told
from programme.services import programme_reports as reports
from programme.services import readings
from programme.services.attendance_counts import count_stale
from programme.services.report_changes import changes_since
from tests.factories import (
    make_edition,
    make_event,
    make_indicator,
    make_organisation,
    make_reading,
    make_stay,
    make_user,
    make_visit,
    make_webinar,
)
from tests.programme.periods import HALF, NOW, SECRET, HalfYear, boss

pytestmark = pytest.mark.django_db


@pytest.fixture
def half():
    return HalfYear()


def refusal(act, *args, **kwargs):
    with pytest.raises(ValidationError) as told, transaction.atomic():
        act(*args, **kwargs)
    return told.value.code


def office(side):
    user = make_user(is_staff=True, side=side)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="programme", codename__regex="^(view|add|change)_")
    )
    return user


def nothing_is_frozen():
    return not Reading.objects.frozen().exists() and not ReportSheet.objects.exists()


# --- Begun and written -----------------------------------------------------------------------------------------------


def test_beginning_twice_gives_one_draft(half):
    first = reports.begin_report(half.edition, HALF, by=boss(), now=NOW)

    assert reports.begin_report(half.edition, HALF, by=boss(), now=NOW) == first
    assert (first.version, first.state) == (1, "draft")


def test_a_period_of_no_indicator_is_refused(half):
    from programme.indicators.periods import Period

    odd = Period(date(2026, 2, 1), date(2026, 3, 1))

    assert refusal(reports.begin_report, half.edition, odd, by=boss(), now=NOW) == "other_period"
    without = make_edition(first_day=None, last_day=None)
    assert refusal(reports.begin_report, without, HALF, by=boss(), now=NOW) == "no_periods"


def test_each_city_writes_its_own_section_and_nagoya_comments(half):
    draft = reports.begin_report(half.edition, HALF, by=boss(), now=NOW)
    torino, nagoya = office("torino"), office("nagoya")

    reports.write_report(draft, {"summary_it": "Fatto", "section_torino_it": "Noi"}, by=torino)
    reports.write_report(draft, {"section_nagoya_ja": "名古屋より", "internal_note_en": "Look at I3"}, by=nagoya)

    draft.refresh_from_db()
    assert (draft.summary_it, draft.section_torino_it, draft.section_nagoya_ja) == ("Fatto", "Noi", "名古屋より")
    assert draft.internal_note_en == "Look at I3"
    for who, text in ((nagoya, "summary_it"), (nagoya, "section_torino_it"), (torino, "section_nagoya_it")):
        assert refusal(reports.write_report, draft, {text: "x"}, by=who) == "not_yours"
    assert reports.texts_of_user(office("")) == ()


# --- What refuses an approval ----------------------------------------------------------------------------------------


def test_only_managers_approve_and_send(half):
    half.validate()
    draft = half.draft()

    for who in (office("torino"), office("nagoya")):
        assert refusal(reports.approve_report, draft, by=who, now=NOW) == "not_yours"
        assert refusal(reports.send_report, draft, by=who, now=NOW) == "not_yours"
    assert nothing_is_frozen()


def test_a_period_without_readings_is_refused(half):
    assert refusal(reports.approve_report, half.draft(), by=boss(), now=NOW) == "no_readings"
    assert nothing_is_frozen()


def test_an_indicator_that_came_after_the_readings_is_named_and_nothing_is_frozen(half):
    half.validate()
    make_indicator(edition=half.edition, code="I9", key="webinars_held")
    report = half.draft()

    (hindrance,) = reports.hindrances(report, now=NOW)
    with pytest.raises(ValidationError) as refusal:
        reports.approve_report(report, by=boss(), now=NOW)

    assert (refusal.value.code, "I9" in hindrance) == ("not_proposed", True)
    assert set(readings.readings_of(half.edition, HALF).values_list("state", flat=True)) == {"validated"}


def test_an_indicator_read_by_the_year_after_a_corrected_half_year_has_its_own_reading(half):
    half.approved()
    readings.renew_readings(half.edition, HALF, by=boss(), now=NOW)
    whole = Period(date(2025, 7, 1), HALF.last_day)
    make_reading(half.indicators["visits"], first_day=whole.first_day, last_day=whole.last_day, value=1)

    found = readings.readings_of(half.edition, whole)

    assert [(one.indicator, one.version) for one in found] == [(half.indicators["visits"], 1)]


def test_who_met_whom_and_what_is_not_public_is_counted_and_named_nowhere(half):
    make_webinar(exchange=half.exchange, event=make_event(name_en="Closed circle", access="participants"))
    make_webinar(exchange=half.exchange, event=make_event(name_en="By the link alone", access="unlisted"))
    make_stay(
        exchange=half.exchange, state="completed", sending=make_organisation(state="draft", name_en="Draft office")
    )
    count_stale(now=NOW)
    meeting = Meeting.objects.get()

    report = half.approved()
    with translation.override("en"):
        kinds = {
            one["kind"]: [str(row["title"]) for row in one["rows"]] for one in told(report.snapshot)["activities"]
        }
    kept = json.dumps(report.snapshot)

    assert sorted(kinds["webinars"]) == ["Trams", "Webinar that is not public", "Webinar that is not public"]
    assert kinds["meetings"] == ["Meeting of two organisations"]
    assert [title for title in kinds["stays"] if title == "Staff exchange"] == ["Staff exchange"]
    for name in ("Closed circle", "By the link alone", "Draft office", str(meeting)):
        assert name not in kept


def test_readings_that_nobody_validated_are_named(half):
    draft = half.draft()
    half.validate()
    readings.reopen_reading(readings.readings_of(half.edition, HALF).last(), by=boss(), now=NOW)

    with pytest.raises(ValidationError) as told:
        reports.approve_report(draft, by=boss(), now=NOW)

    assert told.value.code == "not_validated"
    assert "I4" in told.value.messages[0]
    assert "I3" not in told.value.messages[0]
    assert nothing_is_frozen()


def test_texts_that_nobody_wrote_are_named(half):
    half.validate()
    draft = half.draft(results_it="", results_en=" ", results_ja="")

    with pytest.raises(ValidationError) as told:
        reports.approve_report(draft, by=boss(), now=NOW)

    assert told.value.code == "texts"
    assert told.value.messages == ["Scrivere questi testi, almeno in una lingua: che cosa ne è nato."]
    assert nothing_is_frozen()


def test_a_period_that_is_not_over_in_torino_is_refused(half):
    half.validate()
    draft = half.draft()
    last_evening = datetime(2026, 6, 30, 21, 59, tzinfo=UTC)  # 23:59 in Torino

    assert refusal(reports.approve_report, draft, by=boss(), now=last_evening) == "early"
    assert nothing_is_frozen()
    assert reports.approve_report(draft, by=boss(), now=last_evening + timedelta(minutes=1)).state == "approved"


def test_a_number_that_its_records_do_not_make_any_more_is_refused(half):
    half.validate()
    draft = half.draft()
    half.correct_the_attendance()

    assert any("I3 (3 → 4)" in words for words in reports.hindrances(draft, now=NOW))
    assert refusal(reports.approve_report, draft, by=boss(), now=NOW) == "counted_otherwise"
    assert nothing_is_frozen()
    draft.refresh_from_db()
    assert (draft.state, draft.sha256, draft.snapshot) == ("draft", "", {})


def test_attendance_that_waits_to_be_counted_is_counted_before(half):
    half.validate()
    draft = half.draft()
    type(half.webinar).objects.update(attended=77, attended_is_stale=True)  # nobody has counted yet

    approved = reports.approve_report(draft, by=boss(), now=NOW)

    assert approved.snapshot["attendance"]["webinars"]["attended"] == 3


def test_approving_twice_is_refused_and_changes_nothing(half):
    approved = half.approved()

    assert refusal(reports.approve_report, approved, by=boss(), now=NOW + timedelta(days=1)) == "approved"
    again = ProgrammeReport.objects.get()
    assert (again.sha256, again.approved_at) == (approved.sha256, NOW)


def test_nothing_hinders_a_whole_report_and_looking_writes_nothing(half):
    half.validate()
    draft = half.draft()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert reports.hindrances(draft, now=NOW) == []
    assert [one["sql"] for one in queries if not one["sql"].startswith("SELECT")] == []


# --- What is frozen --------------------------------------------------------------------------------------------------


def test_approving_freezes_readings_facts_and_records(half):
    manager = boss()
    report = half.approved(by=manager)
    facts = report.snapshot

    assert (report.state, report.approved_by, report.approved_at) == ("approved", manager, NOW)
    assert report.sha256 == digest_of(facts) == digest_of(ProgrammeReport.objects.get().snapshot)
    assert {one.state for one in readings.readings_of(half.edition, HALF)} == {"frozen"}
    assert [
        (one["code"], one["value"], one["target"], one["progress"], one["rows"]) for one in facts["indicators"]
    ] == [
        ("I1", "1", "2", "50", 1),
        ("I2", "2", None, None, 2),
        ("I3", "3", "6", "50", 1),
        ("I4", "1", "4", "25", None),
    ]
    assert {kind: len(rows) for kind, rows in facts["activities"].items()} == {
        "visits": 1,
        "webinars": 1,
        "cluster_webinars": 0,
        "stays": 1,
        "meetings": 1,
    }
    assert [step["state"] for step in facts["milestones"]] == ["done", "late"]
    assert facts["budget"]["total"] == {"ceiling": "1000", "committed": "400", "spent": "300"}
    assert facts["approved"] == {"role": "manager", "on": "2026-07-05"}
    moved = Transition.objects.get(model="programme.programmereport")
    assert (moved.from_state, moved.to_state, moved.actor) == ("draft", "approved", manager)


def test_people_are_counted_by_one_trait_at_a_time_and_never_named(half):
    report = half.approved()
    facts = report.snapshot

    guests = facts["attendance"]["people"]["guest"]
    assert guests == {
        "side": {"nagoya": 3},
        "helix": {"academia": 1, "unknown": 2},
        "country": {"JP": 3},
        "presence": {"present": 2, "absent": 1},
    }
    assert facts["attendance"]["webinars"] == {"held": 1, "not_noted": 0, "attended": 3, "country": {"JP": 2, "": 1}}
    everything = octets_of(facts) + b"".join(b"".join(sheet.lines()) for sheet in report.sheets.all())
    assert SECRET.encode() not in everything
    assert b'example.org"' not in everything.replace(b"https://example.org", b"")  # no address of mail either


def test_the_records_behind_each_number_add_up_to_it_and_are_hashed_in_the_report(half):
    report = half.approved()
    kept = {one["key"]: one for one in report.snapshot["sheets"]}

    assert set(kept) == {sheet.key for sheet in report.sheets.all()}
    for sheet in report.sheets.all():
        lines = list(sheet.lines())
        assert (len(lines), sheet.sha256) == (kept[sheet.key]["rows"], kept[sheet.key]["sha256"])
    for one in report.snapshot["indicators"]:
        if one["sheet"]:
            rows = list(sheets.rows_of(report.sheets.get(key=one["sheet"])))
            assert str(sum(row[sheets.AMOUNT] for row in rows)) == one["value"]
    (row,) = sheets.rows_of(report.sheets.get(key=f"indicator:{half.indicators['attendance'].pk}"))
    assert row[0] == {"it": "Trams", "en": "Trams", "ja": "路面電車"}
    assert (row[1], row[3], row[4]["ja"].split("/")[1]) == ("2026-03-03", 3, "ja")


def test_costs_say_that_there_is_a_receipt_and_what_it_hashes_to(half):
    import hashlib

    report = half.approved()
    rows = list(sheets.rows_of(report.sheets.get(key="costs")))

    assert [(row[3], row[4], row[5], row[6], row[11]) for row in rows] == [
        ("programme", "EUR", None, "300", hashlib.sha256(b"%PDF-1.4 paid").hexdigest()),
        ("programme", "EUR", "100", None, ""),
    ]
    assert sum(Decimal(row[9]) for row in rows) == Decimal(report.snapshot["budget"]["total"]["committed"])


def test_a_text_of_the_offices_stays_inside(half):
    half.validate()
    draft = half.draft(internal_note_it="Tra noi")
    report = reports.approve_report(draft, by=boss(), now=NOW)

    assert "Tra noi" not in octets_of(report.snapshot).decode()


def test_nothing_changes_what_is_approved(half):
    report = half.approved()

    def change():
        report.summary_it = "Altro"
        report.save()

    for act in (
        change,
        report.delete,
        lambda: reports.write_report(report, {"summary_it": "Altro"}, by=boss()),
        lambda: ProgrammeReport.objects.update(summary_it="Altro"),
        lambda: ProgrammeReport.objects.bulk_update([report], ["snapshot"]),
        ProgrammeReport.objects.all().delete,
        ReportSheet.objects.all().delete,
        lambda: ReportSheet.objects.update(rows=0),
        lambda: report.sheets.first().save(),
        lambda: report.sheets.first().delete(),
    ):
        with pytest.raises(FrozenReport), transaction.atomic():
            act()
    stored = ProgrammeReport.objects.get()
    assert digest_of(stored.snapshot) == stored.sha256 == report.sha256
    assert stored.summary_it == "summary it"


def test_the_database_keeps_an_approval_whole_and_versions_apart(half):
    draft = reports.begin_report(half.edition, HALF, by=boss(), now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        ProgrammeReport.objects.filter(pk=draft.pk).update(state="approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgrammeReport.objects.create(
            edition=half.edition, first_day=HALF.first_day, last_day=HALF.last_day, version=2, begun_at=NOW
        )


# --- Sent ------------------------------------------------------------------------------------------------------------


def test_what_is_sent_is_for_everybody_what_is_approved_for_who_evaluates(half):
    report, reader = half.approved(), make_user()
    evaluator = make_user()
    evaluator.user_permissions.add(Permission.objects.get(codename="read_aggregates"))
    found = ProgrammeReport.objects.visible_to

    assert [list(found(who)) for who in (reader, evaluator, office("nagoya"))] == [[], [report], [report]]
    reports.send_report(report, by=boss(), now=datetime(2026, 7, 5, 22, 30, tzinfo=UTC))

    report.refresh_from_db()
    assert (report.state, report.sent_on) == ("sent", date(2026, 7, 6))  # half past midnight in Torino
    assert list(found(reader)) == [report]
    assert refusal(reports.send_report, report, by=boss(), now=NOW) == "transition"


# --- Corrected afterwards --------------------------------------------------------------------------------------------


def test_what_is_corrected_afterwards_moves_the_live_numbers_and_never_the_report(half):
    report = half.approved()
    before, pages = (
        deepcopy(report.snapshot),
        {code: html_of(report.snapshot, report.sha256, code) for code in ["it", "en", "ja"]},
    )

    half.correct_the_attendance()
    half.visit.title_en = "Another title"
    half.visit.save()
    half.indicators["visits"].target = 99
    half.indicators["visits"].save()

    stored = ProgrammeReport.objects.get()
    assert stored.snapshot == before
    assert {code: html_of(stored.snapshot, stored.sha256, code) for code in pages} == pages
    assert (
        readings.live_values([half.indicators["attendance"]], half.edition, HALF.last_day)[
            half.indicators["attendance"].pk
        ].value
        == 4
    )
    assert [(change.path, change.kept, change.now) for change in changes_since(stored)] == [
        (("indicator", "I3"), "3", "4"),
        (("attendance", "webinars"), "3", "4"),
    ]


def test_a_correction_is_version_two_and_version_one_stays(half):
    first = half.approved()
    half.correct_the_attendance()

    draft = reports.begin_report(half.edition, HALF, by=boss(), now=NOW + timedelta(days=2))

    assert (draft.version, draft.summary_it) == (2, "summary it")
    assert {(one.version, one.state) for one in readings.readings_of(half.edition, HALF)} == {(2, "draft")}
    assert refusal(reports.approve_report, draft, by=boss(), now=NOW) == "not_validated"
    for reading in readings.readings_of(half.edition, HALF):
        readings.validate_reading(reading, by=boss(), now=NOW)
    second = reports.approve_report(draft, by=boss(), now=NOW + timedelta(days=3))

    assert [one["value"] for one in second.snapshot["indicators"]] == ["1", "2", "4", "1"]
    stored = ProgrammeReport.objects.get(version=1)
    assert (stored.sha256, digest_of(stored.snapshot)) == (first.sha256, first.sha256)
    assert [one["value"] for one in stored.snapshot["indicators"]] == ["1", "2", "3", "1"]
    assert changes_since(second) == []


# --- Told ------------------------------------------------------------------------------------------------------------


NO_TARGET = [("it", "nessun obiettivo numerico"), ("en", "no target"), ("ja", "目標値なし")]


@pytest.mark.parametrize(("language", "words"), NO_TARGET)
def test_without_a_target_it_says_so_and_never_nought_per_cent(half, language, words):
    from django.utils import translation

    report = half.approved()
    with translation.override(language):
        (outputs, _results, _impacts) = told(report.snapshot)["groups"]
    line = next(line for line in outputs[1] if line.code == "I2")

    assert (line.percent, line.value, line.target) == (None, "2", words)
    printed = html_of(report.snapshot, report.sha256, language).partition("</style>")[2]
    assert re.findall(r"\d+%", printed) == ["50%", "50%", "25%"]


PRINTED = {
    "it": ["versione 1", "Torino", "Nagoya"],
    "en": ["version 1", "Torino", "Nagoya"],
    "ja": ["第1版", "トリノ", "名古屋"],
}


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_the_paper_prints_period_version_digest_and_both_cities(half, language):
    report = half.approved()
    html = html_of(report.snapshot, report.sha256, language)

    for wanted in (report.sha256, f"summary {language}", f"next_steps {language}", "I1", "I4"):
        assert wanted in html
    for words in {
        "it": ["versione 1", "Torino", "Nagoya"],
        "en": ["version 1", "Torino", "Nagoya"],
        "ja": ["第1版", "トリノ", "名古屋"],
    }[language]:
        assert words in html
    assert SECRET not in html


def test_the_facts_of_a_large_edition_take_no_more_statements_than_those_of_a_small_one(half):
    def statements():
        from programme.services.report_changes import live_facts

        report = ProgrammeReport.objects.select_related("edition").get()
        with CaptureQueriesContext(connection) as queries:
            live_facts(report)
        return len(queries)

    half.draft()
    few = statements()
    for number in range(4):
        make_visit(
            exchange=half.exchange,
            state="completed",
            first_day=date(2026, 4, 1 + number),
            last_day=date(2026, 4, 2 + number),
        )
        make_indicator(edition=half.edition, key="webinars_held", code=f"J{number}")
    assert statements() == few
