"""What is read in a stranger's file (events spec 10.5–10.8); how reading is stopped is in ``test_process``."""

from datetime import UTC, datetime

import pytest

from events.sources import child, lines
from events.sources.reading import Settings
from tests.events.sources.files import vcalendar, vevent

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def read(body, *, charset="", **options):
    return child.answer(body, charset=charset, settings=Settings("7", NOW, **options))


def items(*components, header=(), **options):
    return read(vcalendar(*components, header=header), **options)["items"]


def only(*components, header=(), **options):
    (item,) = items(*components, header=header, **options)
    return item


def codes(item):
    return [problem["code"] for problem in item["problems"]]


def refused(body, **options):
    return read(body, **options).get("refused")


# --- Letters ---------------------------------------------------------------------------------------------------------


def test_utf_8_is_read_with_and_without_a_mark_at_its_beginning():
    body = vcalendar(vevent(name="Città – 名古屋"))

    assert [read(text)["items"][0]["name"] for text in (body, b"\xef\xbb\xbf" + body)] == ["Città – 名古屋"] * 2


def test_a_character_set_that_the_server_declares_is_honoured():
    body = vcalendar(vevent(name="名古屋")).decode()

    assert read(body.encode("shift_jis"), charset="Shift_JIS")["items"][0]["name"] == "名古屋"


def test_letters_are_never_guessed_and_the_first_that_cannot_be_read_is_named():
    body = vcalendar(vevent(name="Citt")).replace(b"Citt", b"Citt\xe0")

    answer = read(body)

    assert (answer["refused"], answer["params"]["line"], answer["params"]["value"]) == ("encoding", 9, "E0")


@pytest.mark.parametrize("charset", ["klingon", "hex", "zlib", "rot13", "utf-8\x00", "idna"])
def test_a_character_set_that_is_none_is_refused(charset):
    assert refused(vcalendar(vevent()), charset=charset) in {"charset", "encoding"}


def test_marks_stay_text_and_control_characters_go():
    item = only(
        vevent(name="A\x00<script>alert(1)</script>\u202egnp.exe", more=["DESCRIPTION:one\\ntwo\\, <b>three</b>"])
    )

    assert item["name"] == "A<script>alert(1)</script>gnp.exe"
    assert item["description"] == "one\ntwo, <b>three</b>"


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://partner.example/a?b=1", "https://partner.example/a?b=1"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://anna:secret@partner.example/", ""),
        ("https://partner.example/<script>", ""),
        ("/relative", ""),
    ],
)
def test_links_are_kept_if_they_lead_to_a_page(link, kept):
    assert only(vevent(more=[f"URL:{link}"]))["url"] == kept


def test_what_is_other_peoples_is_dropped():
    alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "DESCRIPTION:alarm", "SUMMARY:alarm", "END:VALARM"]
    people = ["ORGANIZER;CN=Anna:mailto:anna@partner.example", "ATTENDEE;CN=Bruno:mailto:bruno@partner.example"]
    secrets = ["ATTACH:https://partner.example/a.pdf", "CONFERENCE;VALUE=URI:https://zoom.example/j/1"]

    item = only(vevent(more=[*people, *secrets, *alarm]))

    assert item["name"] == "Meeting"
    assert item["description"] == ""
    for word in ("ORGANIZER", "ATTENDEE", "ATTACH", "CONFERENCE", "VALARM", "anna", "bruno", "alarm"):
        assert word not in item["raw"]


@pytest.mark.parametrize("klass", ["PRIVATE", "CONFIDENTIAL", "private"])
def test_what_is_private_is_never_read_out(klass):
    answer = read(vcalendar(vevent("a", more=[f"CLASS:{klass}"]), vevent("b", more=["CLASS:PUBLIC"])))

    assert [item["uid"] for item in answer["items"]] == ["b"]
    assert answer["counts"]["private"] == 1


def test_a_private_date_of_a_public_series_hides_that_date():
    master = vevent("s", more=["RRULE:FREQ=DAILY;COUNT=3"])
    private = vevent(
        "s", start="20260321T150000Z", end="20260321T160000Z", more=["RECURRENCE-ID:20260321T090000Z", "CLASS:PRIVATE"]
    )

    assert [item["start"][:10] for item in items(master, private)] == ["2026-03-20", "2026-03-22"]


