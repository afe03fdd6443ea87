"""Papers of a visit: numbers, states, who may open them, names that leave the team, what is forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from iurc_portal.documents import DocumentsUnavailable
from iurc_portal.privacy import retention
from programme.models import Document, PersonalDataTransfer
from programme.services import papers
from tests import factories
from tests.programme.papers import NAGOYA, NOW, made, make_planned_visit, person, words_of

pytestmark = pytest.mark.django_db
Transfer = PersonalDataTransfer


def ready(visit, kind, language="it", **fields):
    """A paper whose file is there, without the work of making it."""
    document = papers.ask_for(visit, kind, language, now=NOW, **fields)
    document.move_to("ready")
    document.sha256, document.made_at = "0" * 64, NOW
    document.file.save("x.pdf", ContentFile(b"%PDF-1.7 %%EOF"))
    return document


def test_asking_again_gives_the_next_number_and_a_name_of_its_own():
    visit = make_planned_visit()
    item = visit.days.get().items.get(kind="meeting")

    names = [
        papers.ask_for(visit, "itinerary", "ja", now=NOW).file_name,
        papers.ask_for(visit, "itinerary", "ja", now=NOW).file_name,
        papers.ask_for(visit, "itinerary", "it", now=NOW).file_name,
        papers.ask_for(visit, "host-brief", "it", item=item, now=NOW).file_name,
    ]

    assert names == [
        "mobility-itinerary-ja-v1.pdf",
        "mobility-itinerary-ja-v2.pdf",
        "mobility-itinerary-it-v1.pdf",
        f"mobility-host-brief-item-{item.pk}-it-v1.pdf",
    ]


@pytest.mark.documents
def test_a_paper_made_anew_leaves_the_former_one_as_it_was():
    visit = make_planned_visit()
    first = made(visit, "numbers", "it")
    before = (first.sha256, first.file.read())

    second = made(visit, "numbers", "it")

    first.refresh_from_db()
    assert (first.sha256, first.file.open().read()) == before
    assert (second.number, second.sha256 != first.sha256) == (2, True)


def test_a_paper_is_made_once_whoever_comes_first(monkeypatch):
    visit = make_planned_visit()
    document = papers.ask_for(visit, "numbers", "it", now=NOW)
    monkeypatch.setattr(papers, "pdf_of", lambda html: b"%PDF-1.7 %%EOF")
    monkeypatch.setattr(papers, "sheet_of", lambda row: papers.Sheet("", frozenset(), frozenset()))

    assert [papers.make(document.pk, now=NOW) for _ in range(2)] == ["ready", "already taken"]


def test_what_the_broker_lost_is_made_by_the_sweep(monkeypatch):
    visit = make_planned_visit()
    papers.ask_for_all([{"language": code} for code in ("it", "en", "ja")], visit, "numbers", now=NOW)
    monkeypatch.setattr(papers, "pdf_of", lambda html: b"%PDF-1.7 %%EOF")
    monkeypatch.setattr(papers, "sheet_of", lambda row: papers.Sheet("", frozenset(), frozenset()))

    assert papers.make_waiting(now=NOW) == {"made": 3, "failed": 0}
    assert papers.make_waiting(now=NOW) == {"made": 0, "failed": 0}


def test_a_server_without_its_library_says_so_on_the_row(monkeypatch):
    document = papers.ask_for(make_planned_visit(), "numbers", "it", now=NOW)

    def missing(row):
        raise DocumentsUnavailable("font")

    monkeypatch.setattr(papers, "sheet_of", missing)

    assert papers.make(document.pk, now=NOW) == "failed"
    document.refresh_from_db()
    assert document.error == papers.NO_LIBRARY


# --- Who may open them ---


def staff(side, *permissions):
    from django.contrib.auth.models import Permission

    user = factories.make_user(is_staff=True, side=side)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def test_each_side_sees_its_papers_and_a_delegate_those_they_carry():
    visit = make_planned_visit()
    head = visit.delegates.get(role="head").person
    head.user = factories.make_user()
    head.save()
    own, other = (one.person for one in visit.delegates.order_by("rank"))
    for kind in ("itinerary", "run-of-show", "host-brief", "name-list"):
        ready(visit, kind)
    ready(visit, "invitation", person=own)
    ready(visit, "invitation", person=other)
    readers = {
        "host": staff("torino", "view_studyvisit"),
        "guest": staff("nagoya", "view_studyvisit"),
        "head": head.user,
        "stranger": factories.make_user(),
    }

    seen = {
        name: sorted(Document.objects.visible_to(user).values_list("kind", flat=True))
        for name, user in readers.items()
    }

    assert seen == {
        "host": ["host-brief", "invitation", "invitation", "itinerary", "name-list", "run-of-show"],
        "guest": ["invitation", "invitation", "itinerary", "name-list"],
        "head": ["invitation", "itinerary", "name-list"],
        "stranger": [],
    }


# --- Names that leave the team ---


@pytest.mark.documents
def test_without_a_basis_names_are_left_out_counted_and_not_logged():
    visit = make_planned_visit()

    document = made(visit, "name-list", "en")
    text = words_of(document)

    assert document.names_left_out == 2
    assert "The names of 2 people are left out: no legal basis was chosen for passing them on." in text
    assert ("髙橋" in text, "TAKAHASHI" in text) == (False, False)
    assert Transfer.objects.count() == 0


@pytest.mark.documents
def test_with_a_basis_a_line_says_what_went_to_whom_and_never_the_names():
    visit = make_planned_visit()
    clerk = factories.make_user()

    document = made(visit, "name-list", "en", recipient=NAGOYA, by=clerk)

    line = Transfer.objects.get()
    told = (line.what, line.recipient, line.country, line.is_public_body, line.legal_basis, line.number, line.by)
    assert told == ("name-list", "City of Nagoya", "JP", True, "arrangement", 2, clerk)
    assert (line.document, line.fields) == (document, ["name", "reading", "post", "organisation"])


@pytest.mark.documents
def test_with_consents_only_those_who_gave_theirs_are_named():
    visit = make_planned_visit()
    head = visit.delegates.get(role="head")
    consent = replace(NAGOYA, basis="consent", people=(head.person_id,))

    document = made(visit, "name-list", "ja", recipient=consent)
    text = words_of(document)

    assert ("髙橋 渡邉 様" in text, "吉田" in text, document.names_left_out) == (True, False, 1)
    assert (Transfer.objects.get().number, Transfer.objects.get().left_out) == (1, 1)


@pytest.mark.parametrize(
    ("recipient", "field"),
    [
        (replace(NAGOYA, basis="adequacy"), "basis"),
        (replace(NAGOYA, basis="eu"), "basis"),
        (replace(NAGOYA, basis="consent"), "people"),
        (replace(NAGOYA, is_public_body=False), "basis"),
        (replace(NAGOYA, is_public_body=False, basis="adequacy", country="BR"), "basis"),
        (replace(NAGOYA, basis="adequacy", country="FR"), "basis"),
        (replace(NAGOYA, name=" "), "recipient"),
    ],
)
def test_a_basis_that_does_not_hold_for_the_recipient_is_refused(recipient, field):
    with pytest.raises(ValidationError) as refusal:
        papers.ask_for(make_planned_visit(), "name-list", "it", recipient=recipient, now=NOW)

    assert list(refusal.value.error_dict) == [field]


@pytest.mark.parametrize(
    "recipient",
    [NAGOYA, replace(NAGOYA, is_public_body=False, basis="adequacy"), replace(NAGOYA, basis="eu", country="IT")],
)
def test_a_basis_that_holds_is_taken(recipient):
    assert papers.ask_for(make_planned_visit(), "name-list", "it", recipient=recipient, now=NOW).number == 1


def test_no_line_of_the_log_is_rewritten():
    line = Transfer.objects.create(
        what="itinerary", recipient="A", country="JP", legal_basis="arrangement", number=1, at=NOW
    )
    line.recipient = "B"

    with pytest.raises(TypeError):
        line.save()
    with pytest.raises(TypeError):
        Transfer.objects.update(recipient="B")
    assert Transfer.objects.get().recipient == "A"


# --- What is forgotten ---


def test_a_year_after_the_visit_files_with_names_go_and_rows_with_digests_stay(django_capture_on_commit_callbacks):
    visit = make_planned_visit()
    named, counted = ready(visit, "name-list"), ready(visit, "numbers")
    path = named.file.path
    early, late = (NOW.replace(year=2028, month=5, day=day) for day in (13, 15))

    with django_capture_on_commit_callbacks(execute=True):
        before = retention.purge(now=early)["visit-papers"]
        after = retention.purge(now=late)["visit-papers"]

    named.refresh_from_db()
    counted.refresh_from_db()
    assert (before, after) == (0, 1)
    assert (named.state, bool(named.file), named.sha256) == ("forgotten", False, "0" * 64)
    assert (counted.state, bool(counted.file)) == ("ready", True)
    assert not named.file.storage.exists(path)


def test_lines_of_the_log_go_after_two_years():
    for months in (23, 25):
        at = NOW - timedelta(days=months * 30.5)
        Transfer.objects.create(what="itinerary", recipient="A", country="JP", legal_basis="eu", number=1, at=at)

    assert retention.purge(now=NOW)["data-transfers"] == 1


def test_papers_that_may_name_a_person_are_found_by_each_of_their_parts():
    visit, other = make_planned_visit(), factories.make_visit()
    guest = visit.delegates.first().person
    host = visit.days.get().items.get(kind="meeting").hosts.get().person
    paper = ready(visit, "name-list")
    ready(other, "name-list")
    people = type(guest).objects

    found = [list(papers.naming(people.filter(pk=one.pk))) for one in (guest, host, person("Neri", "Ugo"))]

    assert found == [[paper], [paper], []]
