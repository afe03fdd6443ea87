from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from events.models import Event
from events.services import notices
from programme import services
from programme.models import Webinar
from tests.factories import make_organisation, make_registration, make_theme

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, tzinfo=UTC)
START, END = datetime(2026, 3, 3, 9, 0), datetime(2026, 3, 3, 10, 30)


def a_webinar(**fields):
    defaults = {"start": START, "end": END, "now": NOW, "name_it": "Prova", "organizer": make_organisation()}
    return services.plan_webinar(**{**defaults, **fields})


def test_a_webinar_and_its_event_are_written_together():
    webinar = a_webinar(texts={"audience_ja": "企業"}, segments=[{"starts_after": 15, "title_it": "Apertura"}])

    event = webinar.event
    assert (event.status, event.access, event.track.slug) == ("TENTATIVE", "public", "webinars")
    assert event.dtstart == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert webinar.audience_ja == "企業"
    assert [(part.starts_after, part.title_it) for part in webinar.segments.all()] == [(15, "Apertura")]
    assert sorted(rule.trigger for rule in event.reminder_rules.all()) == ["-PT1H", "-PT24H"]


def test_a_wrong_webinar_leaves_no_event_behind():
    with pytest.raises(ValidationError):
        a_webinar(texts={"audience_it": "x" * 301})

    assert (Event.objects.count(), Webinar.objects.count()) == (0, 0)


def test_cancelling_a_webinar_cancels_its_event_and_tells_those_registered(
    mailoutbox, django_capture_on_commit_callbacks
):
    webinar = a_webinar()
    services.publish_webinar(webinar, now=NOW)
    make_registration(webinar.event, email="aiko@example.org")

    with django_capture_on_commit_callbacks(execute=True):
        services.cancel_webinar(webinar, now=NOW, reason={"it": "Relatore malato"})
        notices.send_notices(now=NOW + timedelta(minutes=3))

    event = Event.objects.get()
    assert (event.status, event.cancellation_reason_it) == ("CANCELLED", "Relatore malato")
    assert [message.to for message in mailoutbox] == [["aiko@example.org"]]


def test_changing_a_webinar_touches_only_what_changed():
    theme = make_theme()
    webinar = a_webinar(languages=[("it", "spoken"), ("ja", "interpreted")])
    kept = webinar.event.languages.get(language="it").pk
    version = webinar.event.schedule_version
    same = {"start": START, "end": END, "tzid": "Europe/Rome", "now": NOW}

    services.change_webinar(
        webinar,
        **same,
        themes=[theme],
        languages=[("it", "spoken"), ("en", "captioned")],
        reminders=["-P7D"],
        description_it="Nuova descrizione",
    )

    event = Event.objects.get()
    assert event.schedule_version == version
    assert event.description_it == "Nuova descrizione"
    assert {(line.language, line.role) for line in event.languages.all()} == {("it", "spoken"), ("en", "captioned")}
    assert event.languages.get(language="it").pk == kept
    assert [rule.trigger for rule in event.reminder_rules.all()] == ["-P7D"]
    assert list(event.themes.all()) == [theme]


def test_every_language_and_reminder_may_be_taken_away():
    webinar = a_webinar(languages=[("it", "spoken")])

    services.change_webinar(
        webinar, start=START, end=END, tzid="Europe/Rome", now=NOW, languages=[], reminders=[], themes=[]
    )

    assert (webinar.event.languages.count(), webinar.event.reminder_rules.count()) == (0, 0)


def test_a_webinar_may_be_moved_to_the_clock_of_nagoya():
    webinar = a_webinar()

    services.change_webinar(
        webinar, start=datetime(2026, 3, 3, 17, 0), end=datetime(2026, 3, 3, 18, 30), tzid="Asia/Tokyo", now=NOW
    )

    event = Event.objects.get()
    assert (event.dtstart, event.tzid) == (datetime(2026, 3, 3, 8, 0, tzinfo=UTC), "Asia/Tokyo")
