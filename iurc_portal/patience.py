"""How long we wait for a server that is not ours."""

import socket
import threading
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import monotonic

LONGEST_NUMBER = 9  # digits: thirty years


class Deadline:
    """One limit for everything, however slowly bytes drip: when it is over the socket is shut under the reader.

    Used with ``with``: what the reader meets then is an error or an early end, and ``left`` says why (``over``).
    """

    def __init__(self, seconds: float):
        self._end = monotonic() + seconds
        self._sock: socket.socket | None = None
        self.over = False

    def left(self) -> float:
        """Seconds. Raises ``TimeoutError`` when there are none."""
        left = self._end - monotonic()
        if left <= 0 or self.over:
            raise TimeoutError
        return left

    def watch(self, sock: socket.socket) -> None:
        self._sock = sock
        self.left()  # it may have ended a moment before

    def __enter__(self):
        self._timer = threading.Timer(max(self._end - monotonic(), 0), self._shut)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_error) -> None:
        self._timer.cancel()

    def _shut(self) -> None:
        self.over = True
        if self._sock is not None:
            try:
                # Of the plain socket below TLS: a polite goodbye would wait for the other side.
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
            except OSError:
                return  # it is shut already


def retry_after(text: str, *, now: datetime) -> int | None:
    """Seconds to wait as a server asks, with a number or a date (RFC 9110 §10.2.3); None for nonsense."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= LONGEST_NUMBER else None
    try:
        return max(0, round((parsedate_to_datetime(text) - now).total_seconds()))
    except (ValueError, TypeError, OverflowError):  # no date, one without a zone, one beyond all calendars
        return None
