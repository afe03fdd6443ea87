from datetime import UTC, date, datetime, time

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from ecosystem.models import Person
from events.models import Event
from events.services import scheduling
from programme import services
from programme.models import AgendaItem, StudyVisit
from tests.factories import make_city, make_organisation, make_person, make_user, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 4)
ADD = reverse("admin:programme_studyvisit_add")


@pytest.fixture
def staff(client):
    make_organisation(kind="public_body", slug="citta-di-torino")
    user = make_user(is_staff=True, side="torino", family_name="Bianchi", given_name="Laura")
    wanted = Permission.objects.filter(content_type__app_label="programme").exclude(codename__startswith="delete_")
    user.user_permissions.set([*wanted, Permission.objects.get(codename="view_person")])
    client.force_login(user)
    return user


def change(visit):
    return reverse("admin:programme_studyvisit_change", args=[visit.pk])


def visit_data(**fields):
    return {
        "title_it": "Visita sulla mobilità",
        "host_city": make_city("torino").pk,
        "guest_city": make_city("nagoya").pk,
        "first_day": "2026-03-03",
        "last_day": "2026-03-04",
        **fields,
    }


def rows(prefix, entries, *, initial=0):
    data = {
        f"{prefix}-TOTAL_FORMS": len(entries),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for number, entry in enumerate(entries):
        data |= {f"{prefix}-{number}-{name}": value for name, value in entry.items()}
    return data


def whole(
    visit=None,
    *,
    agenda=(),
    agenda_initial=0,
    delegates=(),
    delegates_initial=0,
    questions=(),
    hosts=(),
    days=(),
    **fields,
):
    data = visit_data(**fields)
    data |= (
        rows("agenda", agenda, initial=agenda_initial)
        | rows("questions", questions)
        | rows("days", days, initial=len(days))
    )
    return data | rows("delegates", delegates, initial=delegates_initial) | rows("hosts", hosts, initial=len(hosts))


def an_item(**fields):
    return {
        "date": "2026-03-03",
        "starts": "09:00",
        "ends": "10:30",
        "kind": "meeting",
        "name_it": "Incontro",
        **fields,
    }


def a_delegate(**fields):
    return {"role": "member", "reply": "invited", **fields}


def planned(visit=None, **fields):
    visit = visit or make_visit(first_day=FIRST, last_day=LAST)
    slot = {"date": FIRST, "starts": time(9), "ends": time(10, 30), "names": {"it": "Incontro"}, "now": NOW}
    return services.plan_agenda_item(visit=visit, **{**slot, **fields})


def stored(item, **fields):
    """The row of an item that exists, as the page would post it."""
    return an_item(id=item.pk, **fields)


def errors_of(response, prefix):
    inline = next(i for i in response.context["inline_admin_formsets"] if i.formset.prefix == prefix)
    return [{name: [e.code for e in form.errors[name].as_data()] for name in form.errors} for form in inline.formset]


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


def items_of(visit):
    return list(AgendaItem.objects.filter(day__visit=visit).order_by("event__dtstart"))


def test_the_same_new_host_in_two_rows_is_one_person(client, staff):
    row = {"host_family_name": "Bruno", "host_given_name": "Silvia"}

    client.post(ADD, whole(agenda=[an_item(**row), an_item(starts="11:00", ends="12:00", **row)]))

    assert Person.objects.filter(family_name="Bruno").count() == 1


def test_a_new_host_is_written_with_address_and_rank_and_a_known_one_keeps_theirs(client, staff):
    known = make_person(family_name="Verdi", given_name="Sara", email="sara@torino.example", rank_band=2)
    news = {"host_email": "altro@torino.example", "host_rank_band": "4"}
    one = an_item(host_family_name="Bruno", host_given_name="Silvia", **news)
    two = an_item(starts="11:00", ends="12:00", host_family_name="Verdi", host_given_name="Sara", **news)

    client.post(ADD, whole(agenda=[one, two]))

    people = Person.objects.values_list("family_name", "email", "rank_band")
    assert set(people) == {("Bruno", "altro@torino.example", 4), ("Verdi", "sara@torino.example", 2)}
    assert known.hostings.count() == 1


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


def test_dates_that_leave_an_item_outside_are_refused_at_that_item(client, staff):
    item = planned()

    response = client.post(
        change(item.day.visit), whole(agenda=[stored(item)], agenda_initial=1, first_day="2026-03-04")
    )

    assert errors_of(response, "agenda")[0] == {"date": ["outside"]}
    assert StudyVisit.objects.get().first_day == FIRST


def test_the_host_city_stays_while_there_is_an_agenda(client, staff):
    item = planned()

    response = client.post(
        change(item.day.visit),
        whole(
            agenda=[stored(item)],
            agenda_initial=1,
            host_city=make_city("nagoya").pk,
            guest_city=make_city("torino").pk,
        ),
    )

    assert [error.code for error in response.context["adminform"].form.errors["host_city"].as_data()] == ["has_agenda"]


@pytest.mark.parametrize(
    ("delegates", "errors"),
    [
        ([a_delegate()], [{}]),
        ([a_delegate(role="head")], [{"person": ["required"]}]),
        (
            [a_delegate(family_name="A", role="head"), a_delegate(family_name="B", role="head")],
            [{}, {"role": ["two_heads"]}],
        ),
        ([a_delegate(family_name="山田", family_kana="yamada")], [{"family_kana": ["kana"]}]),
        ([a_delegate(family_name="x" * 81)], [{"family_name": ["max_length"], "person": ["required"]}]),
        ([a_delegate(family_name="A", rank="0")], [{"rank": ["min_value"]}]),
        ([a_delegate(family_name="A", rank="１")], [{}]),
        ([a_delegate(family_name="A", organisation="99999")], [{"organisation": ["invalid_choice"]}]),
    ],
)
def test_a_wrong_delegation_is_refused_at_its_field(client, staff, delegates, errors):
    response = client.post(ADD, whole(delegates=delegates))

    if errors[-1]:
        assert errors_of(response, "delegates") == errors
        assert Person.objects.count() == 0
    else:
        assert response.status_code == 302


def test_nobody_is_in_the_delegation_twice(client, staff):
    person = make_person(family_name="Tanaka", given_name="")

    response = client.post(ADD, whole(delegates=[a_delegate(person=person.pk), a_delegate(family_name="Tanaka")]))

    assert errors_of(response, "delegates") == [{}, {"person": ["twice"]}]


def test_the_head_changes_in_one_save(client, staff):
    visit = make_visit(first_day=FIRST, last_day=LAST)
    old = visit.delegates.create(person=make_person(), role="head", rank=1)
    new = visit.delegates.create(person=make_person(), role="member", rank=2)

    response = client.post(
        change(visit),
        whole(
            delegates=[
                a_delegate(id=old.pk, visit=visit.pk, person=old.person_id, rank=2),
                a_delegate(id=new.pk, visit=visit.pk, person=new.person_id, rank=1, role="head"),
            ],
            delegates_initial=2,
        ),
    )

    assert response.status_code == 302
    assert [(d.pk, d.role) for d in visit.delegates.order_by("rank")] == [(new.pk, "head"), (old.pk, "member")]


def test_an_answer_of_a_host_is_written_down_with_its_instant(client, staff):
    item = planned(hosts=[make_person()])
    host = item.hosts.get()

    client.post(
        change(item.day.visit),
        whole(
            agenda=[stored(item, hosts=[host.person_id])],
            agenda_initial=1,
            hosts=[{"id": host.pk, "answer": "accepted"}],
        ),
    )

    host.refresh_from_db()
    assert host.answer == "accepted"
    assert host.answered_at is not None


def test_an_answer_and_a_move_in_one_save_end_with_the_question_open(client, staff):
    item = planned(hosts=[make_person()])
    host = item.hosts.get()

    client.post(
        change(item.day.visit),
        whole(
            agenda=[stored(item, starts="14:00", ends="15:00", hosts=[host.person_id])],
            agenda_initial=1,
            hosts=[{"id": host.pk, "answer": "accepted"}],
        ),
    )

    assert item.hosts.get().answer == "pending"


def test_the_button_saves_and_says_what_is_missing(client, staff):
    visit = make_visit(first_day=FIRST, last_day=LAST)

    response = client.post(
        change(visit), whole(title_it="Salvata comunque", purpose_it="Capire") | {"_move": "proposed"}, follow=True
    )

    visit.refresh_from_db()
    assert (visit.state, visit.title_it, visit.purpose_it) == ("draft", "Salvata comunque", "Capire")
    assert [message.level_tag for message in response.context["messages"]] == ["warning"]
    moves = {move["state"]: [thing.code for thing in move["missing"]] for move in response.context["moves"]}
    assert "purpose" not in moves["proposed"]
    assert "subject" in moves["proposed"]


def test_a_visit_goes_from_draft_to_the_page_of_its_release_by_its_buttons(client, staff):
    questions = [{"text_it": f"Domanda {number}"} for number in range(3)]
    texts = {f"{name}_it": "testo" for name in ("subject", "purpose", "decision_power", "expected_output")}
    full = texts | {"expected_size": "4", "head_post": "Direttore", "lead": staff.pk}
    client.post(ADD, whole(questions=questions, **full) | {"_move": "proposed"})
    visit = StudyVisit.objects.get()
    proposed = visit.state

    client.post(change(visit), whole(**full) | {"_move": "accepted"})
    visit.refresh_from_db()
    accepted = visit.state
    saved = client.post(
        change(visit),
        whole(agenda=[an_item()], delegates=[a_delegate(family_name="Tanaka", role="head")], **full)
        | {"_move": "released"},
    )

    visit.refresh_from_db()
    assert (proposed, accepted, visit.state) == ("proposed", "accepted", "preparing")
    assert saved["Location"] == reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "release"])
    assert [event.status for event in Event.objects.all()] == ["TENTATIVE"]


