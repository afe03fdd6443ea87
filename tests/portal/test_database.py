"""What is done once a transaction is committed: an error there undoes nothing and holds nothing else up."""

import logging

import pytest
from django.db import OperationalError, transaction

from iurc_portal.database import after_commit, awaits_commit


@pytest.mark.django_db(transaction=True)
def test_what_fails_after_the_commit_is_logged_and_the_rest_is_done_all_the_same(caplog):
    done = []

    def go_away(number, *, of):
        raise OperationalError(f"{number} of {of}")

    with caplog.at_level(logging.ERROR, logger="django.db.backends.base"), transaction.atomic():
        after_commit(go_away, 1, of=2)
        after_commit(done.append, 2)
        before = list(done)

    assert (before, done) == ([], [2])
    assert [record.getMessage().rpartition("<locals>.")[2] for record in caplog.records] == [
        "go_away in on_commit() during transaction (1 of 2)."
    ]


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_the_commit_is_known_until_then():
    done = []

    def act():
        done.append(awaits_commit(act))

    with transaction.atomic():
        before = awaits_commit(act)
        after_commit(act)
        meanwhile = awaits_commit(act)

    assert (before, meanwhile, done, awaits_commit(act)) == (False, True, [False], False)
