"""Sample addresses of personal calendars, so that their list is not empty. Nobody knows their tokens."""

from functools import partial

from events.models import FeedToken
from events.services.feeds import make_feed, revoke_feed
from programme.demo import people
from programme.demo.samples import Samples

DEVICES = [  # whose, name, days since it was made, hours since it was last used, alarm, switched off
    (people.COMPANY, "スマートフォン", 5, 3, FeedToken.Alarm.QUARTER, False),
    (people.COMPANY, "会社のパソコン", 5, 20, None, False),
    (people.DELEGATE, "スマートフォン", 12, 2, FeedToken.Alarm.HOUR, False),
    (people.EDITOR, "vecchio telefono", 90, 24 * 40, None, True),
]


def make_calendars(samples: Samples) -> None:
    for number, device in enumerate(DEVICES, start=1):
        if people.user(device[0]) is not None:
            samples.once("calendars", f"calendar-{number}", partial(_calendar, samples, *device))


def _calendar(
    samples: Samples, email: str, name: str, made: int, used: int, alarm: int | None, off: bool
) -> FeedToken:
    row, _clear = make_feed(name=name, user=people.user(email), alarm=alarm, now=samples.ago(days=made))
    row.last_used_at = samples.ago(hours=used)
    row.save(update_fields=["last_used_at"])
    if off:
        revoke_feed(row, now=samples.ago(days=30), by=row.user)
    return row