def test_cancelling_asks_for_the_reason_on_its_own_page(client, staff):
    item = planned(make_visit(first_day=FIRST, last_day=LAST, state="preparing"))
    visit = item.day.visit
    page = reverse("admin:programme_studyvisit_move", args=[visit.pk, "cancelled"])

    sent = client.post(change(visit), whole(agenda=[stored(item)], agenda_initial=1) | {"_move": "cancelled"})
    asked = client.get(page)
    unsaid = client.post(page, {"reason": " "})
    still = StudyVisit.objects.get().state
    client.post(page, {"reason": "Sciopero dei voli"})

    assert sent["Location"] == page
    assert (asked.status_code, unsaid.status_code, still) == (200, 200, "preparing")
    assert StudyVisit.objects.get().state == "cancelled"
    assert Event.objects.get().status == "CANCELLED"


def test_looking_changes_nothing(client, staff):
    visit = make_visit(state="accepted")

    client.get(reverse("admin:programme_studyvisit_move", args=[visit.pk, "cancelled"]))
    client.get(f"{change(visit)}?_move=cancelled")

    assert StudyVisit.objects.get().state == "accepted"


def test_staff_of_the_guest_city_read_and_do_not_write(client, staff):
    visit = make_visit(
        host_city=make_city("nagoya"), guest_city=make_city("torino"), first_day=FIRST, last_day=LAST, state="accepted"
    )
    make_organisation(kind="public_body", city=make_city("nagoya"))
    planned(visit)

    page = client.get(change(visit))
    refused = client.post(change(visit), whole(title_it="Preso"))
    moved = client.post(reverse("admin:programme_studyvisit_move", args=[visit.pk, "cancelled"]), {"reason": "no"})

    visit.refresh_from_db()
    assert page.status_code == 200
    assert page.context["inline_admin_formsets"] == []
    assert "Incontro" in page.content.decode()
    assert (refused.status_code, moved.status_code) == (403, 403)
    assert (visit.state, visit.title_it) == ("preparing", None)


