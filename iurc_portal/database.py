"""What an error of the database means (events spec 2.12, 15), and what is done once a transaction is committed."""

import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

RETRY_SECONDS = 5  # what we tell those to wait whom we could not answer
SQLITE_WAITS = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_busy(error: BaseException | None) -> bool:
    """Whether the database was away, restarting, or did not answer in time: the same request may do in a moment.

    SQLite calls a missing table an operational error, too; its own codes tell the two apart.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is None or (code & 0xFF) in SQLITE_WAITS


def after_commit(act: Callable[..., Any], *args, **kwargs) -> None:
    """Do ``act`` once the caller's transaction is committed. An error there is logged: what is written stays written,
    whoever asked for it is told so, and what else waits for the commit is done all the same.
    """

    # Not ``partial``: where Django logs such an error it asks for a qualified name, which a partial does not have.
    @wraps(act)
    def later() -> None:
        act(*args, **kwargs)

    transaction.on_commit(later, robust=True)


def awaits_commit(act: Callable[..., Any]) -> bool:
    """Whether ``act`` is to be done already when the transaction of now is committed."""
    return any(getattr(waiting[1], "__wrapped__", None) is act for waiting in connection.run_on_commit)
