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
from events.models import ParticipantExport
from iurc_portal.tables import Column
from tests.factories import make_event, make_organisation, make_registration, make_user

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