def test_staff_of_the_guest_city_write_the_proposal_and_may_not_accept_it(client, staff):
    make_organisation(kind="public_body", city=make_city("nagoya"))
    cities = {"host_city": make_city("nagoya"), "guest_city": make_city("torino")}
    draft = make_visit(**cities, first_day=FIRST, last_day=LAST)
    proposed = make_visit(**cities, state="proposed", lead=staff, first_day=FIRST, last_day=LAST)
    keys = {name: city.pk for name, city in cities.items()}

    written = client.post(change(draft), whole(subject_it="Cose da imparare", **keys))
    accepted = client.post(change(proposed), whole(lead=staff.pk, **keys) | {"_move": "accepted"})

    draft.refresh_from_db()
    proposed.refresh_from_db()
    assert (written.status_code, draft.subject_it) == (302, "Cose da imparare")
    assert (accepted.status_code, proposed.state) == (403, "proposed")


def test_a_visit_with_an_agenda_is_cancelled_not_deleted(client, staff):
    staff.user_permissions.add(*Permission.objects.filter(codename__startswith="delete_"))
    item = planned()

    response = client.post(reverse("admin:programme_studyvisit_delete", args=[item.day.visit_id]), {"post": "yes"})

    assert response.status_code == 403
    assert StudyVisit.objects.count() == 1


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


