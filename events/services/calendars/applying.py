"""Writing down what a run decides and what the server answered: each entry in a transaction of its own (9.8)."""

from collections import Counter
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from events.caldav.compare import ALL, NONE, Action
from events.caldav.copies import FIELDS, Copy
from events.models import RemoteItem, SyncProposal
from events.services.calendars import asking, leases
from events.services.calendars.plans import NOTE, ROOM, Plan, note_in, room_in
from events.services.scheduling import relocate_event


class Changed(Exception):
    """Somebody decided about the entry while the run was looking at it: the next run goes on from there."""


class Ledger:
    """Writes for one run. ``counts`` are those of ``SyncRun``."""

    def __init__(self, calendar, lease: str, *, now: datetime, counts: Counter):
        self.calendar, self.lease, self.now, self.counts = calendar, lease, now, counts
        self.taken: set[str] = set()  # addresses for which there are rows

    def settle(self, plan: Plan) -> None:
        """Take what is theirs, ask about what is not, and note what was seen. No network.

        Raises ``Changed``. What is still to be written is in ``plan.verdict`` afterwards.
        """
        with transaction.atomic():
            leases.hold(self.calendar, self.lease)
            item = plan.item
            self._lock(item)
            self.counts["adopted"] += plan.adopted
            if plan.verdict.action == Action.FORGET:
                asking.settle(item, now=self.now)
                if item.pk is not None:
                    item.delete()
                return
            if plan.is_there:
                if plan.verdict.take:
                    self._take(plan)
                self._note_agreement(plan)
            if plan.verdict.action == Action.AGREE_GONE and plan.ours is not None:
                item.base["ours"] = plan.ours
            if plan.verdict.action in (Action.NOTHING, Action.AGREE_GONE):
                item.rendered = plan.mark if plan.is_chosen else ""
            if plan.is_new:
                return  # its row begins with the server's answer
            self._save(item)
            kind = asking.update_question(plan, now=self.now)
            self.counts["conflicts"] += kind == SyncProposal.Kind.CONFLICT
            self.counts["proposed"] += kind in (SyncProposal.Kind.CHANGE, SyncProposal.Kind.DELETION)

    def written(self, plan: Plan, *, copy: Copy, etag: str, schedule_tag: str, said: Copy) -> None:
        """The server has taken ``copy`` and keeps it as ``said`` under ``etag``."""
        with transaction.atomic():
            leases.hold(self.calendar, self.lease)
            item = plan.item
            self._lock(item)
            is_new = plan.verdict.action == Action.CREATE
            if plan.verdict.again:
                self._save(item)
                asking.note(plan, now=self.now)
            item.etag, item.schedule_tag, item.uid = etag, schedule_tag, copy.uid[:255]
            item.content_hash = said.content_hash
            item.deleted_at, item.quarantined_because, item.problem = None, "", ""
            names = [name for name in FIELDS if name not in plan.verdict.keep]
            plan.agree(plan.ours or {}, said.fields, names)
            item.base["extras"] = bool(said.extras)
            item.owed = {name: there for name, there in item.owed.items() if name not in (*names, ALL, NONE)}
            item.rendered = plan.mark
            item.unseen = item.unseen or is_new
            was_known = item.pk is not None
            self._save(item)
            if was_known and not plan.verdict.keep:
                asking.settle(item, now=self.now)
            self.counts["created" if is_new else "updated"] += 1

    def deleted(self, plan: Plan) -> None:
        with transaction.atomic():
            leases.hold(self.calendar, self.lease)
            asking.settle(plan.item, now=self.now)
            plan.item.delete()
            self.counts["deleted"] += 1

    def refused(self, plan: Plan, problem: str) -> None:
        """The server does not take this entry: said in its row, tried again in the next run."""
        with transaction.atomic():
            leases.hold(self.calendar, self.lease)
            item = plan.item
            self._lock(item)
            item.problem = problem[:300]
            if plan.verdict.action == Action.CREATE:
                item.quarantined_because = RemoteItem.Quarantine.REFUSED
                item.etag = ""
            item.rendered = ""
            self._save(item)
            self.counts["quarantined"] += 1

    def in_conflict(self, plan: Plan) -> None:
        with transaction.atomic():
            leases.hold(self.calendar, self.lease)
            self._lock(plan.item)
            if plan.verdict.action == Action.CREATE:
                plan.item.deleted_at = plan.item.deleted_at or self.now  # it is not there yet
            self._save(plan.item)
            asking.ask_about_conflict(plan, now=self.now)
            self.counts["conflicts"] += 1

    def keep(self, items: list[RemoteItem], count: str) -> None:
        """Entries of others, or such as are set apart."""
        for item in items:
            with transaction.atomic():
                leases.hold(self.calendar, self.lease)
                self._lock(item)
                self._save(item)
                self.counts[count] += 1

    def _lock(self, item: RemoteItem) -> None:
        if item.pk is None:
            return
        rows = RemoteItem.objects.select_for_update().filter(pk=item.pk).order_by()
        if item.changed_at not in rows.values_list("changed_at", flat=True):
            raise Changed

    def _save(self, item: RemoteItem) -> None:
        if item.href in self.taken:
            # An entry that others moved, or one of theirs that turns out to be ours, had a row already.
            same = RemoteItem.objects.filter(calendar=item.calendar_id, href=item.href)
            same.exclude(pk=item.pk).delete()
        item.save()

    def _note_agreement(self, plan: Plan) -> None:
        """Where both sides say the same, that is what they agree on now, however each came to it."""
        ours, theirs = plan.ours, plan.theirs
        if ours is None or theirs is None:
            return
        same = [name for name in FIELDS if ours.get(name, "") == theirs.get(name, "")]
        plan.agree(ours, theirs, same)
        plan.item.owed = {name: there for name, there in plan.item.owed.items() if name not in same}

    def _take(self, plan: Plan) -> None:
        """Make theirs ours; what we would say otherwise is written back once (a room without its address)."""
        item, event, theirs = plan.item, plan.event, plan.theirs or {}
        for name in sorted(plan.verdict.take):
            text = theirs.get(name, "")
            if name == ROOM:
                room = {f"location_{self.calendar.language}": room_in(event, text, self.calendar.language)}
                try:
                    relocate_event(event, now=self.now, by=self.calendar.owner, **room)
                except ValidationError:
                    continue
            elif name == NOTE:
                item.note = note_in(plan.entry, item.note, text)
            item.owed[name] = text
            self.counts["taken"] += 1
        plan.read_ours()
        plan.agree(plan.ours or {}, theirs, plan.verdict.take)
        plan.judge()
