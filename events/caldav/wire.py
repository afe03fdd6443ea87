"""HTTP to one calendar server: kept connections to judged addresses, limits, no credentials elsewhere (9.20, 9.23).

The ``caldav`` library speaks over it (``Session``) where it finds calendars; ``client`` uses it directly, since the
library's own calls hide ETags and raise SEQUENCE.
"""

import http.client
import socket
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from events.caldav import errors
from events.caldav.auth import Credentials
from iurc_portal import outbound
from iurc_portal.patience import Deadline

CONNECT_SECONDS = 10  # until a connection stands
SILENCE_SECONDS = 20  # between two bytes of an answer
ANSWER_SECONDS = 60  # for a whole answer, from the connection to its last byte
LARGEST = 10 * 1024 * 1024  # octets of one answer (9.23)
REDIRECTS = 3
AGENT = "Torino-Nagoya-portal"


@dataclass(frozen=True)
class Limits:
    """How long and how much one answer may be; tests are less patient."""

    connect: float = CONNECT_SECONDS
    silence: float = SILENCE_SECONDS
    answer: float = ANSWER_SECONDS
    largest: int = LARGEST


@dataclass(frozen=True)
class Answer:
    """``headers`` have lower-case names; ``url`` is where it came from, after redirects."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str
    reason: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def allowed_networks() -> tuple[str, ...]:
    return tuple(str(network) for network in settings.CALDAV_ALLOWED_NETWORKS)


def judged(url: str) -> list[str]:
    """The addresses of ``url``'s host that may be called. Raises ``errors.NotAllowed``.

    Without TLS only within the networks of ``CALDAV_ALLOWED_NETWORKS``.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise errors.NotAllowed(url) from error
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
        raise errors.NotAllowed(url)
    allowed = allowed_networks()
    try:
        found = outbound.addresses(parts.hostname, port, allowed=allowed)
    except outbound.Refused as error:
        if error.reason == "unknown-name":
            raise errors.Unreachable(str(error)) from error
        raise errors.NotAllowed(str(error)) from error
    if parts.scheme == "http" and not all(outbound.within(address, allowed) for address in found):
        raise errors.NotAllowed("http")
    return found


