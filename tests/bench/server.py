"""The portal's own server, as docs/PRODUCTION.md starts it, on a free port of this machine."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    cold: float  # seconds from the start to the first page


@contextmanager
def serving(*, workers: int) -> Iterator[Server]:
    """A server with ``workers`` processes of four threads, from its first page on."""
    port = _free_port()
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port",
        str(port), "--workers", str(workers), "--blocking-threads", "4", "--no-ws", "--log-level", "error",
        "iurc_portal.wsgi:application",
    ]  # fmt: skip
    started = time.perf_counter()
    process = subprocess.Popen(command)
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - started > 60:
                sys.exit("the server did not start")
            time.sleep(0.05)
        yield Server(port, process.pid, time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait(10)


def resident_mib(pid: int) -> float:
    """The resident memory of a process and its children, in MiB."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text()
        except OSError:
            continue
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        if int(fields["Pid"]) == pid or int(fields["PPid"]) == pid:
            total += int(fields.get("VmRSS", "0 kB").split()[0]) / 1024
    return total


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/ja/").read()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
