"""Queueing and delivering letters: once each, in order, whatever the broker does (events spec 4.16–4.25)."""

import hashlib
import logging
import re
import smtplib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import InterfaceError, OperationalError
from django.db.models import Min, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from iurc_portal.accounts.addresses import email_key
from iurc_portal.database import after_commit
from iurc_portal.notifications import bounces, outcomes, registry
from iurc_portal.notifications.models import AddressStatus, Heartbeat, LetterText, Message, Subscription
from iurc_portal.tokens import stored_together

log = logging.getLogger(__name__)
BATCH = 50
SWEEP = 5000
PATIENCE = 2  # how often running a mail server may fail to answer before a batch is left to the sweep
DEFAULT_LIFE = timedelta(hours=24)
FRESH = 5  # seconds that a written letter may wait for its turn before it is judged and written anew (4.18)
NO_ANSWER = "no answer"
TAKEN = "already taken"
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
EXPIRED = gettext_noop("expired")
ENDED = gettext_noop("the subscription has ended")
REFUSING: dict[str, str] = {
    AddressStatus.State.HARD: gettext_noop("the address refuses our mail"),
    AddressStatus.State.COMPLAINT: gettext_noop("the address has reported our mail as unwanted"),
}
REFUSED_BY_SERVICE = {400, 404, 406, 413, 422}  # HTTP answers of a mail service that another try will not change
MESSAGE_REFUSED = (smtplib.SMTPDataError, smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What goes into the outbox. The same ``key`` is the same news and is delivered once.

    ``payload`` holds frozen facts, never a clear token: tokens are made while rendering, so that they exist in the
    letter alone (4.22). Letters with one ``ordering_key`` leave in the order of their rows.
    """

    key: str
    kind: str
    to: str
    language: str
    tzid: str
    payload: dict = field(default_factory=dict)
    subject_id: str = ""
    ordering_key: str = ""
    not_before: datetime | None = None
    expires_at: datetime | None = None


def queue_message(**fields) -> Message:
    """Write one letter (the fields of ``Letter``) into the outbox, in the caller's transaction."""
    return queued(queue_messages([Letter(**fields)]))[0]


def queue_messages(letters: Iterable[Letter]) -> list[str]:
    """Write letters into the outbox in the caller's transaction; the courier is called once that commits.

    Returns their keys; see ``queued``. A letter whose key is there already stays as it is. The number of queries does
    not grow with the number of letters, but by batches.
    """
    letters = list(letters)
    rows = [Message(**vars(letter), message_id=message_id_for(letter.key)) for letter in letters]
    for row in rows:
        if row.not_before and row.expires_at is None:
            row.expires_at = row.not_before + DEFAULT_LIFE
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if due := [row.key for row in rows if row.not_before is None]:
        after_commit(_call_courier_about, due)
    return [letter.key for letter in letters]


def queued(keys: Sequence[str]) -> list[Message]:
    """The rows of letters in the outbox, in the order of their ``keys``."""
    rows: dict[str, Message] = {}
    for start in range(0, len(keys), 500):
        rows |= Message.objects.in_bulk(keys[start : start + 500], field_name="key")
    return [rows[key] for key in keys]


def _call_courier_about(keys: list[str]) -> None:
    """Which of these letters wait is looked up once they are committed: nobody waits for a lock meanwhile."""
    for start in range(0, len(keys), 500):
        waiting = Message.objects.filter(key__in=keys[start : start + 500], state=Message.State.QUEUED)
        due = list(waiting.order_by("pk").values_list("pk", flat=True))
        for first in range(0, len(due), BATCH):
            call_courier(due[first : first + BATCH])


def message_id_for(key: str) -> str:
    """A Message-ID (RFC 5322) that is the same at every attempt, so that mail servers see a repeat for what it is."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{settings.ICS_DOMAIN}>"


def call_courier(message_ids: list[int]) -> None:
    """Ask a worker to deliver now. Should the broker be away, the sweep does it within a minute."""
    from iurc_portal.notifications.tasks import deliver_messages

    try:
        deliver_messages.delay(message_ids)
    except Exception:  # any broker's any trouble: the row waits in the outbox and the person's act has succeeded
        log.exception("the broker did not take %d message(s); the sweep will", len(message_ids))


def deliver_all(message_ids: list[int], *, now: datetime) -> dict[str, int]:
    """Deliver several letters over one connection, oldest first. Returns how many ended in each way.

    Letters are read, judged and written many at once; claim and outcome are one by one, so that a worker that dies
    leaves one letter in doubt, not fifty. Letters that waited for one of these follow, as long as there are any. When
    the mail server fails twice running, the rest stays in the outbox for the sweep instead of knocking at a closed
    door.
    """
    counts: Counter[str] = Counter()
    began = monotonic()
    silent = 0
    queue = deque(_prepare(sorted(message_ids), now=now))
    delivered: list[Message] = []
    with _Courier(get_connection()) as courier:
        while queue and silent < PATIENCE:
            ready, moment = queue.popleft(), now + timedelta(seconds=monotonic() - began)
            if monotonic() > ready.stale_at:
                courier.note()
                queue.extendleft(_prepare([ready.message.pk], now=moment))
                continue
            outcome = courier.deliver(ready, now=moment)
            counts[outcome] += 1
            silent = silent + 1 if outcome == NO_ANSWER else 0
            if outcome in {NO_ANSWER, "put back", "failed"}:
                courier.connection.close()  # what has seen an error is not trusted with the next letter
            if outcome in {"sent", "dropped", "failed"}:
                delivered.append(ready.message)
            if not queue:
                courier.note()
                queue.extend(_prepare(_next_in_line(delivered), now=moment))
                delivered = []
    if queue:
        counts["left for the sweep"] = len(queue)
    return dict(counts)


def deliver(message_pk: int, *, now: datetime, connection=None) -> str:
    """Send one letter. Safe to call twice and from two workers: the first claim wins. Returns a word.

    Temporary failures (connection, sign-in, SMTP 4yz) go back to the queue with a growing pause; what the server
    refuses for good (5yz) ends in ``failed``. One bad letter never stops the others.
    """
    with _Courier(connection or get_connection()) as courier:
        return next((courier.deliver(ready, now=now) for ready in _prepare([message_pk], now=now)), TAKEN)


@dataclass(frozen=True)
class _Ready:
    """A letter that could leave, and what was known of it when it was written: good until ``stale_at`` (4.18)."""

    message: Message
    stale_at: float
    earlier_waits: bool
    refusal: str = ""
    email: EmailMultiAlternatives | None = None
    trouble: Exception | None = None


def _prepare(message_ids: list[int], *, now: datetime) -> list[_Ready]:
    """The letters ``message_ids`` that are due, in the order of their rows: read, judged and written.

    A constant number of queries for kinds that read many at once. A letter that is not claimed after all is thrown
    away; nobody ever sees its tokens.
    """
    messages = list(Message.objects.deliverable(now=now).with_order().filter(pk__in=message_ids).order_by("pk"))
    if not messages:
        return []
    texts = LetterText.objects.adjusted({message.kind for message in messages})
    registry.read_subjects(messages)
    keys = {email_key(message.to) for message in messages}
    addresses = {status.email_key: status for status in AddressStatus.objects.filter(email_key__in=keys)}
    written: list[dict[str, Any]] = []
    with stored_together():
        for message in messages:
            message.letter_text = texts.get((message.kind, message.language), LetterText())
            written.append(_write(message, addresses.get(email_key(message.to)), now=now))
    stale_at = monotonic() + FRESH
    return [
        _Ready(message, stale_at, message.is_held_back, **outcome)  # type: ignore[attr-defined]
        for message, outcome in zip(messages, written, strict=True)
    ]


def _write(message: Message, address: AddressStatus | None, *, now: datetime) -> dict[str, Any]:
    """The letter, or why it must not leave, or what went wrong: that is told once it is this letter's turn."""
    try:
        refusal = _refusal(message, address, now=now)
        return {"refusal": refusal} if refusal else {"email": render(message)}
    except Exception as error:  # whatever is wrong with one letter, the others go on
        return {"trouble": error}


class _Courier:
    """Takes letters to the mail server over one connection, one at a time.

    That a letter has left is written down in the transaction that claims the next one: a commit for each letter, and
    never more than one in doubt.
    """

    def __init__(self, connection):
        self.connection = connection
        self.gone: outcomes.Gone | None = None

    def __enter__(self) -> "_Courier":
        return self

    def __exit__(self, *error):
        try:
            self.note()
        finally:
            self.connection.close()

    def note(self) -> None:
        """Write down that the last letter has left, if that is still to be done."""
        self._note_and(lambda: True)

    def deliver(self, ready: _Ready, *, now: datetime) -> str:
        if not self._note_and(partial(_claim, ready.message, now=now)):
            return TAKEN
        message, email = ready.message, ready.email
        try:
            if ready.earlier_waits and _earlier_waits(message):
                outcomes.settle(message, state=Message.State.QUEUED)
                return "after another"
            if ready.trouble is not None:
                raise ready.trouble
            if email is None:
                words = f"{ready.refusal}. {message.error}" if message.error else ready.refusal
                outcomes.settle(message, state=Message.State.DROPPED, error=words)
                return "dropped"
            email.connection = self.connection
            self.connection.open()  # what is open stays open: one connection for the whole batch
            email.send()
        except MESSAGE_REFUSED as error:
            if all(400 <= code < 500 for code in outcomes.codes(error)):
                return outcomes.put_back(message, error, now=now)
            if isinstance(error, smtplib.SMTPRecipientsRefused):
                bounces.note_refusal(message.to, outcomes.words(error), now=now)
            return outcomes.fail(message, error)
        except (OSError, OperationalError, InterfaceError) as error:  # smtplib.SMTPException is an OSError too
            if getattr(error, "status_code", None) in REFUSED_BY_SERVICE:
                return outcomes.fail(message, error)
            outcomes.put_back(message, error, now=now)
            return NO_ANSWER
        except Exception as error:  # a letter that cannot be written: staff see it, the others go on
            log.exception("message %s cannot be rendered", message.pk)
            return outcomes.fail(message, error)
        self.gone = outcomes.Gone(message, sent_at=now, provider_id=outcomes.provider_id(email))
        return "sent"

    def _note_and(self, act: Callable[[], bool]) -> bool:
        gone, self.gone = self.gone, None
        return outcomes.note_sent(gone, then=act) if gone else act()


def _claim(message: Message, *, now: datetime) -> bool:
    """Take the letter, unless another worker has it (4.17) or has tried it since it was read."""
    free = Message.objects.deliverable(now=now).filter(pk=message.pk, attempts=message.attempts)
    message.state, message.claimed_at = Message.State.SENDING, now
    return bool(free.update(state=Message.State.SENDING, claimed_at=now))


def render(message: Message, *, preview: bool = False) -> EmailMultiAlternatives:
    """The letter itself, in its reader's language and zone, with the headers every letter of ours has (4.24, 4.25).

    ``preview`` shows it to staff: links are dummies and no token is made (4.22).
    """
    with translation.override(message.language), timezone.override(message.tzid):
        email = registry.kind_of(message).render(message, preview=preview)
    email.to = [message.to]
    email.from_email = settings.DEFAULT_FROM_EMAIL  # one sender, whose domain has SPF, DKIM and DMARC
    email.subject = one_line(str(email.subject))
    email.reply_to = [one_line(address) for address in email.reply_to]
    email.extra_headers = {
        "Message-ID": message.message_id or message_id_for(message.key),
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
        **{name: one_line(value) for name, value in email.extra_headers.items()},
    }
    return email


def one_line(text: str) -> str:
    """``text`` for a header: line breaks and other controls become spaces, so that none can begin a header (15)."""
    return " ".join(CONTROLS.sub(" ", str(text)).split())


def sweep_outbox(*, now: datetime) -> int:
    """Hand over whatever is still waiting and due, in batches. Harmless when two run at once."""
    with heartbeat("sweep_outbox", now=now) as counts:
        due = list(Message.objects.deliverable(now=now).order_by("pk").values_list("pk", flat=True)[:SWEEP])
        for start in range(0, len(due), BATCH):
            call_courier(due[start : start + BATCH])
        counts["handed over"] = len(due)
    return len(due)


@contextmanager
def heartbeat(name: str, *, now: datetime) -> Iterator[dict[str, int]]:
    """Note whether the scheduled job ``name`` succeeded; what it puts into the dictionary is shown to staff."""
    counts: dict[str, int] = {}
    try:
        yield counts
    except Exception as error:
        Heartbeat.objects.update_or_create(name=name, defaults={"last_error": f"{type(error).__name__}: {error}"})
        raise
    beat(name, now=now, counts=counts)


def beat(name: str, *, now: datetime, counts: dict | None = None) -> None:
    """Note that the scheduled job ``name`` has succeeded."""
    Heartbeat.objects.update_or_create(
        name=name, defaults={"last_success_at": now, "last_error": "", "counts": counts or {}}
    )


def readdress(messages: QuerySet, *, to: str) -> int:
    """Those of ``messages`` that have not left go to another address of the same person. Returns how many."""
    return messages.filter(state=Message.State.QUEUED).update(to=to)


def clear_bounces(email: str, *, now: datetime) -> None:
    """An address that has just been proved is good again, whatever mail servers said before (4.26)."""
    AddressStatus.objects.filter(email_key=email_key(email)).exclude(state=AddressStatus.State.GOOD).update(
        state=AddressStatus.State.GOOD, since=now, detail=""
    )


def _earlier_waits(message: Message) -> bool:
    return Message.objects.waiting().filter(ordering_key=message.ordering_key, pk__lt=message.pk).exists()


def _next_in_line(left: list[Message]) -> list[int]:
    """The letters that waited for those of ``left``, one for each order; one not due yet is not taken later on."""
    keys = {message.ordering_key for message in left if message.ordering_key}
    if not keys:
        return []
    followers = Message.objects.filter(ordering_key__in=keys, state=Message.State.QUEUED)
    return list(followers.order_by().values("ordering_key").annotate(first=Min("pk")).values_list("first", flat=True))


def _refusal(message: Message, status: AddressStatus | None, *, now: datetime) -> str:
    if now >= (message.expires_at or message.created_at + DEFAULT_LIFE):
        return EXPIRED
    kind = registry.kind_of(message)
    if status and status.refuses_mail and not kind.asks_for_proof:
        return REFUSING[status.state]
    if kind.is_news and not Subscription.objects.active().filter(pk=message.subject_id or 0).exists():
        return ENDED
    return kind.refusal(message)
