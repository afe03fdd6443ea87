"""Deciding what the other side proposed (events spec 9.1, 9.14, "Three states")."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.caldav.compare import ALL, NONE, said
from events.caldav.copies import Fields, entry_of, fields_of, when_of
from events.models import Event, RemoteItem, SyncProposal
from events.services.calendars.plans import note_in, room_in
from events.services.changes import record_changes
from events.services.scheduling import cancel_event, relocate_event, restore_event, schedule_event
from iurc_portal.clock import day_start
from iurc_portal.database import after_commit
from iurc_portal.shown import refuse_changed

Decision, Kind = SyncProposal.Decision, SyncProposal.Kind
NOT_YOURS = _("This event is the other city's: put the entry back, or ask them.")


def decide(proposal: SyncProposal, decision: str, *, shown: str, now: datetime, by) -> SyncProposal:
    """Take one of ``proposal.choices`` (``SyncProposal.Decision``). ``shown``: the ``digest`` of what ``by`` has read.

    ``accepted`` and ``theirs`` change the event by the ordinary services, with their notices: time
    (``schedule_event``), title, room (``relocate_event``), state (``cancel_event``, ``restore_event``); a changed text
    stays in this calendar as its note; what the portal does not keep (a rule of repetition, an address) is put back.
    ``put_back`` and ``ours`` are written at the next run, which is due at once. Raises ``ValidationError``: code
    ``decided`` where somebody was quicker, ``not_yours`` where the event would change and is not ``by``'s to change,
    ``outdated`` where the entry or the event has changed since it was seen, and whatever the services say (a draft, a
    time that ends before it starts).
    """
    with transaction.atomic():
        item = RemoteItem.objects.select_for_update(of=("self",)).get(pk=proposal.item_id)
        proposal = (
            SyncProposal.objects.select_for_update(of=("self",)).select_related("item__calendar").get(pk=proposal.pk)
        )
        if not proposal.is_open:
            raise ValidationError(_("Somebody has decided this already."), code="decided")
        refuse_changed(shown, proposal.digest)
        if decision not in proposal.choices:
            raise ValidationError(_("Choose from the list."), code="invalid_choice")
        if item.event_id is None:
            raise ValidationError(_("The event has changed since: look again in some minutes."), code="outdated")
        if proposal.changes_event(decision) and not Event.objects.editable_by(by).filter(pk=item.event_id).exists():
            raise ValidationError(NOT_YOURS, code="not_yours")
        event = item.event = Event.objects.select_related("place__city").get(pk=item.event_id)
        _Decision(proposal, item, event, now=now, by=by).take(decision)
        proposal.decision, proposal.by, proposal.decided_at = decision, by, now
        proposal.save(update_fields=["decision", "by", "decided_at"])
        item.rendered = ""  # the next run looks at it in any case
        item.save()
        proposal.item = item
        after_commit(_run_soon, item.calendar_id, now)
    return proposal


def _run_soon(calendar_id: int, now: datetime) -> None:
    from events.models import RemoteCalendar
    from events.services.calendars.scheduling import run_soon

    calendar = RemoteCalendar.objects.filter(pk=calendar_id).first()
    if calendar is not None:
        run_soon(calendar, now=now)


class _Decision:
    """One decision under its locks: the item, then the proposal, then (in the services) the event."""

    def __init__(self, proposal: SyncProposal, item: RemoteItem, event: Event, *, now: datetime, by):
        self.proposal, self.item, self.event, self.now, self.by = proposal, item, event, now, by
        self.language = item.calendar.language

    def ours(self) -> Fields:
        return fields_of(entry_of(self.event, language=self.language, note=self.item.note))

    def take(self, decision: str) -> None:
        base = self.item.base
        there = base.get("now") or base.get("theirs", {})
        if self.proposal.kind == Kind.DELETION:
            self._about_deletion(decision)
        elif not self.proposal.fields:
            self._about_withdrawn(decision, there)
        elif decision in SyncProposal.FOR_THEM:
            self._refuse_outdated()
            for name in self.proposal.fields:
                getattr(self, f"_accept_{name}", lambda text: None)(self.proposal.theirs.get(name, ""))
            self._agree(there)
        else:
            self.item.owed |= {name: there.get(name, "") for name in self.proposal.fields}

    def _refuse_outdated(self) -> None:
        ours = self.ours()
        if any(ours.get(name, "") != self.proposal.ours.get(name, "") for name in self.proposal.fields):
            raise ValidationError(_("The event has changed since: look again in some minutes."), code="outdated")

    def _agree(self, there: Fields) -> None:
        """What both say now is agreed on; what the portal says in its own way is written over theirs."""
        ours, base = self.ours(), self.item.base
        for name in self.proposal.fields:
            base.setdefault("ours", {})[name] = ours.get(name, "")
            base.setdefault("theirs", {})[name] = there.get(name, "")
            if ours.get(name, "") != there.get(name, ""):
                self.item.owed[name] = there.get(name, "")

    def _about_deletion(self, decision: str) -> None:
        if decision == Decision.PUT_BACK:
            self.item.owed[ALL] = ""
            return
        if not self.event.is_cancelled:
            cancel_event(self.event, now=self.now, by=self.by)
        self.item.base["ours"] = self.ours()  # both sides are done with it

    def _about_withdrawn(self, decision: str, there: Fields) -> None:
        """The event is not for this calendar any more, and somebody changed its copy there."""
        if decision == Decision.OURS:
            self.item.owed[NONE] = said(there)
        else:
            self.item.event = None  # it is theirs from now on
            self.item.base = {"theirs": there}

    # --- Fields of the event, by the ordinary services ---------------------------------------------------------------

    def _accept_when(self, text: str) -> None:
        start, end = when_of(text)
        if isinstance(start, datetime) and isinstance(end, datetime):
            schedule_event(self.event, start=start, end=end, all_day=False, now=self.now, by=self.by)
            return
        first, behind = day_start(start, self.event.tzid), day_start(end, self.event.tzid)
        schedule_event(self.event, start=first, end=behind, all_day=True, now=self.now, by=self.by)

    def _accept_summary(self, text: str) -> None:
        column = f"name_{self.language}"
        former = getattr(self.event, column)
        setattr(self.event, column, text)
        self.event.full_clean(exclude={field.name for field in Event._meta.fields} - {column})
        self.event.save(update_fields=[column, "last_modified"])
        record_changes(self.event, {column: former}, now=self.now, by=self.by)

    def _accept_status(self, text: str) -> None:
        if text == Event.Status.CANCELLED:
            cancel_event(self.event, now=self.now, by=self.by)
        elif text == Event.Status.CONFIRMED and self.event.is_cancelled:
            restore_event(self.event, now=self.now, by=self.by)

    def _accept_location(self, text: str) -> None:
        room = {f"location_{self.language}": room_in(self.event, text, self.language)}
        relocate_event(self.event, now=self.now, by=self.by, **room)

    def _accept_description(self, text: str) -> None:
        entry = entry_of(self.event, language=self.language, note=self.item.note)
        self.item.note = note_in(entry, self.item.note, text)
