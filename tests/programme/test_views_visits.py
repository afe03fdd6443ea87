import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags

from ecosystem.models import Place
from events.services import scheduling
from programme import services
from tests.factories import make_city, make_organisation, make_person, make_user, make_version, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 4)


def a_released_visit(*, items=1, state="released", **fields):
    make_organisation(kind="public_body", slug="citta-di-torino", name_en="City of Torino")
    visit = make_visit(**{"state": "preparing", "first_day": FIRST, "last_day": LAST, **fields})
    for number in range(items):
        an_item(visit, starts=time(9 + number), ends=time(10 + number), names={"en": f"Public item {number}"})
    make_version(visit, now=NOW)
    type(visit).objects.filter(pk=visit.pk).update(state=state)
    visit.refresh_from_db()
    return visit


def an_item(visit, **fields):
    slot = {"date": FIRST, "starts": time(15), "ends": time(16), "names": {"en": "An item"}, "now": NOW}
    return services.plan_agenda_item(visit=visit, **{**slot, "is_public": True, **fields})


def page_of(visit, language="en"):
    with translation.override(language):
        return reverse("programme:visit", args=[visit.slug])


def agenda_of(visit, language="en"):
    with translation.override(language):
        return reverse("programme:visit_agenda", args=[visit.slug])


def a_delegate(visit, *, user=None, rank=1, role="member", reply="accepted", **name):
    person = make_person(user=user, **name)
    return visit.delegates.create(person=person, role=role, rank=rank, reply=reply)


def test_the_public_page_shows_public_items_by_day_in_both_cities_times(client):
    visit = a_released_visit()

    html = client.get(page_of(visit)).content.decode()

    assert "Public item 0" in html
    assert '<time datetime="2026-03-03T09:00:00+01:00">09:00–10:00</time>' in html
    assert '<time datetime="2026-03-03T17:00:00+09:00">17:00–18:00</time>' in html


def test_times_of_an_agenda_name_both_cities_and_are_explained_before_the_first_day(client):
    words = " ".join(strip_tags(client.get(page_of(a_released_visit(), "ja")).content.decode()).split())

    assert re.search(r"\d\d:\d\d〜\d\d:\d\d トリノ \d\d:\d\d〜\d\d:\d\d 名古屋", words)
    assert re.search(r"時刻は、上段が.+（現地）、下段が.+の時間です。 ?\d{4}年", words)


def test_the_public_page_keeps_names_notes_drafts_and_private_items_to_itself(client):
    visit = a_released_visit(
        staff_notes="note-for-staff", duty_phone="+39 011 555", decision_power_en="power", wished_dates="wished"
    )
    an_item(visit, names={"en": "Private dinner"}, is_public=False)
    make_version(visit, now=NOW)
    an_item(visit, names={"en": "Still a draft"}, starts=time(17), ends=time(18), staff_notes="item-note")
    a_delegate(visit, family_name="Yamada", given_name="Taro", romaji="YAMADA Taro")
    item = an_item(visit, starts=time(18), ends=time(19), hosts=[make_person(family_name="Hostname")])
    scheduling.publish_event(item.event, now=NOW)

    html = client.get(page_of(visit)).content.decode()

    for secret in (
        "note-for-staff",
        "+39 011 555",
        "power",
        "wished",
        "Private dinner",
        "Still a draft",
        "item-note",
        "Yamada",
        "YAMADA",
        "Hostname",
    ):
        assert secret not in html, secret


@pytest.mark.parametrize("state", ["accepted", "preparing", "postponed", "cancelled"])
def test_before_the_release_and_without_it_no_item_is_public(client, state):
    visit = a_released_visit(state=state)

    html = client.get(page_of(visit)).content.decode()

    assert "Public item 0" not in html


@pytest.mark.parametrize("state", ["draft", "proposed", "returned", "declined"])
def test_what_was_not_accepted_does_not_exist_for_the_public(client, state):
    visit = make_visit(state=state)

    with translation.override("en"):
        listed = client.get(reverse("programme:visits")).content.decode()

    assert client.get(page_of(visit)).status_code == 404
    assert visit.title_en not in listed


def test_the_delegation_is_shown_in_numbers_and_roles_without_who_declined(client):
    visit = a_released_visit()
    a_delegate(visit, role="head")
    a_delegate(visit, rank=2)
    a_delegate(visit, rank=3)
    a_delegate(visit, rank=4, reply="declined")

    context = client.get(page_of(visit)).context
    roles = {code: client.get(page_of(visit, code)).context["delegation"] for code in ("it", "en", "ja")}

    assert context["delegation_size"] == 3
    assert roles == {
        "it": ["1 capo delegazione", "2 componenti"],
        "en": ["1 head of delegation", "2 members"],
        "ja": ["団長 1名", "団員 2名"],
    }


