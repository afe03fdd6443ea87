"""What staff may adjust in the letters about events, and letters to look at while they do.

A specimen is a letter to an invented person about an invented event, in the reader's language. Nothing is stored.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation
from events.models import Event, Registration
from iurc_portal.clock import zone_of_language
from iurc_portal.notifications.models import Message

START = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)  # 09:00 in Torino, 17:00 in Nagoya
PERSON = {"it": ("Bianchi", "Anna"), "en": ("Bianchi", "Anna"), "ja": ("山田", "太郎")}

EVENT = {"event": _("the name of the event")}
WAY_IN = {"way_in": _("when the way into the room opens; empty for events in person")}
PLACEHOLDERS: dict[str, dict[str, Any]] = {
    "proof": EVENT
    | {
        "minutes": _("how many minutes a place is kept"),
        "hours": _("how many hours the link works"),
    },
    "known": EVENT,
    "link": EVENT | WAY_IN,
    "confirmed": EVENT | WAY_IN,
    "withdrawn": EVENT,
    "reminder": EVENT
    | {"date": _("the day, in the reader's zone"), "time": _("the hour, in the reader's zone")}
    | WAY_IN,
    "event_cancelled": EVENT | {"reason": _("the reason of the cancellation, if one was written")},
    "event_restored": EVENT | WAY_IN,
}
PAYLOADS = {"reminder": {"trigger": "-PT24H"}}


def adjusting(name: str) -> dict[str, Any]:
    """What ``registry.register`` wants to know of the kind ``events.<name>``; nothing where staff adjust nothing."""
    if name not in PLACEHOLDERS:
        return {}

    def specimen(language: str) -> Message:
        return Message(
            kind=f"events.{name}",
            to="name@company.example",
            payload=dict(PAYLOADS.get(name, {})),
        )

    return {"placeholders": PLACEHOLDERS[name], "specimen": specimen}


def registration(language: str) -> Registration:
    """An invented person with a place at an invented event. Not stored."""
    organizer = Organisation(name_it="Città di Torino", name_en="City of Torino", name_ja="トリノ市")
    event = Event(
        public_id=UUID(int=0),
        slug="preview",
        name_it="Città come banco di prova",
        name_en="Cities as testbeds",
        name_ja="実証フィールドとしての都市",
        cancellation_reason_it="Il relatore è malato.",
        cancellation_reason_en="The speaker is ill.",
        cancellation_reason_ja="登壇者が体調不良のためです。",
        organizer=organizer,
        status=Event.Status.CONFIRMED,
        dtstart=START,
        dtend=START + timedelta(minutes=90),
    )
    family, given = PERSON.get(language, PERSON["en"])
    return Registration(
        event=event,
        email="name@company.example",
        family_name=family,
        given_name=given,
        language=language,
        tzid=zone_of_language(language),
        state=Registration.State.CONFIRMED,
    )
