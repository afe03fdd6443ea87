"""Real task processes: started, killed, and their broker emptied."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def start_worker(number: int) -> subprocess.Popen:
    """One task process, in a session of its own so that it can be killed whole. It ends with ``stop``."""
    command = [
        sys.executable, "-m", "celery", "-A", "iurc_portal", "worker", "--pool", "solo", "--loglevel", "CRITICAL",
        "--hostname", f"worker{number}@faults", "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    return subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def kill(worker: subprocess.Popen) -> None:
    """SIGKILL: nothing is put away, no connection is closed politely."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)


def stop(*workers: subprocess.Popen) -> None:
    for worker in workers:
        if worker.poll() is None:
            kill(worker)


def empty_broker() -> None:
    """Whatever tasks were waiting are gone, as after the loss of a broker."""
    from django.conf import settings

    if settings.REDIS_URL:
        from redis import Redis

        prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
        names = [f"{prefix}{name}" for name in ("celery", "unacked", "unacked_index")]
        Redis.from_url(settings.REDIS_URL).delete(*names)
        return
    queue = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])
    for task in queue.iterdir():
        task.unlink()
