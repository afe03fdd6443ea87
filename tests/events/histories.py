"""What random histories of places have in common: one act after another, each with what follows on commit.

``HISTORIES=400`` drives so many of each machine instead of the few of every run; the longest find most.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import TestCase
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

from events.models import Event, Offer, Registration
from iurc_portal.audit.models import Transition
from iurc_portal.notifications import services as outbox

PERSON = {"family_name": "Yamada", "given_name": "Taro", "language": "ja", "tzid": "Asia/Tokyo"}
# Events spec, "Registration states", written down once more and independently of the code.
ALLOWED = {
    "": {"unproved", "confirmed", "pending", "waiting"},  # a new row; the last three by proved people and by staff
    "unproved": {"confirmed", "pending", "waiting", "cancelled"},
    "pending": {"confirmed", "rejected", "cancelled"},
    "confirmed": {"cancelled"},
    "waiting": {"offered", "confirmed", "cancelled"},
    "offered": {"confirmed", "expired", "cancelled", "waiting"},
    "cancelled": {"unproved", "confirmed", "pending", "waiting"},
    "rejected": {"confirmed", "pending"},
    "expired": {"waiting"},
}


class Histories(RuleBasedStateMachine):
    """One event in a transaction that is undone. Subclasses call ``open`` first; ``seen`` gathers every move."""

    event: Event | None = None
    seen: set[tuple[str, str]] = set()

    def open(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        self.states: dict[int, str] = {}
        self.steps: dict[int, int] = {}

    def teardown(self):
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @contextmanager
    def step(self, *, refused=()) -> Iterator[None]:
        """One act of the portal, with what follows on commit; ``refused`` are the codes that are right."""
        outcome = pytest.raises(ValidationError) if refused else nullcontext()
        with outcome as refusal, TestCase.captureOnCommitCallbacks(execute=True):
            yield
        assert not refused or refusal.value.code in refused

    @contextmanager
    def perhaps(self, *codes: str) -> Iterator[None]:
        """One act that the portal may refuse, with one of ``codes``: then nothing is written."""
        try:
            with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
                yield
        except ValidationError as refusal:
            if refusal.code not in codes:
                raise

    @invariant()
    def only_allowed_steps_were_taken_and_each_is_in_the_log(self):
        if self.event is None:
            return
        rows = {row.pk: row.state for row in self.event.registrations.all()}
        log: dict[int, list[tuple[str, str]]] = {pk: [] for pk in rows}
        lines = Transition.objects.filter(model=Registration._meta.label_lower, object_id__in=map(str, rows))
        for pk, former, state in lines.order_by("pk").values_list("object_id", "from_state", "to_state"):
            log[int(pk)].append((former, state))
        is_open = set(
            Offer.objects.filter(outcome="open", registration__in=rows).values_list("registration", flat=True)
        )
        for pk, state in rows.items():
            at = ""
            for former, later in log[pk]:
                assert former == at
                assert later == former or later in ALLOWED[former]
                at = later
            assert at == state
            if self.states.get(pk, "") != state:
                assert len(log[pk]) > self.steps.get(pk, 0)
            assert (pk in is_open) == (state == "offered")
            self.seen.update((former, later) for former, later in log[pk] if former != later)
        self.states, self.steps = rows, {pk: len(lines) for pk, lines in log.items()}


def drive(machine: type[Histories], monkeypatch, *, examples: int, steps: int = 25) -> None:
    monkeypatch.setattr(outbox, "call_courier", lambda keys: None)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("HISTORIES", examples)),
            stateful_step_count=steps,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