def test_a_cancelled_public_item_stays_and_says_so(client):
    visit = a_released_visit()
    item = visit.days.get().items.get()
    scheduling.cancel_event(item.event, now=NOW)
    make_version(visit, now=NOW)

    context = client.get(page_of(visit)).context

    assert [slot.is_cancelled for day in context["days"] for slot in day.slots] == [True]
    assert context["places"] == []


def test_places_and_receivers_come_from_public_items_only(client):
    visit = a_released_visit(items=0)
    hall = Place.objects.create(
        name_en="City Hall", city=make_city(), latitude="45.073", longitude="7.682", precision="exact"
    )
    secret = Place.objects.create(name_en="Secret place", city=make_city())
    host = make_organisation(name_en="Host of the talk")
    an_item(visit, place=hall, organisation=host)
    an_item(visit, place=secret, is_public=False, starts=time(17), ends=time(18))
    make_version(visit, now=NOW)

    response = client.get(page_of(visit))

    assert response.context["places"] == [hall]
    assert [point["url"] for point in response.context["points"]] == [f"#place-{hall.pk}"]
    assert "Host of the talk" in response.content.decode()
    assert "Secret place" not in response.content.decode()


def test_hostile_texts_are_shown_as_text(client):
    visit = a_released_visit(public_summary_en="<script>alert('x')</script> 視察", outcomes_en='"><img src=x>')

    html = client.get(page_of(visit)).content.decode()

    assert "<script>alert" not in html
    assert "<img src=x>" not in html
    assert "&lt;script&gt;alert" in html


@pytest.mark.parametrize("slug", ["unknown", "x" * 300])
def test_unknown_visits_are_kindly_not_found(client, slug):
    assert client.get(f"/ja/programme/visits/{slug}/").status_code == 404
    assert client.get(f"/ja/programme/visits/{slug}/agenda/").status_code == 404


def test_coming_visits_stand_before_past_ones(client):
    today = timezone.localdate()
    past = make_visit(state="completed", first_day=today - timedelta(days=9), last_day=today - timedelta(days=8))
    later = make_visit(state="accepted", first_day=today + timedelta(days=90), last_day=today + timedelta(days=91))
    sooner = make_visit(state="released", first_day=today + timedelta(days=9), last_day=today + timedelta(days=10))
    dateless = make_visit(state="accepted")

    with translation.override("en"):
        context = client.get(reverse("programme:visits")).context

    assert context["coming"] == [sooner, later, dateless]
    assert list(context["page"]) == [past]


# --- The agenda that delegates carry --------------------------------------------------------------


def a_signed_in_delegate(client, visit, **fields):
    user = make_user(language="ja")
    a_delegate(visit, user=user, **fields)
    client.force_login(user)
    return user


def test_the_agenda_is_for_delegates_and_staff_and_does_not_exist_for_others(client):
    visit = a_released_visit()
    page = agenda_of(visit)
    staff = make_user(is_staff=True, side="torino")
    staff.user_permissions.add(Permission.objects.get(codename="view_studyvisit"))

    anonymous = client.get(page).status_code
    client.force_login(make_user())
    somebody = client.get(page).status_code
    client.force_login(staff)
    seen_by_staff = client.get(page).status_code
    a_signed_in_delegate(client, visit)
    seen_by_delegate = client.get(page).status_code

    assert (anonymous, somebody, seen_by_staff, seen_by_delegate) == (404, 404, 200, 200)


def test_the_refusal_shows_the_way_to_sign_in_and_is_the_same_for_every_visit(client):
    visit = a_released_visit()

    known = client.get(agenda_of(visit)).content.decode()
    unknown = client.get(agenda_of(visit).replace(visit.slug, "no-such-visit")).content.decode()

    assert f"?next={agenda_of(visit)}" in known
    assert known.count("<a ") == unknown.count("<a ")


def test_who_declined_no_longer_reads_the_agenda(client):
    visit = a_released_visit()
    a_signed_in_delegate(client, visit, reply="declined")

    assert client.get(agenda_of(visit)).status_code == 404


def test_a_delegate_of_another_visit_reads_nothing_here(client):
    visit, other = a_released_visit(), make_visit(state="released")
    a_signed_in_delegate(client, other)

    assert client.get(agenda_of(visit)).status_code == 404


