"""A sample workshop that is full: people in the room, online, on the waiting list, with an offer."""

from datetime import timedelta

from events.models import Event, EventLanguage, Offer, Registration, Seat, SeatPool, Track
from events.services import scheduling
from iurc_portal.accounts.addresses import email_key
from programme.demo import people
from programme.demo.places import place_of
from programme.demo.samples import Samples, at, columns_of
from programme.demo.webinars import GUESTS, _organisation, _themes

Role = EventLanguage.Role
State = Registration.State
SIZES = {SeatPool.Kind.ROOM: 4, SeatPool.Kind.ONLINE: 20, SeatPool.Kind.HEADSET: 1}
# State, where, and whether the person would like a headset; in the order in which they asked.
ASKED = [
    (State.CONFIRMED, SeatPool.Kind.ROOM, True),
    (State.CONFIRMED, SeatPool.Kind.ROOM, True),
    (State.CONFIRMED, SeatPool.Kind.ONLINE, False),
    (State.CONFIRMED, SeatPool.Kind.ROOM, False),
    (State.OFFERED, SeatPool.Kind.ROOM, False),
    (State.WAITING, SeatPool.Kind.ROOM, False),
    (State.WAITING, SeatPool.Kind.ROOM, False),
]


def make_workshop(samples: Samples) -> None:
    samples.once("workshops", "workshop-robots", lambda: _workshop(samples))


def _workshop(samples: Samples) -> Event:
    """In two weeks, on site in Torino and online."""
    day = samples.workday(13)
    staff = people.user(people.STAFF_TORINO)
    event = scheduling.create_event(
        slug="sample-workshop-service-robots",
        start=at(day, 9, 30),
        end=at(day, 11, 30),
        now=samples.ago(days=10),
        by=staff,
        track=Track.objects.get(slug="events"),
        organizer=_organisation("ogr-torino"),
        place=place_of("ogr-torino"),
        event_attendance_mode=Event.AttendanceMode.MIXED,
        join_url="https://video.example/sample-robots",
        registration_open=True,
        waiting_list=True,
        themes=_themes("startup-support"),
        languages=[("it", Role.SPOKEN), ("ja", Role.SPOKEN), ("it", Role.INTERPRETED), ("ja", Role.INTERPRETED)],
        is_sample=True,
        **columns_of(
            "name",
            "Laboratorio sui robot di servizio (esempio)",
            "Workshop on service robots (sample)",
            "サービスロボット・ワークショップ（見本）",
        ),
        **columns_of(
            "description",
            "Evento di esempio con pochi posti in sala e una lista d'attesa. Si provano due robot e si parla di come "
            "usarli negli ospedali.",
            "Sample event with few places in the room and a waiting list. Two robots are tried out, and their use in "
            "hospitals is discussed.",
            "会場の席数が限られ、キャンセル待ちを受け付けている見本のイベントです。2台のロボットを体験し、病院での活用に"
            "ついて話し合います。",
        ),
    )
    scheduling.publish_event(event, now=samples.ago(days=9), by=staff)
    pools = {kind: event.seat_pools.create(kind=kind, size=size) for kind, size in SIZES.items()}
    for number, (state, where, headset) in enumerate(ASKED):
        _ask(samples, event, number, state, [pools[where], *([pools[SeatPool.Kind.HEADSET]] if headset else [])])
    return event


def _ask(samples: Samples, event: Event, number: int, state: str, pools: list[SeatPool]) -> None:
    """A row as the services would have written it, without their letters: nobody reads these addresses."""
    names, language, company, country = GUESTS[number % len(GUESTS)]
    email = f"workshop{number + 1}@guests.example"
    asked = samples.ago(days=8) + timedelta(hours=number)
    until = samples.now + timedelta(hours=20)
    row = Registration.objects.create(
        event=event,
        email=email,
        email_key=email_key(email),
        state=state,
        hold_until=until if state == State.OFFERED else None,
        joined_at=asked,
        confirmed_at=asked if state == State.CONFIRMED else None,
        language=language,
        tzid="Asia/Tokyo" if language == "ja" else "Europe/Rome",
        company=company,
        country=country,
        last_sequence=event.sequence if state == State.CONFIRMED else None,
        **names,
    )
    if state == State.OFFERED:
        Offer.objects.create(registration=row, offered_at=samples.ago(hours=4), expires_at=until)
    for pool in pools:
        taken = pool.seats.filter(state=Seat.State.HELD).count()
        is_held = state != State.WAITING and taken < pool.size
        pool.seats.create(registration=row, state=Seat.State.HELD if is_held else Seat.State.WAITING)
