"""Sample closed days of both cities, a round table every month, whose hour stays in Torino and moves in Nagoya, and
an event of whole days.
"""

from datetime import date, timedelta
from functools import partial

from ecosystem.models import City, CityPeriod, Organisation
from events.models import Event, EventLanguage, Track
from events.services import scheduling, series
from iurc_portal.clock import day_bounds
from programme.demo import people
from programme.demo.samples import Samples, at, columns_of

# city, first and last day (month, day), kind, names: habits that come again every year
CLOSED = [
    ("torino", (8, 10), (8, 21), "blackout", ("Settimane di Ferragosto", "Ferragosto weeks", "フェラゴスト休暇")),
    ("torino", (12, 27), (12, 31), "blackout", ("Fine anno", "End of the year", "年末")),
    ("nagoya", (8, 13), (8, 15), "blackout", ("Obon", "Obon", "お盆")),
    ("nagoya", (12, 29), (1, 3), "holiday", ("Chiusura di fine anno", "New Year closing", "年末年始の休業")),
]
ROUND_TABLE = ("Tavola rotonda mensile (esempio)", "Monthly round table (sample)", "月例ラウンドテーブル（見本）")
ABOUT = (
    "Mezz'ora per dirsi che cosa si prova nelle due città e chi cerca chi.",
    "Half an hour to tell each other what is being tested in the two cities, and who looks for whom.",
    "両市で進む実証実験と、求めるパートナーを伝え合う30分です。",
)

OPEN_DAYS = ("Giornate aperte dei laboratori (esempio)", "Open days of the labs (sample)", "ラボ公開日（見本）")
ABOUT_DAYS = (
    "Due giorni per visitare i laboratori in cui si prova ciò che nasce in città.",
    "Two days to visit the labs in which the city's new ideas are tested.",
    "まちで生まれた技術を試すラボを見学できる2日間です。",
)


def make_closures(samples: Samples) -> None:
    for number, facts in enumerate(CLOSED, start=1):
        samples.once("closed days", f"closed-{number}", partial(_closed, samples, *facts))


def _closed(samples: Samples, slug: str, first, last, kind: str, names) -> CityPeriod:
    year = samples.today.year - 1
    return CityPeriod.objects.create(
        city=City.objects.get(slug=slug),
        kind=kind,
        first_day=date(year, *first),
        last_day=date(year + (last < first), *last),
        recurs_yearly=True,
        **columns_of("name", *names),
    )


def make_series(samples: Samples) -> None:
    samples.once("series", "series-round-table", lambda: _round_table(samples))


def make_days(samples: Samples) -> None:
    samples.once("whole days", "open-days", lambda: _open_days(samples))


def _open_days(samples: Samples) -> Event:
    first = samples.workday(34)
    start, end = day_bounds(first, first + timedelta(days=1), "Europe/Rome")
    event = scheduling.create_event(
        slug="sample-open-days",
        start=start,
        end=end,
        all_day=True,
        now=samples.ago(days=5),
        by=people.user(people.STAFF_TORINO),
        track=Track.objects.get(slug="events"),
        organizer=Organisation.objects.get(slug="citta-di-torino"),
        event_attendance_mode=Event.AttendanceMode.OFFLINE,
        registration_open=True,
        languages=[("it", EventLanguage.Role.SPOKEN), ("en", EventLanguage.Role.SPOKEN)],
        is_sample=True,
        **columns_of("name", *OPEN_DAYS),
        **columns_of("description", *ABOUT_DAYS),
        **columns_of("location", "Torino", "Torino", "トリノ"),
    )
    return scheduling.publish_event(event, now=samples.ago(days=5), by=people.user(people.STAFF_TORINO))


def _round_table(samples: Samples):
    day = samples.workday(20)
    event = scheduling.create_event(
        slug="sample-round-table",
        start=at(day, 9, 30),
        end=at(day, 10),
        now=samples.ago(days=5),
        by=people.user(people.STAFF_TORINO),
        track=Track.objects.get(slug="events"),
        organizer=Organisation.objects.get(slug="citta-di-torino"),
        registration_open=True,
        languages=[("en", EventLanguage.Role.SPOKEN)],
        is_sample=True,
        **columns_of("name", *ROUND_TABLE),
        **columns_of("description", *ABOUT),
    )
    scheduling.publish_event(event, now=samples.ago(days=5), by=people.user(people.STAFF_TORINO))
    event = Event.objects.get(pk=event.pk)
    return series.start_series(
        event, rrule="FREQ=WEEKLY;INTERVAL=4;COUNT=6", now=samples.now, by=people.user(people.STAFF_TORINO)
    )
