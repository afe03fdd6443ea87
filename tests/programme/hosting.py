"""A visit of two days in Torino with one item, to be received by somebody with an address."""

from datetime import UTC, date, datetime, time

from programme.services import host_letters, links, plan_agenda_item
from tests.factories import make_city, make_organisation, make_person, make_user, make_visit

NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)  # a Monday
FIRST, LAST = date(2027, 3, 2), date(2027, 3, 3)


def make_planned(*, now=NOW, person=None, **fields):
    """The visit, its item at 10:00–11:30 on the first day, and its host, who reads Italian."""
    lead = make_user(email="lead@torino.example", is_staff=True, side="torino", family_name="Neri", given_name="Ada")
    visit = make_visit(
        state="preparing", first_day=FIRST, last_day=LAST, lead=lead, purpose_it="Capire come si prova.", **fields
    )
    item = plan_agenda_item(
        visit=visit,
        date=FIRST,
        starts=time(10),
        ends=time(11, 30),
        names={"it": "Incontro", "en": "Meeting", "ja": "会議"},
        organisation=make_organisation(city=make_city("torino")),
        hosts=[person or make_person(family_name="Bianchi", given_name="Anna", email="anna@torino.example")],
        now=now,
    )
    return visit, item, item.hosts.get()


def link_of(host):
    return links.issue_host_link(host, language="it")


def kinds_in(messages):
    """What letters were written, by the last word of their kind."""
    return [message.kind.removeprefix("programme.host_") for message in messages.order_by("pk")]


__all__ = ["FIRST", "LAST", "NOW", "host_letters", "kinds_in", "link_of", "make_planned"]
