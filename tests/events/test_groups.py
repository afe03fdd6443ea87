"""One registers several: all seats or none, each member's own word, places free again (events spec 2.18, 11.8)."""

import io
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook

from events.delegations import read_members
from events.exceptions import EventFull, GroupTooLarge, RegistrationClosed
from events.models import AccessToken, Registration, RegistrationGroup
from events.services import groups, lapsing, registrations, tokens
from events.services.groups import Member
from events.views.groups import CONFIRMED_OR_NOT
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from tests.events.test_registering import VISITOR, mark
from tests.factories import START, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
PERSON = {"family_name": "Rossi", "given_name": "Anna", "language": "it", "tzid": "Europe/Rome"}
LEAD = "anna@example.org"
State = Registration.State


@pytest.fixture(autouse=True)
def _twenty_days_before(monkeypatch):
    cache.clear()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def member(name, language="ja"):
    return Member(
        email=f"{name}@example.org", language=language, person={"family_name": name.title(), "given_name": "Ken"}
    )


def ask(event, *names, now=NOW, **more):
    members = [member(name) for name in names]
    return groups.request_group(event=event, email=LEAD, person=PERSON, members=members, now=now, **more)


def prove(registration, *, now=NOW):
    clear = tokens.issue(registration, AccessToken.Purpose.PROVE, now=now)
    return groups.prove(tokens.find(clear), now=now)


def states(event) -> dict:
    return {row.email.partition("@")[0]: row.state for row in event.registrations.all()}


def letters() -> list:
    return list(Message.objects.order_by("pk").values_list("to", "kind"))


def taken(event, *, now=NOW) -> int:
    return event.registrations.taking_seats(now=now).count()


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_until_the_lead_has_proved_the_address_nobody_else_is_written_to():
    event = make_event(maximum_attendee_capacity=3)

    lead = ask(event, "sato", "suzuki", name="Nagoya Shoji")

    assert states(event) == {"anna": "unproved", "sato": "unproved", "suzuki": "unproved"}
    assert letters() == [(LEAD, "events.proof")]
    assert {row.hold_until for row in event.registrations.all()} == {NOW + timedelta(minutes=30)}
    assert taken(event) == 3
    assert (lead.group.name, lead.group.invited_at) == ("Nagoya Shoji", None)


def test_the_leads_proof_confirms_the_lead_and_invites_the_members_for_72_hours():
    event = make_event(maximum_attendee_capacity=3)
    lead = ask(event, "sato", "suzuki")

    prove(lead)

    assert states(event) == {"anna": "confirmed", "sato": "unproved", "suzuki": "unproved"}
    assert letters() == [
        (LEAD, "events.proof"),
        (LEAD, "events.confirmed"),
        ("sato@example.org", "events.member"),
        ("suzuki@example.org", "events.member"),
    ]
    held = event.registrations.filter(state="unproved").values_list("hold_until", flat=True)
    assert set(held) == {NOW + timedelta(hours=72)}


def test_members_seats_are_never_held_beyond_the_start():
    event = make_event()
    late = START - timedelta(hours=5)

    prove(ask(event, "sato", now=late), now=late)

    assert event.registrations.get(email_key="sato@example.org").hold_until == START


def test_the_group_takes_all_its_seats_or_none():
    event = make_event(maximum_attendee_capacity=2)

    with pytest.raises(EventFull):
        ask(event, "sato", "suzuki")

    assert (states(event), letters()) == ({}, [])
    assert not RegistrationGroup.objects.exists()


def test_a_lead_whose_hold_has_lapsed_gets_all_the_seats_again_or_none():
    event = make_event(maximum_attendee_capacity=3)
    lead = ask(event, "sato", "suzuki")
    later = NOW + timedelta(hours=1)
    rival = make_registration(event, email="rival@example.org")

    with pytest.raises(EventFull):
        prove(lead, now=later)
    untouched = states(event)
    rival.delete()
    prove(lead, now=later)

    assert untouched == {"anna": "unproved", "sato": "unproved", "suzuki": "unproved", "rival": "confirmed"}
    assert states(event) == {"anna": "confirmed", "sato": "unproved", "suzuki": "unproved"}
    assert {row.joined_at for row in event.registrations.all()} == {later}


