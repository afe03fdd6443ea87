"""A PostgreSQL server of one's own, in a folder that goes away: it may be restarted in the middle of things."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDERS = "/usr/lib/postgresql/*/bin"


def binaries() -> Path | None:
    """The folder with ``initdb`` and ``pg_ctl`` of the newest version here."""
    found = sorted(Path("/").glob(f"{FOLDERS.lstrip('/')}/initdb"), key=lambda path: int(path.parts[-3].split(".")[0]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Cluster:
    """One server, which is begun by ``own_cluster``; ``address`` is its DATABASE_URL."""

    def __init__(self, folder: Path, tools: Path):
        self.folder, self.tools = folder, tools
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def begin(self) -> None:
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c log_statement=none"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-o", options, "start")

    def restart(self) -> None:
        """As after a crash: no connection is closed politely, and what was not committed is gone."""
        self._run("pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", "-m", "immediate", "restart")

    def end(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _run(self, tool: str, *arguments: str | Path) -> None:
        command = [self.tools / tool, *arguments]
        if os.geteuid() == 0:  # the server refuses to be root
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    tools = binaries()
    if tools is None:
        raise FileNotFoundError("initdb and pg_ctl of PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="iurc-cluster-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        cluster = Cluster(folder, tools)
        cluster.begin()
        try:
            yield cluster
        finally:
            cluster.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
