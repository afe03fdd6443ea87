"""Letters to hosts and delegates, in three languages: complete, without gaps, with a link that opens."""

import re

import pytest
from django.utils import translation

from iurc_portal.notifications import registry
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import deliver_all, render
from programme.services import delegates, hosts
from tests.factories import make_person
from tests.programme.hosting import NOW, make_planned

pytestmark = pytest.mark.django_db
KINDS = [name for name in registry.names() if name.startswith(("programme.host_", "programme.delegate_"))]


@pytest.mark.parametrize("language", ["it", "en", "ja"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_letter_can_be_looked_at_in_each_language(kind, language):
    message = registry.specimen_of(kind, language)
    message.language, message.tzid = language, "Europe/Rome"
    with translation.override(language):
        letter = render(message, preview=True)
    assert letter.subject
    assert not re.search(r"%\(|\{\w+\}|None", letter.subject + letter.body)


def test_the_link_of_a_letter_opens_the_page_of_its_host(mailoutbox, client):
    _visit, _item, host = make_planned()
    hosts.invite_hosts([host], now=NOW)
    deliver_all(list(Message.objects.values_list("pk", flat=True)), now=NOW)
    path = re.search(r"/h/[\w-]{43}/", mailoutbox[0].body)[0]
    assert client.get(path).status_code == 200
    assert mailoutbox[0].reply_to == ["lead@torino.example"]


def test_the_link_of_a_letter_opens_the_page_of_its_delegate(mailoutbox, client):
    visit, _item, _host = make_planned()
    delegate = visit.delegates.create(person=make_person(email="taro@nagoya.example", family_name="山田"))
    delegates.invite_delegate(delegate, now=NOW)
    deliver_all(list(Message.objects.values_list("pk", flat=True)), now=NOW)
    assert client.get(re.search(r"/d/[\w-]{43}/", mailoutbox[0].body)[0])["Content-Language"] == "ja"
