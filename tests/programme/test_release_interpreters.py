"""Interpreters in a release: written to like everybody it changes something for, with the hours of their duties."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from events.feeds import Person
from iurc_portal.notifications.models import Message
from programme import services
from programme.feeds import visits_of
from programme.services.release_letters import recipients_of
from programme.versions.difference import Kind
from programme.versions.freezing import freeze
from tests.factories import make_person, make_user
from tests.programme.test_release_letters import NOW, an_item, calendars, head, moved, release, rendered, visit

pytestmark = pytest.mark.django_db
__all__ = ["head", "visit"]
HOUR = timedelta(hours=1)


@pytest.fixture
def interpreter():
    return make_person(email="aiko@interpreti.example", languages=["it", "ja"])


def hours_in(email):
    """Start and end of the one object in the attached file."""
    octets = next(content for _name, content, kind in email.attachments if kind == "application/ics")
    event = icalendar.Calendar.from_ical(octets).walk("VEVENT")[0]
    return event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC)


def assign(item, person, languages=("it", "ja"), **hours):
    return services.assign_interpreter(item, person, languages=languages, **hours)


def test_an_interpreter_gets_one_letter_with_their_items_pairs_and_calendar(visit, head, interpreter):
    item = an_item(visit)
    an_item(visit, "Without", 14)
    assign(item, interpreter)
    assign(item, interpreter, ("ja", "it"))

    message = release(visit)["aiko@interpreti.example"]
    email = rendered(message)

    assert message.language == "it"
    assert email.subject == "Interpretariato a una visita studio: Tram"
    assert "Interpretariato: italiano → giapponese, giapponese → italiano" in email.body
    assert "Without" not in email.body
    assert calendars(email) == [("REQUEST", 0, "Meeting")]


def test_for_a_part_of_an_item_letter_and_calendar_have_the_hours_of_the_duty(visit, head, interpreter):
    item = an_item(visit)
    half = item.event.dtstart + HOUR / 2
    assign(item, interpreter, ends=half)

    letters = release(visit)

    assert hours_in(rendered(letters["aiko@interpreti.example"])) == (item.event.dtstart, half)
    assert hours_in(rendered(letters["head@nagoya.example"])) == (item.event.dtstart, item.event.dtend)


def test_other_hours_of_a_duty_are_news_for_the_interpreter_alone_under_a_higher_number(visit, head, interpreter):
    item = an_item(visit)
    duty = assign(item, interpreter)
    release(visit)
    services.unassign_interpreter(duty)
    assign(item, interpreter, ends=item.event.dtstart + HOUR / 2)

    letters = release(visit)

    assert list(letters) == ["aiko@interpreti.example"]
    email = rendered(letters["aiko@interpreti.example"])
    assert email.subject == "L'agenda è cambiata: Tram"
    assert "Nuovo orario" in email.body
    assert calendars(email) == [("REQUEST", 1, "Meeting")]


def test_another_interpreter_is_told_to_both_and_to_nobody_else(visit, head, interpreter):
    item = an_item(visit)
    duty = assign(item, interpreter)
    release(visit)
    services.unassign_interpreter(duty)
    assign(item, make_person(email="bruno@interpreti.example", languages=["it", "ja"]))

    draft = services.draft_of(visit, now=NOW)
    letters = release(visit)

    assert [change.kind for change in draft.changes] == [Kind.INTERPRETING]
    assert {to: calendars(rendered(message)) for to, message in letters.items()} == {
        "aiko@interpreti.example": [("CANCEL", 1, "Meeting")],
        "bruno@interpreti.example": [("REQUEST", 1, "Meeting")],
    }


def test_a_moved_item_moves_its_interpreter(visit, head, interpreter):
    item = an_item(visit)
    assign(item, interpreter)
    release(visit)
    moved(item, 10)

    email = rendered(release(visit)["aiko@interpreti.example"])

    assert calendars(email) == [("REQUEST", 1, "Meeting")]
    assert hours_in(email) == (datetime(2026, 3, 3, 9, tzinfo=UTC), datetime(2026, 3, 3, 10, tzinfo=UTC))


def test_a_cancelled_visit_leaves_the_interpreters_calendar(visit, head, interpreter):
    assign(an_item(visit), interpreter)
    release(visit)

    services.move_visit(visit, "cancelled", now=NOW, reason="Typhoon")

    message = Message.objects.filter(to="aiko@interpreti.example").latest("pk")
    assert calendars(rendered(message)) == [("CANCEL", 1, "Meeting")]


def test_an_agenda_released_before_interpreters_were_written_to_tells_them_at_the_next(visit, head, interpreter):
    assign(an_item(visit), interpreter)
    release(visit)
    held = visit.versions.get().snapshot
    for frozen in held["items"]:
        del frozen["interpreters"]

    told = recipients_of(visit, held, freeze(visit), now=NOW)

    assert [recipient.address for recipient in told] == ["aiko@interpreti.example"]


def test_an_interpreters_own_calendar_has_their_hours(visit, head, interpreter):
    user = make_user(email="aiko@interpreti.example", language="it", tzid="Europe/Rome")
    interpreter.user = user
    interpreter.save()
    item = an_item(visit)
    assign(item, interpreter, starts=item.event.dtstart + HOUR / 2)
    release(visit)

    found = visits_of(Person(user=user, email_key=user.email, language="it", tzid="Europe/Rome"))

    assert [(held.event.dtstart, held.event.dtend) for held in found] == [
        (item.event.dtstart + HOUR / 2, item.event.dtend)
    ]