# --- Time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("Europe/Rome", "Europe/Rome"),
        ("europe/rome", "Europe/Rome"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Europe/Rome", "Europe/Rome"),
        ("/mozilla.org/20050126_1/Europe/Rome", "Europe/Rome"),
    ],
)
def test_a_zone_is_an_iana_name_or_a_known_windows_name(tzid, name):
    item = only(vevent(start=f";TZID={tzid}:20260320T100000", end=f";TZID={tzid}:20260320T110000"))

    assert (item["start"], item["tzid"], codes(item)) == ("2026-03-20T09:00:00+00:00", name, [])


OWN_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Our House\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0400\r\n"
    "TZOFFSETTO:+0300\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n"
    "DTSTART:19700329T020000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0400\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
    "END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)


def test_a_zone_that_the_file_itself_explains_is_understood():
    winter = vevent("w", start=";TZID=Our House:20260320T100000", end=";TZID=Our House:20260320T110000")
    summer = vevent("s", start=";TZID=Our House:20260401T100000", end=";TZID=Our House:20260401T110000")

    assert [item["start"] for item in items(OWN_ZONE, winter, summer)] == [
        "2026-03-20T07:00:00+00:00",
        "2026-04-01T06:00:00+00:00",
    ]


def test_the_name_counts_before_what_the_file_says_of_it():
    zone = OWN_ZONE.replace("Our House", "Europe/Rome")
    item = only(zone, vevent(start=";TZID=Europe/Rome:20260320T100000", end=""))

    assert item["start"] == "2026-03-20T09:00:00+00:00"


@pytest.mark.parametrize("zone", ["", OWN_ZONE.replace("FREQ=YEARLY", "FREQ=SECONDLY")])
def test_a_zone_that_nobody_explains_makes_the_item_faulty_and_no_other(zone):
    bad = vevent("bad", start=";TZID=Our House:20260320T100000", end=";TZID=Our House:20260320T110000")

    found = items(zone, bad, vevent("good"))

    assert [(item["uid"], codes(item)) for item in found] == [("bad", ["unknown_zone"]), ("good", [])]
    assert found[0]["problems"][0]["tzid"] == "Our House"
    assert found[0]["problems"][0]["line"] > 1


def test_floating_times_take_the_zone_of_the_file_then_the_one_staff_chose_else_they_wait():
    floating = vevent(start="20260320T100000", end="20260320T110000")

    by_file = only(floating, header=["X-WR-TIMEZONE:Asia/Tokyo"], default_tzid="Europe/Rome")
    by_staff = only(floating, default_tzid="Europe/Rome")
    waiting = only(floating)

    assert (by_file["start"], by_staff["start"]) == ("2026-03-20T01:00:00+00:00", "2026-03-20T09:00:00+00:00")
    assert (waiting["start"], waiting["floating"], codes(waiting)) == ("2026-03-20T10:00:00", True, ["floating"])


def test_days_are_days_and_one_without_an_end_lasts_a_day():
    item = only(vevent(start=";VALUE=DATE:20260320", end=""))

    assert (item["start"], item["end"], item["all_day"], codes(item)) == ("2026-03-20", "2026-03-21", True, [])


def test_times_without_an_end_are_proposed_an_hour_and_flagged():
    item = only(vevent(end=""))

    assert (item["end"], codes(item), item["faulty"]) == ("2026-03-20T10:00:00+00:00", ["no_end"], False)


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("20260320T100000Z", "20260320T090000Z", "ends_before_start"),
        (";VALUE=DATE:20260320", ";VALUE=DATE:20260319", "ends_before_start"),
        ("20260320T100000Z", ";VALUE=DATE:20260321", "mixed"),
        ("20260320T100000Z", "20260320T110000", "mixed"),
        ("20261320T100000Z", "20260320T110000Z", "bad_time"),
        ("20260320T250000Z", "20260320T110000Z", "bad_time"),
        ("00000101T000000Z", "20260320T110000Z", "bad_time"),
        ("tomorrow", "20260320T110000Z", "bad_time"),
        ("", "20260320T110000Z", "no_start"),
    ],
)
def test_times_that_make_no_sense_make_the_item_faulty(start, end, code):
    found = items(vevent("bad", start=start, end=end), vevent("good"))

    assert [(item["uid"], codes(item), item["faulty"]) for item in found] == [
        ("bad", [code], True),
        ("good", [], False),
    ]


