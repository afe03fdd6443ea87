"""The mailbox to which calendar programs answer, read over IMAP where one is configured (events spec 6.8).

People read the same mailbox: only answers to our invitations are marked as read, all else stays as it is.
"""

import imaplib
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

from events.services.replies import LARGEST, Outcome, take_reply

LOOKS_BACK = timedelta(days=14)
MOST_AT_ONCE = 200
TIMEOUT = 20  # seconds
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
NUMBER = {name: re.compile(rb"\b" + name.encode() + rb" (\d+)") for name in ("UID", "RFC822.SIZE")}
NOT_OURS = {Outcome.NO_ANSWER, Outcome.UNKNOWN}


class MailboxError(OSError):
    """The server refused; what it said, without the password."""


def read_mailbox(url: str, *, now: datetime) -> Counter[str]:
    """Take the unread answers in the mailbox ``url`` (``imaps://user:password@host/folder``). Counts by outcome.

    Raises ``OSError`` when the server is not there, ``MailboxError`` when it refuses. What was taken stays taken.
    """
    counts: Counter[str] = Counter()
    with _opened(url) as server:
        for number in _calendar_letters(server, now=now):
            outcome = take_reply(_letter(server, number), now=now)
            counts[outcome.value] += 1
            if outcome not in NOT_OURS:
                _asked(server.uid("STORE", number, "+FLAGS", r"(\Seen)"))
    return counts


@contextmanager
def _opened(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    try:
        with kind(
            parts.hostname or "", parts.port or (993 if parts.scheme == "imaps" else 143), timeout=TIMEOUT
        ) as server:
            server.login(unquote(parts.username or ""), unquote(parts.password or ""))
            _asked(server.select(unquote(parts.path.lstrip("/")) or "INBOX"))
            yield server
    except imaplib.IMAP4.error as error:
        raise MailboxError(f"the mailbox of answers refuses: {error}") from error


def _calendar_letters(server: imaplib.IMAP4, *, now: datetime) -> list[str]:
    """The unread letters of the last days that carry a calendar part and are not too large, by their UID."""
    first = (now - LOOKS_BACK).astimezone(UTC)
    since = f"{first.day}-{MONTHS[first.month - 1]}-{first.year}"  # %b would be in the machine's language
    found = (_asked(server.uid("SEARCH", "UNSEEN", "SINCE", since))[0] or b"").split()[-MOST_AT_ONCE:]
    if not found:
        return []
    shapes = _asked(server.uid("FETCH", b",".join(found).decode(), "(UID RFC822.SIZE BODYSTRUCTURE)"))
    wanted = []
    for shape in shapes:
        line = b" ".join(shape) if isinstance(shape, tuple) else shape or b""
        uid, size = (pattern.search(line) for pattern in NUMBER.values())
        if uid and size and int(size[1]) <= LARGEST and b'"CALENDAR"' in line.upper():
            wanted.append(uid[1].decode())
    return wanted


def _letter(server: imaplib.IMAP4, number: str) -> bytes:
    answer = _asked(server.uid("FETCH", number, "(BODY.PEEK[])"))
    return next((part[1] for part in answer if isinstance(part, tuple)), b"")


def _asked(answer: tuple[str, list]) -> list:
    """What the server answered. Raises ``IMAP4.error`` for a no."""
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"{status} {data!r:.200}")
    return data
