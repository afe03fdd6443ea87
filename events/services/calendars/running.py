"""One run over one calendar (events spec 9.6–9.22)."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from events.caldav import errors, guards
from events.caldav.auth import credentials_of
from events.caldav.client import Client
from events.caldav.compare import Action
from events.caldav.copies import read
from events.caldav.wire import Limits
from events.models import RemoteCalendar, SyncRun
from events.services.calendars import leases, outcomes
from events.services.calendars.applying import Changed, Ledger
from events.services.calendars.choosing import chosen_now
from events.services.calendars.looking import list_there, look, rows_of, wants_full
from events.services.calendars.matching import Matched, match
from events.services.calendars.plans import Plan
from events.services.calendars.writing import Job, Sender, Sent, concerns_all, job_for, send
from iurc_portal.secret_fields import Unreadable

log = logging.getLogger(__name__)
LIMITS = Limits()
PASSING = (409, 423)  # refusals of one entry that another try may not meet: somebody was writing

Progress = Callable[[str, int, int], None]  # what is being done, how many of it are done, of how many


class Stopped(Exception):
    """A guard says that a person must look first. ``reason`` is a ``RemoteCalendar.Stop``."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def run_calendar(
    calendar: RemoteCalendar,
    *,
    now: datetime,
    dry_run: bool = False,
    full: bool = False,
    progress: Progress | None = None,
) -> SyncRun | None:
    """Bring both sides into step and write down what happened. None: another run holds the calendar.

    ``full`` compares everything, whatever the token says. A ``dry_run`` asks the server and writes nothing, neither
    there nor here: the ``SyncRun`` it returns is not saved. Faults of the server do not raise; the run says them
    (``outcome``, ``error``, ``detail``) and the row says when the next one is due.
    """
    lease = leases.take(calendar)
    if not lease:
        return None
    try:
        run = SyncRun(calendar=calendar, started_at=now)
        if not dry_run:
            run.save()
        _go(calendar, run, lease, now=now, dry_run=dry_run, full=full, progress=progress or _silent)
        return run
    finally:
        leases.release(calendar, lease)


def _silent(what: str, done: int, of: int) -> None:
    pass


def _go(calendar, run: SyncRun, lease: str, *, now: datetime, dry_run: bool, full: bool, progress: Progress) -> None:
    """Do the run and write its outcome; only a programming error gets out of here."""
    counts: Counter[str] = Counter()
    try:
        calendar.refresh_from_db()  # the run before may have changed it
        with Client(calendar.url, credentials_of(calendar), LIMITS) as client, Sender(client) as sender:
            job = _Run(calendar, client, sender, lease, counts, now=now, dry_run=dry_run, progress=progress)
            try:
                job.go(full=full)
            finally:
                counts["requests"] += client.requests + sender.requests
                run.is_full = job.is_full
    except leases.LeaseLost:
        outcomes.lost(run, counts)
        return
    except Stopped as stop:
        outcomes.stopped(run, counts, stop.reason, now=now, dry_run=dry_run)
    except errors.CalDavError as error:
        outcomes.failed(run, counts, error, now=now, dry_run=dry_run)
    except Unreadable:
        outcomes.failed(run, counts, errors.SecretLost(), now=now, dry_run=dry_run)
    except Exception:
        log.exception("calendar %s", calendar.pk)
        if not dry_run:
            outcomes.failed(run, counts, errors.CalDavError("programming error"), now=now)
        raise
    else:
        outcomes.done(run, counts, job.marks, now=now, dry_run=dry_run)
        calendar.items.filter(pk__in=job.seen).update(unseen=False)


