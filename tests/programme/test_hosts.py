"""Asking hosts, taking their answers, asking again: what is written, to whom, and what is refused (P10, P11)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import deliver_all
from programme.exceptions import ItemChanged, LinkOver
from programme.host_facts import facts_of
from programme.models import HostConfirmation, HostLink
from programme.services import hosts, links, move_visit
from programme.services.agenda import change_agenda_item, reschedule_agenda_item, withdraw_agenda_item
from tests.factories import make_person, make_user
from tests.programme.hosting import FIRST, LAST, NOW, kinds_in, link_of, make_planned

pytestmark = pytest.mark.django_db
Answer = HostConfirmation.Answer
ROME = ZoneInfo("Europe/Rome")
DAY = timedelta(days=1)


def move(item, hour):
    return reschedule_agenda_item(item, date=FIRST, starts=time(hour), ends=time(hour + 1, 30), now=NOW)


def test_a_host_is_invited_once_in_their_language():
    person = make_person(email="taro@nagoya.example", family_name="山田", given_name="太郎", languages=["ja"])
    _visit, _item, host = make_planned(person=person)

    hosts.invite_hosts([host], now=NOW)
    [(_host, refusal)] = hosts.invite_hosts([host], now=NOW)

    assert refusal.code == "asked"
    assert [(m.kind, m.to, m.language) for m in Message.objects.all()] == [
        ("programme.host_asked", "taro@nagoya.example", "ja")
    ]


def test_a_host_who_speaks_the_host_citys_language_is_written_to_in_it():
    person = make_person(email="a@b.example", languages=["en", "it"])
    assert make_planned(person=person)[2].reads == "it"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda visit, item, host: type(host.person).objects.filter(pk=host.person_id).update(email=""), "no_address"),
        (lambda visit, item, host: type(visit).objects.filter(pk=visit.pk).update(state="proposed"), "not_accepted"),
        (lambda visit, item, host: type(visit).objects.filter(pk=visit.pk).update(state="cancelled"), "over"),
    ],
)
def test_whom_no_letter_can_reach_is_refused_with_the_reason(change, code):
    visit, item, host = make_planned()
    change(visit, item, host)

    outcome = hosts.invite_hosts(hosts.hosts_of_visit(visit), now=NOW)

    assert [refusal.code for _host, refusal in outcome] == [code]
    assert Message.objects.count() == 0


def test_an_answer_is_kept_with_its_needs_and_its_place_in_the_log():
    _visit, item, host = make_planned()

    hosts.answer_host(host, answer=Answer.ACCEPTED, needs="Una sala", read=facts_of(item), now=NOW)

    host.refresh_from_db()
    assert (host.answer, host.needs, host.answered_at, host.about_sequence) == ("accepted", "Una sala", NOW, 0)
    assert [(line.from_state, line.to_state, line.reason) for line in Transition.objects.of(host)] == [
        ("pending", "accepted", "by_link")
    ]


def test_an_answer_on_behalf_names_who_wrote_it_down():
    _visit, _item, host = make_planned()
    clerk = make_user(is_staff=True)

    hosts.answer_host(host, answer=Answer.ACCEPTED, now=NOW, by=clerk)

    host.refresh_from_db()
    assert host.answered_by == clerk
    assert [(line.actor, line.reason) for line in Transition.objects.of(host)] == [(clerk, "on_behalf")]


def test_declining_needs_a_reason_and_proposing_a_time():
    _visit, _item, host = make_planned()
    for answer, field in ((Answer.DECLINED, "reason"), (Answer.PROPOSED, "date")):
        with pytest.raises(ValidationError) as refusal:
            hosts.answer_host(host, answer=answer, now=NOW)
        assert list(refusal.value.error_dict) == [field]
    host.refresh_from_db()
    assert host.answer == "pending"


def test_another_time_asks_again_and_a_typo_does_not():
    _visit, item, host = make_planned()
    hosts.invite_hosts([host], now=NOW)
    hosts.answer_host(host, answer=Answer.ACCEPTED, now=NOW)

    change_agenda_item(item, names={"it": "Incontro!", "en": "Meeting", "ja": "会議"}, dress_it="Elegante", now=NOW)
    host.refresh_from_db()
    kept = host.answer
    move(item, 14)

    host.refresh_from_db()
    assert (kept, host.answer, host.answered_at) == ("accepted", "pending", None)
    assert kinds_in(Message.objects) == ["asked", "again"]


def test_while_an_item_is_moved_about_only_the_last_letter_leaves(mailoutbox):
    _visit, item, host = make_planned()
    hosts.invite_hosts([host], now=NOW)
    hosts.answer_host(host, answer=Answer.ACCEPTED, now=NOW)

    for hour in (12, 14, 16):
        move(item, hour)
    Message.objects.exclude(kind="programme.host_again").delete()
    deliver_all(list(Message.objects.values_list("pk", flat=True)), now=NOW + timedelta(minutes=20))

    assert [(m.state, m.error.partition(".")[0]) for m in Message.objects.order_by("pk")] == [
        ("dropped", "a later letter says it"),
        ("dropped", "a later letter says it"),
        ("sent", ""),
    ]
    assert "16:00" in mailoutbox[0].body
    assert "10:00" in mailoutbox[0].body  # what the host knew


def test_moving_there_and_back_leaves_the_host_in_peace_about_the_same_time():
    _visit, item, host = make_planned()
    hosts.answer_host(host, answer=Answer.ACCEPTED, now=NOW)

    from programme.services.agenda import ask_hosts_again

    ask_hosts_again(item, now=NOW)

    host.refresh_from_db()
    assert host.answer == "accepted"


def test_an_answer_to_what_has_moved_is_refused_with_old_and_new():
    _visit, item, host = make_planned()
    read = facts_of(item)
    move(item, 14)

    with pytest.raises(ItemChanged) as news:
        hosts.answer_host(host, answer=Answer.ACCEPTED, read=read, now=NOW)

    assert [facts.start.astimezone(ROME).hour for facts in (news.value.read, news.value.current)] == [10, 14]
    host.refresh_from_db()
    assert host.answer == "pending"


def test_an_accepted_proposal_moves_the_item_and_asks_the_others_again():
    visit, item, host = make_planned()
    other = item.hosts.create(person=make_person(email="other@torino.example"))
    for one in (host, other):
        hosts.invite_hosts([one], now=NOW)
        hosts.answer_host(one, answer=Answer.ACCEPTED, now=NOW)
    proposal = hosts.check_proposal(host, date=LAST, starts=time(9), ends=time(10))
    hosts.answer_host(host, answer=Answer.PROPOSED, proposal=proposal, now=NOW)
    item.event.refresh_from_db()
    before = item.event.dtstart.astimezone(ROME)

    hosts.accept_proposal(host, now=NOW, by=visit.lead)

    item.refresh_from_db()
    item.event.refresh_from_db()
    assert before == datetime(2027, 3, 2, 10, tzinfo=ROME)  # a proposal alone moves nothing
    assert item.event.dtstart.astimezone(ROME) == datetime(2027, 3, 3, 9, tzinfo=ROME)
    assert item.day.date == LAST
    assert list(item.hosts.order_by("pk").values_list("answer", flat=True)) == ["accepted", "pending"]
    assert kinds_in(Message.objects) == ["asked", "asked", "again", "agreed"]


def test_a_proposal_outside_the_visit_is_refused():
    _visit, _item, host = make_planned()
    with pytest.raises(ValidationError) as refusal:
        hosts.check_proposal(host, date=date(2027, 3, 4), starts=time(9), ends=time(10))
    assert [error.code for error in refusal.value.error_dict["date"]] == ["outside"]


def test_keeping_the_time_asks_the_host_once_more_with_a_word():
    _visit, _item, host = make_planned()
    hosts.invite_hosts([host], now=NOW)
    proposal = hosts.check_proposal(host, date=LAST, starts=time(9), ends=time(10))
    hosts.answer_host(host, answer=Answer.PROPOSED, proposal=proposal, now=NOW)

    hosts.keep_time(host, note="La sala è occupata.", now=NOW)

    host.refresh_from_db()
    assert (host.answer, host.proposed_start) == ("pending", None)
    assert Message.objects.order_by("pk").last().payload["note"] == "La sala è occupata."


def test_the_silent_are_reminded_after_five_and_eight_working_days_and_then_the_lead_hears():
    _visit, _item, host = make_planned()
    hosts.invite_hosts([host], now=NOW)  # Monday, 1 February

    steps = {}
    for days in range(1, 18):
        counts = hosts.tend_hosts(now=NOW + days * DAY)
        again = hosts.tend_hosts(now=NOW + days * DAY)
        assert again == {"reminded": 0, "told": 0}
        if any(counts.values()):
            steps[(NOW + days * DAY).date().isoformat()] = counts

    assert steps == {
        "2027-02-08": {"reminded": 1, "told": 0},
        "2027-02-11": {"reminded": 1, "told": 0},
        "2027-02-15": {"reminded": 0, "told": 1},
    }
    assert [(m.kind.rpartition("_")[2], m.to) for m in Message.objects.order_by("pk")] == [
        ("asked", "anna@torino.example"),
        ("reminder", "anna@torino.example"),
        ("reminder", "anna@torino.example"),
        ("silent", "lead@torino.example"),
    ]


def test_who_answers_is_not_reminded_and_waiting_letters_are_dropped():
    _visit, _item, host = make_planned()
    hosts.invite_hosts([host], now=NOW)
    hosts.answer_host(host, answer=Answer.ACCEPTED, now=NOW)

    assert hosts.tend_hosts(now=NOW + 30 * DAY) == {"reminded": 0, "told": 0}
    deliver_all(list(Message.objects.values_list("pk", flat=True)), now=NOW)
    assert [(m.state, m.error.partition(".")[0]) for m in Message.objects.all()] == [
        ("dropped", "the host has answered already")
    ]


@pytest.mark.parametrize("end", ["after the visit", "cancelled visit", "cancelled item", "new link", "other host"])
def test_a_link_dies_with_the_visit_the_item_or_a_newer_link(end):
    visit, item, host = make_planned()
    clear, now = link_of(host), NOW
    alive = links.host_link_works(links.find_host_link(clear), now=now)

    if end == "after the visit":
        now = datetime(2027, 3, 4, 0, 0, tzinfo=ROME)
    elif end == "cancelled visit":
        move_visit(visit, "cancelled", now=NOW, reason="Sciopero")
    elif end == "cancelled item":
        withdraw_agenda_item(item, now=NOW)
    elif end == "new link":
        hosts.renew_link(host, now=NOW)
    else:
        item.hosts.all().delete()

    link = links.find_host_link(clear)
    assert (alive, links.host_link_works(link, now=now), link.visit.lead.email) == (True, False, "lead@torino.example")


def test_the_link_still_works_in_the_last_minute_of_the_visit_in_its_city():
    _visit, _item, host = make_planned()
    link = links.find_host_link(link_of(host))
    assert links.host_link_works(link, now=datetime(2027, 3, 3, 23, 59, tzinfo=ROME))


def test_a_cancelled_item_takes_no_answer():
    visit, _item, host = make_planned()
    move_visit(visit, "cancelled", now=NOW, reason="Sciopero")
    with pytest.raises(LinkOver):
        hosts.answer_host(host, answer=Answer.ACCEPTED, now=NOW)


def test_of_a_link_only_the_digest_is_stored():
    _visit, _item, host = make_planned()
    clear = link_of(host)
    assert clear not in str(HostLink.objects.values_list())


@pytest.mark.parametrize("way", ["taken off", "visit cancelled"])
def test_who_was_asked_hears_that_the_item_is_called_off_and_who_was_not_does_not(way, mailoutbox):
    visit, item, host = make_planned()
    item.hosts.create(person=make_person(email="never@torino.example"))
    hosts.invite_hosts([host], now=NOW)
    Message.objects.all().delete()

    if way == "taken off":
        withdraw_agenda_item(item, now=NOW)
    else:
        move_visit(visit, "cancelled", now=NOW, reason="Sciopero")
    deliver_all(list(Message.objects.values_list("pk", flat=True)), now=NOW)

    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        (["anna@torino.example"], "Incontro annullato: Incontro")
    ]
    assert "10:00–11:30" in mailoutbox[0].body
