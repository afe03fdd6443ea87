"""Who receives the guests at several items of a visit gets one letter, and answers for each of them (P10)."""

import re
from datetime import time, timedelta

import pytest

from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import deliver_all
from programme.models import HostConfirmation
from programme.services import hosts, plan_agenda_item
from tests.factories import make_person
from tests.programme.hosting import FIRST, NOW, kinds_in, make_planned

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def three():
    """Three items of one visit that Anna Bianchi receives: Incontro at 10, Laboratorio at 14, Cena at 19."""
    visit, item, first = make_planned()
    for name, hour in (("Cena", 19), ("Laboratorio", 14)):
        plan_agenda_item(
            visit=visit,
            date=FIRST,
            starts=time(hour),
            ends=time(hour + 1),
            names={"it": name},
            organisation=item.organisation,
            hosts=[first.person],
            now=NOW,
        )
    return list(hosts.hosts_of_visit(visit))


def sent(mailoutbox, *, now=NOW):
    deliver_all(list(Message.objects.values_list("pk", flat=True)), now=now)
    return mailoutbox[-1]


def links_in(letter):
    return re.findall(r"/h/[\w-]{43}/", letter.body)


def test_one_letter_holds_all_items_in_their_order_each_with_a_link_of_its_own(three, mailoutbox, client):
    outcome = hosts.invite_hosts(three, now=NOW)
    letter = sent(mailoutbox)

    assert [refusal for _host, refusal in outcome] == [None, None, None]
    assert kinds_in(Message.objects) == ["asked"]
    assert letter.subject == "È possibile ricevere la delegazione? Incontro e altri 2 incontri"
    assert re.findall(r"^(Incontro|Laboratorio|Cena)$", letter.body, re.M) == ["Incontro", "Laboratorio", "Cena"]
    pages = [client.get(link) for link in links_in(letter)]
    assert [page.context["event"].name for page in pages] == ["Incontro", "Laboratorio", "Cena"]


def test_an_answer_counts_for_its_item_alone(three, mailoutbox):
    hosts.invite_hosts(three, now=NOW)
    hosts.answer_host(three[1], answer="accepted", now=NOW)

    answers = HostConfirmation.objects.order_by("item__event__dtstart").values_list("answer", flat=True)
    assert list(answers) == ["pending", "accepted", "pending"]
    assert re.findall(r"^(Incontro|Laboratorio|Cena)$", sent(mailoutbox).body, re.M) == ["Incontro", "Cena"]


def test_the_letter_leaves_for_the_others_when_its_first_item_is_answered_and_is_dropped_when_all_are(
    three, mailoutbox
):
    hosts.invite_hosts(three, now=NOW)
    for host in three[:2]:
        hosts.answer_host(host, answer="accepted", now=NOW)
    only = sent(mailoutbox)
    hosts.remind_hosts(three, now=NOW)
    hosts.answer_host(three[2], answer="accepted", now=NOW)
    deliver_all(list(Message.objects.values_list("pk", flat=True)), now=NOW + DAY)

    assert only.subject.endswith("Cena")
    assert len(links_in(only)) == 1
    assert len(mailoutbox) == 1
    assert Message.objects.order_by("pk").last().state == "dropped"


def test_what_cannot_be_asked_is_said_beside_its_row_and_the_letter_asks_for_the_rest(three, mailoutbox):
    hosts.answer_host(three[0], answer="accepted", now=NOW)

    outcome = hosts.invite_hosts(three, now=NOW)

    assert [refusal and refusal.code for _host, refusal in outcome] == ["answered", None, None]
    assert len(links_in(sent(mailoutbox))) == 2


def test_the_silent_get_one_reminder_of_all_that_waits(three):
    hosts.invite_hosts(three, now=NOW)

    counts = [hosts.tend_hosts(now=NOW + 7 * DAY), hosts.tend_hosts(now=NOW + 7 * DAY)]

    assert counts == [{"reminded": 3, "told": 0}, {"reminded": 0, "told": 0}]
    assert kinds_in(Message.objects) == ["asked", "reminder"]


def test_two_people_get_two_letters(three):
    other = three[2].item.hosts.create(person=make_person(email="carlo@torino.example"))

    hosts.invite_hosts([*three, other], now=NOW)

    letters = Message.objects.order_by("pk")
    assert [(letter.to, len(letter.payload.get("also", []))) for letter in letters] == [
        ("anna@torino.example", 2),
        ("carlo@torino.example", 0),
    ]
