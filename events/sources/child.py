"""The process that reads strangers' files: bytes in, JSON out, and its end when time or memory is used up.

``python -m events.sources.child '{"now": …}'``. It opens no file, no socket and no database.
"""

import json
import resource
import sys
from datetime import datetime

from events.sources import expanding, lines, reading


def answer(body: bytes, *, charset: str, settings: reading.Settings) -> dict:
    """``{"items": […], "counts": {…}, "name", "tzid"}``, or ``{"refused": code, "params": {…}}``."""
    try:
        text = lines.decode(body, charset)
        file = lines.parse(text, components=settings.components, property_bytes=settings.property_bytes)
    except lines.Refused as refusal:
        return {"refused": refusal.code, "params": refusal.params}
    items, counts = expanding.items_of(file, settings)
    name = reading.text_of(file.name).strip()
    return {"items": [item.as_dict() for item in items], "counts": counts, "name": name, "tzid": file.tzid}


def main() -> None:
    asked = json.loads(sys.argv[1])
    memory, seconds = asked.pop("memory_mb") << 20, asked.pop("seconds")
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    charset = asked.pop("charset")
    settings = reading.Settings(**asked | {"now": datetime.fromisoformat(asked["now"])})
    json.dump(answer(sys.stdin.buffer.read(), charset=charset, settings=settings), sys.stdout)


if __name__ == "__main__":
    main()
