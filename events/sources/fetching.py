"""Getting a calendar from an address that somebody typed, without being led astray (events spec 10.1–10.4).

The name is resolved once for each request and every address judged; the connection goes to a judged address, with the
original name for TLS and Host. A redirect is judged anew. Nothing here is logged with its address: it may hold a key.
"""

import http.client
import socket
import ssl
import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from django.conf import settings
from django.utils import timezone

from events.sources.lines import CONTROLS, Refused, check_is_calendar
from iurc_portal import outbound
from iurc_portal.patience import Deadline, retry_after

AGENT = "Torino-Nagoya portal (calendar import)"
CHUNK = 65536
MOVED = {301, 302, 303, 307, 308}
LONGEST_ADDRESS = 1000


@dataclass(frozen=True)
class Limits:
    seconds: float
    bytes: int
    redirects: int
    ports: frozenset[int]
    allowed: tuple[str, ...]  # networks that a trial opens, also without TLS and at any port

    @classmethod
    def of_settings(cls) -> "Limits":
        own = settings.IURC_EVENTS["feed_import"]
        return cls(
            seconds=own["seconds"],
            bytes=own["bytes"],
            redirects=own["redirects"],
            ports=frozenset(own["ports"]),
            allowed=tuple(settings.FEED_ALLOWED_NETWORKS),
        )


@dataclass(frozen=True)
class Fetched:
    """``body`` None: unchanged (304). ``etag`` and ``last_modified`` are what the next request sends."""

    body: bytes | None
    charset: str = ""
    etag: str = ""
    last_modified: str = ""


def clean_address(text: str) -> str:
    """The address as it is kept: ``webcal`` rewritten, no fragment. Raises ``Refused`` for what is never called."""
    return urlunsplit(_parts(text))


def judge(text: str) -> str:
    """``clean_address``, and the host is looked up: ``Refused`` unless all that it stands for may be called."""
    parts = _parts(text)
    _addresses(parts, Limits.of_settings(), Deadline(settings.IURC_EVENTS["feed_import"]["seconds"]))
    return urlunsplit(parts)


