"""The working copy as each reader would see it, and acts on many items of the agenda."""

from datetime import UTC, date, datetime, time

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from programme import services
from programme.models import AgendaItem, Document, HostConfirmation, HostLink, Vehicle
from tests.factories import make_organisation, make_person, make_user, make_version, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
DAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def desk(client):
    user = make_user(is_staff=True, side="torino", language="en")
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="programme"))
    client.force_login(user)
    client.staff = user
    return client


@pytest.fixture
def visit():
    make_organisation(kind="public_body", slug="citta-di-torino")
    return make_visit(state="preparing", first_day=DAY, last_day=DAY, title_it="Tram", title_ja="路面電車")


def an_item(visit, name="Meeting", hour=9, **fields):
    slot = {"date": DAY, "starts": time(hour), "ends": time(hour + 1), "names": {"en": name}, "now": NOW}
    return services.plan_agenda_item(visit=visit, **{**slot, **fields})


def page(visit, name="preview"):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, name])


def seen_by(desk, visit, reader, who, language="it"):
    return desk.get(page(visit), {"as": reader, "who": who, "language": language})


@pytest.mark.parametrize(
    ("language", "word", "heading"),
    [("it", "ANTEPRIMA", "Tram"), ("en", "PREVIEW", "Visit"), ("ja", "プレビュー", "路面電車")],
)
def test_a_guest_of_a_group_sees_their_items_of_the_working_copy_in_each_language(
    desk, visit, language, word, heading
):
    a, b = visit.tracks.create(name_en="A"), visit.tracks.create(name_en="B")
    an_item(visit, "For all")
    make_version(visit, now=NOW, tell=False)
    for name, hour, track in (("For A", 11, a), ("For B", 14, b)):
        an_item(visit, name, hour).tracks.add(track)
    desk.staff.language = language
    desk.staff.save()

    answer = seen_by(desk, visit, "guest", a.pk, language)
    shown = answer.content.decode()

    assert answer["Content-Language"] == language
    assert f'lang="{language}"' in shown.partition("<body")[0]
    assert heading in shown
    assert ("For all" in shown, "For A" in shown, "For B" in shown) == (True, True, False)
    assert f'role="note" lang="{language}"' in shown
    assert word in shown


def test_a_host_sees_their_page_and_nothing_can_be_sent_from_it(desk, visit):
    an_item(visit, hosts=[make_person(family_name="Bianchi", email="host@torino.example")])
    host = HostConfirmation.objects.get()

    answer = seen_by(desk, visit, "host", host.pk)
    posted = desk.post(f"{page(visit)}?as=host&who={host.pk}&language=it", {"part": "answer", "answer": "accepted"})
    sent = desk.post(reverse("host", args=["preview"]), {"part": "answer", "answer": "accepted"})

    host.refresh_from_db()
    assert "Bianchi" in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "form-action 'none'" in policy
    assert "script-src" not in policy
    assert (posted.status_code, sent.status_code, host.answer) == (405, 404, "pending")
    assert HostLink.objects.count() == 0


def test_an_interpreter_sees_their_brief_and_no_paper_is_written(desk, visit):
    item = an_item(visit, "Interpreted")
    an_item(visit, "Without", 14)
    person = make_person(family_name="Sato", given_name="Aiko")
    services.assign_interpreter(item, person, languages=("it", "ja"))

    shown = seen_by(desk, visit, "interpreter", person.pk, "ja").content.decode()

    assert ("Interpreted" in shown, "Without" in shown) == (True, False)
    assert 'role="note"' in shown
    assert Document.objects.count() == 0


def test_what_is_not_of_this_visit_is_not_there(desk, visit):
    other = make_visit(state="preparing", first_day=DAY, last_day=DAY)
    theirs = other.tracks.create(name_en="Theirs")
    an_item(other, hosts=[make_person()])
    wrong = [
        ("guest", theirs.pk, "it"),
        ("host", HostConfirmation.objects.get().pk, "it"),
        ("interpreter", 1, "it"),
        ("guest", "²", "it"),
        ("guest", 0, "fr"),
        ("mayor", 0, "it"),
    ]

    assert [seen_by(desk, visit, *asked).status_code for asked in wrong] == [404] * len(wrong)


def test_the_page_offers_every_group_host_and_interpreter(desk, visit):
    track = visit.tracks.create(name_en="A")
    interpreter, host = make_person(), make_person()
    item = an_item(visit, hosts=[host])
    services.assign_interpreter(item, interpreter, languages=("it", "ja"))

    parts = desk.get(page(visit)).context["parts"]

    assert [(reader, [key for key, _who, _item in people]) for reader, _heading, people in parts] == [
        ("guest", ["0", track.pk]),
        ("host", [item.hosts.get().pk]),
        ("interpreter", [interpreter.pk]),
    ]


# --- Acts on many items ----------------------------------------------------------------------------------------------


def test_ticked_items_move_and_a_refusal_stands_in_its_row(desk, visit):
    early, late, other = an_item(visit), an_item(visit, "Late", 22), an_item(visit, "Other", 14)

    answer = desk.post(page(visit, "arrange"), {"bulk": "move", "minutes": "120", "item": [early.pk, late.pk]})

    starts = {item.pk: item.event.wall_start[11:16] for item in AgendaItem.objects.select_related("event")}
    shown = {slot.item.pk: slot.item.refusal for day in answer.context["days"] for slot in day.slots}
    assert answer.status_code == 422
    assert starts == {early.pk: "11:00", late.pk: "22:00", other.pk: "14:00"}
    assert (shown[early.pk], shown[other.pk]) == ("", "")
    assert "Late" in shown[late.pk]


def test_ticked_items_get_a_vehicle_and_lose_it(desk, visit):
    first, second, third = an_item(visit), an_item(visit, hour=11), an_item(visit, hour=14)
    coach = Vehicle.objects.create(name="Coach", seats=30)

    both = {"item": [first.pk, second.pk], "bulk": "vehicle"}
    answer = desk.post(page(visit, "arrange"), {**both, "vehicle": coach.pk})
    given = list(AgendaItem.objects.order_by("pk").values_list("vehicle", flat=True))
    desk.post(page(visit, "arrange"), {"item": [first.pk], "bulk": "vehicle", "vehicle": ""})

    assert (answer.status_code, given) == (302, [coach.pk, coach.pk, None])
    assert list(AgendaItem.objects.order_by("pk").values_list("vehicle", flat=True)) == [None, coach.pk, None]
    assert third.vehicle is None


def test_without_a_tick_or_minutes_the_page_says_so(desk, visit):
    item = an_item(visit)

    unticked = desk.post(page(visit, "arrange"), {"bulk": "move", "minutes": "15"})
    unsaid = desk.post(page(visit, "arrange"), {"bulk": "move", "minutes": "", "item": [item.pk]})

    assert [(answer.status_code, sorted(answer.context["bulk"].errors)) for answer in (unticked, unsaid)] == [
        (422, ["__all__"]),
        (422, ["minutes"]),
    ]
