"""Who attended: lists of providers in every spelling, merged times, what staff decide by hand."""

import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from events import codes, signals
from events.models import AttendanceInterval
from events.services import attendance_import as imports
from events.services.attendance import attendance_of, has_attended, length_within, merged
from iurc_portal.audit.models import Transition
from tests.factories import START, make_event, make_presence, make_registration, make_user

NOW = START + timedelta(hours=3)
MINUTE = timedelta(minutes=1)
ZOOM = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
981 234,Webinar,03/03/2026 08:50:00 AM,03/03/2026 10:31:00 AM,host@example.org,101,2

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Taro Yamada,taro@example.org,03/03/2026 09:00:00 AM,03/03/2026 09:30:00 AM,30,Yes
Taro Yamada,taro@example.org,03/03/2026 09:20:00 AM,03/03/2026 10:05:00 AM,45,Yes
Projector,,03/03/2026 08:59:00 AM,03/03/2026 10:30:00 AM,91,Yes
"""


@pytest.fixture(autouse=True)
def _in_english(_in_the_default_language):
    translation.activate("en")


def take_in(event, text, *, encoding="utf-8", tzid="Europe/Rome", by=None, now=NOW):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return imports.import_attendance(event=event, data=data, tzid=tzid, now=now, by=by)


def presence_list(*rows):
    return "\n".join(["Registrant ID,Email,Name,Join time,Leave time", *rows])


def state_of(event):
    return list(event.attendance_intervals.order_by("joined_at", "pk").values_list("name", "state", "how"))


# --- Sums ----------------------------------------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the language is the same for all
@given(st.lists(st.tuples(st.integers(-60, 150), st.integers(1, 60)), max_size=12))
def test_merged_times_cover_each_minute_once(pairs):
    spans = [(START + came * MINUTE, START + (came + length) * MINUTE) for came, length in pairs]
    by_counting = {minute for came, length in pairs for minute in range(came, came + length)}

    together = merged(spans)

    assert sum((left - came for came, left in together), timedelta()) == len(by_counting) * MINUTE
    assert all(left < came for (_first, left), (came, _last) in pairwise(together))
    inside = len([minute for minute in by_counting if 0 <= minute < 90])
    assert length_within(spans, START, START + 90 * MINUTE) == inside * MINUTE


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "minutes", "attended"),
    [
        ({}, 44, False),
        ({}, 45, True),
        ({"attended_minutes": 20}, 19, False),
        ({"attended_minutes": 20}, 20, True),
        ({"attended_share": 80}, 71, False),
        ({"attended_share": 80}, 72, True),
        ({"attended_share": 80, "attended_minutes": 30}, 30, True),
        ({"attended_minutes": 0}, 0, False),
    ],
)
def test_attended_are_those_with_the_minutes_or_the_share_of_the_event(rule, minutes, attended):
    registration = make_registration(make_event(**rule))
    if minutes:
        make_presence(registration, 0, minutes)

    assert has_attended(registration) is attended


@pytest.mark.django_db
def test_waiting_before_the_start_and_rejoining_count_for_nothing_more():
    registration = make_registration()
    make_presence(registration, -30, 20)
    make_presence(registration, 10, 20)
    make_presence(registration, 80, 200)

    found = attendance_of([registration])[registration.pk]

    assert (found.minutes, found.share, found.attended) == (30, 33, False)


@pytest.mark.django_db
def test_who_gave_the_place_back_has_not_attended():
    registration = make_registration(state="cancelled")
    make_presence(registration)

    assert has_attended(registration) is False


@pytest.mark.django_db
def test_many_cost_as_many_queries_as_one(django_assert_num_queries):
    event = make_event()
    people = [make_registration(event) for _ in range(5)]
    for person in people:
        make_presence(person)

    with django_assert_num_queries(3):
        found = attendance_of(people)

    assert [found[person.pk].attended for person in people] == [True] * 5


# --- Files ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_list_of_the_provider_finds_its_people_and_leaves_the_rest_waiting():
    event = make_event()
    taro = make_registration(event, email="Taro@example.org")

    done = take_in(event, ZOOM)

    assert done == imports.Imported(matched=2, waiting=1, known=0)
    assert state_of(event) == [
        ("Projector", "waiting", ""),
        ("Taro Yamada", "matched", "email"),
        ("Taro Yamada", "matched", "email"),
    ]
    assert attendance_of([taro])[taro.pk].minutes == 65


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing():
    event = make_event()
    make_registration(event, email="taro@example.org")
    take_in(event, ZOOM)
    before = list(event.attendance_intervals.order_by("pk").values())

    done = take_in(event, ZOOM, now=NOW + MINUTE, encoding="utf-16")

    assert done == imports.Imported(matched=0, waiting=0, known=3)
    assert list(event.attendance_intervals.order_by("pk").values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp932"])
def test_encodings_of_both_cities_are_read(encoding):
    event = make_event()
    make_registration(event, family_name="山田", given_name="太郎")
    text = "名前,メールアドレス,参加時刻,退出時刻\n山田　太郎,,2026/03/03 17:00,2026/03/03 18:20\n"

    take_in(event, text, encoding=encoding, tzid="Asia/Tokyo")

    (row,) = event.attendance_intervals.all()
    assert (row.name, row.state, row.how) == ("山田　太郎", "matched", "name")
    assert (row.joined_at, row.left_at) == (START, START + 80 * MINUTE)


@pytest.mark.django_db
def test_a_workbook_is_read_with_real_times_and_with_a_length():
    book = Workbook()
    book.active.append(["Nome", "Ora di ingresso", "Durata (minuti)"])
    book.active.append(["Taro Yamada", datetime(2026, 3, 3, 9, 0), 45])
    buffer = io.BytesIO()
    book.save(buffer)
    event = make_event()
    make_registration(event)

    take_in(event, buffer.getvalue())

    (row,) = event.attendance_intervals.all()
    assert (row.state, row.joined_at, row.left_at) == ("matched", START, START + 45 * MINUTE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "2026-03-03T08:00:00Z", "2026-03-03 17:00:00+09:00", "03/03/2026 09:00:00 AM", "3/3/26, 9:00:00 AM",
        "Mar 3, 2026 09:00", "3 March 2026 09:00:00", "2026年3月3日 9:00", "2026年3月3日(火) 午前9:00", "午前9時00分",
        "03.03.2026 09:00", "09:00:00", "9:00 AM", "09:00 03/03/2026", "２０２６/３/３ ９:００",
    ],
)  # fmt: skip
def test_hours_are_read_as_people_and_programs_write_them(text):
    event = make_event()

    take_in(event, f'Name,Join time,Duration\nAnna,"{text}",30\n')

    assert event.attendance_intervals.get().joined_at == START


@pytest.mark.django_db
def test_of_two_readings_of_a_day_the_one_near_the_event_is_meant():
    event = make_event(dtstart=datetime(2026, 5, 4, 7, 0, tzinfo=UTC))

    take_in(event, "Name,Join time,Duration\nAnna,05/04/2026 09:00,30\nBruno,04/05/2026 09:00,30\n")

    assert {row.joined_at for row in event.attendance_intervals.all()} == {event.dtstart}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        (",,,09:00,10:00", "nobody", "Line 2 names nobody."),
        (",,Anna,nine,10:00", "time", "Line 2: “nine” is no time."),
        (",,Anna,2025-03-03 09:00,2025-03-03 10:00", "day", None),
        (",,Anna,10:00,09:00", "order", "Line 2: the person leaves before coming."),
        (",,Anna,09:00,", "left", None),
    ],
)
def test_a_wrong_row_refuses_the_whole_file_and_says_which(row, code, words):
    event = make_event()

    with pytest.raises(ValidationError) as refusal:
        take_in(event, presence_list(row, ",,Bruno,09:00,10:00"))

    (error,) = refusal.value.error_list
    assert error.code == code
    assert words is None or error.messages == [words]
    assert event.attendance_intervals.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"Name,Company\nAnna,X\n", "columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "old"),
        (b"PK\x03\x04broken", "workbook"),
        (b"Name,Join time,Duration\nAnna,09:00,0\n", "no_rows"),
        (b"Name,Join time,Duration\n", "no_rows"),
    ],
)
def test_what_is_no_list_is_refused_by_name(data, code):
    with pytest.raises(ValidationError) as refusal:
        take_in(make_event(), data)

    assert refusal.value.error_list[0].code == code


@pytest.mark.django_db
def test_many_wrong_rows_are_told_up_to_twenty():
    with pytest.raises(ValidationError) as refusal:
        take_in(make_event(), presence_list(*([",,Anna,never,10:00"] * 50)))

    assert len(refusal.value.error_list) == 21
    assert refusal.value.messages[-1] == "And 30 more rows."


@pytest.mark.django_db
def test_number_before_address_before_name():
    event = make_event()
    first, second, third = (
        make_registration(event, family_name=name, given_name="Anna", email=f"{name}@example.org")
        for name in ("uno", "due", "tre")
    )
    rows = (
        f"{codes.code_of(first.pk).lower()},due@example.org,Anna tre,09:00,10:00",
        "UNKNOWN,DUE@example.org,Anna tre,09:00,10:00",
        ",other@example.org,tre Anna,09:00,10:00",
    )

    take_in(event, presence_list(*rows))

    found = list(event.attendance_intervals.order_by("pk").values_list("registration", "how"))
    assert found == [(first.pk, "code"), (second.pk, "email"), (third.pk, "name")]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["山田太郎", "ﾔﾏﾀﾞ ﾀﾛｳ", "やまだ たろう", "TARO　YAMADA", "Yamada Taro"])
def test_a_name_is_found_in_kanji_kana_and_romaji(name):
    event = make_event()
    make_registration(
        event, family_name="山田", given_name="太郎", family_kana="ヤマダ", given_kana="タロウ", romaji="Taro Yamada"
    )
    make_registration(event, family_name="Yamada", given_name="Taro", state="cancelled")

    take_in(event, presence_list(f",,{name},09:00,10:00"))

    expected = "waiting" if name == "Yamada Taro" else "matched"  # the passport's order is the one that was given
    assert event.attendance_intervals.get().state == expected


@pytest.mark.django_db
def test_a_name_that_two_people_bear_waits_and_so_does_somebody_without_a_place():
    event = make_event()
    make_registration(event), make_registration(event)
    make_registration(event, email="gone@example.org", state="cancelled", family_name="Gone")
    make_registration(email="elsewhere@example.org")

    take_in(
        event,
        presence_list(
            ",,Taro Yamada,09:00,10:00", ",gone@example.org,,09:00,10:00", ",elsewhere@example.org,,09:00,10:00"
        ),
    )

    assert set(event.attendance_intervals.values_list("state", flat=True)) == {"waiting"}


# --- By hand -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_staff_say_whose_a_row_is_and_later_files_follow():
    event, staff = make_event(), make_user(is_staff=True)
    taro = make_registration(event)
    take_in(event, presence_list(",,tablet 3,09:00,09:30", ",,tablet 3,09:40,10:00"))
    who = event.attendance_intervals.first().who

    assert imports.match(event, who, taro, now=NOW, by=staff) == 2
    take_in(event, presence_list(",,Tablet 3,10:05,10:30"))

    assert state_of(event) == [("tablet 3", "matched", "staff")] * 2 + [("Tablet 3", "matched", "staff")]
    assert attendance_of([taro])[taro.pk].minutes == 75
    log = Transition.objects.filter(model="events.attendanceinterval")
    assert list(log.values_list("from_state", "to_state", "actor")) == [("waiting", "matched", staff.pk)] * 2


@pytest.mark.django_db
def test_a_decision_can_be_taken_back_and_a_row_left_out():
    event, staff = make_event(), make_user(is_staff=True)
    taro = make_registration(event)
    take_in(event, presence_list(",,projector,09:00,10:30"))
    who = event.attendance_intervals.get().who

    steps = []
    for act in (
        lambda: imports.match(event, who, taro, now=NOW, by=staff),
        lambda: imports.put_back(event, who, now=NOW, by=staff),
        lambda: imports.leave_out(event, who, now=NOW, by=staff),
        lambda: imports.match(event, who, taro, now=NOW, by=staff),
        lambda: imports.put_back(event, who, now=NOW, by=staff),
    ):
        done = act()
        row = event.attendance_intervals.get()
        steps.append((done, row.state, row.registration_id))

    assert steps == [
        (1, "matched", taro.pk), (1, "waiting", None), (1, "ignored", None), (0, "ignored", None), (1, "waiting", None)
    ]  # fmt: skip


@pytest.mark.django_db
def test_nobody_of_another_event_can_be_matched():
    event = make_event()
    take_in(event, presence_list(",,tablet,09:00,09:30"))
    who = event.attendance_intervals.get().who

    with pytest.raises(ValidationError) as refusal:
        imports.match(event, who, make_registration(), now=NOW, by=None)

    assert refusal.value.code == "foreign"
    assert event.attendance_intervals.get().state == "waiting"


@pytest.mark.django_db
def test_the_apps_above_hear_of_it_once_it_is_committed(django_capture_on_commit_callbacks):
    event, heard = make_event(), []
    taro = make_registration(event, email="taro@example.org")
    signals.attendance_recorded.connect(
        lambda event, registration, **more: heard.append((event.pk, registration.pk)), weak=False, dispatch_uid="test"
    )

    try:
        with django_capture_on_commit_callbacks(execute=True):
            take_in(event, ZOOM)
            assert heard == []
    finally:
        signals.attendance_recorded.disconnect(dispatch_uid="test")

    assert heard == [(event.pk, taro.pk)]


@pytest.mark.django_db
def test_the_database_itself_keeps_a_row_once_and_in_order():
    assert {constraint.name for constraint in AttendanceInterval._meta.constraints} == {
        "attendanceinterval_once",
        "attendanceinterval_leaves_after_coming",
        "attendanceinterval_matched_has_a_person",
    }