@pytest.mark.parametrize(
    ("duration", "end"),
    [
        ("PT90M", "2026-03-29T00:30:00+00:00"),
        ("P1D", "2026-03-29T22:00:00+00:00"),
        ("P1W", "2026-04-04T22:00:00+00:00"),
    ],
)
def test_hours_elapse_and_days_are_days_of_the_calendar(duration, end):
    """The clocks of Torino went forward on 29 March 2026."""
    starts = "20260328T230000Z" if duration == "PT90M" else ";TZID=Europe/Rome:20260329T000000"
    item = only(vevent(start=starts, end="", more=[f"DURATION:{duration}"]))

    assert item["end"] == end


# --- Revisions and names ---------------------------------------------------------------------------------------------


def test_of_two_revisions_the_higher_sequence_counts_then_the_later_stamp():
    older = vevent("a", name="old", more=["SEQUENCE:1", "DTSTAMP:20270101T000000Z"])
    newer = vevent("a", name="new", more=["SEQUENCE:2"])
    early = vevent("b", name="early")
    late = vevent("b", name="late").replace("DTSTAMP:20260101", "DTSTAMP:20260102")

    answer = read(vcalendar(newer, older, late, early))

    assert [item["name"] for item in answer["items"]] == ["new", "late"]
    assert answer["counts"]["older"] == 2


def test_an_item_without_an_identifier_gets_one_that_stays():
    first, again = (only(vevent("", name="Open day")) for _time in range(2))
    other = only(vevent("", name="Closing day"))

    assert first["uid"] == again["uid"] != other["uid"]
    assert codes(first) == ["no_uid"]


def test_what_the_server_stamps_anew_each_time_changes_nothing():
    first = only(vevent())
    again = only(vevent(more=["LAST-MODIFIED:20260202T000000Z", "SEQUENCE:0"]).replace("20260101", "20260131"))

    assert first["hash"] == again["hash"]


def test_texts_without_an_end_are_cut():
    item = only(vevent("u" * 600, name="n" * 600, more=["LOCATION:" + "l" * 600, "DESCRIPTION:" + "d" * 20_000]))

    assert [len(item[name]) for name in ("name", "location", "description")] == [200, 240, 10_000]
    assert len(item["uid"]) < 255


# --- Shapes ----------------------------------------------------------------------------------------------------------


def test_a_property_past_its_limit_makes_its_item_faulty_whether_folded_or_not():
    long = "x" * 70_000
    folded = "\r\n ".join(long[n : n + 70] for n in range(0, len(long), 70))

    found = items(
        *(vevent(uid, more=[f"DESCRIPTION:{text}"]) for uid, text in (("a", long), ("b", folded))), vevent("c")
    )

    assert [(item["uid"], codes(item)) for item in found] == [("a", ["too_long"]), ("b", ["too_long"]), ("c", [])]


