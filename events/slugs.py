"""Addresses made of names: from English, then Italian, never of Japanese (E27), and none that another page has."""

from collections.abc import Iterable

from django.utils.text import slugify

from events.models import Event, Series, Track
from events.models.addresses import ALL, PERSONAL

PAGES = frozenset({"calendars", "embed", "series"})  # what stands beside the pages of events
LONGEST = 110


def free_event_slug(event: Event) -> str:
    """A slug that no event has and no page beside them."""
    taken = Event.objects.exclude(pk=event.pk).values_list("slug", flat=True)
    return _free(_base(event, f"event-{event.public_id.hex[:8]}"), taken, PAGES)


def free_series_slug(series: Series, *, otherwise: str) -> str:
    """A slug that no series has and no calendar; ``otherwise`` is the one where no name can be written so."""
    taken = Series.objects.exclude(pk=series.pk).values_list("slug", flat=True)
    of_tracks = Track.objects.values_list("slug", flat=True)
    return _free(_base(series, otherwise), taken, {*ALL, PERSONAL, *of_tracks})


def _base(named, otherwise: str) -> str:
    texts = (slugify(getattr(named, f"name_{code}") or "") for code in ("en", "it"))
    return next(filter(None, texts), otherwise)[:LONGEST].strip("-")


def _free(base: str, rows, others: Iterable[str]) -> str:
    taken = {*rows.filter(slug__startswith=base), *others}
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
