"""Sending what a run has to write, in a thread, so that rows are written while the server works (9.13–9.16)."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import local

from events.caldav import errors
from events.caldav.client import Client, Resource, Written
from events.caldav.compare import Action
from events.caldav.copies import Copy, read, render
from events.services.calendars.plans import Plan

CONNECTIONS = 1  # some servers refuse two writes to one calendar at once (Xandikos, tried)
AHEAD = 4  # writes that are on their way or wait for their turn


@dataclass(frozen=True)
class Job:
    """One write, with everything it needs, so that the thread which sends it asks no database."""

    plan: Plan
    action: Action
    href: str
    etag: str = ""
    schedule_tag: str = ""
    data: bytes = b""
    copy: Copy | None = None


@dataclass(frozen=True)
class Sent:
    """What became of a job: ``error`` instead of ``written``, or what stands there where it had to be read back."""

    job: Job
    written: Written | None = None
    read_back: Resource | None = None
    error: errors.CalDavError | None = None

    @property
    def etag(self) -> str:
        if self.read_back is not None:
            return self.read_back.etag
        return self.written.etag if self.written else ""

    def said(self) -> Copy:
        """What the server keeps. Raises ``Unreadable``."""
        assert self.job.copy is not None  # noqa: S101 - only of jobs that wrote something
        return read(self.read_back.data) if self.read_back is not None else self.job.copy


def job_for(plan: Plan) -> Job:
    item, action = plan.item, plan.verdict.action
    if action == Action.DELETE:
        return Job(plan, action, item.href, item.etag, item.schedule_tag)
    over = plan.copy if action == Action.WRITE else None
    data, copy = render(plan.event, plan.entry, over=over, keep=plan.verdict.keep)
    return Job(plan, action, item.href, item.etag, item.schedule_tag, data, copy)


def send(job: Job, client: Client) -> Sent:
    """One write under its condition; read back where the server gives no ETag (9.16)."""
    try:
        if job.action == Action.DELETE:
            client.delete(job.href, etag=job.etag, schedule_tag=job.schedule_tag)
            return Sent(job, Written())
        if job.action == Action.CREATE:
            written = client.create(job.href, job.data)
        else:
            written = client.update(job.href, job.data, etag=job.etag, schedule_tag=job.schedule_tag)
        if written.etag:
            return Sent(job, written)
        back = client.get(job.href)
        if back is None:
            return Sent(job, error=errors.Precondition("not there after it was written"))
        if back.problem:
            return Sent(job, error=errors.Rejected(back.problem))
        return Sent(job, written, back)
    except errors.CalDavError as error:
        return Sent(job, error=error)


class Sender:
    """Sends jobs in order, ahead of who records them. ``requests`` counts what its connections have sent."""

    def __init__(self, client: Client):
        self.client = client
        self.clients: list[Client] = []
        self._mine = local()

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.clients:
            client.wire.close()

    @property
    def requests(self) -> int:
        return sum(client.requests for client in self.clients)

    def send_all(self, jobs: Iterable[Job]) -> Iterator[Sent]:
        """What became of each job, in their order. ``jobs`` is read a little ahead, in the caller's thread.

        After an error that concerns the whole calendar no further job is begun, and those on their way are told yet.
        """
        ahead: deque[Future[Sent]] = deque()
        stopped = False
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            waiting = iter(jobs)
            while True:
                while not stopped and len(ahead) < AHEAD and (job := next(waiting, None)) is not None:
                    ahead.append(pool.submit(self._send, job))
                if not ahead:
                    return
                sent = ahead.popleft().result()
                stopped = stopped or concerns_all(sent.error)
                if stopped:
                    for future in ahead:
                        future.cancel()
                    ahead = deque(future for future in ahead if not future.cancelled())
                yield sent

    def _send(self, job: Job) -> Sent:
        client = getattr(self._mine, "client", None)
        if client is None:
            client = self._mine.client = self.client.again()
            self.clients.append(client)
        return send(job, client)


def concerns_all(error: errors.CalDavError | None) -> bool:
    """Whether an error ends the run, rather than one entry."""
    return error is not None and not isinstance(error, errors.Precondition | errors.Rejected)