def test_asking_again_before_the_proof_replaces_the_members():
    event = make_event(maximum_attendee_capacity=3)
    ask(event, "sato", "suzuki")

    lead = ask(event, "suzuki", "tanaka")
    prove(lead)

    assert states(event) == {"anna": "confirmed", "sato": "cancelled", "suzuki": "unproved", "tanaka": "unproved"}
    assert [to for to, kind in letters() if kind == "events.member"] == ["suzuki@example.org", "tanaka@example.org"]


def test_who_has_a_place_or_asks_for_one_is_left_alone():
    event = make_event()
    make_registration(event, email="sato@example.org", family_name="Own")
    make_registration(
        event, email="suzuki@example.org", state="unproved", hold_until=NOW + timedelta(minutes=5), family_name="Own"
    )

    prove(ask(event, "sato", "suzuki", "tanaka"))

    assert [to for to, kind in letters() if kind == "events.member"] == ["tanaka@example.org"]
    assert set(event.registrations.filter(email__startswith="s").values_list("family_name", flat=True)) == {"Own"}


def test_who_gave_a_place_back_may_be_named_and_is_asked_again():
    event = make_event()
    gone = make_registration(event, email="sato@example.org", state="cancelled", last_mail_at=NOW)

    prove(ask(event, "sato"))

    gone.refresh_from_db()
    assert (gone.state, gone.group.lead.email) == ("unproved", LEAD)
    assert ("sato@example.org", "events.member") in letters()


def test_a_lead_who_has_a_place_already_is_told_by_mail_alone():
    event = make_event()
    make_registration(event, email=LEAD)

    ask(event, "sato")

    assert states(event) == {"anna": "confirmed"}
    assert letters() == [(LEAD, "events.known")]


def test_a_signed_in_lead_invites_at_once():
    event = make_event()
    user = make_user(email=LEAD)
    EmailAddress.objects.create(user=user, email=LEAD, verified=True, primary=True)

    ask(event, "sato", user=user)

    assert states(event) == {"anna": "confirmed", "sato": "unproved"}
    assert letters() == [(LEAD, "events.confirmed"), ("sato@example.org", "events.member")]


def test_limits_are_read_after_the_lock():
    event = make_event(maximum_group_size=5)
    type(event).objects.filter(pk=event.pk).update(maximum_group_size=2)

    with pytest.raises(GroupTooLarge) as refusal:
        ask(event, "sato", "suzuki")

    assert (refusal.value.code, refusal.value.params) == ("group_size", {"limit": 2})
    assert states(event) == {}


@pytest.mark.parametrize("names", [["sato", "sato"], ["anna"], ["sato", "SATO"]])
def test_an_address_stands_once(names):
    with pytest.raises(ValidationError) as refusal:
        ask(make_event(), *names)

    assert refusal.value.code == "twice"


# --- Members ---------------------------------------------------------------------------------------------------------


def test_the_letter_says_who_and_until_when_and_its_link_lasts_as_long(client, django_capture_on_commit_callbacks):
    event = make_event()
    with django_capture_on_commit_callbacks(execute=True):
        prove(ask(event, "sato"))

    letter = next(one for one in mail.outbox if one.to == ["sato@example.org"])
    token = AccessToken.objects.get(registration__email="sato@example.org")

    assert "Rossi Anna" in letter.body
    assert token.expires_at == NOW + timedelta(hours=72)
    link = next(word for word in letter.body.split() if "/r/" in word)
    page = client.get(link.partition("8000")[2] or link[link.index("/r/") :])
    assert "Rossi Anna" in page.content.decode()


def test_a_member_confirms_with_the_privacy_notice_read():
    event = make_event()
    prove(ask(event, "sato"))
    row = event.registrations.get(email="sato@example.org")
    clear = tokens.issue(row, "prove", now=NOW)

    groups.prove(tokens.find(clear), now=NOW, consent_version="2026-01-01")

    row.refresh_from_db()
    assert (row.state, row.consent_version, row.hold_until) == ("confirmed", "2026-01-01", None)


