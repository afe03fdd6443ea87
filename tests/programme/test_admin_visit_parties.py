"""Pages of a visit: rearranging its agenda, its groups, its interpreters. What is wrong is said kindly."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programme import services
from programme.models import AgendaItem, Delegate
from tests.factories import make_organisation, make_person, make_user, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 4)


@pytest.fixture
def visit(client):
    make_organisation(kind="public_body", slug="citta-di-torino")
    user = make_user(is_staff=True, side="torino")
    wanted = Permission.objects.filter(content_type__app_label="programme")
    user.user_permissions.set([*wanted, Permission.objects.get(codename="view_person")])
    client.force_login(user)
    return make_visit(first_day=FIRST, last_day=LAST)


def page(visit, name):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, name])


def plan(visit, starts="09:00", ends="10:30", **fields):
    slot = {"date": FIRST, "starts": time.fromisoformat(starts), "ends": time.fromisoformat(ends)}
    return services.plan_agenda_item(visit=visit, **{"names": {"it": "Saluto"}, "now": NOW, **slot, **fields})


def said(response):
    return [str(message) for message in response.context["messages"]]


def hours(item):
    return AgendaItem.objects.get(pk=item.pk).event.wall_start[11:16]


# --- Rearranging --------------------------------------------------------------------------------------


def test_minutes_typed_beside_an_item_move_it_or_all_that_follow(client, visit):
    first, second = plan(visit), plan(visit, "11:00", "12:00")

    client.post(page(visit, "arrange"), {"mend": f"move:{first.pk}", "minutes": "10"})
    assert (hours(first), hours(second)) == ("09:10", "11:00")
    client.post(page(visit, "arrange"), {"mend": f"shift:{first.pk}", "minutes": "-5"})
    assert (hours(first), hours(second)) == ("09:05", "10:55")


def test_the_button_beside_a_conflict_mends_it_and_goes_back_to_the_editor(client, visit):
    first, second = plan(visit, kind="ceremony"), plan(visit, "10:00", "11:00", kind="ceremony")
    editor = client.get(reverse("admin:programme_studyvisit_change", args=[visit.pk])).content.decode()
    assert f'name="mend" value="move:{second.pk}:30"' in editor

    answer = client.post(page(visit, "arrange"), {"mend": f"move:{second.pk}:30", "from": "editor"})

    assert answer["Location"].endswith(f"/{visit.pk}/change/#tab-agenda")
    assert hours(second) == "10:30"
    codes = [told.conflict.code for told in services.conflicts_of(visit, now=NOW)]
    assert "DELEGATE_DOUBLE" not in codes
    assert hours(first) == "09:00"


@pytest.mark.parametrize(
    "data",
    [
        {"mend": "move:99999:5"},
        {"mend": "explode:1:5"},
        {"mend": ""},
        {"mend": "move:{pk}", "minutes": "presto"},
        {"mend": "move:{pk}", "minutes": ""},
        {"mend": "move:{pk}:99999"},
        {"mend": "move:{pk}", "minutes": "700"},
        {"copy": "1", "source": "2026-03-03", "target": "2026-03-09"},
        {"copy": "1", "source": "2026-03-03", "target": "2026-03-03"},
        {"swap": "1", "first": "{pk}", "second": "{pk}"},
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(client, visit, data):
    item = plan(visit, date=LAST, starts="20:00", ends="21:00") if "700" in str(data) else plan(visit)
    posted = {name: value.replace("{pk}", str(item.pk)) for name, value in data.items()}

    answer = client.post(page(visit, "arrange"), posted, follow=True)

    assert answer.status_code == 200
    assert len(said(answer)) == 1
    assert AgendaItem.objects.count() == 1
    assert hours(item) == item.event.wall_start[11:16]


def test_an_unknown_day_or_item_is_an_error_of_its_form(client, visit):
    plan(visit)

    copy = client.post(page(visit, "arrange"), {"copy": "1", "source": "2031-01-01", "target": "ieri"})
    swap = client.post(page(visit, "arrange"), {"swap": "1", "first": "x", "second": ""})

    assert set(copy.context["copy"].errors) == {"source", "target"}
    assert set(swap.context["swap"].errors) == {"first", "second"}


def test_a_day_is_copied_and_hosts_are_swapped(client, visit):
    anna, luca = make_person(), make_person()
    first, second = plan(visit, hosts=[anna]), plan(visit, "11:00", "12:00", hosts=[luca])

    client.post(page(visit, "arrange"), {"copy": "1", "source": "2026-03-03", "target": "2026-03-04"})
    client.post(page(visit, "arrange"), {"swap": "1", "first": first.pk, "second": second.pk})

    assert AgendaItem.objects.filter(day__date=LAST).count() == 2
    assert [first.hosts.get().person, second.hosts.get().person] == [luca, anna]


# --- Groups -------------------------------------------------------------------------------------------


def names(prefix, it="", en="", ja=""):
    return {f"{prefix}-name_it": it, f"{prefix}-name_en": en, f"{prefix}-name_ja": ja}


def test_a_group_is_written_named_anew_filled_and_dissolved(client, visit):
    delegate = visit.delegates.create(person=make_person())
    client.post(
        page(visit, "groups"), {**names("group-new", "Nord", ja="北班"), f"members-delegate_{delegate.pk}": ""}
    )
    group = visit.tracks.get()
    data = {**names(f"group-{group.pk}", "Settentrione", ja="北班"), **names("group-new")}
    client.post(page(visit, "groups"), {**data, f"members-delegate_{delegate.pk}": str(group.pk)})

    group.refresh_from_db()
    assert (group.name_it, group.name_ja) == ("Settentrione", "北班")
    assert Delegate.objects.get(pk=delegate.pk).track == group

    client.post(page(visit, "groups"), {**data, f"group-{group.pk}-dissolve": "on"})
    assert not visit.tracks.exists()


def test_a_group_without_a_name_and_one_with_items_stay_as_they_are(client, visit):
    group = services.name_group(visit, {"it": "Nord"})
    plan(visit, tracks=[group])

    nameless = client.post(page(visit, "groups"), {**names(f"group-{group.pk}"), **names("group-new")})
    data = {**names(f"group-{group.pk}", "Nord"), **names("group-new"), f"group-{group.pk}-dissolve": "on"}
    with_items = client.post(page(visit, "groups"), data)

    assert "name_it" in nameless.context["rows"][0].errors
    assert len(said(with_items)) == 1
    assert visit.tracks.get().name_it == "Nord"


def test_the_agenda_offers_the_groups_and_keeps_the_chosen(client, visit):
    group = services.name_group(visit, {"it": "Nord"})
    item = plan(visit, tracks=[group], interpretation="consecutive", buffer_after=10)
    editor = client.get(reverse("admin:programme_studyvisit_change", args=[visit.pk]))
    inline = next(one for one in editor.context["inline_admin_formsets"] if one.formset.prefix == "agenda")
    form = inline.formset.forms[0]

    assert form.instance == item
    assert (form["groups"].initial, form["interpretation"].initial, form["buffer_after"].initial) == (
        [str(group.pk)],
        "consecutive",
        10,
    )


# --- Interpreters -------------------------------------------------------------------------------------


def assigned(item, person, **fields):
    return {"item": [item.pk], "interpreter": person.pk, "language_from": "it", "language_to": "ja", **fields}


def test_what_nobody_interprets_is_listed_until_somebody_is_assigned(client, visit):
    visit.delegates.create(person=make_person(), role="head")
    item, person = plan(visit, spoken_languages=["it"]), make_person(family_name="Conti", given_name="Ada")
    before = client.get(page(visit, "interpreters"))

    client.post(page(visit, "interpreters"), assigned(item, person))
    after = client.get(page(visit, "interpreters"))

    rows = [[row for _day, rows in answer.context["agenda"] for row in rows] for answer in (before, after)]
    assert [len(row.missing) for (row,) in rows] == [1, 0]
    (load,) = after.context["loads"]
    assert (load.name, load.days, load.total) == ("Ada Conti", [(FIRST, 90, False)], 90)
    assert before.context["needed"] == [(FIRST, 1)]


def test_one_interpreter_is_assigned_to_several_items_and_a_refusal_names_its_item(client, visit):
    early, late = plan(visit, spoken_languages=["it"]), plan(visit, "14:00", "15:00", spoken_languages=["it"])
    person = make_person()
    data = assigned(early, person, starts="09:30", ends="10:00") | {"item": [early.pk, late.pk]}

    answer = client.post(page(visit, "interpreters"), data)

    duty = early.interpreters.get()
    assert duty.ends - duty.starts == timedelta(minutes=30)
    assert not late.interpreters.exists()
    assert len(answer.context["form"].non_field_errors()) == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"item": []}, "__all__"),
        ({"item": ["x", "99999"]}, "__all__"),
        ({"language_to": "it"}, "language_to"),
        ({"language_from": "xx"}, "language_from"),
        ({"interpreter": ""}, "interpreter"),
        ({"starts": "25:00"}, "starts"),
        ({"starts": "08:00"}, "__all__"),
    ],
)
def test_a_wrong_assignment_is_refused_at_its_field(client, visit, fields, wrong):
    item = plan(visit, spoken_languages=["it"])

    answer = client.post(page(visit, "interpreters"), {**assigned(item, make_person()), **fields})

    assert set(answer.context["form"].errors) == {wrong}
    assert not item.interpreters.exists()


@pytest.mark.parametrize("again", [False, True])
def test_an_interpreter_is_taken_off_once(client, visit, again):
    item = plan(visit, spoken_languages=["it"])
    duty = services.assign_interpreter(item, make_person(), languages=("it", "ja"))
    number = duty.pk
    if again:
        services.unassign_interpreter(duty)

    answer = client.post(page(visit, "interpreters"), {"remove": str(number)})

    assert answer.status_code == 302
    assert not item.interpreters.exists()


def test_an_assignment_of_another_visit_is_not_taken_off_here(client, visit):
    other = plan(make_visit(first_day=FIRST, last_day=LAST))
    duty = services.assign_interpreter(other, make_person(), languages=("it", "ja"))

    client.post(page(visit, "interpreters"), {"remove": str(duty.pk)})

    assert other.interpreters.exists()


@pytest.mark.parametrize("name", ["arrange", "groups", "interpreters"])
def test_longer_agendas_and_delegations_ask_the_database_no_more_often(client, visit, name):
    group = services.name_group(visit, {"it": "Nord"})
    counts = []
    for number in range(3):
        visit.delegates.create(person=make_person(), track=group)
        item = plan(
            visit, f"{9 + number}:00".zfill(5), f"{9 + number}:45".zfill(5), tracks=[group], hosts=[make_person()]
        )
        services.assign_interpreter(item, make_person(), languages=("it", "ja"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page(visit, name)).status_code == 200
        counts.append(len(queries))

    assert counts[1] == counts[2]


@pytest.mark.parametrize("name", ["arrange", "groups", "interpreters"])
def test_staff_of_the_guest_city_do_not_rearrange(client, visit, name):
    user = make_user(is_staff=True, side="nagoya")
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="programme"))
    client.force_login(user)
    visit.state = "preparing"
    visit.save()

    assert client.get(page(visit, name)).status_code == 403
    assert client.post(page(visit, name), {}).status_code == 403
