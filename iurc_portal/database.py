"""What an error of the database means: a moment to wait out, or a fault of ours (events spec 2.12, 15)."""

import sqlite3

from django.db import InterfaceError, OperationalError

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
