"""Files that would never end are read in a process that is killed (events spec 10.7)."""

from datetime import UTC, datetime

import pytest

from events.sources import process
from events.sources.lines import Refused
from tests.events.sources.files import vcalendar, vevent

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def read(body):
    return process.read(body, source="7", charset="", default_tzid="", now=NOW)


def test_a_file_is_read_in_another_process():
    answer = read(vcalendar(vevent(), header=["X-WR-CALNAME:Città"]))

    assert (answer["items"][0]["name"], answer["name"], answer["counts"]["events"]) == ("Meeting", "Città", 1)


def test_what_the_other_process_refuses_is_refused_here():
    with pytest.raises(Refused) as refused:
        read(b"<html>")
    assert refused.value.code == "html"


def test_many_rules_that_never_fit_do_not_stop_the_others():
    """Each is given up after a second, and all together after five."""
    never = [vevent(f"n{n}", more=["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3"]) for n in range(40)]

    answer = read(vcalendar(*never, vevent("good")))

    faulty = [item for item in answer["items"] if item["faulty"]]
    assert [problem["code"] for item in faulty for problem in item["problems"]] == ["too_slow"] * 40
    assert [item["uid"] for item in answer["items"] if not item["faulty"]] == ["good"]


def test_a_process_that_takes_too_long_is_killed(limits, monkeypatch):
    limits(seconds=1)
    monkeypatch.setattr(process, "MODULE", "tests.events.sources.never_ends")

    with pytest.raises(Refused) as refused:
        read(vcalendar(vevent()))

    assert refused.value.code == "too_slow"


def test_a_process_that_wants_too_much_memory_ends(limits):
    limits(memory_mb=60)

    with pytest.raises(Refused) as refused:
        read(vcalendar(*[vevent(str(n), more=["DESCRIPTION:" + "x" * 1000]) for n in range(4000)]))

    assert refused.value.code == "too_big"


def test_no_secret_goes_along(monkeypatch):
    seen = {}
    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setattr(process.subprocess, "run", lambda *a, **options: seen.update(options) or _Done())

    read(vcalendar(vevent()))

    assert "SECRET_KEY" not in seen["env"]
    assert set(seen["env"]) <= process.KEPT


class _Done:
    returncode = 0
    stdout = b'{"items": [], "counts": {}, "name": "", "tzid": ""}'
