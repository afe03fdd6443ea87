"""Warnings before acting (programme spec 4): each stands where the act happens, and the act is still possible."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from programme import services
from programme.services import hosts as of_hosts
from tests.factories import make_organisation, make_person, make_user, make_version, make_visit

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 3)
FAR, CLOSE = datetime(2026, 2, 2, 8, 0, tzinfo=UTC), datetime(2026, 2, 28, 8, 0, tzinfo=UTC)


@pytest.fixture
def visit():
    make_organisation(kind="public_body", slug="citta-di-torino")
    return make_visit(state="preparing", first_day=DAY, last_day=DAY, title_it="Tram")


@pytest.fixture
def desk(client, monkeypatch):
    user = make_user(is_staff=True, side="torino", language="en")
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="programme"))
    client.force_login(user)
    client.at = lambda now: monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    client.at(FAR)
    return client


def an_item(visit, hour=9, names=None, **fields):
    slot = {"date": DAY, "starts": time(hour), "ends": time(hour + 1), "names": names or {"en": "Meeting"}}
    return services.plan_agenda_item(visit=visit, now=FAR, **{**slot, **fields})


def released(visit):
    """With a head of the delegation, a host and an interpreter who have addresses, and one delegate who has none."""
    host = make_person(email="host@torino.example")
    item = an_item(visit, hosts=[host])
    services.assign_interpreter(item, make_person(email="aiko@example.org"), languages=("it", "ja"))
    visit.delegates.create(person=make_person(email="head@nagoya.example"), role="head", rank=1, reply="accepted")
    visit.delegates.create(person=make_person(email=""), rank=2, reply="accepted")
    make_version(visit, now=FAR)
    visit.refresh_from_db()
    return visit


def page(visit, name):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, name])


def move(visit, state):
    return reverse("admin:programme_studyvisit_move", args=[visit.pk, state])


# --- Calling off -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["cancelled", "postponed"])
def test_calling_off_within_three_days_asks_once_more_and_says_how_many_are_told(desk, visit, state):
    released(visit)
    desk.at(CLOSE)

    asked = desk.get(move(visit, state))
    once = desk.post(move(visit, state), {"reason": "Typhoon"})
    visit.refresh_from_db()
    before = visit.state
    twice = desk.post(move(visit, state), {"reason": "Typhoon", "sure": "on"})

    visit.refresh_from_db()
    assert (asked.context["is_close"], asked.context["told"]) == (True, 3)
    assert "Do you want 3 people to be told now?" in asked.content.decode()
    assert (once.status_code, before) == (200, "released")
    assert "sure" in once.context["form"].errors
    assert (twice.status_code, visit.state) == (302, state)


def test_four_days_before_and_earlier_nothing_more_is_asked(desk, visit):
    released(visit)
    desk.at(datetime(2026, 2, 27, 8, 0, tzinfo=UTC))

    asked = desk.get(move(visit, "cancelled"))
    desk.post(move(visit, "cancelled"), {"reason": "Typhoon"})

    visit.refresh_from_db()
    assert (asked.context["is_close"], asked.context["told"], visit.state) == (False, 3, "cancelled")


def test_the_three_days_are_those_of_the_host_city(visit):
    midnight = datetime(2026, 2, 27, 23, 0, tzinfo=UTC)  # in Torino it is 28 February

    assert services.is_close(visit, now=midnight)
    assert not services.is_close(visit, now=midnight - timedelta(minutes=1))


def test_before_a_release_those_are_counted_who_were_asked_to_receive(visit):
    asked, not_asked = make_person(email="a@torino.example"), make_person(email="b@torino.example")
    an_item(visit, hosts=[asked, not_asked])
    of_hosts.invite_hosts([asked.hostings.get()], now=FAR)

    told = {state: services.told_of_the_end(visit, state) for state in ("cancelled", "postponed")}

    assert told == {"cancelled": 1, "postponed": 0}


# --- Hosts of another visit ------------------------------------------------------------------------------------------


def test_hosts_and_release_pages_name_hosts_of_another_visit_on_that_day(desk, visit):
    other = make_visit(state="preparing", first_day=DAY, last_day=DAY, title_it="Segreta")
    host, free = make_person(email="host@torino.example"), make_person(email="free@torino.example")
    item = an_item(visit, hosts=[host, free])
    an_item(other, 14, hosts=[host])

    hosts, release = (desk.get(page(visit, name)) for name in ("hosts", "release"))

    rows = {
        row["host"].person: [f"{here.start:%H:%M}" for here, _there in row["elsewhere"]]
        for row in hosts.context["rows"]
    }
    assert rows == {host: ["14:00"], free: []}
    assert [row.person for row, _hours in release.context["busy_hosts"]] == [host]
    for answer in (hosts, release):
        assert "Receives another visit that day:" in answer.content.decode()
        assert "Segreta" not in answer.content.decode()
    assert item.hosts.count() == 2


def test_the_other_visit_counts_no_more_when_it_is_cancelled_or_declined(desk, visit):
    other = make_visit(state="preparing", first_day=DAY, last_day=DAY)
    host = make_person()
    an_item(visit, hosts=[host])
    an_item(other, 14, hosts=[host]).hosts.update(answer="declined")

    assert desk.get(page(visit, "release")).context["busy_hosts"] == []


# --- Japanese that is missing ----------------------------------------------------------------------------------------


def test_the_release_names_texts_that_have_italian_and_no_japanese(desk, visit):
    item = an_item(visit, names={"it": "Incontro"}, locations={"it": "Sala Rossa", "ja": "赤の間"})
    an_item(visit, 11, names={"it": "Visita", "ja": "視察"}, dress={"it": "Formale"})
    an_item(visit, 14, names={"en": "Talk"})
    visit.days.update(theme_it="Mobilità")

    answer = desk.get(page(visit, "release"))

    found = [(text.what, text.text, text.item) for text in answer.context["untranslated"]]
    assert found[0] == ("title of the visit", "Tram", None)
    assert found[1][1:] == ("Mobilità", None)
    assert found[2] == ("name of the item", "Incontro", item.pk)
    assert [one[:2] for one in found[3:]] == [("dress", "Formale")]
    assert "Written in Italian, not in Japanese" in answer.content.decode()


def test_where_everything_is_translated_nothing_is_said(desk, visit):
    visit.title_ja = "路面電車"
    visit.save()
    an_item(visit, names={"it": "Incontro", "ja": "会議"})

    assert desk.get(page(visit, "release")).context["untranslated"] == []
