"""Which text on purpose and retention a form shows, and which one somebody saw (events spec 13.1)."""

from datetime import datetime

from django.db.models import Max

from iurc_portal.privacy.models import ConsentText


def text_for(kind: str, *, now: datetime, version: str = "") -> ConsentText | None:
    """The text that a form shows; for a form that comes back, the one of the ``version`` it was shown with.

    One query. None where nobody has written any.
    """
    if version.isascii() and version.isdecimal() and len(version) < 5:
        seen = ConsentText.objects.filter(kind=kind, version=int(version), valid_from__lte=now).first()
        if seen is not None:
            return seen
    return ConsentText.objects.current(kind, now=now)


def mark_of(kind: str, *, now: datetime) -> str:
    """What a record keeps of the text that is shown now; "" where there is none."""
    text = text_for(kind, now=now)
    return text.mark if text is not None else ""


def next_version(kind: str) -> int:
    """The number of the version that is written next."""
    return (ConsentText.objects.filter(kind=kind).aggregate(last=Max("version"))["last"] or 0) + 1
