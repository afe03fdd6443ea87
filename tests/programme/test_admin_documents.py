"""The staff's page of a visit's papers: what is missing, making one or all, downloading, the wording of letters."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from iurc_portal.notifications.words import gaps_in
from programme.models import Document, PaperText, PersonalDataTransfer
from programme.papers import wording
from programme.services import papers
from tests import factories
from tests.programme.papers import NOW, make_planned_visit
from tests.programme.test_papers_services import ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    def of(side):
        user = factories.make_user(is_staff=True, side=side, language="en")
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="programme"))
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return user

    return of


@pytest.fixture
def at_once(monkeypatch):
    """Papers without the work of making them."""
    monkeypatch.setattr(papers, "pdf_of", lambda html: b"%PDF-1.7 %%EOF")
    monkeypatch.setattr(papers, "sheet_of", lambda row: papers.Sheet("", frozenset({1}), frozenset()))


def page(visit, kind=""):
    address = reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "documents"])
    return f"{address}?kind={kind}" if kind else address


def file_of(document):
    return reverse("admin:programme_document_file", args=[document.pk])


def form(**fields):
    return {"language": "en", "dated_on": "2027-04-05", **fields}


def test_all_kinds_stand_on_one_page_with_their_last_versions(client, staff, django_assert_max_num_queries):
    visit = make_planned_visit()
    staff("torino")
    ready(visit, "itinerary", "ja")
    last = ready(visit, "itinerary", "ja")

    with django_assert_max_num_queries(20):
        text = client.get(page(visit)).content.decode()

    assert text.count("?kind=") == 16
    assert file_of(last) in text
    assert "2 in all" in text


def test_an_unknown_kind_shows_them_all_and_a_bad_page_the_last(client, staff):
    visit = make_planned_visit()
    staff("torino")

    assert client.get(page(visit, "nothing")).status_code == 200
    assert client.get(page(visit, "itinerary") + "&page=x").status_code == 200


def test_one_paper_is_made_at_once(client, staff, at_once):
    visit = make_planned_visit()
    user = staff("torino")

    answer = client.post(page(visit, "numbers"), form())

    assert answer.status_code == 302
    document = Document.objects.get()
    assert (document.kind, document.state, document.created_by) == ("numbers", "ready", user)
    text = client.get(answer["Location"]).content.decode()
    assert ("Made: mobility-numbers-en-v1.pdf" in text, document.short_digest in text) == (True, True)


def test_all_three_languages_wait_for_the_task_and_the_page_says_so(
    client, staff, monkeypatch, django_capture_on_commit_callbacks
):
    from programme.tasks import make_paper

    visit = make_planned_visit()
    staff("torino")
    handed = []
    monkeypatch.setattr(make_paper, "delay", handed.append)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(page(visit, "numbers"), form(language="all"))

    assert sorted(Document.objects.values_list("language", "state")) == [
        ("en", "waiting"), ("it", "waiting"), ("ja", "waiting"),
    ]  # fmt: skip
    assert sorted(handed) == sorted(Document.objects.values_list("pk", flat=True))
    text = client.get(answer["Location"]).content.decode()
    assert ("3 papers are being made" in text, "Some are still being made." in text) == (True, True)


def test_a_letter_without_protocol_number_warns_until_it_is_ticked(client, staff, at_once):
    visit = make_planned_visit()
    staff("torino")

    refused = client.post(page(visit, "acceptance"), form()).content.decode()
    answer = client.post(page(visit, "acceptance"), form(without_number="on"))

    assert "A letter without a protocol number" in refused
    assert (answer.status_code, Document.objects.get().protocol_number) == (302, "")


def test_what_one_language_of_a_letter_says_the_others_say_too(client, staff, at_once):
    visit = make_planned_visit()
    staff("torino")
    typed = {"protocol_number": "1", "costs_en": "We pay.", "costs_it": "Paghiamo noi."}

    refused = client.post(page(visit, "acceptance"), form(language="all", **typed))
    client.post(page(visit, "acceptance"), form(**typed))

    assert "Write it in every language" in refused.content.decode()
    assert Document.objects.get().particulars == {"costs": "We pay."}


def test_a_refusal_says_why(client, staff, at_once):
    visit = make_planned_visit()
    staff("torino")

    refused = client.post(page(visit, "refusal"), form(protocol_number="1"))

    assert (refused.status_code, Document.objects.count()) == (200, 0)


def test_adequacy_is_refused_for_a_japanese_city_and_an_arrangement_is_logged(client, staff, at_once):
    visit = make_planned_visit()
    staff("torino")
    to_nagoya = {"recipient": "City of Nagoya", "country": "JP", "is_public_body": "on"}

    refused = client.post(page(visit, "name-list"), form(basis="adequacy", **to_nagoya)).content.decode()
    client.post(page(visit, "name-list"), form(basis="arrangement", **to_nagoya))

    assert "An adequacy decision does not cover public bodies" in refused
    assert PersonalDataTransfer.objects.values_list("recipient", "legal_basis").get() == (
        "City of Nagoya",
        "arrangement",
    )


def test_all_guests_get_their_letters_by_one_press(client, staff):
    visit = make_planned_visit()
    staff("torino")

    client.post(page(visit, "invitation"), form(language="all", about="all", protocol_number="1"))

    assert Document.objects.filter(kind="invitation").count() == 6


def test_the_guest_city_reads_its_papers_and_makes_none(client, staff):
    visit = make_planned_visit()
    staff("nagoya")
    theirs, not_theirs = ready(visit, "itinerary"), ready(visit, "run-of-show")

    text = client.get(page(visit)).content.decode()

    assert ("?kind=itinerary" in text, "?kind=run-of-show" in text) == (True, False)
    assert client.post(page(visit, "numbers"), form()).status_code == 403
    assert [client.get(file_of(paper)).status_code for paper in (theirs, not_theirs)] == [200, 404]


def test_a_file_is_served_privately_under_its_name(client, staff):
    visit = make_planned_visit()
    staff("torino")

    answer = client.get(file_of(ready(visit, "itinerary", "ja")))

    assert "no-store" in answer["Cache-Control"].split(", ")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "application/pdf", "nosniff",
    )  # fmt: skip
    assert 'filename="mobility-itinerary-ja-v1.pdf"' in answer["Content-Disposition"]


@pytest.mark.parametrize("state", ["waiting", "failed", "forgotten"])
def test_what_has_no_file_is_not_served(client, staff, state):
    staff("torino")
    document = papers.ask_for(make_planned_visit(), "itinerary", "ja", now=NOW)
    Document.objects.filter(pk=document.pk).update(state=state)

    assert client.get(file_of(document)).status_code == 404


def test_who_is_not_staff_gets_no_file_from_the_workplace(client):
    document = ready(make_planned_visit(), "itinerary")
    client.force_login(factories.make_user())

    assert client.get(file_of(document)).status_code == 302


# --- The wording of letters ---


def text_of(kind="invitation", language="ja"):
    return PaperText.objects.get_or_create(kind=kind, language=language)[0]


def test_staff_change_the_wording_and_go_back_to_the_shipped_one(client, staff):
    staff("torino")
    text = text_of()
    address = reverse("admin:programme_papertext_change", args=[text.pk])

    client.post(address, {"subject": "{visit}", "body": "拝啓\n\n{dates}"})
    text.refresh_from_db()
    changed = (text.subject, text.body, text.is_adjusted)
    client.post(address, {"_shipped": "yes"})
    text.refresh_from_db()

    assert changed == ("{visit}", "拝啓\n\n{dates}", True)
    assert (text.is_adjusted, wording.pattern_of("invitation", "ja")) == (False, wording.shipped("invitation", "ja"))


def test_a_gap_that_nothing_fills_is_refused_by_name(client, staff):
    staff("torino")
    text = text_of()

    answer = client.post(
        reverse("admin:programme_papertext_change", args=[text.pk]), {"subject": "x", "body": "{nme}"}
    )

    assert "Nothing fills {nme}." in answer.content.decode()
    text.refresh_from_db()
    assert not text.is_adjusted


def test_a_wording_is_looked_at_before_it_is_stored(client, staff):
    staff("torino")
    text = text_of(language="it")

    shown = client.post(
        reverse("admin:programme_papertext_try", args=[text.pk]), {"subject": "A {visit}", "body": "B {dates}"}
    )

    assert ("A Mobilità in città" in shown.content.decode(), "B 12–14 maggio 2027" in shown.content.decode()) == (
        True,
        True,
    )
    text.refresh_from_db()
    assert not text.is_adjusted


def test_every_shipped_letter_uses_only_gaps_that_are_filled():
    unknown = [
        (kind, language, gap)
        for kind, texts in wording.SHIPPED.items()
        for language, words in texts.items()
        for gap in gaps_in(" ".join(words))
        if gap not in wording.GAPS
    ]

    assert unknown == []