def fetch(address: str, *, etag: str = "", last_modified: str = "") -> Fetched:
    """The calendar at ``address``, or that it has not changed. Raises ``Refused``; nothing else, whatever happens."""
    limits = Limits.of_settings()
    deadline = Deadline(limits.seconds)
    headers = {
        "User-Agent": AGENT,
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    with deadline:
        for _turn in range(limits.redirects + 1):
            parts = _parts(address)
            try:
                found = _ask(parts, _addresses(parts, limits, deadline), headers, limits, deadline)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise _why(error, deadline, parts) from error
            if isinstance(found, Fetched):
                return found
            address = urljoin(urlunsplit(parts), found)
    raise Refused("redirects", limit=limits.redirects)


def _why(error: Exception, deadline: Deadline, parts: SplitResult) -> Refused:
    if deadline.over or isinstance(error, TimeoutError):
        return Refused("slow")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refused("certificate", host=parts.hostname or "")
    if isinstance(error, ssl.SSLError):
        return Refused("tls", host=parts.hostname or "")
    if isinstance(error, ConnectionRefusedError):
        return Refused("no_answer", host=parts.hostname or "")
    return Refused("broken", host=parts.hostname or "")


def _parts(text: str) -> SplitResult:
    text = text.strip()
    if len(text) > LONGEST_ADDRESS or any(ord(letter) <= 32 or ord(letter) == 127 for letter in text):
        raise Refused("address")
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
        host.encode("idna")
    except (ValueError, UnicodeError) as error:
        raise Refused("address") from error
    scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme.lower(), parts.scheme.lower())
    if scheme not in {"https", "http"}:
        raise Refused("scheme" if scheme else "address")
    if not host:
        raise Refused("address")
    if parts.username is not None or parts.password is not None:
        raise Refused("credentials")
    netloc = f"[{host}]" if ":" in host else host
    netloc = f"{netloc}:{port}" if port is not None else netloc
    return SplitResult(scheme, netloc, quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._"), _query(parts.query), "")


def _query(text: str) -> str:
    return quote(text, safe="/%:@!$&'()*+,;=~-._?")


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _addresses(parts: SplitResult, limits: Limits, deadline: Deadline) -> list[str]:
    """Where ``parts`` may be called. The look-up has no limit of its own, so it is waited for in another thread."""
    found: list[list[str] | Exception] = []
    host = parts.hostname or ""
    name = host if ":" in host else host.encode("idna").decode()

    def look_up() -> None:
        try:
            found.append(outbound.addresses(name, _port(parts), allowed=limits.allowed))
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(deadline.left())
    if not found:
        raise Refused("slow")
    if isinstance(found[0], outbound.Refused):
        raise Refused(found[0].reason.replace("-", "_"), host=host)
    if isinstance(found[0], Exception):
        raise Refused("address") from found[0]
    in_trial = not any(outbound.is_public(address) for address in found[0])  # so they are ``allowed``
    if parts.scheme != "https" and not in_trial:
        raise Refused("not_https")
    if _port(parts) not in limits.ports and not in_trial:
        raise Refused("port", port=_port(parts))
    return found[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to a judged address; ``host`` stays the name, for Host, SNI and the certificate."""

    def __init__(self, parts: SplitResult, addresses: Iterable[str], deadline: Deadline):
        super().__init__(parts.hostname or "", _port(parts))
        self.default_port = 443 if parts.scheme == "https" else 80
        self._scheme, self._to, self._deadline = parts.scheme, list(addresses), deadline

    def connect(self) -> None:
        last: OSError = ConnectionRefusedError()
        for address in self._to:
            try:
                sock = socket.create_connection((address, self.port), timeout=self._deadline.left())
            except OSError as error:
                last = error
                continue
            self._deadline.watch(sock)
            if self._scheme == "https":
                context = ssl.create_default_context()
                sock = context.wrap_socket(sock, server_hostname=self.host, do_handshake_on_connect=False)
                self._deadline.watch(sock)
                sock.do_handshake()
            self.sock = sock
            return
        raise last


def _ask(parts: SplitResult, addresses: list[str], headers: dict[str, str], limits: Limits, deadline: Deadline):
    """What the address answers: ``Fetched``, or where it sends us (text)."""
    connection = _Pinned(parts, addresses, deadline)
    try:
        target = urlunsplit(("", "", parts.path, parts.query, ""))
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        if answer.status in MOVED and answer.headers.get("Location"):
            return answer.headers["Location"]
        if answer.status == 304:
            return Fetched(None)
        if answer.status != 200:
            raise Refused("status", status=answer.status, **_retry_after(answer.headers))
        body = _body(answer, limits, deadline)
        check_is_calendar(body[:2000].decode("latin-1").removeprefix("ï»¿"))
        return Fetched(
            body,
            charset=CONTROLS.sub("", answer.headers.get_content_charset("") or ""),
            etag=CONTROLS.sub("", answer.headers.get("ETag", ""))[:200],
            last_modified=CONTROLS.sub("", answer.headers.get("Last-Modified", ""))[:60],
        )
    finally:
        connection.close()


def _retry_after(headers: Message) -> dict[str, int]:
    """Seconds to wait, where the server asks for it; a day at most."""
    seconds = retry_after(headers.get("Retry-After") or "", now=timezone.now())
    return {} if seconds is None else {"retry_after": min(seconds, 86_400)}


def _body(answer: http.client.HTTPResponse, limits: Limits, deadline: Deadline) -> bytes:
    encoding = CONTROLS.sub("", answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise Refused("content_encoding", encoding=encoding[:20])
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in encoding else None
    parts, size = [], 0
    while True:
        deadline.left()
        chunk = answer.read1(CHUNK)
        if not chunk:
            break
        pieces = [chunk] if unpack is None else _unpacked(unpack, chunk, limits.bytes - size + 1)
        for piece in pieces:
            size += len(piece)
            if size > limits.bytes:
                raise Refused("too_large", megabytes=limits.bytes // 1024 // 1024)
            parts.append(piece)
    deadline.left()
    if answer.length or (unpack is not None and not unpack.eof):
        raise Refused("cut_short")
    return b"".join(parts)


def _unpacked(unpack, chunk: bytes, most: int):
    """Never more than ``most`` bytes at once, however small the chunk: a bomb is noticed before it goes off."""
    try:
        yield unpack.decompress(chunk, most)
    except zlib.error as error:
        raise Refused("broken", host="") from error
