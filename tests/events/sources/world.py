"""A partner's calendar, and the source that reads it."""

from datetime import UTC, datetime, timedelta

from events.services import imported, sources
from tests.events.sources.files import vcalendar, vevent
from tests.factories import make_feed_source

NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=16)
ROME = ";TZID=Europe/Rome:"


class Calendar:
    """A source and the server behind it; each ``fetch`` is sixteen minutes after the one before."""

    def __init__(self, partner):
        self.partner = partner
        self.now = NOW
        self.source = make_feed_source(url=partner.address())

    def has(self, *components, **headers):
        self.partner.serve(vcalendar(*components), **headers)
        return self.fetch()

    def fetch(self):
        word = sources.fetch(self.source.pk, now=self.now)
        self.now += QUARTER
        self.source.refresh_from_db()
        return word

    def items(self):
        return list(self.source.items.order_by("uid", "recurrence_id"))

    def states(self):
        return {item.uid: item.state for item in self.source.items.all()}

    def item(self, uid="a"):
        return self.source.items.get(uid=uid)

    def accept(self, uid="a"):
        return imported.accept(self.item(uid), by=None, now=self.now)


def event(uid="a", hour=10, *, name="Meeting", more=()):
    return vevent(uid, start=f"{ROME}20260320T{hour}0000", end=f"{ROME}20260320T{hour + 1}0000", name=name, more=more)
