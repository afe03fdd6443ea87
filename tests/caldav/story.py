"""One story for every fault: edits on both sides, the fault, the fault gone. Nothing lost, nothing doubled."""

from collections import Counter
from dataclasses import dataclass

from events.caldav import wire
from events.models import SyncProposal
from events.services.calendars import scheduling
from tests.caldav.matrix import Fault
from tests.caldav.proxy import Proxy
from tests.caldav.rig import Rig, moved

IMPATIENT = wire.Limits(connect=1, silence=0.6, answer=2)
RUNS_WITH, RUNS_WITHOUT = 2, 3


@dataclass
class Told:
    """``lost``: edits that are on neither side and in no question; ``doubled``: events that stand there twice."""

    runs: int
    outcomes: Counter
    lost: list[str]
    doubled: list[str]
    open: int
    is_quiet: bool


def tell(fault: Fault, rig: Rig, proxy: Proxy) -> Told:
    """Five events in step; then each is edited on one side or the other while the fault lasts."""
    kept, renamed_there, moved_there, moved_here, deleted_there = (rig.event(f"Talk {n}", days=n) for n in range(5))
    assert rig.run().outcome == "done"
    wanted_there = moved(moved_there)
    rig.set_there(renamed_there, SUMMARY="Their title")
    rig.move_there(moved_there)
    rig.delete_there(deleted_there)
    rig.move(moved_here)
    rig.rename(kept, "Our title")
    added = rig.event("New talk", days=6)
    withdrawn = rig.event("Short-lived", days=7)
    theirs = rig.add_there()

    fault.begin(proxy)
    outcomes = Counter(rig.run().outcome for _n in range(RUNS_WITH))
    withdrawn.access = "participants"
    withdrawn.save()
    outcomes[rig.run().outcome] += 1
    proxy.behave()
    if fault.resume:
        rig.calendar.refresh_from_db()
        scheduling.resume(rig.calendar, now=rig.now, by=rig.calendar.owner)
    for _n in range(RUNS_WITHOUT):
        last = rig.run()

    there = Counter(copy.uid for copy in rig.there().values())
    asked = {row.item.event_id: row for row in SyncProposal.objects.open().select_related("item")}
    lost = []
    for event in (moved_here, kept, added):
        copy = rig.copy(event) if there[event.uid] == 1 else None
        if copy is None or copy.fields != rig.ours(event):
            lost.append(f"ours: {event.name_en}")
    for event, field, value in ((renamed_there, "summary", "Their title"), (moved_there, "when", wanted_there)):
        row = asked.get(event.pk)
        if row is None or row.kind != "change" or row.theirs.get(field) != value or rig.copy(event).fields[field] != value:
            lost.append(f"theirs: {field}")
    if deleted_there.pk not in asked or asked[deleted_there.pk].kind != "deletion" or there[deleted_there.uid]:
        lost.append("theirs: deletion")
    if theirs not in rig.there():
        lost.append("theirs: their own entry")
    if there[withdrawn.uid]:
        lost.append("ours: withdrawn")
    doubled = [uid for uid, number in there.items() if number > 1]
    return Told(
        RUNS_WITH + 1 + RUNS_WITHOUT,
        outcomes,
        lost,
        doubled,
        len(asked),
        is_quiet=last.outcome == "done" and last.counts == {"requests": 1},
    )
