"""A partner's web server, well behaved or not: real sockets on loopback."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Partner:
    """``answers`` maps a path to a function that writes the answer on the handler; ``asked`` is what was asked."""

    def __init__(self):
        self.answers: dict[str, Callable] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.port = 0

    def address(self, path: str = "/feed.ics", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(self, body: bytes, path: str = "/feed.ics", status: int = 200, **headers: str) -> str:
        def answer(handler):
            handler.send_response(status)
            for name, value in {"Content-Type": "text/calendar", **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.answers[path] = answer
        return self.address(path)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        def answer(handler):
            handler.send_response(status)
            handler.send_header("Location", to)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        self.answers[path] = answer
        return self.address(path)

    def behave(self, path: str, answer: Callable) -> str:
        self.answers[path] = answer
        return self.address(path)


@contextmanager
def serving():
    partner = Partner()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            partner.asked.append((self.path, dict(self.headers)))
            answer = partner.answers.get(self.path)
            try:
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)
            except OSError:
                self.close_connection = True  # the portal has hung up, as it should

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    partner.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield partner
    finally:
        server.shutdown()
        server.server_close()