def test_delegates_read_private_items_and_names_but_no_drafts_and_no_notes(client):
    visit = a_released_visit(duty_phone="+39 011 555 12", staff_notes="note-for-staff")
    an_item(visit, names={"en": "Private dinner"}, is_public=False, hosts=[make_person(family_name="Ferrero")])
    make_version(visit, now=NOW)
    an_item(visit, names={"en": "Still a draft"}, starts=time(17), ends=time(18), staff_notes="item-note")
    a_signed_in_delegate(
        client, visit, family_name="山田", given_name="太郎", family_kana="ヤマダ", given_kana="タロウ"
    )

    html = client.get(agenda_of(visit, "ja")).content.decode()

    for shown in ("Private dinner", "山田 太郎", "ヤマダ タロウ", "Ferrero", 'href="tel:+3901155512"'):
        assert shown in html, shown
    for hidden in ("Still a draft", "note-for-staff", "item-note"):
        assert hidden not in html, hidden


def test_before_the_release_delegates_find_no_items(client):
    visit = a_released_visit(state="preparing")
    a_signed_in_delegate(client, visit)

    response = client.get(agenda_of(visit))

    assert response.context["days"] == []


def test_people_stand_in_protocol_order(client):
    visit = a_released_visit()
    a_delegate(visit, rank=3, family_name="Third")
    a_delegate(visit, rank=1, family_name="First", role="head")
    a_signed_in_delegate(client, visit, rank=2, family_name="Second")
    a_delegate(visit, rank=1, family_name="Gone", reply="declined")

    delegates = client.get(agenda_of(visit)).context["delegates"]

    assert [delegate.person.family_name for delegate in delegates] == ["First", "Second", "Third"]


def test_the_agenda_marks_what_is_on_what_comes_next_and_what_changed(client):
    start = timezone.localtime().replace(minute=0, second=0, microsecond=0)
    today = start.date()
    visit = a_released_visit(items=0, first_day=today - timedelta(days=1), last_day=today + timedelta(days=2))
    tomorrow = today + timedelta(days=1)
    moved = an_item(visit, date=tomorrow, starts=time(9), ends=time(10), names={"en": "Tomorrow"})
    now_on = an_item(visit, date=today, starts=time(9), ends=time(10), names={"en": "Now on"})
    make_version(visit, now=NOW)
    scheduling.schedule_event(
        now_on.event,
        start=timezone.now() - timedelta(minutes=10),
        end=timezone.now() + timedelta(minutes=50),
        now=NOW,
    )
    make_version(visit, now=NOW)
    services.reschedule_agenda_item(moved, date=tomorrow, starts=time(11), ends=time(12), now=NOW)
    make_version(visit, now=NOW)
    a_signed_in_delegate(client, visit)

    context = client.get(agenda_of(visit)).context

    assert context["current"].item == now_on
    assert context["coming"].item == moved
    assert [slot.item for slot in context["changed"]] == [moved]


def test_the_guest_citys_time_says_when_its_date_differs(client):
    visit = a_released_visit(items=0)
    an_item(visit, starts=time(18), ends=time(19))
    make_version(visit, now=NOW)
    a_signed_in_delegate(client, visit)

    slot = client.get(agenda_of(visit, "ja")).context["days"][0].slots[0]

    assert (slot.host.day_shift, slot.guest.day_shift) == (0, 1)
    assert f"{slot.guest.start:%d %H:%M}" == "04 02:00"


def test_the_agenda_is_never_kept_by_caches_between(client):
    visit = a_released_visit()
    a_signed_in_delegate(client, visit)

    assert "private" in client.get(agenda_of(visit))["Cache-Control"]


@pytest.mark.parametrize("address", [page_of, agenda_of])
def test_a_longer_visit_asks_the_database_no_more_often(client, address):
    visit = a_released_visit()
    a_signed_in_delegate(client, visit)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(visit)).status_code == 200
        return len(queries)

    count()
    one = count()
    for number in (1, 2):
        place = Place.objects.create(name_en=f"Place {number}", city=make_city())
        an_item(
            visit,
            starts=time(14 + number),
            ends=time(15 + number),
            place=place,
            organisation=make_organisation(),
            hosts=[make_person()],
        )
        a_delegate(visit, rank=number + 1, organisation=make_organisation())
    make_version(visit, now=NOW)

    assert count() <= one + 2  # the parts of a page that were empty before: themes of hosts, people of hosts
    three = count()
    an_item(visit, starts=time(18), ends=time(19), organisation=make_organisation(), hosts=[make_person()])
    make_version(visit, now=NOW)
    assert count() == three
    assert three <= 16
