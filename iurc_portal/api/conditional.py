"""One mark for each answer, so that whoever holds it already is told so without any work.

An answer is made of records, of their vocabulary and of this release. Whatever saves a record raises the version of
the search index in the same transaction, so that one small query tells whether anything may have changed. The mark is
read before the records: at worst new facts carry an old mark and are sent once more, never the other way round.

What ends by itself ends with a day in Torino, and lists name the day in UTC: a mark holds for as long as neither ends.
"""

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from iurc_portal.search.models import Version

SOURCES = ("iurc_portal/api", "ecosystem", "events", "locale")
SHAPING = {".py", ".mo"}


def etag(address: str, *, now: datetime, more: Any = None) -> str:
    """The mark of what ``address`` (path and query) answers at ``now`` (aware). Asks the database once.

    ``more`` is what the answer tells beside indexed records.
    """
    versions = sorted(Version.objects.values_list("name", "number"))
    days = (now.astimezone(UTC).date().isoformat(), timezone.localdate(now).isoformat())
    facts = (release(), settings.SITE_URL, days, versions, address, *([more] if more is not None else []))
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def is_held(mark: str, if_none_match: str) -> bool:
    """Whether ``mark`` is among those of an If-None-Match header; compression on the way makes them weak ones."""
    return mark in {given.strip().removeprefix("W/") for given in if_none_match.split(",")}


@cache
def release() -> str:
    """A digest of the code and the catalogues that shape the answers: a new release makes new marks."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in SHAPING:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
