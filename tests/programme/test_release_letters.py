"""Letters of a release: to whom it changes something, with their own changes and one calendar file (P11, P12)."""

import re
from datetime import UTC, date, datetime, time

import icalendar
import pytest
from django.utils import translation

from iurc_portal.notifications import registry
from iurc_portal.notifications.models import Message
from programme import services
from tests.factories import make_organisation, make_person, make_user, make_version, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)  # Monday, 09:00 in Torino and 17:00 in Nagoya
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 4)


@pytest.fixture
def visit():
    make_organisation(kind="public_body", slug="citta-di-torino")
    titles = {"title_en": "Trams", "title_it": "Tram", "title_ja": "路面電車"}
    return make_visit(state="preparing", first_day=FIRST, last_day=LAST, **titles)


@pytest.fixture
def head(visit):
    return a_delegate(visit, "head@nagoya.example", role="head", family_name="山田", given_name="太郎")


def a_delegate(visit, email, *, track=None, role="member", **fields):
    person = make_person(email=email, languages=["ja"], **fields)
    visit.delegates.create(person=person, role=role, track=track, rank=visit.delegates.count() + 1, reply="accepted")
    return person


def an_item(visit, name="Meeting", hour=9, **fields):
    slot = {"date": FIRST, "starts": time(hour), "ends": time(hour + 1), "names": {"en": name}, "now": NOW}
    return services.plan_agenda_item(visit=visit, **{**slot, **fields})


def moved(item, hour):
    item.event.refresh_from_db()
    services.reschedule_agenda_item(item, date=FIRST, starts=time(hour), ends=time(hour + 1), now=NOW)


def release(visit, now=NOW):
    """The letters of a release, by address."""
    known = set(Message.objects.values_list("pk", flat=True))
    make_version(visit, now=now, tell=True)
    return {message.to: message for message in Message.objects.exclude(pk__in=known)}


def rendered(message):
    with translation.override(message.language):
        return registry.kind_of(message).render(message, preview=False)


def calendars(email):
    """The objects of the attached file, each as its method, number and summary."""
    files = [content for name, content, kind in email.attachments if kind == "application/ics"]
    assert len(files) <= 1
    objects = icalendar.Calendar.from_ical(files[0], multiple=True) if files else []
    return [
        (str(one["METHOD"]), int(event["SEQUENCE"]), str(event["SUMMARY"]))
        for one in objects
        for event in one.walk("VEVENT")
    ]


def test_the_first_release_gives_each_person_their_own_items_in_their_language(visit, head):
    host = make_person(email="host@torino.example", languages=["it"])
    an_item(visit, "Everybody")
    an_item(visit, "Hosted", 11, hosts=[host])

    letters = release(visit)

    assert {to: message.language for to, message in letters.items()} == {
        "head@nagoya.example": "ja",
        "host@torino.example": "it",
    }
    to_head, to_host = (rendered(letters[to]) for to in ("head@nagoya.example", "host@torino.example"))
    assert to_head.subject == "日程のお知らせ：路面電車"
    assert "山田 太郎 様" in to_head.body
    assert calendars(to_head) == [("REQUEST", 0, "Everybody"), ("REQUEST", 0, "Hosted")]
    assert to_host.subject == "Accoglienza di una visita studio: Tram"
    assert "Everybody" not in to_host.body
    assert calendars(to_host) == [("REQUEST", 0, "Hosted")]


def test_a_moved_item_is_told_with_its_old_and_new_time_under_a_higher_number(visit, head):
    item = an_item(visit)
    an_item(visit, "Stays", 14)
    release(visit)
    moved(item, 10)

    email = rendered(release(visit)["head@nagoya.example"])

    assert email.subject == "日程変更のお知らせ：路面電車"
    assert "時間の変更" in email.body
    assert re.search(r"18:00〜19:00.*変更前|18:00〜19:00[^変]*17:00〜18:00", email.body.replace("\n", " "))
    assert "Stays" not in email.body
    assert calendars(email) == [("REQUEST", 1, "Meeting")]
    kinds = [kind for _content, kind in email.alternatives]
    assert kinds == ["text/html", "text/calendar; method=REQUEST; component=VEVENT"]


def test_several_changes_travel_in_one_file_and_no_single_invitation_is_shown(visit, head):
    later, off = an_item(visit, "Later"), an_item(visit, "Off", 11)
    release(visit)
    moved(later, 10)
    off.event.refresh_from_db()
    services.withdraw_agenda_item(off, now=NOW)

    email = rendered(release(visit)["head@nagoya.example"])

    assert sorted(calendars(email)) == [("CANCEL", 1, "Off"), ("REQUEST", 1, "Later")]
    assert [kind for _content, kind in email.alternatives] == ["text/html"]


def test_a_withdrawn_item_cancels_its_entry_for_everybody(visit, head):
    item = an_item(visit)
    an_item(visit, "Stays", 14)
    release(visit)
    item.event.refresh_from_db()
    services.withdraw_agenda_item(item, now=NOW)

    email = rendered(release(visit)["head@nagoya.example"])

    octets = email.attachments[0][1]
    assert b"STATUS:CANCELLED" in octets
    assert item.event.uid.encode() in octets.replace(b"\r\n ", b"")


def test_nobody_unaffected_is_written_to(visit, head):
    a = visit.tracks.create(name_en="A")
    a_delegate(visit, "a@nagoya.example", track=a)
    host = make_person(email="host@torino.example")
    for_a, hosted = an_item(visit, "For A"), an_item(visit, "Hosted", 11, hosts=[host])
    for_a.tracks.add(a)
    release(visit)
    moved(for_a, 10)

    letters = release(visit)

    assert set(letters) == {"a@nagoya.example"}
    assert hosted.hosts.get().person == host