class _Run:
    def __init__(
        self, calendar, client: Client, sender: Sender, lease: str, counts: Counter, *, now, dry_run, progress
    ):
        self.calendar, self.client, self.sender, self.counts = calendar, client, sender, counts
        self.now, self.dry_run, self.progress = now, dry_run, progress
        self.ledger = Ledger(calendar, lease, now=now, counts=counts)
        self.tzid = calendar.owner.tzid
        self.is_full = False
        self.is_whole = True  # everything that the server told of is applied or set apart
        self.marks: dict[str, str] = {}  # token and ctag to go on from
        self.seen: list[int] = []  # entries that this token knows
        self.todo: list[Plan] = []
        self.again: list[Plan] = []

    def go(self, *, full: bool) -> None:
        thorough = full or wants_full(self.calendar, now=self.now)
        self.progress("looking", 0, 0)
        listing = list_there(self.calendar, self.client, full=thorough)
        self.is_full = listing.is_full
        rows = rows_of(self.calendar)
        self.ledger.taken = set(rows)
        there = look(listing, rows, self.client, tzid=self.tzid)
        self.counts["seen"] += len(listing.etags) + len(there.gone)
        chosen = chosen_now(self.calendar, now=self.now)
        matched = match(self.calendar, there, chosen, now=self.now, thorough=thorough)
        copies = sum(row.is_live and row.event is not None for row in rows.values())
        self._guard(matched, copies, there=there.number, ours=len(chosen))
        if self.dry_run:
            self._count(matched)
            return
        self._settle(matched)
        seen = list(self.calendar.items.filter(unseen=True).values_list("pk", flat=True))
        self._write()
        if self.is_whole:
            self.marks = {"sync_token": listing.token, "ctag": listing.ctag}
            self.seen = seen
            if listing.is_full:
                self.marks["full"] = "yes"

    def _guard(self, matched: Matched, copies: int, *, there: int, ours: int) -> None:
        withdrawn = max(0, matched.withdrawn - self.calendar.agreed_removals)
        counts = guards.Counts(copies, matched.missing, withdrawn, there, ours)
        reason = guards.stop(counts)
        if reason and not self.calendar.allow_once:
            raise Stopped(reason)
        free = max(0, guards.at_most(copies) - withdrawn)
        matched.plans += matched.lapsed[:free]  # what left the window with time goes a few at once

    def _count(self, matched: Matched) -> None:
        """What a run would do."""
        names = {Action.CREATE: "created", Action.WRITE: "updated", Action.DELETE: "deleted"}
        for plan in matched.plans:
            if plan.verdict.action in names:
                self.counts[names[plan.verdict.action]] += 1
            self.counts["taken"] += len(plan.verdict.take)
            self.counts["conflicts"] += bool(plan.verdict.conflict or plan.verdict.withdrawn)
            self.counts["proposed"] += (
                bool(plan.verdict.propose or plan.verdict.deletion) and not plan.verdict.conflict
            )
            self.counts["adopted"] += plan.adopted
        self.counts["found"] += len(matched.found)
        self.counts["quarantined"] += len(matched.apart)

    # --- Without network ---------------------------------------------------------------------------------------------

    def _settle(self, matched: Matched) -> None:
        for name, items in (("found", matched.found), ("quarantined", matched.apart)):
            for item in items:
                try:
                    self.ledger.keep([item], name)
                except Changed:
                    self.is_whole = False
        self.calendar.items.filter(pk__in=matched.vanished).delete()
        for plan in matched.plans:
            self._settle_one(plan)

    def _settle_one(self, plan: Plan) -> None:
        if not plan.is_new:
            try:
                self.ledger.settle(plan)
            except Changed:
                self.is_whole = False
                return
        if plan.verdict.action in (Action.CREATE, Action.WRITE, Action.DELETE):
            self.todo.append(plan)

    # --- With network ------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        self._read_what_survives()
        total = len(self.todo)
        failure: errors.CalDavError | None = None
        for done, sent in enumerate(self.sender.send_all(self._jobs()), 1):
            self.progress("writing", done, total)
            if sent.error is not None and concerns_all(sent.error):
                failure = failure or sent.error
            else:
                self._record(sent)
        if failure is not None:
            raise failure
        for plan in self.again:
            self._write_once_more(plan)

    def _jobs(self) -> Iterator[Job]:
        for plan in self.todo:
            yield job_for(plan)

    def _read_what_survives(self) -> None:
        """Entries into which others have put something are read before they are written over."""
        plans = {plan.item.href: plan for plan in self.todo if plan.needs_copy}
        for resource in self.client.fetch(sorted(plans)):
            plan = plans.pop(resource.href, None)
            if plan is None or resource.problem or resource.etag != plan.item.etag:
                continue
            plan.copy = read(resource.data, tzid=self.tzid)
        late = {id(plan) for plan in self.todo if plan.needs_copy}
        self.again += [plan for plan in self.todo if id(plan) in late]  # another version by now: looked at singly
        self.todo = [plan for plan in self.todo if id(plan) not in late]

    def _record(self, sent: Sent, *, last: bool = False) -> None:
        plan = sent.job.plan
        try:
            if isinstance(sent.error, errors.Precondition):
                if last:
                    self.ledger.in_conflict(plan)
                else:
                    self.again.append(plan)
            elif sent.error is not None and sent.error.status in PASSING and not last:
                self.again.append(plan)
            elif sent.error is not None:
                self.ledger.refused(plan, sent.error.said or str(sent.error.status or ""))
            elif sent.job.action == Action.DELETE:
                self.ledger.deleted(plan)
            else:
                copy = sent.said() if sent.job.copy is None else sent.job.copy
                tag = sent.written.schedule_tag if sent.written else ""
                self.ledger.written(plan, copy=copy, etag=sent.etag, schedule_tag=tag, said=sent.said())
        except Changed:
            self.is_whole = False
        except errors.Unreadable as error:
            self.ledger.refused(plan, error.said)

    def _write_once_more(self, plan: Plan) -> None:
        """The entry is not as we know it: read it, merge, write once, and leave it to a person after that (9.14)."""
        resource = self.client.get(plan.item.href)
        plan.copy, plan.is_there = None, resource is not None
        if resource is not None:
            try:
                if resource.problem:
                    raise errors.Unreadable(resource.problem)
                copy = plan.copy = read(resource.data, tzid=self.tzid)
            except errors.Unreadable as error:
                self.ledger.refused(plan, error.said)
                return
            if not plan.item.base and copy.uid != plan.event.uid and not copy.is_of(plan.event):
                # Something of others has the address that we wanted: ours goes elsewhere.
                plan.item.href = (
                    plan.item.href.removesuffix(".ics") + f"-{resource.etag.strip(chr(34))[:8] or 'x'}.ics"
                )
                plan.copy, plan.is_there = None, False
            else:
                plan.item.etag, plan.item.content_hash = resource.etag, copy.content_hash
                plan.item.deleted_at = None
                if not plan.item.base:
                    plan.adopt(copy)
                plan.item.base["extras"] = bool(copy.extras)
        elif plan.item.base:
            plan.item.deleted_at = self.now
        plan.judge()
        todo, self.todo = self.todo, []
        self._settle_one(plan)
        for one in self.todo:
            sent = send(job_for(one), self.client)
            if sent.error is not None and concerns_all(sent.error):
                raise sent.error
            self._record(sent, last=True)
        self.todo = todo
