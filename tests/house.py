"""The whole portal in a folder of its own, started by the very script of ``make run``: web, worker and beat.

For what only a running portal shows: the browser tests of every page, the screenshots, and ``make run`` itself.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", ".*_cache", ".hypothesis", "node_modules", "docs")
# What would lead the house to somebody else's database, mail or settings.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "SITE_URL", "MEDIA_ROOT")
PATIENCE = 300  # seconds for a first start while other tests hold every processor


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    """A copy of the source with its own ``var/``; the virtual environment is shared."""

    def __init__(self, folder: Path):
        self.folder = folder / "portal"
        self.log = folder / "run.log"
        self.process: subprocess.Popen | None = None
        self.port = free_port()
        shutil.copytree(ROOT, self.folder, ignore=NOT_COPIED)
        (self.folder / ".venv").symlink_to(ROOT / ".venv")
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.environment = kept | {"PORT": str(self.port), "RATE_LIMITS": "off"}

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def spawn(self) -> subprocess.Popen:
        """Start ``make run``'s script in a process group of its own and return at once."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.folder / "scripts/run.sh")],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def start(self) -> None:
        """Start and wait until the portal answers."""
        process, until = self.spawn(), time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the portal did not start:\n{self.log.read_text()[-4000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM, patience: float = 15) -> float:
        """End the portal as a terminal does and return the seconds it took; what stays behind is killed."""
        if self.process is None:
            return 0.0
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(patience)
        finally:
            took = time.monotonic() - started
            for pid in self.members():
                os.kill(pid, signal.SIGKILL)
        return took

    def members(self) -> list[int]:
        """The processes that run from this folder, whoever their parent is by now."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "cwd").readlink() == self.folder and (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def ask(self, module: str):
        """What a module of the tests prints, as JSON, when it runs with the house's settings and database."""
        ended = subprocess.run(
            [".venv/bin/python", "-m", module],
            cwd=self.folder,
            env=self.environment | {"DEMO": "on", "DJANGO_SETTINGS_MODULE": "iurc_portal.settings"},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(ended.stdout)

    def letters(self) -> list[Path]:
        """The letters sent so far, oldest first."""
        return sorted((self.folder / "var/mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)


@contextmanager
def running_portal(**environment: str) -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="iurc-house-", ignore_cleanup_errors=True) as folder:
        house = House(Path(folder).resolve())
        house.environment.update(environment)
        house.start()
        try:
            yield house
        finally:
            house.stop()
