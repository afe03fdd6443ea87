"""Reading a file in a process of its own, which is killed when its time is up (events spec 10.7)."""

import json
import os
import subprocess
import sys
from datetime import datetime

from django.conf import settings

from events.sources.lines import Refused

MODULE = "events.sources.child"
PATIENCE = 3  # times the limit: a busy machine gives a process a part of its time; processor time it limits itself
KEPT = {"PATH", "LANG", "LC_ALL", "PYTHONHASHSEED", "TZDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}  # no secret goes along


def read(body: bytes, *, source: str, charset: str, default_tzid: str, now: datetime) -> dict:
    """What ``child.answer`` gives. Raises ``Refused``: what it refuses, ``too_slow`` or ``too_big``."""
    limits = settings.IURC_EVENTS["feed_import"]
    asked = {
        "source": source,
        "now": now.isoformat(),
        "default_tzid": default_tzid,
        "charset": charset,
        **{
            name: limits[name]
            for name in ("months", "instances", "all_instances", "components", "property_bytes", "memory_mb")
        },
        "seconds": limits["seconds"],
    }
    environment = {name: value for name, value in os.environ.items() if name in KEPT}
    command = [sys.executable, "-m", MODULE, json.dumps(asked)]
    try:
        done = subprocess.run(  # noqa: S603 – our own module, and the file goes in by stdin
            command,
            input=body,
            capture_output=True,
            timeout=PATIENCE * limits["seconds"],
            cwd=settings.BASE_DIR,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused("too_slow", seconds=limits["seconds"]) from error
    if done.returncode:
        code = "too_slow" if done.returncode < 0 else "too_big"
        raise Refused(code, seconds=limits["seconds"])
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise Refused(answer["refused"], **answer["params"])
    return answer
