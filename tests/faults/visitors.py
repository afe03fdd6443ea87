"""Real web processes, and people who fill in the form over HTTP and do what the pages tell them."""

import html
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

from tests.faults.workers import ROOT

PATIENCE = 60  # seconds until the server must have begun
MOST_TRIES = 100
FORM = "application/x-www-form-urlencoded"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
BEGAN = re.compile(r'name="began" value="([^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LINK = re.compile(r"https?://[^/\s]+(/r/[\w-]+/)")


@contextmanager
def web(*, workers: int) -> Iterator[int]:
    """The portal behind the same server as ``scripts/Procfile`` starts, on a port that is free; the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--no-ws", "--log-level", "critical",
        "iurc_portal.wsgi:application",
    ]  # fmt: skip
    with open(os.path.join(os.environ["FAULTS_DIR"], "web.log"), "wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                ask(port, "/healthz")
                break
            except OSError:
                if time.monotonic() > until or server.poll() is not None:
                    sys.exit("the web server does not begin")
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def ask(
    port: int, path: str, fields: dict[str, str] | None = None, *, visitor: str = "", cookie: str = ""
) -> tuple[HTTPResponse, str]:
    """One request, a POST where there are ``fields``. The answer and its text."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"X-Forwarded-For": visitor or "198.51.100.1", "Content-Type": FORM, "Cookie": cookie}
    try:
        body = None if fields is None else urlencode(fields)
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


def form_mark(port: int, slug: str) -> str:
    """The signed age of a form that was shown a moment ago, old enough to be sent (16.5)."""
    _answer, page = ask(port, f"/en/events/{slug}/register/")
    found = BEGAN.search(page)
    if found is None:
        sys.exit(f"no form at {slug}: {page[:500]}")
    time.sleep(1.1)
    return found[1]


@dataclass
class Answers:
    """Who was told that it is done, how often people were asked to try again and how, and every other answer."""

    confirmed: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    unkind: list[str] = field(default_factory=list)


def person(number: int) -> dict[str, str]:
    """What one person types into the form."""
    return {
        "given_name": f"Aiko {number}",
        "family_name": "Rossi & <Yamada>",
        "email": f"person{number}@example.org",
        "language": "en",
        "tzid": "Europe/Rome",
        "consent": "on",
    }


def insist(port: int, path: str, fields: dict[str, str], answers: Answers, *, visitor: str) -> None:
    """Send a form until the answer is the page that follows it. Whoever is asked to try again does so after a moment,
    with what the page has kept.
    """
    written = {name: fields[name] for name in ("given_name", "family_name", "email")}
    for _attempt in range(MOST_TRIES):
        answer, page = ask(port, path, fields, visitor=visitor)
        if answer.status == 302:
            answers.confirmed.append(fields["email"])
            return
        if answer.status != 503 or not all(html.escape(value) in page for value in written.values()):
            answers.unkind.append(f"{answer.status} {' '.join(page.split())[:300]}")
            return
        kept = {name: html.unescape(value) for name, value in HIDDEN.findall(page)}
        answers.told["the page that keeps values" if fields.items() <= kept.items() else "the form again"] += 1
        time.sleep(0.2)
    answers.unkind.append("asked to try again and again")


def press(port: int, path: str, answers: Answers, *, visitor: str) -> None:
    """Open one's own page and press its button until it is done."""
    for _attempt in range(MOST_TRIES):
        answer, page = ask(port, path, visitor=visitor)
        if answer.status == 200:
            token, cookie = TOKEN.search(page), answer.headers["Set-Cookie"].partition(";")[0]
            fields = {"csrfmiddlewaretoken": token[1] if token else ""}
            answer, page = ask(port, path, fields, visitor=visitor, cookie=cookie)
            if answer.status in {200, 303}:  # 200: "already done", by a press that was not answered
                answers.confirmed.append(path)
                return
        if answer.status != 503:
            answers.unkind.append(f"{answer.status} {' '.join(page.split())[:300]}")
            return
        answers.told["try again"] += 1
        time.sleep(0.2)
    answers.unkind.append("asked to try again and again")
