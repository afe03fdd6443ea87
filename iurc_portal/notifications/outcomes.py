"""What becomes of a letter that a worker has claimed: left, put back, refused for good (events spec 4.19, 4.20)."""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import sleep

from django.core.mail import EmailMultiAlternatives
from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database

from iurc_portal.notifications.models import Message

log = logging.getLogger(__name__)
NOTES_TRIED = 3  # how often "it has left" is written down before a letter may go out a second time


def codes(error: Exception) -> list[int]:
    """The SMTP codes in ``error``; a refusal without any counts as one for good."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _text in error.recipients.values()] or [550]
    return [error.smtp_code]  # type: ignore[attr-defined]


def settle(message: Message, **fields) -> None:
    """Write the outcome, unless another worker has meanwhile taken the letter over."""
    Message.objects.filter(pk=message.pk, state=Message.State.SENDING, claimed_at=message.claimed_at).update(
        claimed_at=None, **fields
    )


@dataclass(frozen=True)
class Gone:
    """A letter that the mail server has taken and of which that is not written down yet."""

    message: Message
    sent_at: datetime
    provider_id: str


def note_sent(gone: Gone, *, then: Callable[[], bool] = lambda: True) -> bool:
    """Write down that a letter has left and do ``then`` in the same transaction. Returns what that returned.

    Should the database be away just now both are tried again over a new connection: what stays unwritten leaves a
    second time, with the same Message-ID (4.19).
    """
    message = gone.message
    for attempt in range(1, NOTES_TRIED + 1):
        try:
            with transaction.atomic():
                settle(
                    message,
                    state=Message.State.SENT,
                    attempts=message.attempts + 1,
                    error="",
                    sent_at=gone.sent_at,
                    provider_id=gone.provider_id,
                )
                return then()
        except (OperationalError, InterfaceError):
            if attempt == NOTES_TRIED or database.in_atomic_block:
                raise
            log.warning("message %s has left, and the database did not take it down; again", message.pk)
            database.close()
            sleep(attempt)
    raise AssertionError("the last try returns or raises")


def provider_id(email: EmailMultiAlternatives) -> str:
    """What a mail service calls the letter it has taken (django-anymail), or "": its later news name it so."""
    status = getattr(email, "anymail_status", None)
    name = getattr(status, "message_id", None)
    return "" if name is None or isinstance(name, set) else str(name)[:250]  # a set: several letters in one


def put_back(message: Message, error: Exception, *, now: datetime) -> str:
    message.attempts += 1
    settle(
        message,
        state=Message.State.QUEUED,
        attempts=message.attempts,
        not_before=now + message.pause(),
        error=words(error),
    )
    return "put back"


def fail(message: Message, error: Exception) -> str:
    settle(message, state=Message.State.FAILED, attempts=message.attempts + 1, error=words(error))
    return "failed"


def words(error: Exception) -> str:
    """The error as staff read it, at most 1000 characters and without NUL, which PostgreSQL refuses."""
    return (str(error) or type(error).__name__).replace("\0", "")[:1000]