def test_the_list_asks_the_database_no_more_often_for_more_visits(client, staff):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:programme_studyvisit_changelist")).status_code == 200
        return len(queries)

    make_visit(lead=staff)
    count()
    one = count()
    make_visit(lead=staff)
    make_visit(lead=staff)

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


@pytest.mark.parametrize(
    ("state", "wanted", "today", "after"),
    [
        ("released", "running", date(2026, 1, 10), "released"),
        ("released", "running", date(2026, 3, 2), "running"),
        ("running", "completed", date(2026, 3, 4), "running"),
        ("running", "completed", date(2026, 3, 5), "completed"),
    ],
)
def test_a_visit_begins_and_ends_by_hand_about_its_days_and_after_one_question(
    client, staff, monkeypatch, state, wanted, today, after
):
    visit = planned().day.visit
    StudyVisit.objects.filter(pk=visit.pk).update(state=state)
    noon = datetime(today.year, today.month, today.day, 11, tzinfo=UTC)
    monkeypatch.setattr("programme.admin.visits.timezone.now", lambda: noon)

    asked = client.post(change(visit), {**whole(), "_move": wanted})
    visit.refresh_from_db()
    before = visit.state
    client.get(asked["Location"])
    client.post(asked["Location"])

    visit.refresh_from_db()
    assert asked["Location"].endswith(f"/move/{wanted}/")
    assert (before, visit.state) == (state, after)


def test_a_delegate_has_languages_a_rank_and_an_arrival_on_the_clock_of_the_host_city(client, staff):
    visit = make_visit(first_day=FIRST, last_day=LAST)
    row = a_delegate(
        person=make_person().pk,
        languages=["ja", "en"],
        rank_band="3",
        arrives_day="2026-03-02",
        arrives_hour="21:40",
    )

    client.post(change(visit), whole(visit, delegates=[row]))

    delegate = visit.delegates.get()
    assert (delegate.languages, delegate.rank_band, delegate.leaves_at) == (["ja", "en"], 3, None)
    assert delegate.arrives_at == datetime(2026, 3, 2, 20, 40, tzinfo=UTC)
    form = next(
        inline.formset.forms[0]
        for inline in client.get(change(visit)).context["inline_admin_formsets"]
        if inline.formset.prefix == "delegates"
    )
    assert (form["arrives_day"].initial, form["arrives_hour"].initial) == (date(2026, 3, 2), time(21, 40))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"arrives_day": "2026-03-02"}, "arrives_hour"),
        ({"leaves_hour": "10:00"}, "leaves_day"),
        ({"arrives_day": "2026-03-29", "arrives_hour": "02:30"}, "arrives_hour"),  # clocks go from two to three
    ],
)
def test_an_arrival_is_a_day_and_an_hour_that_exists(client, staff, typed, field):
    visit = make_visit(first_day=FIRST, last_day=LAST)
    answer = client.post(change(visit), whole(visit, delegates=[a_delegate(person=make_person().pk, **typed)]))

    assert [set(errors) for errors in errors_of(answer, "delegates")] == [{field}]
    assert not visit.delegates.exists()


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