@dataclass
class Wire:
    """One kept connection to the host of ``url``; not for two threads at once. ``requests`` counts what was sent."""

    url: str
    credentials: Credentials
    limits: Limits = field(default_factory=Limits)
    requests: int = 0
    _connection: http.client.HTTPConnection | None = None
    _renewed: bool = False

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """Send and read the whole answer, whatever its status. ``url`` may be a path.

        Raises ``Unreachable``, ``TooLarge``, ``NotAllowed`` (another host) and ``Unreadable`` (a compressed answer).
        A 401 renews the credentials once and asks again.
        """
        url = urljoin(self.url, url)
        for _hop in range(REDIRECTS + 1):
            self._stay(url)
            answer = self._ask(method, url, body, headers or {})
            if answer.status == 401 and not self._renewed:
                self._renewed = True
                if self.credentials.renew():
                    answer = self._ask(method, url, body, headers or {})
            if answer.status not in (301, 302, 307, 308) or "location" not in answer.headers:
                return answer
            url = urljoin(url, answer.headers["location"])
        raise errors.Unreadable("redirects without end", status=answer.status)

    def _stay(self, url: str) -> None:
        """Credentials go to the host that staff entered, by the same way, and nowhere else."""
        here, there = urlsplit(self.url), urlsplit(url)
        if (here.scheme, here.hostname, here.port) != (there.scheme, there.hostname, there.port):
            raise errors.NotAllowed(f"{there.scheme}://{there.netloc}")

    def _ask(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
        sent = {
            "User-Agent": AGENT,
            "Accept-Encoding": "identity",  # what compresses on the way may rewrite ETags (9.7)
            **self.credentials.headers(),
            **headers,
        }
        is_kept = self._connection is not None
        while True:
            try:
                return self._exchange(method, target, body, sent, url)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # A connection kept too long is closed by the server without a word; every write is conditional, so
                # that one which did arrive meets 412 the second time.
                if is_kept and isinstance(error, (ConnectionError, http.client.RemoteDisconnected)):
                    is_kept = False
                    continue
                raise errors.Unreachable(type(error).__name__) from error

    def _exchange(self, method: str, target: str, body: bytes, headers: dict[str, str], url: str) -> Answer:
        with Deadline(self.limits.answer) as deadline:
            try:
                reply, content = self._whole(method, target, body, headers, deadline)
            except (OSError, http.client.HTTPException):
                deadline.left()  # a socket that was shut under us looks like a server that hung up
                raise
        known = {name.lower(): value for name, value in reply.getheaders()}
        if reply.will_close:
            self.close()
        if known.get("content-encoding", "identity").lower() != "identity":
            raise errors.Unreadable("content-encoding", status=reply.status)
        return Answer(reply.status, known, content, url, reply.reason or "")

    def _whole(
        self, method: str, target: str, body: bytes, headers: dict[str, str], deadline: Deadline
    ) -> tuple[http.client.HTTPResponse, bytes]:
        if self._connection is None:
            self._connection = self._connect(deadline)
        connection = self._connection
        deadline.watch(connection.sock)
        self.requests += 1
        connection.request(method, target, body or None, headers)
        reply = connection.getresponse()
        parts, size = [], 0
        while chunk := reply.read1(65536):
            size += len(chunk)
            if size > self.limits.largest:
                self.close()
                raise errors.TooLarge(status=reply.status)
            deadline.left()
            parts.append(chunk)
        deadline.left()  # a body without a length ends where the socket was shut
        if reply.length:  # http.client says nothing when a body with a known length ends early
            raise http.client.IncompleteRead(b"", reply.length)
        reply.close()  # of the answer; the connection is kept
        return reply, b"".join(parts)

    def _connect(self, deadline: Deadline) -> http.client.HTTPConnection:
        """Connect to an address that was judged, by the name that was asked for."""
        parts = urlsplit(self.url)
        found = judged(self.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        last: OSError | None = None
        for address in found:
            try:
                raw = socket.create_connection((address, port), timeout=min(self.limits.connect, deadline.left()))
                break
            except OSError as error:
                last = error
        else:
            raise last or OSError("no address")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.settimeout(self.limits.silence)
        connection = http.client.HTTPConnection(host, port)
        if parts.scheme == "https":
            deadline.watch(raw)
            context = ssl.create_default_context()
            raw = context.wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)
            deadline.watch(raw)
            raw.do_handshake()
        connection.sock = raw
        connection.auto_open = 0  # never to another address behind our back
        return connection


class Session:
    """What the ``caldav`` library takes for its HTTP session: the same wire, with the same limits."""

    def __init__(self, wire: Wire):
        self.wire = wire
        self.headers: dict[str, str] = {}

    def request(self, method: str, url: str, data: Any = b"", headers: Any = None, **_: Any) -> "Reply":
        body = data.encode() if isinstance(data, str) else bytes(data or b"")
        answer = self.wire.request(method, url, body, dict(headers or {}))
        refuse_entities(answer.body)
        return Reply(answer)

    def close(self) -> None:
        self.wire.close()


class Reply:
    """An ``Answer`` with the names that the ``caldav`` library reads."""

    def __init__(self, answer: Answer):
        self.status_code = answer.status
        self.reason = answer.reason
        self.headers = answer.headers
        self.content = answer.body
        self.url = answer.url
        self.text = answer.body.decode("utf-8", "replace")


def refuse_entities(body: bytes) -> None:
    """No answer of the protocol has a document type; one that has is refused before anything parses it."""
    if b"<!DOCTYPE" in body[:4096] or b"<!ENTITY" in body:
        raise errors.Unreadable("DOCTYPE")
