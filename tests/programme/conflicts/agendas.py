"""Plain agendas for the tests of the rules: people, places, items, written as one reads them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from programme.conflicts.facts import Duty, Group, Item, Plan, Spot
from programme.conflicts.rules import check

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
CITY_HALL = Spot(1, "Palazzo Civico", point=(45.0731, 7.6822))
LINGOTTO = Spot(2, "Lingotto", point=(45.0317, 7.6653))  # 4.8 km away
NOWHERE = Spot(3, "Sala senza punto")
HOST, OTHER_HOST, HEAD, GUEST = 11, 12, 21, 22
PEOPLE = {HOST: "Bruno Silvia", OTHER_HOST: "Conti Marco", HEAD: "Sato Ken", GUEST: "Ito Yui"}


def at(text: str) -> datetime:
    """«3 09:30» is 3 March 2026 at 09:30 on Torino's clocks; «2026-10-25 09:30» is that day."""
    day, hour = text.split()
    day = day if "-" in day else f"2026-03-{int(day):02}"
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=ROME).astimezone(UTC)


def item(pk: int, start: str, end: str, **fields) -> Item:
    chosen = {"kind": "ceremony", "accepted": frozenset(), **fields}
    return Item(pk=pk, visit=chosen.pop("visit", 1), name=f"Punto {pk}", start=at(start), end=at(end), **chosen)


def plan(*items: Item, **fields) -> Plan:
    return Plan(visit=1, zone=ROME, items=items, **{"people": PEOPLE, **fields})


def found(*items: Item, now=NOW, **fields):
    return [
        (one.code, one.level, tuple(item.pk for item in one.items)) for one in check(plan(*items, **fields), now=now)
    ]


# Two groups of two, and who interprets for them.
NORTH, SOUTH = 1, 2
YUMI, LUCA, ANNA = 31, 32, 33
NAMES = {**PEOPLE, 23: "Mori Ai", 24: "Kato Jun", YUMI: "Yumi", LUCA: "Luca", ANNA: "Anna"}
GROUPS = (Group(NORTH, "Nord", frozenset({HEAD, GUEST})), Group(SOUTH, "Sud", frozenset({23, 24})))
EVERYONE = frozenset({HEAD, GUEST, 23, 24})


def of_groups(pk: int, start: str, end: str, *tracks: int, **fields) -> Item:
    """An item of the two groups, or of one, with their people."""
    people = frozenset().union(*(group.people for group in GROUPS if not tracks or group.track in tracks))
    return item(pk, start, end, **{"tracks": frozenset(tracks), "delegates": people, **fields})


def in_groups(*items: Item, **fields) -> Plan:
    return plan(*items, **{"groups": GROUPS, "size": 4, "people": NAMES, **fields})


def told(the_plan: Plan, code, now=NOW):
    """Level, items and names of each conflict with ``code``."""
    return [
        (one.level.value, [item.pk for item in one.items], one.who)
        for one in check(the_plan, now=now)
        if one.code == code
    ]


def duty(person: int, start: str, end: str, between: str = "it-ja") -> Duty:
    return Duty(person, frozenset(between.split("-")), at(start), at(end))
