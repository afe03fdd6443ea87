"""What delegates carry besides the agenda: their papers, and whom to call (programme spec 3)."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from ecosystem.models import CityNumber
from programme.models import AgendaVersion
from tests.factories import make_person, make_user, make_version, make_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit():
    made = make_visit(slug="v", state="preparing", duty_phone="+39 011 555 12")
    make_version(made, now=timezone.now() - timedelta(days=2), tell=False)
    made.state = "released"
    made.save()
    return made


@pytest.fixture
def delegate(visit):
    user = make_user(language="ja")
    return visit.delegates.create(person=make_person(user=user, phone="090-1111"), reply="accepted")


def paper(visit, kind, language="ja", number=1, **fields):
    return visit.documents.create(
        kind=kind, language=language, number=number, dated_on=timezone.now().date(), state="ready", sha256="0" * 64,
        file=ContentFile(b"%PDF-1.4 ", name="paper.pdf"), **{"created_at": timezone.now(), **fields},
    )  # fmt: skip


def listed(client, user, language="ja") -> list[str]:
    client.force_login(user)
    return [one.file_name for one in client.get(f"/{language}/programme/visits/v/documents/").context["papers"]]


def test_a_delegate_finds_the_latest_of_each_paper_in_the_own_language(client, visit, delegate):
    paper(visit, "itinerary", "it")
    paper(visit, "itinerary", "ja", number=1)
    paper(visit, "itinerary", "ja", number=2)
    paper(visit, "report", "it")
    paper(visit, "report", "en")

    assert listed(client, delegate.person.user) == ["v-itinerary-ja-v2.pdf", "v-report-en-v1.pdf"]
    assert listed(client, delegate.person.user, "it") == ["v-itinerary-it-v1.pdf", "v-report-it-v1.pdf"]


def test_letters_to_others_and_papers_of_the_team_are_not_theirs(client, visit, delegate):
    own = paper(visit, "invitation", person=delegate.person, about=f"person-{delegate.person.pk}")
    other = paper(visit, "invitation", person=make_person(), about="person-0")
    team = paper(visit, "run-of-show")

    assert listed(client, delegate.person.user) == [own.file_name]
    codes = {one.kind: client.get(reverse("programme:visit_document", args=["v", one.pk])) for one in (own, team)}
    assert {kind: answer.status_code for kind, answer in codes.items()} == {"invitation": 200, "run-of-show": 404}
    assert client.get(reverse("programme:visit_document", args=["v", other.pk])).status_code == 404
    assert "no-store" in codes["invitation"]["Cache-Control"]


def test_an_itinerary_older_than_the_last_release_is_left_out(client, visit, delegate):
    released = AgendaVersion.objects.get(visit=visit).released_at
    paper(visit, "itinerary", created_at=released - timedelta(minutes=1))
    paper(visit, "name-list", created_at=released - timedelta(minutes=1))

    assert listed(client, delegate.person.user) == ["v-name-list-ja-v1.pdf"]


def test_whom_to_call_is_the_host_countrys_numbers_and_those_of_staff(client, visit, delegate):
    CityNumber.objects.create(
        city=visit.host_city, kind="consulate", name_ja="在ミラノ総領事館", phone="+39 02 6241141", languages=["ja"]
    )
    client.force_login(delegate.person.user)

    for page in ("emergency", "agenda"):
        shown = client.get(f"/ja/programme/visits/v/{page}/").content.decode()
        for link in ("tel:+3901155512", "tel:112", "tel:+39026241141"):
            assert f'href="{link}"' in shown
        assert "090-1111" not in shown
        assert "tel:119" not in shown


def test_for_everybody_else_the_pages_do_not_exist(client, visit):
    client.force_login(make_user())

    answers = [client.get(f"/it/programme/visits/v/{page}/").status_code for page in ("documents", "emergency")]

    assert answers == [404, 404]
