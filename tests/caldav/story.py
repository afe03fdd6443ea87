"""One story for every fault: edits on both sides, the fault, the fault gone. Nothing lost, nothing doubled."""

from collections import Counter
from dataclasses import dataclass

from events.caldav.wire import Limits
from events.models import SyncProposal
from events.services.calendars import running, scheduling
from tests.caldav.matrix import Fault
from tests.caldav.proxy import Proxy
from tests.caldav.rig import Rig, moved

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
    running.LIMITS = Limits(silence=fault.silence)
    outcomes = Counter(rig.run().outcome for _n in range(RUNS_WITH))
    withdrawn.access = "participants"
    withdrawn.save()
    outcomes[rig.run().outcome] += 1
    proxy.behave()
    running.LIMITS = Limits()
    if fault.resume:
        rig.calendar.refresh_from_db()
        scheduling.resume(rig.calendar, now=rig.now, by=rig.calendar.owner)
    for _n in range(RUNS_WITHOUT):
        last = rig.run()

    found = rig.there()
    there = Counter(copy.uid for copy in found.values())
    copies = {copy.uid: copy for copy in found.values()}
    asked = {row.item.event_id: row for row in SyncProposal.objects.open().select_related("item")}
    lost = []
    for event in (moved_here, kept, added):
        copy = copies.get(event.uid)
        if copy is None or copy.fields != rig.ours(event):
            lost.append(f"ours: {event.name_en}")
    for event, field, value in ((renamed_there, "summary", "Their title"), (moved_there, "when", wanted_there)):
        row = asked.get(event.pk)
        is_asked = row is not None and row.kind == "change" and row.theirs.get(field) == value
        if not is_asked or copies[event.uid].fields[field] != value:
            lost.append(f"theirs: {field}")
    if deleted_there.pk not in asked or asked[deleted_there.pk].kind != "deletion" or there[deleted_there.uid]:
        lost.append("theirs: deletion")
    if theirs not in found:
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
