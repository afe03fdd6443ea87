"""A visit and its agenda are planned on one page, in one save."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from events.models import Event
from events.services import scheduling
from programme import services
from programme.models import AgendaItem, StudyVisit
from tests.factories import make_organisation, make_person, make_visit
from tests.programme.visit_page import (
    ADD,
    FIRST,
    LAST,
    NOW,
    a_delegate,
    an_item,
    change,
    errors_of,
    items_of,
    planned,
    planner,
    stored,
    whole,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return planner(client)


def test_a_visit_of_two_days_six_items_two_hosts_and_four_delegates_is_planned_in_one_save(client, staff):
    agenda = [
        an_item(
            starts="9", ends="10", kind="ceremony", host_family_name="Bruno", host_given_name="Silvia", is_public="on"
        ),
        an_item(starts="10.30", ends="1200"),
        an_item(starts="13:00", ends="14:00", kind="meal"),
        an_item(date="2026-03-04", starts="９：００", ends="10:30", host_family_name="Gallo", kind="site_visit"),
        an_item(date="2026-03-04", starts="11:00", ends="12:30", kind="talk"),
        an_item(date="2026-03-04", starts="19:00", ends="00:30", ends_next_day="on", kind="meal"),
    ]
    delegates = [
        a_delegate(family_name="田中", given_name="健", family_kana="タナカ", role="head"),
        a_delegate(family_name="渡辺", role="deputy"),
        a_delegate(family_name="伊藤"),
        a_delegate(family_name="Conti", role="interpreter"),
    ]

    response = client.post(ADD, whole(agenda=agenda, delegates=delegates) | {"_continue": "1", "_tab": "agenda"})

    visit = StudyVisit.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"{change(visit)}#tab-agenda"
    assert visit.slug == "visita-sulla-mobilita"
    walls = [(item.event.wall_start, item.event.wall_end) for item in items_of(visit)]
    assert walls == [
        ("2026-03-03T09:00:00", "2026-03-03T10:00:00"),
        ("2026-03-03T10:30:00", "2026-03-03T12:00:00"),
        ("2026-03-03T13:00:00", "2026-03-03T14:00:00"),
        ("2026-03-04T09:00:00", "2026-03-04T10:30:00"),
        ("2026-03-04T11:00:00", "2026-03-04T12:30:00"),
        ("2026-03-04T19:00:00", "2026-03-05T00:30:00"),
    ]
    assert [host.person.family_name for item in items_of(visit) for host in item.hosts.all()] == ["Bruno", "Gallo"]
    assert [(d.person.family_name, d.role, d.rank) for d in visit.delegates.order_by("rank")] == [
        ("田中", "head", 1),
        ("渡辺", "deputy", 2),
        ("伊藤", "member", 3),
        ("Conti", "interpreter", 4),
    ]
    assert [item.is_public for item in items_of(visit)] == [True, False, False, False, False, False]


def test_a_change_of_time_moves_the_event_through_its_service(client, staff):
    item = planned()
    visit = item.day.visit
    scheduling.publish_event(item.event, now=NOW)

    client.post(change(visit), whole(agenda=[stored(item, starts="14:00", ends="15:00")], agenda_initial=1))

    event = Event.objects.get()
    assert (event.wall_start, event.sequence) == ("2026-03-03T14:00:00", 1)


def test_a_further_row_that_has_nothing_but_its_day_is_no_item(client, staff):
    bare = an_item(date="2026-03-04", starts="", ends="", name_it="")

    client.post(ADD, whole(agenda=[an_item(), bare]))

    assert AgendaItem.objects.count() == 1


def test_a_row_that_nobody_touched_changes_nothing(client, staff):
    item = planned(hosts=[make_person()])
    item.hosts.update(answer="accepted")
    before = Event.objects.values().get()

    client.post(
        change(item.day.visit),
        whole(agenda=[stored(item, hosts=[item.hosts.get().person_id])], agenda_initial=1, title_it="Altro titolo"),
    )

    assert Event.objects.values().get() == before
    assert item.hosts.get().answer == "accepted"
    assert StudyVisit.objects.get().title_it == "Altro titolo"


def test_a_draft_row_is_taken_off_and_a_released_one_is_cancelled(client, staff):
    visit = make_visit(first_day=FIRST, last_day=LAST)
    draft, released = planned(visit), planned(visit, starts=time(11), ends=time(12))
    scheduling.publish_event(released.event, now=NOW)

    client.post(
        change(visit),
        whole(
            agenda=[stored(draft, DELETE="on"), stored(released, starts="11:00", ends="12:00", DELETE="on")],
            agenda_initial=2,
        ),
    )

    assert [event.status for event in Event.objects.all()] == ["CANCELLED"]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"date": "2026-03-09"}, {"date": ["outside"]}),
        ({"ends": "08:00"}, {"ends": ["ends_before"]}),
        ({"starts": "25:00"}, {"starts": ["invalid"]}),
        ({"starts": "\x00"}, {"starts": ["null_characters_not_allowed", "invalid"]}),
        ({"date": "令和8年3月3日"}, {"date": ["invalid"]}),
        ({"name_it": "  "}, {"name_it": ["required"]}),
        ({"name_it": "è" * 201}, {"name_it": ["max_length", "required"]}),
        ({"kind": "party"}, {"kind": ["invalid_choice"]}),
        ({"place": "99999"}, {"place": ["invalid_choice"]}),
        ({"hosts": ["99999"]}, {"hosts": ["invalid_choice"]}),
        ({"host_title": "Assessora"}, {"host_family_name": ["required"]}),
    ],
)
def test_a_wrong_row_is_refused_at_its_field_and_keeps_what_was_typed(client, staff, row, error):
    data = whole(agenda=[an_item(**row)], title_it="Tengo il titolo")

    response = client.post(ADD, data)

    found = errors_of(response, "agenda")[0]
    assert response.status_code == 200
    assert {name: set(codes) & set(error.get(name, codes)) for name, codes in found.items()} == {
        name: set(codes) & set(found.get(name, [])) for name, codes in error.items()
    }
    assert set(found) == set(error)
    assert "Tengo il titolo" in response.content.decode()
    assert (StudyVisit.objects.count(), Event.objects.count()) == (0, 0)


def test_hours_that_clocks_skip_or_show_twice_are_asked_for_at_their_field(client, staff):
    gap = an_item(date="2026-03-29", starts="02:30", ends="04:00")
    fold = an_item(date="2026-10-25", starts="02:30", ends="04:00")

    skipped = client.post(ADD, whole(agenda=[gap], first_day="2026-03-29", last_day="2026-03-29"))
    twice = client.post(ADD, whole(agenda=[fold], first_day="2026-10-25", last_day="2026-10-25"))
    told = client.post(ADD, whole(agenda=[{**fold, "start_fold": "1"}], first_day="2026-10-25", last_day="2026-10-25"))

    assert errors_of(skipped, "agenda")[0] == {"starts": ["gap"]}
    assert errors_of(twice, "agenda")[0] == {"starts": ["fold"]}
    assert 'name="agenda-0-start_fold"' in twice.content.decode()
    assert told.status_code == 302
    assert Event.objects.get().dtstart == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_row_keeps_its_second_half_past_two_when_it_is_saved_again(client, staff):
    visit = make_visit(first_day=date(2026, 10, 25), last_day=date(2026, 10, 25))
    item = planned(visit, date=date(2026, 10, 25), starts=time(2, 30), ends=time(4), start_fold=1)
    page = client.get(change(visit)).content.decode()

    client.post(
        change(visit),
        whole(
            agenda=[
                stored(item, date="2026-10-25", starts="02:30", ends="04:00", start_fold="1", name_it="Nuovo nome")
            ],
            agenda_initial=1,
            first_day="2026-10-25",
            last_day="2026-10-25",
        ),
    )

    event = Event.objects.get()
    assert 'name="agenda-0-start_fold"' in page
    assert (event.name_it, event.dtstart) == ("Nuovo nome", datetime(2026, 10, 25, 1, 30, tzinfo=UTC))


def test_each_row_shows_the_other_citys_time(client, staff):
    item = planned(starts=time(18), ends=time(19))

    html = client.get(change(item.day.visit)).content.decode()

    assert '<time datetime="2026-03-04T02:00:00+09:00">02:00–03:00</time>' in html
    assert "tn-daymark" in html


def test_a_longer_agenda_asks_the_database_no_more_often(client, staff):
    visit = make_visit(first_day=FIRST, last_day=LAST)

    def fill(hour):
        planned(visit, starts=time(hour), ends=time(hour, 45), organisation=make_organisation(), hosts=[make_person()])
        visit.delegates.create(person=make_person(), rank=hour)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(change(visit)).status_code == 200
        return len(queries)

    fill(9)
    count()
    one = count()
    fill(10)
    fill(11)

    assert count() == one


def test_saving_items_that_overlap_succeeds_and_says_which(client, staff):
    agenda = [an_item(name_it="Saluto"), an_item(name_it="Laboratorio", starts="10:00", ends="11:00")]

    response = client.post(ADD, {**whole(agenda=agenda), "_continue": "1"}, follow=True)

    (double,) = [told for told in response.context["conflicts"] if told.conflict.code == "DELEGATE_DOUBLE"]
    assert AgendaItem.objects.count() == 2
    assert "Saluto" in double.text
    assert "Laboratorio" in double.text
    page = response.content.decode()
    assert page.count(escape(double.text)) == 3  # in the list, and beside each of the two


def test_each_day_of_the_agenda_has_a_theme_in_three_languages(client, staff):
    item = planned()
    visit = item.day.visit
    day = {"id": item.day.pk, "theme_it": "Mobilità", "theme_ja": "モビリティ"}

    response = client.post(change(visit), {**whole(days=[day], title_it="Visita"), "_continue": "1"})

    item.day.refresh_from_db()
    assert response.status_code == 302
    assert (item.day.theme_it, item.day.theme_ja) == ("Mobilità", "モビリティ")


def test_a_question_is_given_the_item_at_which_it_is_asked(client, staff):
    item = planned()
    visit = item.day.visit
    other = planned()
    agenda = {"agenda": [stored(item)], "agenda_initial": 1}

    wrong = client.post(change(visit), whole(visit, questions=[{"text_it": "Chi paga?", "item": other.pk}], **agenda))
    client.post(change(visit), whole(visit, questions=[{"text_it": "Chi paga?", "item": item.pk}], **agenda))

    assert [set(errors) for errors in errors_of(wrong, "questions")] == [{"item"}]
    assert visit.questions.get().item == item


def test_an_item_gets_its_groups_and_what_is_folded_away_in_the_agenda(client, staff):
    visit = make_visit(first_day=FIRST, last_day=LAST)
    group = services.name_group(visit, {"it": "Nord"})
    row = an_item(
        groups=[group.pk],
        interpretation="consecutive",
        speaking_minutes="30",
        question_minutes="15",
        buffer_before="5",
        photo_rule="ask",
        capacity="12",
        gift_note="Libro",
        materials_due="7",
        spoken_languages=["it"],
    )

    client.post(change(visit), whole(visit, agenda=[row]))

    item = AgendaItem.objects.get()
    assert list(item.tracks.all()) == [group]
    assert (item.interpretation, item.speaking_minutes, item.question_minutes) == ("consecutive", 30, 15)
    assert (item.buffer_before, item.buffer_after, item.photo_rule, item.capacity) == (5, 0, "ask", 12)
    assert (item.gift_note, item.materials_due, item.spoken_languages) == ("Libro", 7, ["it"])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"capacity": "0"}, "capacity"),
        ({"buffer_before": "-5"}, "buffer_before"),
        ({"speaking_minutes": "molti"}, "speaking_minutes"),
        ({"groups": ["99999"]}, "groups"),
        ({"interpretation": "telepathic"}, "interpretation"),
        ({"vehicle": "99999"}, "vehicle"),
    ],
)
def test_numbers_and_choices_without_sense_are_refused_at_their_field(client, staff, typed, field):
    visit = make_visit(first_day=FIRST, last_day=LAST)
    answer = client.post(change(visit), whole(visit, agenda=[an_item(**typed)]))

    assert [set(errors) for errors in errors_of(answer, "agenda")] == [{field}]
    assert not AgendaItem.objects.exists()
