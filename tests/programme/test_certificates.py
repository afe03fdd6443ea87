"""The certificate of attendance of a delegate: from ticks alone, with hours, in three languages (spec 7, P14, P21)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from programme.admin.paper_forms import PaperForm
from programme.models import Document, StudyVisit
from programme.papers.certificates import entitled, together
from programme.papers.kinds import KINDS
from programme.services import links, papers
from tests import factories
from tests.programme.papers import NOW, START, _item, made, make_planned_visit, words_of
from tests.programme.test_papers_services import ready

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def a_visit():
    """Takahashi was at the meeting and came late to a talk; Yoshida was at the dinner alone."""
    visit = make_planned_visit(is_released=False)
    talk = _item(visit, START + 2 * HOUR, "Conferenza", "Talk", "講演", kind="talk")
    StudyVisit.objects.filter(pk=visit.pk).update(state="released")
    visit.refresh_from_db()
    factories.make_version(visit, tell=False)
    head, member = visit.delegates.order_by("rank")
    items = {item.kind: item for item in visit.days.get().items.all()}
    for item, delegate, state in (
        (items["meeting"], head, "present"),
        (talk, head, "part"),
        (items["meal"], head, "present"),
        (items["meal"], member, "present"),
        (items["meeting"], member, "absent"),
    ):
        item.attendance.create(delegate=delegate, state=state, at=NOW)
    return visit, head, member


@pytest.mark.documents
@pytest.mark.parametrize(
    ("language", "name", "hours", "part"),
    [
        ("ja", "髙橋 渡邉 様 タカハシ ワタナベ / Watanabe TAKAHASHI 名古屋市 局長", "1時間30分", "一部のみ"),
        ("it", "Watanabe TAKAHASHI 髙橋 渡邉 Città di Nagoya, Direttore", "1 ora 30 minuti", "in parte"),
        ("en", "Watanabe TAKAHASHI 髙橋 渡邉 City of Nagoya, Director", "1 hour 30 minutes", "in part"),
    ],
)
def test_it_names_the_delegate_as_each_language_does_and_counts_whole_items(language, name, hours, part):
    visit, head, _member = a_visit()

    text = words_of(made(visit, "certificate", language, person=head.person))

    assert name in text
    assert hours in text
    assert part in text
    assert ("様" in text) == (language == "ja")
    assert not {"Cena", "Dinner", "夕食"} & set(text.split())


@pytest.mark.documents
def test_both_cities_times_and_the_version_are_printed_and_a_new_one_has_its_own_digest():
    visit, head, _member = a_visit()

    first = made(visit, "certificate", "en", person=head.person)
    second = made(visit, "certificate", "en", person=head.person)

    text = words_of(second)
    assert "16:00–17:30 Nagoya 23:00–00:30 (+1 day)" in text
    assert "version 2" in text
    assert (first.number, second.number, first.sha256 != second.sha256) == (1, 2, True)
    assert second.file_name == f"mobility-certificate-person-{head.person.pk}-en-v2.pdf"


def test_nobody_without_ticked_attendance_gets_one():
    visit, head, member = a_visit()
    document = papers.ask_for(visit, "certificate", "en", person=member.person, now=NOW)

    papers.make(document.pk, now=NOW)

    document.refresh_from_db()
    assert (document.state, bool(document.file)) == ("failed", False)
    assert document.error == "No attendance is ticked for this person: there is nothing to certify."
    assert entitled(visit) == [head]


def test_staff_make_them_for_all_who_were_there_in_all_languages_at_once():
    visit, head, _member = a_visit()
    data = {"language": "all", "about": str(head.person.pk), "dated_on": "2027-05-20"}

    form = PaperForm(data, visit=visit, kind=KINDS["certificate"], last={})

    assert form.is_valid(), form.errors
    assert [(one["language"], one["person"]) for one in form.wanted()] == [
        (code, head.person) for code in ("it", "en", "ja")
    ]
    assert [key for key, _label in form.fields["about"].choices] == [str(head.person.pk)]


def test_with_two_who_were_there_one_choice_stands_for_both():
    visit, head, member = a_visit()
    visit.days.get().items.get(kind="meeting").attendance.filter(delegate=member).update(state="present")

    form = PaperForm(
        {"language": "ja", "about": "all", "dated_on": "2027-05-20"}, visit=visit, kind=KINDS["certificate"], last={}
    )

    assert form.is_valid(), form.errors
    assert [one["person"] for one in form.wanted()] == [head.person, member.person]


def test_hours_that_two_items_share_count_once():
    at = datetime(2027, 5, 12, 8, tzinfo=UTC)

    assert together([(at, at + 2 * HOUR), (at + HOUR, at + 3 * HOUR), (at + 5 * HOUR, at + 6 * HOUR)]) == 4 * HOUR
    assert together([(at, at + 3 * HOUR), (at + HOUR, at + 2 * HOUR)]) == 3 * HOUR
    assert together([]) == timedelta(0)


# --- Whose it is -----------------------------------------------------------------------------------------------------


def test_behind_their_link_delegates_find_their_own_also_when_the_visit_is_over(client):
    visit, head, member = a_visit()
    own = ready(visit, "certificate", "ja", person=head.person)
    other = ready(visit, "certificate", "ja", person=member.person)
    StudyVisit.objects.filter(pk=visit.pk).update(state="completed")
    token = links.issue_delegate_link(head, language="ja")

    page = client.get(f"/d/{token}/")
    addresses = [reverse("delegate_certificate", args=[token, row.pk]) for row in (own, other)]
    answers = [client.get(address) for address in addresses]

    assert (page.status_code, addresses[0] in page.content.decode()) == (200, True)
    assert [answer.status_code for answer in answers] == [200, 404]
    assert (answers[0]["Content-Type"], answers[0]["Referrer-Policy"]) == ("application/pdf", "no-referrer")


def test_a_link_that_was_replaced_opens_none_and_without_certificates_the_page_is_gone(client):
    visit, head, _member = a_visit()
    StudyVisit.objects.filter(pk=visit.pk).update(state="completed")
    token = links.issue_delegate_link(head, language="it")
    without = client.get(f"/d/{token}/").status_code
    own = ready(visit, "certificate", person=head.person)
    head.links.update(void_at=NOW)

    assert without == 410
    assert client.get(f"/d/{token}/").status_code == 410
    assert client.get(reverse("delegate_certificate", args=[token, own.pk])).status_code == 404
    assert client.get(reverse("delegate_certificate", args=["x" * 43, own.pk])).status_code == 404


def test_signed_in_a_delegate_opens_the_own_one_alone_from_the_own_area(client):
    visit, head, member = a_visit()
    head.person.user, member.person.user = factories.make_user(), factories.make_user()
    head.person.save()
    member.person.save()
    own = ready(visit, "certificate", "it", person=head.person)
    address = reverse("programme:visit_certificate", args=[visit.slug, own.pk])

    found = []
    for user in (head.person.user, member.person.user, factories.make_user()):
        client.force_login(user)
        found.append((client.get(address).status_code, address in client.get(reverse("my")).content.decode()))

    assert found == [(200, True), (404, False), (404, False)]
    assert list(Document.objects.visible_to(head.person.user)) == [own]
