"""Who sits where: both sides face each other, the highest in the middle, guests farthest from the door (spec 7)."""

import pytest

from programme.models import Delegate, HostConfirmation
from programme.papers.seating import from_the_middle, hosts_in_order, split, table_of
from tests.programme.papers import interpreted, made, make_planned_visit, size_of, words_of


@pytest.mark.parametrize(
    ("people", "guests", "hosts"),
    [
        ([], [], []),
        ([1], [1], [1]),
        ([1, 2], [2, 1], [1, 2]),
        ([1, 2, 3, 4, 5], [4, 2, 1, 3, 5], [5, 3, 1, 2, 4]),
    ],
)
def test_the_first_sits_in_the_middle_and_the_second_at_the_firsts_right_hand(people, guests, hosts):
    assert from_the_middle(people, second_at="left") == guests
    assert from_the_middle(people, second_at="right") == hosts


def test_who_finds_no_seat_at_the_table_sits_in_a_row_behind():
    table = table_of(list("abcdefghi"), ["x"])

    assert [[seat.number for seat in row] for row in table.guest_rows] == [[6, 4, 2, 1, 3, 5, 7], [9, 8]]
    assert [[seat.who for seat in row] for row in table.guests_from_behind][1] == list("fdbaceg")
    assert [[seat.who for seat in row] for row in table.host_rows] == [["x"]]


def test_interpreters_and_press_sit_beside_the_table():
    rows = [Delegate(role=role) for role in ("head", "interpreter", "member", "press", "staff")]

    at_table, beside = split(rows)

    assert [one.role for one in at_table] == ["head", "member", "staff"]
    assert [one.role for one in beside] == ["interpreter", "press"]


@pytest.mark.django_db
def test_hosts_sit_by_the_band_of_their_post_for_this_item():
    item = make_planned_visit(is_released=False).days.get().items.get(kind="meeting")
    rossi = item.hosts.get()
    deputy = HostConfirmation.objects.create(item=item, person=_person("Bianchi", rank_band=4), rank_band=2)
    director = HostConfirmation.objects.create(item=item, person=_person("Neri", rank_band=3))

    assert hosts_in_order(item.hosts.select_related("person")) == [deputy, director, rossi]


def _person(family, **fields):
    from tests.factories import make_person

    return make_person(family_name=family, **fields)


@pytest.mark.django_db
@pytest.mark.documents
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", ["Disposizione dei posti", "Watanabe TAKAHASHI", "Maria ROSSI", "Porta"]),
        ("en", ["Seating plan", "Watanabe TAKAHASHI", "Maria ROSSI", "Door"]),
        ("ja", ["席次表", "髙橋 渡邉", "Rossi", "出入口"]),
    ],
)
def test_the_plan_is_one_sheet_in_each_language_without_honorifics(language, said):
    visit = make_planned_visit()
    item = visit.days.get().items.get(kind="meeting")
    interpreted(visit)

    document = made(visit, "seating", language, item=item)

    text = words_of(document)
    assert [words for words in said if words not in text] == []
    assert "様" not in text
    assert size_of(document)[0] == 1


@pytest.mark.django_db
@pytest.mark.documents
def test_staff_may_leave_it_as_a_list_in_order():
    visit = make_planned_visit()
    item = visit.days.get().items.get(kind="meal")

    text = words_of(made(visit, "seating", "en", item=item, particulars={"layout": "list"}))

    assert text.index("TAKAHASHI") < text.index("YOSHIDA")
    assert "Door" not in text
