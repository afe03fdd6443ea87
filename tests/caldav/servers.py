"""Two CalDAV servers by different authors, as processes of their own, in folders that go away."""

import http.client
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
PATIENCE = 20  # seconds until a server answers
USER, PASSWORD = "anna", "a-remote-password"
HEADERS = {"Authorization": "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@dataclass
class Server:
    """A running server; ``home`` is the path under which calendars are made."""

    name: str
    home: str
    command: list[str]
    folder: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.folder)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.ask("OPTIONS", self.home)
                return self
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body.encode() or None, {**HEADERS, **headers})
        reply = connection.getresponse()
        found = reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
        connection.close()
        return found

    def new_calendar(self) -> str:
        """The path of an empty calendar."""
        path = f"{self.home}c{secrets.token_hex(6)}/"
        body = (
            '<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            '<D:displayname>Torino</D:displayname><C:supported-calendar-component-set><C:comp name="VEVENT"/>'
            "</C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>"
        )
        status, _headers, answer = self.ask("MKCALENDAR", path, body, **{"Content-Type": "application/xml"})
        assert status == 201, answer
        return path


def radicale() -> Server:
    folder, port = Path(tempfile.mkdtemp(prefix="iurc-radicale-")), free_port()
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder}/users\nhtpasswd_encryption = plain\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder}/collections\n"
        "[logging]\nlevel = warning\n"
    )
    return Server("radicale", f"/{USER}/", [str(BIN / "radicale"), "-C", str(folder / "config")], folder, port)


def xandikos() -> Server:
    folder, port = Path(tempfile.mkdtemp(prefix="iurc-xandikos-")), free_port()
    command = [str(BIN / "xandikos"), "serve", "-d", str(folder / "data"), "--state-dir", str(folder / "state")]
    command += ["--defaults", "--no-detect-systemd", "-l", "127.0.0.1", "-p", str(port)]
    command += ["--current-user-principal", f"/{USER}/"]
    return Server("xandikos", f"/{USER}/calendars/", command, folder, port)


KINDS = {"radicale": radicale, "xandikos": xandikos}
