"""Random histories of an event with seats of several kinds and with groups (events spec 2.14, 2.16–2.18, 3.3, 3.8).

No model could say shortly who sits where; what must hold after every step can be said: no kind of seat is oversold,
the line keeps its order and nobody is passed over, a group sits down whole or not at all.
"""

from datetime import timedelta

import pytest
from django.db.models import Count, Q
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from events.models import AccessToken, Event, Registration, Seat
from events.models.registrations import taking_a_seat
from events.services import groups, lapsing, registrations, tokens
from events.services.groups import Member
from events.services.registrations.rules import change_rules
from tests.events.histories import PERSON, Histories, drive
from tests.factories import START, make_event, make_user

PEOPLE = ["aiko", "bruno", "chiara", "daichi", "elena", "fumio"]
NAME, WHO = st.sampled_from(PEOPLE), st.integers(0, 20)
SIZES = {"room": st.integers(0, 3), "online": st.integers(0, 3), "headset": st.integers(0, 2)}
MAIN = st.sampled_from(["room", "online"])
GONE = "offer_gone"


def address(name: str) -> str:
    return f"{name}@example.org"


def somebody_is_there(machine) -> bool:
    return machine.event is not None and machine.event.registrations.exists()


class Kinds(Histories):
    """An event in a room and online, with headsets, sometimes with a limit for all of it."""

    @initialize(limit=st.sampled_from([None, 2, 4]), policy=st.sampled_from(["strict", "fill_gaps"]), **SIZES)
    def begin(self, limit, policy, **sizes):
        self.open()
        self.now = START - timedelta(days=20)
        self.staff = make_user(is_superuser=True)
        self.event = make_event(maximum_attendee_capacity=limit, waiting_list=True, group_policy=policy)
        for kind, size in sizes.items():
            self.event.seat_pools.create(kind=kind, size=size)
        self.taken: dict[str, int] = {}
        self.line: list[tuple[int, object]] = []

    def row(self, who: int) -> Registration:
        rows = list(self.event.registrations.select_related("event").order_by("pk"))
        return rows[who % len(rows)]

    @rule(minutes=st.sampled_from([1, 31, 25 * 60, 73 * 60]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(name=NAME, kind=MAIN, headset=st.booleans())
    def ask(self, name, kind, headset):
        wanted = [kind, "headset"] if headset else [kind]
        with self.perhaps("full"):
            registrations.request_registration(
                event=self.event, email=address(name), person=PERSON, now=self.now, wanted=wanted
            )

    @rule(name=NAME, kind=MAIN, headset=st.booleans())
    def staff_register(self, name, kind, headset):
        wanted = [kind, "headset"] if headset else [kind]
        with self.perhaps("full"):
            registrations.register_by_staff(
                event=self.event, email=address(name), person=PERSON, now=self.now, by=self.staff, wanted=wanted
            )

    @rule(lead=NAME, others=st.lists(NAME, min_size=1, max_size=3, unique=True), kind=MAIN)
    def group_asks(self, lead, others, kind):
        others = [name for name in others if name != lead]
        members = [Member(email=address(name), language="it") for name in others]
        free = self.event.registrations.filter(state="cancelled").values_list("email", flat=True)
        before = set(self.event.registrations.values_list("email", flat=True)) - set(free)
        made = False
        with self.perhaps("full", "twice"):
            groups.request_group(
                event=self.event, email=address(lead), person=PERSON, members=members, now=self.now, wanted=[kind]
            )
            made = True
        sitting = set(self.event.registrations.taking_seats(now=self.now).values_list("email", flat=True))
        new = {address(name) for name in others} - before
        if address(lead) not in before:
            party = new | {address(lead)}
            assert not party & sitting or (made and party <= sitting)  # places for all or for nobody: else they wait

    @precondition(somebody_is_there)
    @rule(who=WHO)
    def prove(self, who):
        row = self.row(who)
        token = tokens.find(tokens.issue(row, AccessToken.Purpose.PROVE, now=self.now))
        with self.perhaps("full", "expired"):
            groups.prove(token, now=self.now)

    @precondition(somebody_is_there)
    @rule(who=WHO, act=st.sampled_from([registrations.withdraw_registration, lapsing.decline]))
    def leave(self, who, act):
        with self.perhaps("transition"):
            act(self.row(who), now=self.now)

    @precondition(somebody_is_there)
    @rule(
        who=WHO,
        act=st.sampled_from(
            [registrations.claim_offer, registrations.decline_offer, registrations.rejoin_waiting_list]
        ),
    )
    def answer(self, who, act):
        with self.perhaps(GONE, "transition"):
            act(self.row(who), now=self.now)

    @rule(kind=st.sampled_from(sorted(SIZES)), size=st.integers(0, 4))
    def resize(self, kind, size):
        with self.step():
            change_rules(self.event, switches={}, pools={kind: size}, now=self.now, by=self.staff)

    @rule(limit=st.sampled_from([None, 0, 3, 5]))
    def limit(self, limit):
        Event.objects.filter(pk=self.event.pk).update(maximum_attendee_capacity=limit)
        self.event.refresh_from_db()
        with self.step():
            registrations.promote_soon(self.event, now=self.now)

    @rule()
    def sweep(self):
        with self.step():
            registrations.sweep(now=self.now)
            lapsing.release_lapsed(now=self.now)

    @precondition(somebody_is_there)
    @rule(who=WHO)
    def merge(self, who):
        row = self.row(who)
        state = row.state
        with self.step():
            registrations.adopt_registrations(user=make_user(), email=row.email, now=self.now)
        row.refresh_from_db()
        assert (row.state, row.user is None) == (state, False)

    @invariant()
    def no_kind_of_seat_is_oversold(self):
        """More than there are is taken only after a number was lowered, and then it never grows."""
        if self.event is None:
            return
        rows = self.event.registrations.filter(taking_a_seat(now=self.now, pending_holds=False))
        held = Count("seats", filter=Q(seats__state="held", seats__registration__in=rows))
        limit = self.event.maximum_attendee_capacity
        stand = {pool.kind: (pool.n, pool.size) for pool in self.event.seat_pools.annotate(n=held)}
        stand["all"] = (rows.count(), 10**6 if limit is None else limit)
        for kind, (taken, size) in stand.items():
            assert taken <= max(size, self.taken.get(kind, 0)), kind
        self.taken = {kind: taken for kind, (taken, _size) in stand.items()}

    @invariant()
    def whoever_sits_sits_on_one_seat(self):
        if self.event is None:
            return
        rows = self.event.registrations.filter(taking_a_seat(now=self.now, pending_holds=False))
        main = Count("seats", filter=Q(seats__state="held", seats__pool__kind__in=["room", "online"]))
        assert set(rows.annotate(main=main).values_list("main", flat=True)) <= {1}

    @invariant()
    def the_line_keeps_its_order_and_nobody_is_passed_over(self):
        if self.event is None:
            return
        line = list(self.event.registrations.in_line().values_list("pk", "joined_at"))
        assert [one for one in self.line if one in line] == [one for one in line if one in self.line]
        offered = set(self.event.registrations.filter(state="offered").values_list("pk", flat=True))
        wants = dict(
            Seat.objects.filter(registration__event=self.event, pool__kind__in=["room", "online"]).values_list(
                "registration", "pool"
            )
        )
        party = dict(self.event.registrations.with_party().values_list("pk", "party"))
        fills_gaps = self.event.group_policy == Event.QueuePolicy.FILL_GAPS
        before = [pk for pk, _joined in self.line]
        for place, pk in enumerate(before):
            if pk in offered:  # a moment ago in line: those before who want the same have had theirs, too
                passed = [one for one in before[:place] if wants[one] == wants[pk] and one in dict(line)]
                assert [one for one in passed if not (fills_gaps and party[one] > party[pk])] == []  # too many (3.4)
        self.line = line

    @invariant()
    def a_headset_goes_to_those_who_wait_for_one_in_order(self):
        """After a sweep no headset lies there while somebody with a place waits for it."""
        if self.event is None:
            return
        with self.step():
            registrations.sweep(now=self.now)
        rows = self.event.registrations.filter(taking_a_seat(now=self.now, pending_holds=False))
        headsets = Seat.objects.filter(pool__event=self.event, pool__kind="headset", registration__in=rows)
        size = self.event.seat_pools.get(kind="headset").size
        if headsets.filter(state="waiting").exists():
            assert headsets.filter(state="held").count() >= size


@pytest.mark.django_db
def test_random_histories_of_seats_of_several_kinds_and_of_groups(monkeypatch):
    drive(Kinds, monkeypatch, examples=15, steps=20)
