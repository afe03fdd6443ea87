"""A faulty proxy between the portal and a server: it misbehaves as it is told, for so many requests, then no more."""

import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.caldav.servers import Server

TOKEN_LOST = b'<?xml version="1.0"?><D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>'


@dataclass
class Exchange:
    """One request on its way, and the server's answer where it was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    answer: list[tuple[str, str]] = field(default_factory=list)
    data: bytes = b""
    cut: int | None = None  # octets of the answer that are sent before the connection breaks


Fault = Callable[["Proxy", Exchange], bool | None]  # True: the server is not asked, ``Exchange`` is the answer


@dataclass
class Plan:
    """A fault for requests of ``methods``, from the ``after``-th on, ``times`` times."""

    before: Fault | None = None
    behind: Callable[[Exchange], None] | None = None
    methods: tuple[str, ...] = ()
    after: int = 0
    times: int = 10**6
    hits: int = 0

    def takes(self, exchange: Exchange) -> bool:
        if self.methods and exchange.method not in self.methods:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times <= 0:
            return False
        self.times -= 1
        self.hits += 1
        return True


class Proxy:
    """``plans`` is empty: everything passes. ``methods`` notes what was asked, in order."""

    def __init__(self, server: Server):
        self.server, self.plans, self.methods = server, [], []
        self._lock = threading.Lock()
        self.open: set[socket.socket] = set()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.port = self._http.server_port
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def misbehave(self, **plan) -> Plan:
        self.plans.append(Plan(**plan))
        return self.plans[-1]

    def behave(self) -> None:
        self.plans.clear()

    def plans_for(self, exchange: Exchange) -> list[Plan]:
        with self._lock:
            self.methods.append(exchange.method)
            return [plan for plan in self.plans if plan.takes(exchange)]


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def pass_on(self):
            length = int(self.headers.get("Content-Length") or 0)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
            exchange = Exchange(self.command, self.path, headers, self.rfile.read(length))
            plans = proxy.plans_for(exchange)
            is_answered = any(plan.before(proxy, exchange) for plan in plans if plan.before)
            if exchange.status < 0:  # the connection breaks without a word
                self._break()
                return
            if not is_answered:
                self._ask(exchange)
                for plan in plans:
                    if plan.behind:
                        plan.behind(exchange)
            if exchange.status < 0:
                self._break()
                return
            self._answer(exchange)

        def _break(self):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def _ask(self, exchange):
            method, path, headers = exchange.method, exchange.path, exchange.headers
            text = exchange.body.decode("latin-1").encode("latin-1")
            own = {
                name: value
                for name, value in headers.items()
                if name.lower() not in ("content-length", "authorization")
            }
            status, found, data = _forward(proxy.server, method, path, text, own, headers)
            exchange.status, exchange.data = status, data
            hop = ("connection", "transfer-encoding", "content-length", "keep-alive", "date", "server")
            exchange.answer = [(name, value) for name, value in found if name.lower() not in hop]

        def _answer(self, exchange):
            self.send_response(exchange.status)
            for name, value in exchange.answer:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(exchange.data)))
            self.end_headers()
            data = exchange.data if exchange.cut is None else exchange.data[: exchange.cut]
            self.wfile.write(data)
            if exchange.cut is not None:
                self._break()

    for method in ("GET", "PUT", "DELETE", "REPORT", "PROPFIND", "OPTIONS", "MKCALENDAR"):
        setattr(Handler, f"do_{method}", Handler.pass_on)
    return Handler


def _forward(server: Server, method, path, body, own, headers):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        auth = {"Authorization": headers["Authorization"]} if "Authorization" in headers else {}
        connection.request(method, path, body or None, {**own, **auth})
        reply = connection.getresponse()
        return reply.status, reply.getheaders(), reply.read()
    finally:
        connection.close()


# --- Faults ----------------------------------------------------------------------------------------------------------


def answers(status: int, data: bytes = b"", **headers: str) -> Fault:
    """The server is not asked."""

    def fault(_proxy, exchange):
        exchange.status, exchange.data = status, data
        exchange.answer = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return True

    return fault


def breaks(_proxy, exchange) -> bool:
    """The connection ends before the server hears of it."""
    exchange.status = -1
    return True


def loses(exchange: Exchange) -> None:
    """The server has done it, and nobody hears the answer."""
    exchange.status = -1


def cuts(exchange: Exchange) -> None:
    exchange.cut = len(exchange.data) // 2


def delays(seconds: float) -> Fault:
    def fault(_proxy, _exchange):
        time.sleep(seconds)

    return fault


def truncates(exchange: Exchange) -> None:
    """Half of the XML, with a length that fits it."""
    exchange.data = exchange.data[: len(exchange.data) // 2]


def wrong_etags(exchange: Exchange) -> None:
    exchange.answer = [(n, '"wrong"' if n.lower() == "etag" else v) for n, v in exchange.answer]
    exchange.data = re.sub(rb"(getetag[^>]*>)[^<]*", rb'\1"wrong"', exchange.data)


def drops_etag(exchange: Exchange) -> None:
    exchange.answer = [(name, value) for name, value in exchange.answer if name.lower() != "etag"]


def rewrites(exchange: Exchange) -> None:
    """As servers do: another PRODID, other moments, other spelling of the same, and something of their own."""
    text = exchange.data
    text = re.sub(rb"PRODID:[^\r\n]*", b"PRODID:-//rewriter//EN", text)
    text = re.sub(rb"DTSTAMP:[^\r\n]*", b"DTSTAMP:20300101T000000Z", text)
    exchange.data = text.replace(b"END:VEVENT", b"X-SERVER-SAYS:hello\r\nEND:VEVENT")


def wrong_clock(exchange: Exchange) -> None:
    """The server lives in another year."""
    exchange.answer = [(n, v) for n, v in exchange.answer if n.lower() not in ("date", "last-modified")]
    exchange.answer += [("Date", "Mon, 01 Jan 2001 00:00:00 GMT"), ("Last-Modified", "Fri, 01 Jan 2100 00:00:00 GMT")]
    exchange.data = re.sub(rb"(LAST-MODIFIED|DTSTAMP|CREATED):[^\r\n]*", rb"\1:21000101T000000Z", exchange.data)
