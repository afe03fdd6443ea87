"""Random histories of an event's places against a model on paper (events spec 2 and 3, 18.3).

The model is plain dictionaries and one list; the portal is asked to do the same, and after each step both must agree
on who is what, until when, and in which order people wait.
"""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from events.models import AccessToken, Event, Registration
from events.services import registrations, tokens
from iurc_portal.audit.models import Transition
from tests.events.histories import PERSON, Histories, drive
from tests.factories import START, make_event, make_user

PEOPLE = ["aiko", "bruno", "chiara", "daichi", "elena"]
SOMEBODY = st.integers(0, len(PEOPLE) - 1)
HOLD = timedelta(minutes=30)


class Paper:
    """What should be: the spec's rules for one event with a waiting list, without locks, letters or a database."""

    def __init__(self, *, capacity, approval, pending_holds):
        self.capacity, self.approval, self.pending_holds = capacity, approval, pending_holds
        self.now = START - timedelta(days=20)
        self.people: dict[str, dict] = {}
        self.turn = 0

    def state(self, name):
        person = self.people.get(name)
        if person is None:
            return ""
        if person["state"] == "offered" and person["hold"] <= self.now:
            return "expired"
        return person["state"]

    def takes(self, name):
        state, hold = self.state(name), self.people[name]["hold"]
        return (
            state == "confirmed"
            or (state in {"unproved", "offered"} and hold is not None and hold > self.now)
            or (state == "pending" and self.pending_holds)
        )

    @property
    def taken(self):
        return sum(self.takes(name) for name in self.people)

    @property
    def line(self):
        waiting = [name for name in self.people if self.state(name) == "waiting"]
        return sorted(waiting, key=lambda name: (self.people[name]["joined"], self.people[name]["row"]))

    @property
    def may_sit_down(self):
        return self.taken < self.capacity and not self.line

    def put(self, name, state, hold=None, *, joins=False):
        if name not in self.people:
            self.turn += 1
            self.people[name] = {"row": self.turn, "joined": self.now}
        self.people[name] |= {"state": state, "hold": hold}
        if joins:
            self.people[name]["joined"] = self.now

    def ask(self, name):
        state = self.state(name)
        if state not in {"", "unproved", "cancelled"}:
            return
        hold = self.people[name]["hold"] if state else None
        holds = state == "unproved" and hold is not None and hold > self.now
        found_none = state == "unproved" and hold is None
        if not holds:
            free = self.may_sit_down and not (self.approval and not self.pending_holds)
            hold = self.now + HOLD if free else None
        self.put(name, "unproved", hold, joins=not holds and not found_none)

    def prove(self, name):
        if self.state(name) != "unproved":
            return
        holds = self.takes(name)
        lapsed = not holds and self.people[name]["hold"] is not None
        if self.approval and not self.pending_holds:
            self.put(name, "pending", joins=lapsed)
        elif holds or self.may_sit_down:
            self.put(name, "pending" if self.approval else "confirmed", joins=lapsed)
        else:
            self.put(name, "waiting", joins=lapsed)
            self.promote()

    def promote(self):
        for name in self.people:
            if self.state(name) == "expired":
                self.put(name, "expired")
        while not self.approval and self.line and self.taken < self.capacity:
            self.put(self.line[0], "offered", self.now + timedelta(hours=24))

    def leave(self, name):
        self.put(name, "cancelled")
        self.promote()


def somebody_is_known(machine):
    return bool(machine.paper.people)


