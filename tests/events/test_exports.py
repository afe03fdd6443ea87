"""Who takes part, taken away by staff and read back (events spec 11.1–11.6)."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events import exports
from events.models import CheckIn, ExportFile, ParticipantExport, RegistrationGroup
from events.services import exports as files
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import render
from iurc_portal.privacy import retention
from iurc_portal.tables import Column
from tests.factories import make_event, make_organisation, make_question, make_registration, make_user

pytestmark = pytest.mark.django_db
LIST = reverse("admin:events_registration_changelist")
EXPORT = reverse("admin:events_registration_export")
JOINED = datetime(2026, 2, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]


@pytest.fixture
def desk(client):
    """The browser of staff of Torino who read English."""
    user = make_user(email="staff@torino.example", is_staff=True, side="torino", language="en")
    user.groups.set(Group.objects.filter(name="Staff"))
    client.force_login(user)
    return client


@pytest.fixture
def yamada():
    event = make_event(name_en="Talk", slug="talk")
    return make_registration(
        event, email="taro@example.org", family_name="山田", given_name="太郎", family_kana="ヤマダ",
        given_kana="タロウ", romaji="Taro Yamada", company="=SUM(A1)", country="JP", access_needs="Sign language",
        joined_at=JOINED, confirmed_at=JOINED,
    )  # fmt: skip


def octets_of(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def rows_of(response, encoding="utf-8-sig"):
    return list(csv.DictReader(io.StringIO(octets_of(response).decode(encoding), newline="")))


def test_a_workbook_is_typed_and_in_the_words_of_the_reader(desk, yamada):
    answer = desk.post(EXPORT, {"form": "xlsx"})

    sheet = openpyxl.load_workbook(io.BytesIO(octets_of(answer))).active
    titles, cells = ([cell.value for cell in row] for row in sheet.iter_rows())
    found = dict(zip(titles, cells, strict=True))
    assert answer["Content-Disposition"].startswith('attachment; filename="participants-')
    assert answer["Cache-Control"].startswith("no-store")
    assert {name: found[name] for name in ("Event", "State", "Name", "Organisation", "Country", "Asked")} == {
        "Event": "Talk",
        "State": "confirmed",
        "Name": "Taro Yamada",
        "Organisation": "=SUM(A1)",
        "Country": "Japan",
        "Asked": datetime(2026, 2, 1, 9, 0),
    }
    assert "Access needs" not in found


def test_stable_names_and_codes_are_for_programs_whatever_the_language(desk, yamada):
    (row,) = rows_of(desk.post(EXPORT, {"form": "csv", "stable": "on"}))

    assert (row["event"], row["state"], row["language"], row["country"]) == ("talk", "confirmed", "ja", "JP")
    assert row["joined_at"] == "2026-02-01T09:00:00+01:00"
    assert row["company"] == "'=SUM(A1)"


def test_json_has_stable_names_and_no_apostrophes(desk, yamada):
    (row,) = json.loads(octets_of(desk.post(EXPORT, {"form": "json"})))

    assert (row["company"], row["family_kana"]) == ("=SUM(A1)", "ヤマダ")


def test_shift_jis_lists_first_what_it_cannot_hold_and_writes_nothing(desk, yamada):
    make_registration(yamada.event, family_name="Nicolò", given_name="Ugo")

    asked = desk.post(EXPORT, {"form": "csv-cp932"})
    assert (asked.status_code, ParticipantExport.objects.count()) == (200, 0)
    content = asked.content.decode()
    assert "Ugo Nicolò" in content
    assert "Taro Yamada" not in content

    rows = rows_of(desk.post(EXPORT, {"form": "csv-cp932", "without": "on"}), "cp932")
    assert [row["Family name"] for row in rows] == ["山田"]


def test_shift_jis_comes_at_once_where_it_holds_everything(desk, yamada):
    answer = desk.post(EXPORT, {"form": "csv-cp932"})

    assert answer["Content-Type"] == "text/csv; charset=Shift_JIS"
    assert [row["Given name"] for row in rows_of(answer, "cp932")] == ["太郎"]


def test_sensitive_answers_need_a_reason_and_leave_it_in_the_log(desk, yamada):
    refused = desk.post(EXPORT, {"form": "csv", "sensitive": "on", "reason": "  "})
    assert "Say why: it is kept in the log." in refused.content.decode()
    assert ParticipantExport.objects.count() == 0

    (row,) = rows_of(desk.post(EXPORT, {"form": "csv", "sensitive": "on", "reason": "Booking the interpreter"}))

    assert row["Access needs"] == "Sign language"
    assert ParticipantExport.objects.get().sensitive == "Booking the interpreter"


def test_the_filter_of_the_list_is_that_of_the_file_and_stands_in_the_log(desk, yamada):
    make_registration(yamada.event, state="cancelled")
    make_registration(make_event())
    query = f"event__id__exact={yamada.event_id}&state=confirmed"

    rows = rows_of(desk.post(f"{EXPORT}?{query}", {"form": "csv"}))

    log = ParticipantExport.objects.get()
    assert [row["E-mail"] for row in rows] == ["taro@example.org"]
    assert (log.query, log.number, log.form, log.by.email) == (query, 1, "csv", "staff@torino.example")


def test_staff_take_away_the_participants_of_their_own_citys_events(desk, yamada):
    make_registration(make_event(organizer=make_organisation(side="nagoya")), email="of-nagoya@example.org")

    rows = rows_of(desk.post(EXPORT, {"form": "csv"}))

    assert [row["E-mail"] for row in rows] == ["taro@example.org"]


def test_exporting_is_a_permission_of_its_own(desk, yamada):
    permission = Permission.objects.get(codename="export_registration")
    Group.objects.get(name="Staff").permissions.remove(permission)

    assert desk.get(EXPORT).status_code == 403
    assert desk.post(EXPORT, {"form": "csv"}).status_code == 403
    assert EXPORT not in desk.get(LIST).content.decode()


@pytest.mark.parametrize("data", [{}, {"form": ""}, {"form": "exe"}, {"form": "csv", "sensitive": "on"}])
def test_an_incomplete_wish_shows_the_form_again(desk, yamada, data):
    answer = desk.post(EXPORT, data)

    assert answer.status_code == 200
    assert "text/html" in answer["Content-Type"]
    assert ParticipantExport.objects.count() == 0


@pytest.mark.parametrize("query", ["event__id__exact=x", "nonsense=1", "q=%00", "joined_at__year=x"])
def test_a_filter_without_meaning_is_no_error(desk, yamada, query):
    assert desk.get(f"{EXPORT}?{query}").status_code in {200, 302}


def test_rows_are_in_the_readers_order_of_names(desk, yamada):
    for fields in ({"family_name": "Ùbaldi"}, {"family_name": "Esposito"}, {"family_name": "èrcole"}):
        make_registration(yamada.event, **{"given_name": "Anna", **fields})

    rows = rows_of(desk.post(EXPORT, {"form": "csv"}))

    assert [row["Family name"] for row in rows] == ["èrcole", "Esposito", "Ùbaldi", "山田"]


def test_a_file_costs_the_same_for_many_as_for_one(desk, yamada):
    counts = []
    for n in range(3):
        with CaptureQueriesContext(connection) as captured:
            octets_of(desk.post(EXPORT, {"form": "csv"}))
        counts.append(len(captured))
        make_registration(make_event(dtstart=JOINED + timedelta(days=n)))

    assert len(set(counts)) == 1


def test_other_modules_add_columns_and_say_which_are_sensitive(desk, yamada, monkeypatch):
    def columns(rows, language):
        assert language == "en"
        return [
            Column("question_1", "Meal", lambda row: row.pk > 0, lambda row: "yes, please"),
            Column("question_2", "Allergies", lambda row: "nuts", sensitive=True),
        ]

    monkeypatch.setattr(exports, "_providers", [(columns, lambda rows: rows)])

    (row,) = rows_of(desk.post(EXPORT, {"form": "csv"}))

    assert row["Meal"] == "yes, please"
    assert "Allergies" not in row


def test_staff_find_a_person_however_the_name_is_written(desk, yamada):
    make_registration(yamada.event, family_name="Rossi", given_name="Anna", company="Sakura")

    for words in ("山田", "太郎 山田", "やまだ", "ﾔﾏﾀﾞ", "ＹＡＭＡＤＡ", "taro@"):
        found = desk.get(LIST, {"q": words}).context["cl"].queryset
        assert list(found) == [yamada], words
    assert desk.get(LIST, {"q": "sakura"}).context["cl"].queryset.get().family_name == "Rossi"
    assert list(desk.get(LIST, {"q": "Bianchi"}).context["cl"].queryset) == []


def test_the_list_is_ordered_by_person_as_readers_order_names(desk, yamada):
    make_registration(yamada.event, family_name="Zanetti", given_name="Anna", family_kana="ザネッティ")
    column = list(desk.get(LIST).context["cl"].list_display).index("person")

    def families(language, order):
        desk.cookies["language"] = language
        user = desk.get(LIST).wsgi_request.user
        user.language = language
        user.save()
        return [row.family_name for row in desk.get(LIST, {"o": order}).context["cl"].result_list]

    assert families("en", f"{column}") == ["山田", "Zanetti"]
    assert families("en", f"-{column}") == ["Zanetti", "山田"]
    assert families("ja", f"{column}") == ["Zanetti", "山田"]


# --- What else a row tells -------------------------------------------------------------------------------------------


def test_a_row_tells_seats_group_position_and_who_came(desk, yamada):
    event = yamada.event
    room, headset = (event.seat_pools.create(kind=kind, size=5) for kind in ("room", "headset"))
    yamada.seats.create(pool=room, state="held")
    yamada.seats.create(pool=headset, state="waiting")
    yamada.group = RegistrationGroup.objects.create(event=event, lead=yamada, name="Shoji", created_at=JOINED)
    yamada.save()
    CheckIn.objects.create(registration=yamada, state="present", at=JOINED)
    make_registration(event, state="waiting", family_name="Zanetti", confirmed_at=None)

    second, first = rows_of(desk.post(EXPORT, {"form": "csv"}))
    codes = rows_of(desk.post(EXPORT, {"form": "csv", "stable": "on"}))[0]

    named = ["Seats by kind", "Position on the waiting list", "Group", "Took part", "Minutes present online"]
    assert [second[name] for name in named] == [
        "in the room, headsets for interpretation (waiting)",
        "",
        "Shoji",
        "Yes",
        "0",
    ]
    assert [first[name] for name in named] == ["", "1", "", "No", "0"]
    assert (codes["seats"], codes["group"], codes["attended"]) == ("room headset?", "taro@example.org", "yes")


def test_answers_have_a_column_each_and_sensitive_ones_need_a_reason_and_the_permission(desk, yamada):
    lunch = make_question(kind="yesno", label_en="Lunch?")
    diet = make_question(lunch.question_set, kind="choice", label_en="Diet", choices=["Vegan"], is_sensitive=True)
    yamada.event.question_set = lunch.question_set
    yamada.event.save()
    yamada.answers.create(question=lunch, value=True, answered_at=JOINED)
    yamada.answers.create(question=diet, value=diet.choices.get().key, answered_at=JOINED)
    wish = {"form": "csv", "sensitive": "on", "reason": "Booking lunch"}

    (plain,) = rows_of(desk.post(EXPORT, {"form": "csv"}))
    (without,) = rows_of(desk.post(EXPORT, wish))
    staff = without and ParticipantExport.objects.latest("pk").by
    staff.user_permissions.add(Permission.objects.get(codename="read_sensitive_answers"))
    (whole,) = rows_of(desk.post(EXPORT, wish))

    assert (plain["Lunch?"], "Diet" in plain, "Diet" in without, whole["Diet"]) == ("Yes", False, False, "Vegan")


# --- Files that a task makes -----------------------------------------------------------------------------------------


@pytest.fixture
def large(settings):
    """Every file with more than one row is large."""
    settings.IURC_EVENTS = {**settings.IURC_EVENTS, "export_rows_at_once": 1}


def ask_for_file(desk, yamada, **wish):
    make_registration(yamada.event, email="ugo@example.org", family_name="Nicolò", given_name="Ugo")
    answer = desk.post(EXPORT, {"form": "csv", **wish})
    assert answer["Location"] == reverse("admin:events_participantexport_changelist")
    return ParticipantExport.objects.get()


def test_a_large_file_is_made_by_a_task_and_fetched_by_its_author_alone(desk, yamada, large, client):
    asked = ask_for_file(desk, yamada)
    assert (asked.state, asked.number) == ("waiting", 2)

    assert files.make(asked.pk, now=JOINED) == "ready"
    assert files.make(asked.pk, now=JOINED) == "already taken"

    address = reverse("admin:events_participantexport_download", args=[asked.pk])
    assert address in desk.get(reverse("admin:events_participantexport_changelist")).content.decode()
    answer = desk.get(address)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["Given name"] for row in rows] == ["Ugo", "太郎"]
    assert list(Message.objects.values_list("to", "kind")) == [("staff@torino.example", "events.export")]
    letter = render(Message.objects.get(), preview=True)
    assert "/admin/events/participantexport/" in letter.body

    client.force_login(make_user(email="boss@torino.example", is_staff=True, is_superuser=True))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("form", ["xlsx", "json", "csv-cp932"])
def test_each_kind_of_file_can_be_made_by_a_task(desk, yamada, large, form):
    asked = ask_for_file(desk, yamada, form=form, without="on")

    files.make_waiting(now=JOINED)

    content = bytes(ExportFile.objects.get(export=asked).content)
    if form == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row == 3
    elif form == "json":
        assert [row["given_name"] for row in json.loads(content)] == ["Ugo", "太郎"]
    else:
        assert "太郎" in content.decode("cp932")


def test_who_may_no_longer_export_gets_no_file(desk, yamada, large):
    asked = ask_for_file(desk, yamada)
    Group.objects.get(name="Staff").user_set.clear()

    assert files.make(asked.pk, now=JOINED) == "failed"
    assert not ExportFile.objects.exists()


def test_files_are_forgotten_after_a_week_and_the_log_stays(desk, yamada, large):
    asked = ask_for_file(desk, yamada)
    files.make(asked.pk, now=JOINED)
    address = reverse("admin:events_participantexport_download", args=[asked.pk])

    retention.purge(now=JOINED + timedelta(days=7, seconds=-1))
    assert desk.get(address).status_code == 200
    retention.purge(now=JOINED + timedelta(days=7))

    asked.refresh_from_db()
    assert (asked.state, ExportFile.objects.count(), desk.get(address).status_code) == ("forgotten", 0, 404)