def test_a_member_declines_by_post_and_the_lead_is_told(client):
    event = make_event(maximum_attendee_capacity=2)
    prove(ask(event, "sato"))
    row = event.registrations.get(email="sato@example.org")
    page = f"/r/{tokens.issue(row, 'prove', now=NOW)}/"

    looked = client.get(f"{page}not-for-me/")
    before = states(event)["sato"]
    done = client.post(f"{page}not-for-me/")
    again = client.post(f"{page}not-for-me/")

    assert (looked.status_code, before) == (303, "unproved")
    assert (done.status_code, again.status_code, states(event)["sato"]) == (303, 303, "cancelled")
    assert client.get(page).status_code == 200
    assert [(to, kind) for to, kind in letters() if kind == "events.members_gone"] == [(LEAD, "events.members_gone")]
    assert Message.objects.get(kind="events.members_gone").payload == {"names": ["Ken Sato"], "declined": True}
    assert taken(event) == 1


def test_the_link_of_somebody_who_asked_alone_declines_nothing(client):
    row = make_registration(state="unproved", hold_until=NOW + timedelta(minutes=5))

    client.post(f"/r/{tokens.issue(row, 'prove', now=NOW)}/not-for-me/")

    row.refresh_from_db()
    assert row.state == "unproved"


def test_a_lapsed_seat_is_free_and_the_lead_is_told_once():
    event = make_event(maximum_attendee_capacity=3)
    prove(ask(event, "sato", "suzuki"))
    row = event.registrations.get(email="suzuki@example.org")
    groups.prove(tokens.find(tokens.issue(row, "prove", now=NOW)), now=NOW)
    end = NOW + timedelta(hours=72)

    early, late, again = (
        lapsing.release_lapsed(now=when)["released"] for when in (end - timedelta(seconds=1), end, end)
    )

    assert (early, late, again) == (0, 1, 0)
    assert states(event) == {"anna": "confirmed", "sato": "cancelled", "suzuki": "confirmed"}
    assert Message.objects.get(kind="events.members_gone").payload == {"names": ["Ken Sato"], "declined": False}
    last = Transition.objects.of(event.registrations.get(email="sato@example.org")).last()
    assert (last.to_state, last.reason) == ("cancelled", "member_lapsed")


def test_a_late_yes_changes_nothing(client):
    event = make_event()
    prove(ask(event, "sato"))
    row = event.registrations.get(email="sato@example.org")
    clear = tokens.issue(row, "prove", now=NOW, expires_at=NOW)

    assert client.post(f"/r/{clear}/").status_code == 409
    assert states(event)["sato"] == "unproved"


def test_bringing_others_later():
    event = make_event(maximum_attendee_capacity=4)
    lead = make_registration(event, email=LEAD)

    groups.add_members(lead, [member("sato")], now=NOW)
    groups.add_members(lead, [member("sato"), member("suzuki")], now=NOW)

    assert states(event) == {"anna": "confirmed", "sato": "unproved", "suzuki": "unproved"}
    assert [to for to, kind in letters() if kind == "events.member"] == ["sato@example.org", "suzuki@example.org"]
    with pytest.raises(EventFull):
        groups.add_members(lead, [member("tanaka"), member("kato")], now=NOW)
    with pytest.raises(RegistrationClosed):
        groups.add_members(lead, [member("tanaka")], now=START)
    assert taken(event) == 3


def test_a_lead_who_left_and_comes_back_with_others_invites_them_after_the_new_proof():
    event = make_event()
    lead = prove(ask(event, "sato"))
    registrations.withdraw_registration(lead, now=NOW)

    lead = ask(event, "suzuki", now=NOW + timedelta(minutes=20))
    assert [to for to, kind in letters() if kind == "events.member"] == ["sato@example.org"]
    prove(lead, now=NOW + timedelta(minutes=21))

    assert [to for to, kind in letters() if kind == "events.member"] == ["sato@example.org", "suzuki@example.org"]