class Places(Histories):
    """The portal, driven at random, beside the paper."""

    @initialize(
        capacity=st.integers(0, 4),
        kind=st.sampled_from(["open", "open", "approval", "approval that holds"]),
    )
    def begin(self, capacity, kind):
        self.open()
        self.paper = Paper(capacity=capacity, approval=kind != "open", pending_holds=kind == "approval that holds")
        self.event = make_event(
            maximum_attendee_capacity=capacity,
            waiting_list=True,
            approval_required=self.paper.approval,
            pending_holds_seat=self.paper.pending_holds,
        )
        self.staff = make_user(is_superuser=True)
        self.taken_before = 0

    def known(self, who):
        """Somebody who has asked at least once."""
        names = list(self.paper.people)
        return names[who % len(names)]

    def row(self, name):
        return Registration.objects.select_related("event").get(event=self.event, email=f"{name}@example.org")

    @rule(minutes=st.sampled_from([1, 29, 31, 180, 23 * 60, 25 * 60]))
    def time_passes(self, minutes):
        self.paper.now += timedelta(minutes=minutes)

    @rule(name=st.sampled_from(PEOPLE))
    def ask_and_prove(self, name):
        self.ask(name)
        if self.paper.state(name) == "unproved":
            self.prove(list(self.paper.people).index(name))

    @rule(name=st.sampled_from(PEOPLE))
    def ask(self, name):
        with self.step():
            registrations.request_registration(
                event=self.event, email=f"{name}@example.org", person=PERSON, now=self.paper.now
            )
        self.paper.ask(name)

    @precondition(somebody_is_known)
    @rule(who=SOMEBODY)
    def prove(self, who):
        name = self.known(who)
        if self.paper.state(name) == "cancelled":
            return
        token = tokens.find(tokens.issue(self.row(name), AccessToken.Purpose.PROVE, now=self.paper.now))
        with self.step():
            registrations.prove_registration(token, now=self.paper.now)
        self.paper.prove(name)

    @precondition(somebody_is_known)
    @rule(who=SOMEBODY)
    def leave(self, who):
        name = self.known(who)
        state = self.paper.state(name)
        lapsed = self.paper.people[name]["state"] == "offered" and state == "expired"
        if lapsed:  # who leaves while nobody has noticed that the offer is over, leaves all the same
            state = "offered"
        with self.step(refused={"transition"} if state in {"rejected", "expired"} else ()):
            registrations.withdraw_registration(self.row(name), now=self.paper.now)
        if state not in {"rejected", "expired", "cancelled"}:
            self.paper.leave(name)

    @precondition(somebody_is_known)
    @rule(who=SOMEBODY)
    def approve(self, who):
        name = self.known(who)
        state = self.paper.state(name)
        full = (
            state in {"pending", "rejected"} and not self.paper.takes(name) and self.paper.taken >= self.paper.capacity
        )
        refused = {"full"} if full else ()
        if state not in {"pending", "rejected", "confirmed"}:
            refused = {"transition"}
        with self.step(refused=refused):
            registrations.approve(self.row(name), now=self.paper.now, by=self.staff)
        if not refused:
            self.paper.put(name, "confirmed")

    @precondition(somebody_is_known)
    @rule(who=SOMEBODY)
    def reject(self, who):
        name = self.known(who)
        state = self.paper.state(name)
        with self.step(refused=() if state in {"pending", "rejected"} else {"transition"}):
            registrations.reject(self.row(name), now=self.paper.now, by=self.staff, reason="no")
        if state == "pending":
            self.paper.put(name, "rejected")
            self.paper.promote()

    @precondition(somebody_is_known)
    @rule(who=SOMEBODY)
    def reconsider(self, who):
        name = self.known(who)
        state = self.paper.state(name)
        full = state == "rejected" and self.paper.pending_holds and self.paper.taken >= self.paper.capacity
        refused = {"full"} if full else () if state in {"pending", "rejected"} else {"transition"}
        with self.step(refused=refused):
            registrations.reconsider(self.row(name), now=self.paper.now, by=self.staff)
        if not refused:
            self.paper.put(name, "pending")

    @rule(size=st.integers(0, 5))
    def resize(self, size):
        Event.objects.filter(pk=self.event.pk).update(maximum_attendee_capacity=size)
        with self.step():
            registrations.promote_soon(self.event, now=self.paper.now)
        self.paper.capacity = size
        self.paper.promote()

    @rule()
    def sweep(self):
        with self.step():
            registrations.sweep(now=self.paper.now)
        self.paper.promote()

    @precondition(somebody_is_known)
    @rule(who=SOMEBODY)
    def claim(self, who):
        name = self.known(who)
        state = self.paper.state(name)
        with self.step(refused=() if state in {"offered", "confirmed"} else {"offer_gone"}):
            registrations.claim_offer(self.row(name), now=self.paper.now)
        if state == "offered":
            self.paper.put(name, "confirmed")
        elif state != "confirmed":  # too late; what is free by now goes to those who wait
            self.paper.promote()

    @precondition(somebody_is_known)
    @rule(who=SOMEBODY)
    def decline(self, who):
        name = self.known(who)
        state = self.paper.state(name)
        had_offer = self.paper.people[name]["state"] == "offered"  # it may be over, and nobody has noticed yet
        with self.step(refused=() if state in {"offered", "expired"} else {"offer_gone"}):
            registrations.decline_offer(self.row(name), now=self.paper.now)
        if had_offer:
            self.paper.put(name, "expired")
            self.paper.promote()

    @precondition(somebody_is_known)
    @rule(who=SOMEBODY)
    def rejoin(self, who):
        name = self.known(who)
        state = self.paper.state(name)
        with self.step(refused=() if state in {"expired", "waiting"} else {"transition"}):
            registrations.rejoin_waiting_list(self.row(name), now=self.paper.now)
        if state == "expired":
            self.paper.put(name, "waiting", joins=True)
            self.paper.promote()

    @rule()
    def the_event_moves(self):
        with self.step(), registrations.locked(self.event) as event:
            registrations.close_all_offers(event, now=self.paper.now)
        for name in self.paper.people:
            if self.paper.state(name) == "offered":
                self.paper.put(name, "waiting")
        self.paper.promote()

    @precondition(somebody_is_known)
    @rule(who=SOMEBODY)
    def merge(self, who):
        name = self.known(who)
        user = make_user()
        with self.step():
            was = self.row(name).user
            adopted = registrations.adopt_registrations(
                user=user, email=f" {name.upper()}@Example.org ", now=self.paper.now
            )
        assert (adopted, self.row(name).user) == ((1, user) if was is None else (0, was))
        notes = Transition.objects.of(self.row(name)).filter(reason="adopted")
        assert notes.count() == 1

    @invariant()
    def both_agree(self):
        if not hasattr(self, "paper"):
            return
        rows = {row.email.partition("@")[0]: row for row in self.event.registrations.all()}
        now = self.paper.now
        seen = {
            name: "expired" if row.state == "offered" and row.hold_until <= now else row.state
            for name, row in rows.items()
        }
        assert seen == {name: self.paper.state(name) for name in self.paper.people}
        held = {name for name, row in rows.items() if row.state in {"unproved", "offered"} and row.hold_until}
        assert {name: rows[name].hold_until for name in held} == {
            name: person["hold"] for name, person in self.paper.people.items() if name in held
        }

    @invariant()
    def the_line_keeps_its_order(self):
        if not hasattr(self, "paper"):
            return
        line = list(self.event.registrations.in_line().with_position())
        assert [row.email.partition("@")[0] for row in line] == self.paper.line
        assert [row.position for row in line] == list(range(1, len(line) + 1))

    @invariant()
    def nobody_is_oversold(self):
        """More than there are seats are taken only after the number was lowered, and then it never grows."""
        if not hasattr(self, "paper"):
            return
        taken = self.event.registrations.taking_seats(now=self.paper.now).count()
        assert taken <= max(self.paper.capacity, self.taken_before)
        self.taken_before = taken


@pytest.mark.django_db
def test_random_histories_agree_with_the_paper(monkeypatch):
    drive(Places, monkeypatch, examples=20)
