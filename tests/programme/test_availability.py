"""When hosts, interpreters and places are taken, beside the agenda: here, elsewhere (not told what), proposed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecosystem.models import Place
from programme import services
from programme.availability import bands_of, lanes_of, other_visits_that_day
from programme.models import AgendaItem, HostConfirmation, Speaker
from programme.schedule import days_of
from tests.factories import make_city, make_event, make_organisation, make_person, make_user, make_visit, make_webinar

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
DAY = date(2026, 3, 3)


@pytest.fixture
def visit():
    make_organisation(kind="public_body", slug="citta-di-torino")
    return make_visit(state="preparing", first_day=DAY, last_day=DAY + timedelta(days=1))


@pytest.fixture
def other():
    return make_visit(state="preparing", first_day=DAY, last_day=DAY + timedelta(days=1), title_en="Secret visit")


def an_item(visit, name="Meeting", hour=9, **fields):
    slot = {"date": DAY, "starts": time(hour), "ends": time(hour + 1), "names": {"en": name}, "now": NOW}
    return services.plan_agenda_item(visit=visit, **{**slot, **fields})


def items_of(visit):
    found = AgendaItem.objects.filter(day__visit=visit).select_related("day__visit__host_city", "event__place")
    return list(found.prefetch_related("hosts__person", "interpreters__interpreter").order_by("event__dtstart"))


def taken(visit):
    """For each lane its hours in Torino, with why and what is told."""
    items = items_of(visit)
    bands = bands_of(visit, lanes_of(visit, items), days_of(visit, items))
    return {
        (str(lane.role), lane.name): [
            (
                f"{mark.host.start:%H}-{mark.host.end:%H}",
                f"{mark.guest.start:%H}",
                str(mark.spell.why),
                mark.spell.name,
            )
            for mark in marks
        ]
        for lane, marks in bands[DAY].lanes
    }


def test_a_host_is_taken_here_and_elsewhere_and_elsewhere_tells_no_more_than_hours(visit, other):
    host = make_person(family_name="Bianchi", languages=["it"])
    an_item(visit, hosts=[host])
    an_item(other, "Secret", 14, hosts=[host])
    talk = make_webinar(event=make_event(dtstart=datetime(2026, 3, 3, 16, tzinfo=UTC)))
    Speaker.objects.create(webinar=talk, person=host)

    assert taken(visit) == {
        ("host", str(host)): [
            ("09-10", "17", "here", "Meeting"),
            ("14-15", "22", "elsewhere", ""),
            ("17-18", "01", "elsewhere", ""),
        ]
    }


def test_who_declined_is_free_and_a_proposed_time_is_shown_as_proposed(visit):
    declined, proposing = make_person(family_name="A"), make_person(family_name="B")
    item = an_item(visit, hosts=[declined, proposing])
    item.hosts.filter(person=declined).update(answer="declined")
    start = item.event.dtstart + timedelta(hours=3)
    item.hosts.filter(person=proposing).update(
        answer="proposed", proposed_start=start, proposed_end=start + timedelta(hours=1)
    )

    assert taken(visit) == {
        ("host", str(declined)): [],
        ("host", str(proposing)): [("09-10", "17", "here", "Meeting"), ("12-13", "20", "proposed", "Meeting")],
    }


def test_a_time_proposed_on_a_day_without_items_has_a_band_too(visit):
    item = an_item(visit, hosts=[make_person()])
    start = item.event.dtstart + timedelta(days=1)
    HostConfirmation.objects.update(answer="proposed", proposed_start=start, proposed_end=start + timedelta(hours=1))
    items = items_of(visit)

    assert list(bands_of(visit, lanes_of(visit, items), days_of(visit, items))) == [DAY, DAY + timedelta(days=1)]


def test_interpreters_and_places_are_taken_by_other_visits_and_events(visit, other):
    interpreter = make_person(languages=["it", "ja"])
    place = make_place()
    item, theirs = an_item(visit, place=place), an_item(other, "Secret", 11)
    for one in (item, theirs):
        services.assign_interpreter(one, interpreter, languages=("it", "ja"))
    make_event(place=place, dtstart=datetime(2026, 3, 3, 13, tzinfo=UTC))
    make_event(place=place, dtstart=datetime(2026, 3, 3, 17, tzinfo=UTC), status="CANCELLED")

    assert taken(visit) == {
        ("interpreter", str(interpreter)): [("09-10", "17", "here", "Meeting"), ("11-12", "19", "elsewhere", "")],
        ("place", str(place)): [("09-10", "17", "here", "Meeting"), ("14-15", "22", "elsewhere", "")],
    }


def test_a_host_who_travels_with_another_delegation_is_away_for_the_items_of_their_group(visit, other):
    host = make_person()
    an_item(visit, hosts=[host])
    own, foreign = other.tracks.create(name_en="A"), other.tracks.create(name_en="B")
    other.delegates.create(person=host, track=own, rank=1)
    for hour, track in ((11, own), (15, foreign)):
        an_item(other, hour=hour).tracks.add(track)

    assert [mark[0] for mark in taken(visit)["host", str(host)]] == ["09-10", "11-12"]


def test_a_host_of_another_visit_on_the_same_day_is_named_with_the_hours(visit, other):
    host = make_person()
    item = an_item(visit, hosts=[host])
    an_item(other, "Secret", 14, hosts=[host])

    found = other_visits_that_day(visit, [item.hosts.select_related("item__event").get()])

    assert [[f"{here.start:%H:%M}" for here, _there in hours] for hours in found.values()] == [["14:00"]]


def test_the_page_costs_the_same_for_many_hosts_and_tells_hours_of_both_cities(client, visit, other, queries):
    user = make_user(is_staff=True, side="torino", language="en")
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="programme"))
    client.force_login(user)
    page = reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "arrange"])
    first = make_person()
    an_item(visit, hosts=[first], place=make_place())
    an_item(visit, hour=8, hosts=[first], place=make_place())
    an_item(other, "Secret", 9, hosts=[first])
    client.get(page)
    one = queries(lambda: client.get(page))
    for hour in (10, 12, 14):
        host = make_person()
        an_item(visit, hour=hour, hosts=[host], place=make_place())
        an_item(other, "Secret", hour + 1, hosts=[host])
    many = queries(lambda: client.get(page))
    shown = client.get(page).content.decode()

    assert many == one
    assert "taken elsewhere" in shown
    assert "Nagoya" in shown


@pytest.fixture
def queries():
    def counted(act):
        with CaptureQueriesContext(connection) as found:
            act()
        return len(found)

    return counted


def make_place():
    return Place.objects.create(name_en=f"Room {Place.objects.count()}", city=make_city("torino"))
