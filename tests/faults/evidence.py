"""An evidence pack whose worker is killed in the middle of it, and whose broker is emptied.

``python -m tests.faults.evidence`` prints one line of JSON: how many steps were done at the death, how many of them
another worker did again, how many files lie there in the end, and whether the file is the one that a worker makes whom
nobody kills.
"""

import hashlib
import json
import sys
from datetime import timedelta

from tests.faults import workers
from tests.faults.home import own_home
from tests.faults.mail import wait_for

AT = 3  # steps after which the first worker is killed: papers are made, the workbooks are on their way


def sweep() -> None:
    from django.utils import timezone

    from programme.services import evidence

    evidence.go_on(now=timezone.now())


def five_minutes_later() -> None:
    from django.db.models import F

    from programme.models import EvidencePack

    EvidencePack.objects.exclude(seen_at=None).update(seen_at=F("seen_at") - timedelta(minutes=5))


def files() -> list:
    from django.conf import settings

    return sorted(path for path in settings.MEDIA_ROOT.rglob("*.zip"))


def main() -> None:
    with own_home(settings="tests.faults.evidence_settings"):
        from django.utils import timezone

        from programme.services import evidence
        from tests.programme.periods import HalfYear, boss

        by = boss()
        report = HalfYear().approved(by)
        pack = evidence.ask_for_pack(report, by=by, now=timezone.now())

        def steps() -> int:
            pack.refresh_from_db()
            return pack.steps_done

        first = workers.start_worker(1)
        wait_for(lambda: steps() >= AT)
        workers.kill(first)
        at_death, kept = steps(), dict(pack.parts.values_list("name", "made_at"))
        state_at_death = pack.state
        workers.empty_broker()
        second = workers.start_worker(2)
        try:
            sweep()  # the dead one has only just been seen
            untouched = steps()
            five_minutes_later()
            wait_for(lambda: steps() == pack.steps_total, each=sweep)
        finally:
            workers.stop(second)
        whole = evidence.ask_for_pack(report, by=by, now=timezone.now())
        found = files()
        evidence.make(whole.pk)
        whole.refresh_from_db()
        figures = {
            "state at the death": state_at_death,
            "steps at the death": at_death,
            "moved before the silence was long enough": untouched - at_death,
            "steps done again": sum(pack.parts.get(name=name).made_at != moment for name, moment in kept.items()),
            "state": pack.state,
            "files": len(found),
            "digest of the file is noted": [hashlib.sha256(path.read_bytes()).hexdigest() for path in found]
            == [pack.sha256],
            "same as never killed": whole.sha256 == pack.sha256,
        }
        sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
