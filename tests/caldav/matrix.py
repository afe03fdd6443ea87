"""The faults, one by one: what each is, and what a person would expect after it (issue 6, "Faults").

``python -m tests.caldav.matrix`` writes the table of docs/CALENDARS.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.caldav import proxy as p
from tests.caldav.proxy import Proxy

REPORT, PUT, LOOK = ("REPORT",), ("PUT",), ("REPORT", "PROPFIND")
ALL: dict[str, "Fault"] = {}


@dataclass(frozen=True)
class Fault:
    """``begin`` makes the proxy misbehave; ``outcomes`` are those that runs during it may have."""

    name: str
    begin: Callable[[Proxy], object]
    outcomes: tuple[str, ...] = ("done", "failed")
    resume: bool = False  # a person goes on by hand, as after a new password
    silence: float = 20  # seconds that runs wait meanwhile


def fault(name: str, begin, **options) -> None:
    ALL[name] = Fault(name, begin, **options)


def always(before=None, behind=None, methods=(), **options):
    return lambda proxy: proxy.misbehave(before=before, behind=behind, methods=methods, **options)


def status(number: int, methods=(), data: bytes = b"", **headers):
    return always(before=p.answers(number, data, **headers), methods=methods)


fault("connection refused", always(before=p.breaks), outcomes=("failed",))
fault("dropped in the middle of a body", always(behind=p.cuts), outcomes=("failed",))
fault("answer to a PUT lost", always(behind=p.loses, methods=PUT))
fault("answer to a PUT lost once", always(behind=p.loses, methods=PUT, times=1), outcomes=("done", "failed"))
fault("answer to a DELETE lost", always(behind=p.loses, methods=("DELETE",)), outcomes=("done", "failed"))
fault("slow", always(before=p.delays(0.4)), outcomes=("failed",), silence=0.2)
fault("401", status(401), outcomes=("paused",), resume=True)
fault("403 on the collection", status(403, LOOK), outcomes=("paused",), resume=True)
fault("403 on the token", status(403, REPORT, p.TOKEN_LOST), outcomes=("done", "failed", "paused"), resume=True)
fault("403 on a PUT", status(403, PUT), outcomes=("done",))
fault("404 on the collection", status(404), outcomes=("failed",))
for number in (409, 410, 418):
    fault(f"{number} on the token", status(number, REPORT), outcomes=("done", "failed"))
    fault(f"{number} on a PUT", status(number, PUT), outcomes=("done",))
fault("507 on the token", status(507, REPORT), outcomes=("done", "failed"))
fault("507 on a PUT", status(507, PUT), outcomes=("failed",))
fault("412 on every PUT", status(412, PUT), outcomes=("done",))
fault("412 once", always(before=p.answers(412), methods=PUT, times=1), outcomes=("done",))
fault("423 on a PUT", status(423, PUT), outcomes=("done",))
fault("429 with Retry-After", status(429, Retry_After="120"), outcomes=("failed",))
fault("429 in the middle", always(before=p.answers(429), methods=PUT, after=1), outcomes=("failed",))
fault("500", status(500), outcomes=("failed",))
fault("500 in the middle", always(before=p.answers(500), methods=PUT, after=1), outcomes=("failed",))
fault("503 with Retry-After", status(503, Retry_After="60"), outcomes=("failed",))
fault("truncated XML", always(behind=p.truncates, methods=LOOK), outcomes=("failed",))
fault("wrong ETags", always(behind=p.wrong_etags), outcomes=("done",))
fault("wrong ETags on PUT", always(behind=p.wrong_etags, methods=PUT), outcomes=("done",))
fault("no ETag after PUT", always(behind=p.drops_etag, methods=PUT), outcomes=("done",))
fault("bodies rewritten", always(behind=p.rewrites), outcomes=("done",))
fault("clock skew", always(behind=p.wrong_clock), outcomes=("done",))
fault("a redirect to another host", status(302, Location="http://127.0.0.2:1/"), outcomes=("failed",))


def main() -> None:
    """Print the table of docs/CALENDARS.md, on a database of its own."""
    import os
    import sys

    from cryptography.fernet import Fernet

    from tests.caldav.servers import KINDS
    from tests.faults.home import own_home

    os.environ |= {"CALDAV_ALLOWED_NETWORKS": "127.0.0.0/8", "FIELD_KEY": Fernet.generate_key().decode()}
    with own_home():
        from events.models import Event, RemoteCalendar
        from programme.models import Webinar
        from tests.caldav import story
        from tests.caldav.rig import Rig

        rows: dict[str, list[str]] = {name: [] for name in ALL}
        for kind in KINDS.values():
            server = kind().start()
            proxy = Proxy(server)
            for name, one in ALL.items():
                for model in (Webinar, RemoteCalendar, Event):
                    model.objects.all().delete()
                told = story.tell(one, Rig(server, server.new_calendar(), proxy.address), proxy)
                during = ", ".join(f"{number} {outcome}" for outcome, number in sorted(told.outcomes.items()))
                rows[name].append(f"{during} | {told.runs} | {len(told.lost)} | {len(told.doubled)}")
                sys.stderr.write(f"{server.name}: {name}\n")
            proxy.close()
            server.stop()
        head = " | ".join(f"{name}: during | runs | lost | doubled" for name in KINDS)
        lines = [f"| fault | {head} |", "| --- |" + " --- |" * 8]
        lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]
        sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
