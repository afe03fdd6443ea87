"""Two answers at once, an answer and a move at once: on a database with locks neither is lost nor crossed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections

from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from programme.host_facts import facts_of
from programme.models import HostConfirmation
from programme.services import hosts
from programme.services.agenda import reschedule_agenda_item
from tests.programme.hosting import FIRST, NOW, make_planned

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]


def at_once(*acts):
    """Run ``acts`` in threads that start together; for each its result or its refusal."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait(10)
            return act()
        except ValidationError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.parametrize("_round", range(3))
def test_of_two_answers_the_second_knows_the_first(_round):
    _visit, _item, host = make_planned()
    one, two = (HostConfirmation.objects.select_related(*hosts.WITH_ITEM).get(pk=host.pk) for _n in range(2))

    at_once(
        lambda: hosts.answer_host(one, answer="accepted", needs="Una sala", now=NOW),
        lambda: hosts.answer_host(two, answer="declined", reason="In ferie", now=NOW),
    )

    host.refresh_from_db()
    first, second = Transition.objects.of(host)
    assert (first.from_state, second.from_state, second.to_state) == ("pending", first.to_state, host.answer)
    whole = {"accepted": ("", "Una sala"), "declined": ("In ferie", "")}
    assert (host.reason, host.needs) == whole[host.answer]


@pytest.mark.parametrize("_round", range(3))
def test_an_answer_never_stands_for_a_time_that_was_not_read(_round):
    _visit, item, host = make_planned()
    read = facts_of(item)
    mine = HostConfirmation.objects.select_related(*hosts.WITH_ITEM).get(pk=host.pk)

    at_once(
        lambda: hosts.answer_host(mine, answer="accepted", read=read, now=NOW),
        lambda: reschedule_agenda_item(item, date=FIRST, starts=time(15), ends=time(16), now=NOW),
    )

    host.refresh_from_db()
    assert host.answer == "pending"  # refused as changed, or taken and asked again


@pytest.mark.parametrize("_round", range(3))
def test_two_sweeps_write_one_reminder(_round):
    _visit, _item, host = make_planned()
    hosts.invite_hosts([host], now=NOW)
    due = NOW + timedelta(days=8)

    counts = at_once(lambda: hosts.tend_hosts(now=due), lambda: hosts.tend_hosts(now=due))

    assert sum(count["reminded"] for count in counts) == 1
    assert Message.objects.filter(kind="programme.host_reminder").count() == 1