# --- The pages -------------------------------------------------------------------------------------------------------


def rows(*people, **more) -> dict:
    data = {"member-TOTAL_FORMS": str(max(len(people), 3)), "member-INITIAL_FORMS": "0"}
    for number, person in enumerate(people):
        person = {"given_name": "Ken", "family_name": "Sato", "language": "ja", **person}
        data |= {f"member-{number}-{name}": value for name, value in person.items()}
    return data | more


def post(client, event, data, page="en"):
    lead = {**VISITOR, "email": LEAD, "began": mark()}
    return client.post(f"/{page}/events/{event.slug}/register/group/", {**lead, **data})


def problems(answer) -> list:
    return [(row, column) for row, column, _words, _target in answer.context["members"].problems]


def test_a_group_registers_by_one_form(client):
    event = make_event()

    answer = post(
        client, event, rows({"email": "sato@example.org"}, {"email": "kato@example.org"}, group_name="Shoji")
    )

    assert (answer.status_code, answer["Location"]) == (302, f"/en/events/{event.slug}/register/asked/")
    assert states(event) == {"anna": "unproved", "sato": "unproved", "kato": "unproved"}
    assert RegistrationGroup.objects.get().name == "Shoji"


def test_what_is_wrong_is_said_by_row_and_column_and_nobody_is_registered(client):
    event = make_event()

    answer = post(
        client,
        event,
        rows({"email": "sato@example.org"}, {"email": "nonsense"}, {"email": "SATO@example.org", "given_name": ""}),
    )

    assert answer.status_code == 200
    assert problems(answer) == [("Person 2", "E-mail"), ("Person 3", "First name"), ("Person 3", "E-mail")]
    assert states(event) == {}


def test_a_group_of_one_is_asked_for_others(client):
    answer = post(client, make_event(), rows())

    assert answer.status_code == 200
    assert len(answer.context["members"].non_form_errors()) == 1


def test_too_few_places_bring_the_form_back_with_the_number(client):
    event = make_event(maximum_attendee_capacity=2)

    answer = post(client, event, rows({"email": "sato@example.org"}, {"email": "kato@example.org"}))

    assert answer.status_code == 409
    assert "2 places are left" in answer.context["form"].non_field_errors()[0]
    assert states(event) == {}


def test_more_rows_keep_what_was_typed(client):
    answer = post(client, make_event(), rows({"email": "sato@example.org"}, more="1"))

    page = answer.content.decode()
    assert len(answer.context["members"].forms) == 8
    assert 'value="sato@example.org"' in page
    assert f'value="{LEAD}"' in page


def test_an_event_without_groups_has_no_such_page(client):
    event = make_event(maximum_group_size=1)

    assert client.get(f"/en/events/{event.slug}/register/group/").status_code == 404
    assert "register/group" not in client.get(f"/en/events/{event.slug}/register/").content.decode()


@pytest.mark.parametrize("total", ["", "-1", "x", "99999999999"])
def test_nonsense_in_the_number_of_rows_is_no_fault_of_ours(client, total):
    answer = post(client, make_event(), {**rows({"email": "sato@example.org"}), "member-TOTAL_FORMS": total})

    assert answer.status_code == 200


def test_the_own_page_shows_the_group_and_takes_others(client):
    event = make_event(maximum_group_size=3)
    lead = make_registration(event, email=LEAD, language="en")
    page = f"/r/{tokens.issue(lead, 'manage', now=NOW)}/group/"

    done = client.post(page, rows({"email": "sato@example.org"}, {"email": "kato@example.org"}))
    full = client.get(page)
    late = client.post(page, rows({"email": "mori@example.org"}))

    assert (done.status_code, done["Location"]) == (303, page)
    assert [state for _name, state in full.context["people"]] == [CONFIRMED_OR_NOT["unproved"]] * 2
    assert "members" not in full.context
    assert late.status_code == 409


