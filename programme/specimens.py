"""People and a visit invented to look at letters by. Nothing is stored."""

from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from ecosystem.models import City, Person
from events.models import Event
from programme.models import AgendaItem, Delegate, HostConfirmation, StudyVisit, VisitDay

START = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)  # 09:00 in Torino, 17:00 in Nagoya
PERSON = {"it": ("Bianchi", "Anna"), "en": ("Bianchi", "Anna"), "ja": ("山田", "太郎")}


def visit_specimen(language: str) -> StudyVisit:
    torino = City(slug="torino", tzid="Europe/Rome", name_it="Torino", name_en="Turin", name_ja="トリノ")
    nagoya = City(slug="nagoya", tzid="Asia/Tokyo", name_it="Nagoya", name_en="Nagoya", name_ja="名古屋")
    host, guest = (nagoya, torino) if language == "ja" else (torino, nagoya)
    with override(language):
        title = _("Mobility in the city")
    return StudyVisit(
        slug="specimen",
        host_city=host,
        guest_city=guest,
        first_day=date(2027, 3, 2),
        last_day=date(2027, 3, 4),
        **{f"title_{language}": title},
    )


def person_specimen(language: str) -> Person:
    family, given = PERSON[language]
    return Person(family_name=family, given_name=given, email="name@company.example")


def host_specimen(language: str) -> HostConfirmation:
    visit = visit_specimen(language)
    with override(language):
        name = _("Meeting at the City Lab")
    event = Event(dtstart=START, dtend=START + timedelta(minutes=90), tzid=visit.host_city.tzid)
    setattr(event, f"name_{language}", name)
    item = AgendaItem(day=VisitDay(visit=visit, date=START.date()), event=event)
    return HostConfirmation(item=item, person=person_specimen(language), language=language)


def delegate_specimen(language: str) -> Delegate:
    return Delegate(visit=visit_specimen(language), person=person_specimen(language), language=language)
