"""Random edits on both sides of real servers: after a run both agree, or a person is asked (issue 6, "Done when").

``HISTORIES=200`` drives so many histories instead of the few of every run.
"""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from events.models import SyncProposal
from tests.caldav.rig import Rig
from tests.events.histories import Histories, drive

WHICH = st.integers(0, 3)
NAMES = st.sampled_from(["Talk", "Lecture", "会議", "Visita"])
HOURS = st.integers(-2, 2).filter(bool)
FIELDS = ("summary", "when")


class Sides(Histories):
    """``theirs`` are edits there that nobody has decided about: by event and field, what stands there. ``known`` are
    the values to which going back is no edit: what both sides agreed on, and what a person has decided against.
    """

    server = None

    @initialize()
    def begin(self):
        self.open()
        self.rig = Rig(self.server, self.server.new_calendar())
        self.events = [self.rig.event("Talk", days=n) for n in range(2)]
        self.theirs: dict[tuple[int, str], str] = {}
        self.known: dict[tuple[int, str], set[str]] = {}
        self.deleted: set[int] = set()
        self.rig.run()
        for event in self.events:
            self.known |= {(event.pk, field): {self.rig.ours(event)[field]} for field in FIELDS}

    def one(self, which):
        return self.events[which % len(self.events)]

    def is_there(self, which):
        return self.rig.copy(self.one(which)) is not None

    # --- Ours --------------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.events) < 4)
    @rule(name=NAMES)
    def create(self, name):
        self.events.append(self.rig.event(name, days=len(self.events)))

    @rule(which=WHICH, hours=HOURS)
    def move(self, which, hours):
        self.rig.move(self.one(which), hours)

    @rule(which=WHICH, name=NAMES)
    def rename(self, which, name):
        self.rig.rename(self.one(which), name)

    @rule(which=WHICH)
    def cancel(self, which):
        with self.perhaps("transition"):
            self.rig.cancel(self.one(which))

    # --- Theirs ------------------------------------------------------------------------------------------------------

    @rule(which=WHICH, name=NAMES)
    def rename_there(self, which, name):
        if self.is_there(which):
            self.rig.set_there(self.one(which), SUMMARY=name)
            self._edited(self.one(which), "summary")

    @rule(which=WHICH, hours=HOURS)
    def move_there(self, which, hours):
        if self.is_there(which):
            self.rig.move_there(self.one(which), hours)
            self._edited(self.one(which), "when")

    def _edited(self, event, field):
        there = self.rig.copy(event).fields[field]
        if there in self.known.get((event.pk, field), ()):
            self.theirs.pop((event.pk, field), None)
        else:
            self.theirs[event.pk, field] = there

    @rule(which=WHICH, field=st.sampled_from(FIELDS))
    def undo_there(self, which, field):
        """Back to what the portal says."""
        event = self.one(which)
        if self.is_there(which) and (event.pk, field) in self.theirs:
            ours = self.rig.ours(event)[field]
            if field == "summary":
                self.rig.set_there(event, SUMMARY=ours)
            else:
                start, end = (part.replace("-", "").replace(":", "") for part in ours.split("/"))
                self.rig.set_there(event, DTSTART=start, DTEND=end)
            self.theirs[event.pk, field] = ours

    @rule(which=WHICH)
    def delete_there(self, which):
        if self.is_there(which):
            event = self.one(which)
            self.rig.delete_there(event)
            self.deleted.add(event.pk)
            self.theirs = {key: value for key, value in self.theirs.items() if key[0] != event.pk}

    # --- What happens besides ----------------------------------------------------------------------------------------

    @rule()
    def lose_the_token(self):
        type(self.rig.calendar).objects.filter(pk=self.rig.calendar.pk).update(sync_token="forgotten")

    @rule(is_ours=st.booleans(), which=WHICH)
    def decide(self, is_ours, which):
        rows = list(SyncProposal.objects.open().order_by("pk"))
        if not rows:
            return
        row = rows[which % len(rows)]
        try:
            with self.perhaps("outdated"):
                self.rig.decide(row.choices[1 if is_ours == (row.kind != "conflict") else 0], row)
        finally:
            row.refresh_from_db()
        if row.is_open:
            return
        self.deleted.discard(row.item.event_id)
        for field in row.fields:
            key, decided = (row.item.event_id, field), row.theirs.get(field)
            self.known.setdefault(key, set()).add(decided)
            if self.theirs.get(key) == decided:
                self.theirs.pop(key)

    @rule()
    def sync(self):
        run = self.rig.run()
        if run.outcome == "stopped":
            self.rig.calendar.allow_once = True
            self.rig.calendar.save()
            run = self.rig.run()
        assert run.outcome == "done", (run.error, run.detail)
        self.rig.run()
        assert self.rig.run().counts == {"requests": 1}
        asked = {row.item.event_id: row for row in SyncProposal.objects.open().select_related("item")}
        notes = set(SyncProposal.objects.filter(kind="note").values_list("item__event", flat=True))
        for event in self.events:
            self._check(event, asked.get(event.pk), told=event.pk in notes)

    def _check(self, event, row, *, told):
        event.refresh_from_db()
        copy, ours = self.rig.copy(event), self.rig.ours(event)
        if copy is None:
            assert event.is_cancelled or row.kind == "deletion"
            return
        if event.pk in self.deleted:
            assert told, "deleted there, written again, and nobody was told"
            self.deleted.discard(event.pk)
        for field in FIELDS:
            there = copy.fields[field]
            value = self.theirs.get((event.pk, field))
            assert value in (None, there), "an edit there was written over"
            assert there == ours[field] or (row is not None and field in row.fields and row.theirs[field] == there)
            if there == ours[field]:
                self.theirs.pop((event.pk, field), None)
                self.known[event.pk, field] = {there}

    def teardown(self):
        if hasattr(self, "rig"):
            self.sync()
        super().teardown()


@pytest.mark.django_db
def test_no_edit_vanishes_without_a_question(server, monkeypatch):
    """Xandikos tells nothing of an entry that came and went between two looks: what we wrote there since the token
    must be named by the next look, or it is gone (``RemoteItem.unseen``).
    """
    monkeypatch.setattr(Sides, "server", server)
    monkeypatch.setattr("events.tasks.sync_calendar.delay", lambda _pk: None)  # runs come by ``sync``, by our clock
    drive(Sides, monkeypatch, examples={"radicale": 5, "xandikos": 4}[server.name], steps=15)