def test_a_change_of_words_writes_to_nobody_and_goes_along_with_a_move(visit, head):
    item, other = an_item(visit), an_item(visit, "Other", 14)
    release(visit)
    services.change_agenda_item(item, names={"en": "Meeting, spelt well"}, now=NOW)

    silent = release(visit)
    services.change_agenda_item(item, names={"en": "Meeting again"}, now=NOW)
    moved(other, 15)
    email = rendered(release(visit)["head@nagoya.example"])

    assert silent == {}
    assert "説明の変更： Meeting again" in email.body
    assert calendars(email) == [("REQUEST", 1, "Other")]


def test_who_leaves_a_group_has_its_entries_taken_off_and_those_of_the_new_one_put_in(visit, head):
    a, b = visit.tracks.create(name_en="A"), visit.tracks.create(name_en="B")
    person = a_delegate(visit, "moves@nagoya.example", track=a)
    a_delegate(visit, "stays@nagoya.example", track=a)
    for_a, for_b = an_item(visit, "For A"), an_item(visit, "For B")
    for_a.tracks.add(a)
    for_b.tracks.add(b)
    release(visit)
    visit.delegates.filter(person=person).update(track=b)

    letters = release(visit)

    email = rendered(letters["moves@nagoya.example"])
    assert set(letters) == {"moves@nagoya.example"}
    assert sorted(calendars(email)) == [("CANCEL", 1, "For A"), ("REQUEST", 0, "For B")]
    assert b"STATUS:CANCELLED" not in email.attachments[0][1]  # for others it takes place


def test_who_leaves_the_delegation_and_who_comes_are_told(visit, head):
    gone = a_delegate(visit, "gone@nagoya.example")
    an_item(visit)
    release(visit)
    visit.delegates.filter(person=gone).update(reply="declined")
    a_delegate(visit, "new@nagoya.example")

    letters = release(visit)

    assert set(letters) == {"gone@nagoya.example", "new@nagoya.example"}
    assert calendars(rendered(letters["gone@nagoya.example"])) == [("CANCEL", 1, "Meeting")]


def test_another_host_is_news_for_the_delegation_and_both_hosts(visit, head):
    former, new = make_person(email="former@torino.example"), make_person(email="new@torino.example")
    item = an_item(visit, hosts=[former])
    release(visit)
    services.set_hosts(item, [new])

    letters = release(visit)

    assert {to: calendars(rendered(message)) for to, message in letters.items()} == {
        "former@torino.example": [("CANCEL", 1, "Meeting")],
        "head@nagoya.example": [("REQUEST", 1, "Meeting")],
        "new@torino.example": [("REQUEST", 1, "Meeting")],
    }


def test_who_is_in_the_delegation_and_receives_gets_one_letter(visit, head):
    an_item(visit, hosts=[head])

    assert list(release(visit)) == ["head@nagoya.example"]


def test_staff_read_whom_it_tells_in_protocol_order_the_delegation_first(visit, head):
    a_delegate(visit, "second@nagoya.example", family_name="安藤")
    an_item(visit, hosts=[make_person(email="host@torino.example", family_name="Abate")])

    told = services.draft_of(visit, now=NOW).recipients

    assert [one.address for one in told] == ["head@nagoya.example", "second@nagoya.example", "host@torino.example"]


def test_letters_wait_for_the_morning_of_their_reader(visit, head):
    an_item(visit, hosts=[make_person(email="host@torino.example")])

    letters = release(visit, now=datetime(2026, 2, 2, 15, 0, tzinfo=UTC))  # midnight in Nagoya

    assert letters["host@torino.example"].not_before is None
    assert letters["head@nagoya.example"].not_before == datetime(2026, 2, 3, 0, 0, tzinfo=UTC)


def test_language_and_zone_are_those_of_the_account(visit):
    user = make_user(email="taro@nagoya.example", language="en", tzid="Europe/Rome")
    visit.delegates.create(person=make_person(user=user, languages=["ja"]), role="head", rank=1)
    an_item(visit)

    message = release(visit)["taro@nagoya.example"]

    assert (message.language, message.tzid) == ("en", "Europe/Rome")


def test_somebody_without_an_address_is_named_to_staff_and_not_written_to(visit):
    visit.delegates.create(person=make_person(email=""), role="head", rank=1)
    an_item(visit)

    draft = services.draft_of(visit, now=NOW)

    assert [recipient.address for recipient in draft.recipients] == [""]
    assert release(visit) == {}


@pytest.mark.parametrize(("state", "subject"), [("cancelled", "中止"), ("postponed", "延期")])
def test_a_visit_that_is_called_off_leaves_every_calendar(visit, head, state, subject):
    an_item(visit)
    letters = release(visit)

    services.move_visit(visit, state, now=NOW, reason="Typhoon")

    message = Message.objects.exclude(pk__in=[letter.pk for letter in letters.values()]).get()
    email = rendered(message)
    assert email.subject == f"{subject}のお知らせ：路面電車"
    assert calendars(email) == [("CANCEL", 1, "Meeting")]
    assert registry.kind_of(message).refusal(message) == ""
    assert registry.kind_of(letters["head@nagoya.example"]).refusal(letters["head@nagoya.example"]) != ""


def test_after_a_postponement_everything_is_told_anew(visit, head):
    item = an_item(visit)
    release(visit)
    services.move_visit(visit, "postponed", now=NOW, reason="Typhoon")
    services.move_visit(visit, "preparing", now=NOW)

    email = rendered(release(visit, now=NOW.replace(hour=9))["head@nagoya.example"])

    item.event.refresh_from_db()
    assert calendars(email) == [("REQUEST", item.event.sequence, "Meeting")]
    assert item.event.sequence == 2