def test_a_member_does_not_lead_from_their_own_page(client):
    event = make_event()
    prove(ask(event, "sato"))
    row = event.registrations.get(email="sato@example.org")
    groups.prove(tokens.find(tokens.issue(row, "prove", now=NOW)), now=NOW)

    answer = client.post(f"/r/{tokens.issue(row, 'manage', now=NOW)}/group/", rows({"email": "mori@example.org"}))

    assert answer.status_code == 303
    assert "mori" not in states(event)


# --- Spreadsheets ----------------------------------------------------------------------------------------------------


def workbook(*lines) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_japanese_list_in_shift_jis_is_read():
    data = (
        "参加者名簿\r\n姓,名,セイ,メイ,メールアドレス,会社名,役職,言語\r\n"
        "佐藤,健,サトウ,ケン,sato@example.org,名古屋商事,部長,日本語\r\n"
        "鈴木,愛,スズキ,アイ,suzuki@example.org,,,英語\r\n"
    )

    row, other = read_members(data.encode("cp932"))

    assert row.line == 3
    assert row.cells == {
        "family_name": "佐藤",
        "given_name": "健",
        "family_kana": "サトウ",
        "given_kana": "ケン",
        "email": "sato@example.org",
        "company": "名古屋商事",
        "job_title": "部長",
        "language": "ja",
    }
    assert other.cells["language"] == "en"


def test_an_italian_workbook_and_names_in_one_cell_are_read():
    data = workbook(
        ["Nome e cognome", "E-mail", "Note"], ["Anna De Rossi", "a@example.org", "x"], ["佐藤 健", "b@example.org"]
    )

    people = [row.cells for row in read_members(data)]

    assert people == [
        {"given_name": "Anna", "family_name": "De Rossi", "email": "a@example.org"},
        {"family_name": "佐藤", "given_name": "健", "email": "b@example.org"},
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"Cognome;Nome\nRossi;Anna\n", "headings"),
        (b"E-mail;Azienda\na@example.org;Fiat\n", "headings"),
        (b"Cognome;Nome;E-mail\n", "empty"),
        (b"PK\x03\x04 broken", "workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "old"),
        (b"x" * (1024 * 1024 + 1), "large"),
        (b"Cognome;Nome;E-mail\n" + b"R;A;a@example.org\n" * 501, "rows"),
    ],
)
def test_what_is_no_list_of_people_is_refused_with_what_to_do(data, code):
    with pytest.raises(ValidationError) as refusal:
        read_members(data)

    assert refusal.value.code == code


def test_a_file_fills_the_rows_and_its_faults_are_told_by_line_and_column(client):
    event = make_event()
    file = SimpleUploadedFile(
        "list.csv", b"Cognome;Nome;E-mail;Lingua\nRossi;Anna;a@example.org;it\n;Ugo;nonsense;klingon\n"
    )

    answer = post(client, event, rows(read="1") | {"file": file})

    assert answer.status_code == 200
    assert problems(answer) == [
        ("Line 3 of the file", "Surname"),
        ("Line 3 of the file", "E-mail"),
        ("Line 3 of the file", "Language of messages"),
    ]
    assert 'value="a@example.org"' in answer.content.decode()
    assert states(event) == {}


def test_a_list_that_is_too_long_says_so_and_registers_nobody(client):
    event = make_event(maximum_group_size=3)
    people = "".join(f"R;A;p{number}@example.org\n" for number in range(4))
    file = SimpleUploadedFile("list.csv", f"Cognome;Nome;E-mail\n{people}".encode())

    shown = post(client, event, rows(read="1") | {"file": file})
    sent = post(client, event, rows(*({"email": f"p{number}@example.org"} for number in range(4))))

    assert shown.context["members"].non_form_errors() == ["The list is too long: at most 2 people beside you."]
    assert sent.status_code == 409
    assert states(event) == {}


def test_reading_without_a_file_asks_for_one(client):
    answer = post(client, make_event(), rows(read="1"))

    assert list(answer.context["file"].errors) == ["file"]
