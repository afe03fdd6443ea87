"""The sweep and the ways of groups find what comparing everything with everything, person by person, finds."""

from datetime import datetime, time, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from programme.conflicts.facts import Code, Duty, Group, Item, Plan, Ride, Spot
from programme.conflicts.rules import check
from programme.conflicts.travel import minutes_between
from tests.programme.conflicts.agendas import NOW, at

ROME = ZoneInfo("Europe/Rome")
BEGIN = at("2026-03-28 06:00")  # in the night that follows clocks go forward
SPOTS = [Spot(n, f"Sala {n}", (45.0 + n / 40, 7.6), single_use=n == 1) for n in range(3)]
BUSES = [None, Ride(1, "Bus", 50)]
GROUPS = (Group(1, "Nord", frozenset({1, 2})), Group(2, "Sud", frozenset({3})), Group(None, "resto", frozenset({4})))
INTERPRETERS, HOSTS = [5, 6], [7, 8]
KINDS = ["meeting", "talk", "meal", "travel", "rest", "ceremony"]


@st.composite
def items(draw):
    pk = draw(st.integers(1, 10_000))
    start = BEGIN + timedelta(minutes=30 * draw(st.integers(0, 90)))
    end = start + timedelta(minutes=30 * draw(st.integers(1, 6)))
    visit = draw(st.sampled_from([1, 1, 1, 2]))
    tracks = draw(st.sampled_from([frozenset(), frozenset({1}), frozenset({2}), frozenset({1, 2})]))
    going = frozenset().union(
        *(group.people for group in GROUPS if group.goes_to(Item(0, 1, "", "", start, end, tracks=tracks)))
    )
    working = draw(st.sets(st.sampled_from(INTERPRETERS)))
    late = start + timedelta(minutes=draw(st.sampled_from([0, 15])))
    return Item(
        pk,
        visit,
        "Punto",
        draw(st.sampled_from(KINDS)),
        start,
        end,
        spot=draw(st.sampled_from([None, *SPOTS])),
        hosts=frozenset(draw(st.sets(st.sampled_from(HOSTS)))),
        accepted=frozenset(HOSTS),
        delegates=going if visit == 1 else frozenset({1, 9}),
        tracks=tracks if visit == 1 else frozenset(),
        duties=tuple(Duty(one, frozenset({"it", "ja"}), late, end) for one in sorted(working)),
        vehicle=draw(st.sampled_from(BUSES)),
    )


agendas = st.lists(items(), max_size=14, unique_by=lambda item: item.pk).map(
    lambda rows: Plan(
        visit=1,
        zone=ROME,
        items=tuple(item for item in rows if item.visit == 1),
        others=tuple(item for item in rows if item.visit != 1),
        groups=GROUPS,
        size=4,
    )
)
DOUBLES = {Code.HOST_DOUBLE, Code.DELEGATE_DOUBLE, Code.VENUE_DOUBLE, Code.VEHICLE_DOUBLE, Code.INTERP_DOUBLE}
ON_THE_WAY = {Code.TRAVEL_SHORT, Code.MEAL_MISSING, Code.REST_SHORT, Code.DAY_HEAVY}


def naive_doubles(plan):
    found = set()
    for pair in combinations([*plan.items, *plan.others], 2):
        one, other = pair
        if {one.visit, other.visit} == {2} or not (one.start < other.end and other.start < one.end):
            continue
        keys = frozenset(item.pk for item in pair)
        found |= {(Code.HOST_DOUBLE, keys, person) for person in one.hosts & other.hosts}
        found |= {(Code.DELEGATE_DOUBLE, keys, person) for person in one.delegates & other.delegates}
        for mine in one.duties:
            for theirs in other.duties:
                if mine.interpreter == theirs.interpreter and mine.start < theirs.end and theirs.start < mine.end:
                    found.add((Code.INTERP_DOUBLE, keys, mine.interpreter))
        if one.spot == other.spot == SPOTS[1]:
            found.add((Code.VENUE_DOUBLE, keys, 1))
        if one.vehicle == other.vehicle == BUSES[1]:
            found.add((Code.VEHICLE_DOUBLE, keys, 1))
    return found


@given(agendas)
def test_doubles_are_those_of_every_pair_and_every_person(plan):
    found = [one for one in check(plan, now=NOW) if one.code in DOUBLES]

    assert {
        (one.code, frozenset(i.pk for i in one.items), who) for one in found for who in one.about
    } == naive_doubles(plan)


def day_of(instant):
    return instant.astimezone(ROME).date()


def naive_way(plan, person):
    """What one delegate meets, looking at every item for each question."""
    own = sorted((i for i in plan.items if person in i.delegates), key=lambda i: (i.start, i.end, i.pk))
    found = set()
    placed = [item for item in own if item.spot and item.kind not in {"travel", "free", "rest"}]
    for one, other in pairwise(placed):
        if other.start < one.end:
            continue
        way = minutes_between(one.spot, other.spot, plan)
        needs = way + (10 if one.spot != other.spot else 0)
        if other.start - one.end < timedelta(minutes=needs):
            found.add((Code.TRAVEL_SHORT, (one.pk, other.pk), None))
        inside = own[own.index(one) : own.index(other)]
        rides = [item for item in inside if item.kind == "travel"]
        if rides and sum((item.end - item.start for item in rides), timedelta()) < timedelta(minutes=way):
            found.add((Code.TRAVEL_SHORT, (rides[0].pk,), None))
    for day in {day_of(item.start) for item in own}:
        today = [item for item in own if day_of(item.start) == day]
        busy = [item for item in today if item.kind != "rest"]
        if sum(item.kind in {"meeting", "talk"} for item in today) > 3:
            found.add((Code.DAY_HEAVY, (), day))
        noon, until = (
            datetime.combine(day, hour, ROME).astimezone(at("3 12:00").tzinfo) for hour in (time(12), time(14, 30))
        )
        fed = any(item.kind == "meal" and item.start < until and item.end > noon for item in today)
        if any(item.start < noon for item in busy) and any(item.end > until for item in busy) and not fed:
            found.add((Code.MEAL_MISSING, (), day))
        tomorrow = [i for i in own if day_of(i.start) == day + timedelta(days=1) and i.kind != "rest"]
        if busy and tomorrow:
            last = max(item.end for item in busy)
            if tomorrow[0].start - last < timedelta(hours=11):
                at_last = next(item for item in busy if item.end == last)
                found.add((Code.REST_SHORT, (at_last.pk, tomorrow[0].pk), None))
    return found


@given(agendas)
def test_each_delegate_meets_what_their_group_is_told(plan):
    told = [one for one in check(plan, now=NOW) if one.code in ON_THE_WAY]

    for group in plan.groups:
        mine = {
            (one.code, tuple(item.pk for item in one.items), one.day)
            for one in told
            if f"group{group.track or 0}" in one.about or (not one.about and all(group.goes_to(i) for i in one.items))
        }
        for person in group.people:
            assert mine == naive_way(plan, person)
