"""Files that programs ask for again and again, kept until a record that they show is saved.

``kept.py`` keeps pages until anything that readers see is saved, and for minutes. A calendar is asked for day and
night by programs that mostly have it already: its copy lives until one of the few kinds of records it shows changes,
and who has it gets 304 after one look into the cache, without a question to the database.
"""

import gzip
import logging
import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256

from django.conf import settings
from django.core.cache import caches
from django.db.models.signals import post_delete, post_save
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_etags

from iurc_portal.database import after_commit

log = logging.getLogger(__name__)
HOUR = 3600
PLACES = 64  # for the copies of one file under whatever it is asked
PACKED = "-gzip"  # compressed bytes are others, and a strong ETag says so (RFC 9110 §8.8.3)


@dataclass(frozen=True)
class Head:
    """What is known of a copy without reading it: enough for a 304.

    ``changed_at`` (seconds since 1970) is when these bytes were first made: a calendar changes, too, when an event
    leaves it, so that the newest of those that remain says little about it. Version 0: nothing is remembered, and
    ``changed_at`` is only what the newest record says. ``of`` says which question the copy answers, where several
    share a place (``Shelf.place_for``).
    """

    version: int
    until: float
    etag: str
    changed_at: int
    of: str = ""

    def is_known_to(self, request) -> bool:
        """Whether the program has these bytes: by ETag or, without one, by the time of its copy."""
        known = request.headers.get("If-None-Match", "")
        if known:
            marks = {mark.removeprefix("W/") for mark in parse_etags(known)}
            return not marks.isdisjoint({f'"{self.etag}"', f'"{self.etag}{PACKED}"', "*"})
        if not self.version:
            return False
        try:
            return parsedate_to_datetime(request.headers["If-Modified-Since"]).timestamp() >= self.changed_at
        except (KeyError, TypeError, ValueError, OverflowError):
            return False


class Shelf:
    """Copies of one kind of file. ``labels`` are the models that it shows, as ``app.model``, lower case."""

    def __init__(self, name: str, labels: set[str]):
        self.name, self.labels = name, labels

    def connect(self) -> None:
        """Follow what is saved and deleted. Called once, when the app that owns the shelf is ready."""
        for signal in (post_save, post_delete):
            signal.connect(self._follow, dispatch_uid=f"kept_files.{self.name}", weak=False)

    def _follow(self, sender, **_more) -> None:
        if settings.KEEP_PAGES and sender._meta.label_lower in self.labels:
            after_commit(self.raise_version)

    def raise_version(self) -> int:
        """Every copy of the shelf is void. For bulk writes too, which no signal tells of."""
        version = time.time_ns()
        caches["pages"].set(self._key("version"), version, timeout=None)
        return version

    def _key(self, *parts: str) -> str:
        return ":".join(("file", self.name, *parts))

    @staticmethod
    def place_for(name: str, question: str) -> str:
        """Where copies of ``name`` under ``question`` (any text) are kept. Anybody can ask anything, so places are few
        and questions share them: whoever asks last has the copy.
        """
        return f"{name}:{int(sha256(question.encode()).hexdigest()[:8], 16) % PLACES}"

    def look_up(self, name: str, *, now: datetime, of: str = "") -> tuple[int, Head | None]:
        """The present version and the head of the copy that is good at ``now`` (aware), if any. 0: keep nothing.

        ``of`` is the question that the copy must answer.
        """
        if not settings.KEEP_PAGES:
            return 0, None
        try:
            found = caches["pages"].get_many([self._key("version"), self._key("head", name)])
            version = found.get(self._key("version")) or self.raise_version()
        except Exception:  # any cache's any trouble: the file matters more than its copy
            log.exception("the cache does not answer; no file is kept")
            return 0, None
        head = found.get(self._key("head", name))
        is_good = head and head.version == version and head.of == of and now.timestamp() < head.until
        return version, head if is_good else None

    def body(self, name: str, head: Head) -> bytes | None:
        """The compressed bytes behind ``head``, or None if the cache has lost or replaced them."""
        try:
            found = caches["pages"].get(self._key("body", name))
        except Exception:  # as above
            log.exception("the cache does not answer; no file is kept")
            return None
        return found[1] if found and found[0] == head.etag else None

    def keep(
        self, name: str, octets: bytes, *, version: int, now: datetime, newest: datetime, of: str = ""
    ) -> tuple[Head, bytes]:
        """The head of a new copy and its compressed bytes. The copy is good until the next full hour at most.

        ``version`` is that of before the rows were read: what was saved meanwhile voids the copy. ``newest`` (aware)
        is the last change of a record in it.
        """
        if not version:
            return unkept(octets, newest=newest)
        (head, packed), second = unkept(octets, newest=newest), int(now.timestamp())
        etag, until = head.etag, (second // HOUR + 1) * HOUR
        head = Head(version, until, etag, second, of)
        try:
            former = caches["pages"].get(self._key("head", name))
            if former and former.etag == etag:
                head = Head(version, until, etag, former.changed_at, of)
            caches["pages"].set(self._key("body", name), (etag, packed), timeout=24 * HOUR)
            caches["pages"].set(self._key("head", name), head, timeout=24 * HOUR)
        except Exception:  # as above
            log.exception("the cache does not take a file")
        return head, packed


def unkept(octets: bytes, *, newest: datetime) -> tuple[Head, bytes]:
    """As ``Shelf.keep`` for a file of one person, which is made anew each time."""
    etag = sha256(octets).hexdigest()[:32]
    return Head(0, 0, etag, int(newest.timestamp())), gzip.compress(octets, compresslevel=6, mtime=0)


def not_modified(request, head: Head, headers: dict[str, str]) -> HttpResponse:
    return _dressed(request, HttpResponseNotModified(), head, headers)


def whole(request, head: Head, packed: bytes, headers: dict[str, str]) -> HttpResponse:
    """The file, compressed if the program can read that. Compressed once for all: it holds no secret of anybody."""
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(packed, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(gzip.decompress(packed))
    return _dressed(request, response, head, headers)


def _dressed(request, response: HttpResponse, head: Head, headers: dict[str, str]) -> HttpResponse:
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response["ETag"] = f'"{head.etag}{PACKED if is_packed else ""}"'
    response["Last-Modified"] = http_date(head.changed_at)
    for name, value in headers.items():
        response[name] = value
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
