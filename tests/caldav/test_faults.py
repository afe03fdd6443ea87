"""After each fault, with the fault gone: both sides as a person would expect, nothing lost, nothing twice."""

import pytest

from events.models import RemoteItem, SyncRun
from events.services.calendars import leases
from tests.caldav import story
from tests.caldav.matrix import ALL
from tests.caldav.proxy import Proxy, loses
from tests.caldav.rig import Rig


@pytest.fixture(scope="session")
def proxy(server):
    proxy = Proxy(server)
    yield proxy
    proxy.close()


@pytest.mark.parametrize("name", list(ALL))
def test_no_edit_is_lost_and_nothing_stands_there_twice(name, server, proxy, db):
    fault = ALL[name]
    proxy.behave()

    told = story.tell(fault, Rig(server, server.new_calendar(), proxy.address), proxy)

    assert (told.lost, told.doubled) == ([], [])
    assert set(told.outcomes) <= set(fault.outcomes)
    assert told.open == 3
    assert told.is_quiet


def test_an_entry_whose_answer_was_lost_is_adopted_and_not_created_again(server, proxy, db):
    proxy.behave()
    rig = Rig(server, server.new_calendar(), proxy.address)
    event = rig.event()
    proxy.misbehave(behind=loses, methods=("PUT",), times=2)  # a second try on another connection, too
    rig.run()
    proxy.behave()

    run = rig.run()

    assert run.counts["adopted"] == 1
    assert "created" not in run.counts
    assert rig.copy(event).fields == rig.ours(event)


def test_a_run_that_lost_its_lease_stops_and_the_next_adopts_what_it_wrote(rig, monkeypatch):
    events = [rig.event(days=n) for n in range(3)]
    hold, calls = leases.hold, []

    def stolen(calendar, lease):
        calls.append(lease)
        if len(calls) == 2:
            type(calendar).objects.filter(pk=calendar.pk).update(lease="somebody else's")
        hold(calendar, lease)

    monkeypatch.setattr(leases, "hold", stolen)
    run = rig.run()
    monkeypatch.undo()
    type(rig.calendar).objects.filter(pk=rig.calendar.pk).update(lease="", lease_until=None)

    rig.run()

    assert (run.outcome, run.error) == ("failed", "lease")
    assert sorted(copy.uid for copy in rig.there().values()) == sorted(event.uid for event in events)


def test_a_second_worker_finds_the_calendar_taken(rig):
    rig.event()
    lease = leases.take(rig.calendar)

    assert rig.run() is None
    assert not SyncRun.objects.exists()
    leases.release(rig.calendar, lease)
    assert rig.run().outcome == "done"


def test_an_entry_that_its_server_moves_to_another_address_stays_the_same_entry(rig):
    event, _other = rig.event(), rig.event(days=1)
    rig.run()
    with rig.client() as client:
        old = client.get(rig.href(event))
        client.delete(old.href, etag=old.etag)
        client.create(f"{rig.path}another-name.ics", old.data)

    rig.run()
    rig.move(event)
    rig.run()

    assert rig.href(event) == f"{rig.path}another-name.ics"
    assert rig.copy(event).fields == rig.ours(event)
    assert rig.proposals() == []


def test_a_copy_that_somebody_duplicates_is_theirs_and_ours_stays_one(rig):
    event = rig.event()
    rig.run()
    with rig.client() as client:
        data = client.get(rig.href(event)).data.replace(event.uid.encode(), b"copy@home.example")
        client.create(f"{rig.path}copy.ics", data)

    run = rig.run()

    assert run.counts["found"] == 1
    assert RemoteItem.objects.ours().count() == 1
    rig.move(event)
    rig.run()
    assert rig.copy(event).fields == rig.ours(event)
    assert len(rig.there()) == 2


def test_one_uid_at_two_addresses_sets_both_apart_until_one_is_gone(radicale, db):
    rig = Rig(radicale, radicale.new_calendar())
    event, _other = rig.event(), rig.event(days=1)
    rig.run()
    folder = radicale.folder / "collections/collection-root" / rig.path.strip("/")  # the server itself would refuse
    original = folder / rig.href(event).rpartition("/")[2]
    (folder / "double.ics").write_bytes(original.read_bytes())

    run = rig.run(full=True)

    assert run.counts["quarantined"] == 2
    apart = RemoteItem.objects.quarantined()
    assert {(item.quarantined_because, item.uid) for item in apart} == {("double", event.uid)}
    rig.move(event)
    assert "updated" not in rig.run().counts

    original.unlink()
    rig.run(full=True)
    rig.run()

    assert not RemoteItem.objects.quarantined().exists()
    assert rig.copy(event).fields == rig.ours(event)
    assert rig.proposals() == []


def test_one_unreadable_entry_is_set_apart_and_does_not_stop_the_others(rig, proxy):
    event, other = rig.event(), rig.event(days=1)
    rig.run()
    proxy.behave()
    rig.calendar.url = proxy.address + rig.path
    rig.calendar.save()
    rig.move_there(event)
    rig.rename(other, "Another")

    def spoil(exchange):
        exchange.data = exchange.data.replace(b"BEGIN:VALARM", b"").replace(b"DTSTART", b"NO-START")

    proxy.misbehave(behind=spoil, methods=("REPORT", "GET"))
    run = rig.run()
    proxy.behave()

    assert run.outcome == "done"
    item = RemoteItem.objects.quarantined().get()
    assert (item.event, item.quarantined_because, item.problem) == (event, "unreadable", "no DTSTART")
    assert rig.copy(other).fields == rig.ours(other)


def test_a_worker_killed_between_write_and_record_leaves_nothing_twice(figures_of):
    figures = figures_of("killed", package="tests.caldav")

    assert figures.pop("known after the death") <= 2
    assert figures == {"there": 8, "doubled": 0, "lost": 0, "open": 0, "quiet": True}


def test_two_workers_at_once_write_every_event_once(figures_of):
    figures = figures_of("killed", "together", package="tests.caldav")

    assert figures == {"there": 20, "doubled": 0, "lost": 0, "open": 0, "quiet": True, "writes": 20}
