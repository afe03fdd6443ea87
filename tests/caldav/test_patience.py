"""A calendar server that drips: whatever it does slowly, the answer as a whole has one limit."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from events.caldav import errors
from events.caldav.auth import Basic
from events.caldav.wire import Limits, Wire
from iurc_portal import patience

SECONDS = 0.4
LIMITS = Limits(connect=5, silence=5, answer=SECONDS)  # each byte comes long before the silence is over
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
FULL = HEAD + b"Content-Length: 2\r\n\r\nok"


@contextmanager
def speaking(*answers, reads=True):
    """A server on loopback: to each request of a connection the next of ``answers``, (at once, dripped), then silence.

    Without ``reads`` it drips as soon as somebody connects.
    """
    over = threading.Event()

    def serve(peer):
        with peer:
            for at_once, dripped in answers:
                try:
                    if reads and not peer.recv(65536):
                        return
                    peer.sendall(at_once)
                    for n in range(len(dripped)):
                        if over.wait(0.02):
                            return
                        peer.sendall(dripped[n : n + 1])
                except OSError:
                    return  # the portal has hung up, as it should
            over.wait(30)

    def accept(server):
        while True:
            try:
                peer, _address = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(peer,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()


def wire(port, scheme="http"):
    return Wire(f"{scheme}://127.0.0.1:{port}/", Basic("anna", "a-password"), LIMITS)


def refused_by(open_wire):
    """What is said of the server, once it has been given up in good time."""
    begun = time.monotonic()
    with pytest.raises(errors.Unreachable) as refused:
        open_wire.request("GET", "/")
    assert SECONDS * 0.9 <= time.monotonic() - begun < SECONDS * 5
    return refused.value.said


@pytest.mark.parametrize(
    "answer",
    [
        (b"", HEAD * 20),
        (HEAD, b"X-Slow: " + b"x" * 500),
        (HEAD + b"Content-Length: 500\r\n\r\n", b"x" * 500),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 100),
        (HEAD + b"Connection: close\r\n\r\n", b"x" * 500),
    ],
    ids=["first line", "headers", "body", "chunks", "body without a length"],
)
def test_a_server_that_drips_is_given_up_at_the_limit(answer):
    with speaking(answer) as port, wire(port) as one:
        assert refused_by(one) == "TimeoutError"


def test_a_greeting_of_tls_that_drips_is_given_up_at_the_limit():
    with speaking((b"\x16\x03\x03\x40\x00", b"x" * 500), reads=False) as port, wire(port, "https") as one:
        assert refused_by(one) == "TimeoutError"


def test_a_kept_connection_that_drips_is_not_asked_a_second_time():
    with speaking((FULL, b""), (b"", HEAD * 20)) as port, wire(port) as one:
        assert one.request("GET", "/").body == b"ok"
        assert refused_by(one) == "TimeoutError"
        assert one.requests == 2


def test_who_answers_in_time_is_heard_and_the_connection_is_kept():
    with speaking((FULL, b""), (FULL, b"")) as port, wire(port) as one:
        assert [one.request("GET", "/").body for _n in range(2)] == [b"ok", b"ok"]


def test_nobody_is_shut_out_once_the_answer_is_there(monkeypatch):
    shut = []
    monkeypatch.setattr(patience.Deadline, "_shut", lambda deadline: shut.append(deadline))
    with speaking((FULL, b"")) as port, wire(port) as one:
        one.request("GET", "/")
        time.sleep(SECONDS * 1.5)

    assert shut == []