def test_a_line_that_is_none_makes_its_item_faulty_and_is_named():
    item = only(vevent(more=["this is no line"]))

    assert (codes(item), item["problems"][0]["at"]) == (["unreadable"], 10)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 50 + b"END:VEVENT\r\n" * 50 + b"END:VCALENDAR\r\n", "nested"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\nEND:VEVENT\r\n", "structure"),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "structure"),
        (vcalendar(vevent())[:-17], "cut_short"),
        (vcalendar(*[vevent(str(n)) for n in range(30)]), "components"),
        (b"<html>", "html"),
        (b"hello", "not_calendar"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused_as_a_whole(body, code):
    assert refused(body, components=20) == code


def test_line_ends_of_all_kinds_are_read():
    body = vcalendar(vevent(), vevent("two"))

    for ends in (b"\n", b"\r"):
        assert len(read(body.replace(b"\r\n", ends))["items"]) == 2


def test_ten_megabytes_in_one_line_are_cut_short_in_memory():
    found = list(lines.unfold("DESCRIPTION:" + "x" * 10_000_000, 65536))

    assert [(number, len(text), is_long) for number, text, is_long in found] == [(1, 200, True)]


# --- Series ----------------------------------------------------------------------------------------------------------


def test_a_series_keeps_its_hour_on_the_wall_and_its_exceptions():
    """The clocks of Torino go forward on 29 March 2026: 09:00 is 08:00 UTC before and 07:00 UTC after."""
    rome = ";TZID=Europe/Rome:"
    master = vevent(
        "s", start=f"{rome}20260320T090000", end=f"{rome}20260320T100000",
        more=["RRULE:FREQ=WEEKLY;COUNT=4", f"EXDATE{rome}20260327T090000", f"RDATE{rome}20260410T150000"],
    )  # fmt: skip
    moved = vevent(
        "s", start=f"{rome}20260403T110000", end=f"{rome}20260403T120000", name="Moved",
        more=[f"RECURRENCE-ID{rome}20260403T090000"],
    )  # fmt: skip

    assert [(item["recurrence_id"], item["start"], item["name"]) for item in items(master, moved)] == [
        ("20260320T080000Z", "2026-03-20T08:00:00+00:00", "Meeting"),
        ("20260403T070000Z", "2026-04-03T09:00:00+00:00", "Moved"),
        ("20260410T070000Z", "2026-04-10T07:00:00+00:00", "Meeting"),
        ("20260410T130000Z", "2026-04-10T13:00:00+00:00", "Meeting"),
    ]


def test_this_and_the_later_dates_move_together():
    master = vevent("s", more=["RRULE:FREQ=DAILY;COUNT=4"])
    later = vevent(
        "s", start="20260322T110000Z", end="20260322T120000Z", name="Later",
        more=["RECURRENCE-ID;RANGE=THISANDFUTURE:20260322T090000Z"],
    )  # fmt: skip

    assert [(item["start"][8:13], item["name"]) for item in items(master, later)] == [
        ("20T09", "Meeting"),
        ("21T09", "Meeting"),
        ("22T11", "Later"),
        ("23T11", "Later"),
    ]


def test_what_is_over_and_what_is_far_away_is_left_out():
    gone = vevent("gone", start="20250320T090000Z", end="20250320T100000Z")
    far = vevent("far", start="20290320T090000Z", end="20290320T100000Z")
    series = vevent("s", start="20250320T090000Z", end="20250320T100000Z", more=["RRULE:FREQ=MONTHLY"])

    found = items(gone, far, series)

    assert {item["uid"] for item in found} == {"s"}
    assert (found[0]["start"][:10], found[-1]["start"][:10], len(found)) == ("2026-02-20", "2027-07-20", 18)


def test_no_series_has_more_than_its_limit_of_dates():
    answer = read(vcalendar(vevent(more=["RRULE:FREQ=DAILY"])), instances=50)

    assert len(answer["items"]) == 50
    assert answer["counts"]["long_series"] == 1


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=SECONDLY", "too_fine"),
        ("FREQ=MINUTELY;INTERVAL=1440", "too_fine"),
        ("FREQ=HOURLY;COUNT=2", "too_fine"),
        ("FREQ=DAILY;BYHOUR=9,10", "too_fine"),
        ("FREQ=DAILY;BYSECOND=1,2", "too_fine"),
        ("FREQ=NEVER", "bad_rule"),
        ("FREQ=DAILY;INTERVAL=0", "bad_rule"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z", "bad_rule"),
        ("FREQ=DAILY;BYDAY=XX", "bad_rule"),
        ("nonsense", "bad_rule"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "too_slow"),
    ],
)
def test_a_rule_that_cannot_be_followed_makes_its_item_faulty_and_no_other(rule, code):
    found = items(vevent("bad", more=[f"RRULE:{rule}"]), vevent("good"))

    assert [(item["uid"], codes(item)) for item in found] == [("bad", [code]), ("good", [])]


@pytest.mark.parametrize("until", ["20260322", "20260322T090000Z", "20260322T090000", "20260322T235959Z"])
def test_the_last_date_is_understood_as_people_write_it(until):
    assert len(items(vevent(more=[f"RRULE:FREQ=DAILY;UNTIL={until}"]))) == 3


def test_a_cancelled_date_says_so():
    master = vevent("s", more=["RRULE:FREQ=DAILY;COUNT=2"])
    off = vevent(
        "s",
        start="20260321T090000Z",
        end="20260321T100000Z",
        more=["RECURRENCE-ID:20260321T090000Z", "STATUS:CANCELLED"],
    )

    assert [item["cancelled"] for item in items(master, off)] == [False, True]
