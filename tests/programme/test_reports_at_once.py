"""Two approvals at once, and an approval while readings move: on a database with locks one wins, whole."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from iurc_portal.audit.models import Transition
from programme.models import EvidencePack, ProgrammeReport, Reading
from programme.reporting.canonical import digest_of
from programme.services import evidence, readings
from programme.services import programme_reports as reports
from tests.programme.periods import HALF, NOW, HalfYear, boss
from tests.programme.test_hosts_at_once import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]


def test_of_two_approvals_at_once_one_is_refused_in_words_and_nothing_is_frozen_twice():
    half, manager = HalfYear(), boss()
    half.validate(manager)
    half.draft(manager)
    one, two = ProgrammeReport.objects.get(), ProgrammeReport.objects.get()

    results = at_once(
        lambda: reports.approve_report(one, by=manager, now=NOW),
        lambda: reports.approve_report(two, by=manager, now=NOW + timedelta(seconds=1)),
    )

    (refused,) = [result for result in results if isinstance(result, ValidationError)]
    (approved,) = [result for result in results if isinstance(result, ProgrammeReport)]
    assert refused.code == "approved"
    stored = ProgrammeReport.objects.get()
    assert stored.sha256 == approved.sha256 == digest_of(stored.snapshot)
    assert stored.sheets.count() == len(stored.snapshot["sheets"])
    assert Transition.objects.filter(model="programme.programmereport").count() == 1
    assert Transition.objects.filter(model="programme.reading", to_state="frozen").count() == 4


def test_a_validation_taken_back_meanwhile_leaves_all_frozen_or_nothing():
    half, manager = HalfYear(), boss()
    half.validate(manager)
    draft = half.draft(manager)
    reading = readings.readings_of(half.edition, HALF).first()

    results = at_once(
        lambda: reports.approve_report(draft, by=manager, now=NOW),
        lambda: readings.reopen_reading(reading, by=manager, now=NOW),
    )

    refused = [result for result in results if isinstance(result, ValidationError)]
    states = set(Reading.objects.values_list("state", flat=True))
    assert len(refused) == 1
    if ProgrammeReport.objects.get().is_frozen:
        assert states == {"frozen"}
    else:
        assert states == {"draft", "validated"}
        assert not ProgrammeReport.objects.get().sheets.exists()


def test_two_who_ask_for_the_pack_at_once_get_the_same(settings, tmp_path, monkeypatch):
    from programme.tasks import make_evidence

    monkeypatch.setattr(make_evidence, "delay", lambda _key: None)
    half, manager = HalfYear(), boss()
    report = half.approved(manager)

    one, two = at_once(*[lambda: evidence.ask_for_pack(report, by=manager, now=NOW)] * 2)

    assert one == two == EvidencePack.objects.get()
