"""The papers of a stay: invitation and certificate in three languages, who opens them, when they are forgotten."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse

from iurc_portal.privacy import retention
from programme.models import Document
from programme.services import papers
from tests import factories
from tests.programme.papers import NOW, made, person, size_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]


def a_stay(**fields):
    nagoya = factories.make_city("nagoya", name_it="Nagoya", name_ja="名古屋")
    torino = factories.make_city("torino", name_it="Torino", name_ja="トリノ")
    sending = factories.make_organisation(
        side="nagoya", city=nagoya, name_en="City of Nagoya", name_it="Città di Nagoya", name_ja="名古屋市"
    )
    hosting = factories.make_organisation(
        side="torino", city=torino, name_en="City of Torino", name_it="Città di Torino", name_ja="トリノ市"
    )
    who = person(
        "鈴木", "花子", romaji="SUZUKI Hanako", family_kana="スズキ", given_kana="ハナコ", organisation=sending
    )
    defaults = {
        "sending": sending,
        "hosting": hosting,
        "person": who,
        "state": "agreed",
        "aims_it": "Capire i permessi.",
        "aims_en": "How tests are permitted.",
        "aims_ja": "実証の許可の流れを学ぶ。",
    }
    return factories.make_stay(**{**defaults, **fields})


def staff_of(side):
    user = factories.make_user(is_staff=True, side=side)
    user.groups.add(Group.objects.get(name="Staff"))
    return user


@pytest.mark.documents
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "it",
            ["Città di Torino", "Gentile Hanako SUZUKI,", "2–6 marzo 2026", "Capire i permessi.", "Vitto a carico"],
        ),
        ("en", ["City of Torino", "Dear Hanako SUZUKI,", "2–6 March 2026", "How tests are permitted."]),
        ("ja", ["トリノ市", "鈴木 花子 様", "2026年3月2日〜6日", "実証の許可の流れを学ぶ。", "以上"]),
    ],
)
def test_the_invitation_says_who_goes_where_when_and_what_for(language, words):
    typed = {"costs": "Vitto a carico di Torino.", "signatory": "Anna Rossi"} if language == "it" else {}

    document = made(a_stay(), "stay-invitation", language, particulars=typed, protocol_number="12/2026")

    text = words_of(document)
    assert [word for word in words if word not in text] == []
    assert size_of(document) == (1, "595.276 x 841.89 pts (A4)")
    assert document.file_name == f"stay-{document.stay_id}-stay-invitation-{language}-v1.pdf"


@pytest.mark.documents
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", ["Attestato di soggiorno", "Hanako SUZUKI", "Città di Torino", "Che i permessi si chiedono prima."]),
        ("en", ["Certificate of a stay", "Hanako SUZUKI", "2–6 March 2026"]),
        ("ja", ["研修修了証明書", "鈴木 花子 様", "トリノ市"]),
    ],
)
def test_the_certificate_names_the_stay_its_aims_and_what_was_learnt(language, words):
    stay = a_stay(state="reported", note_it="Che i permessi si chiedono prima.")

    document = made(stay, "stay-certificate", language)

    text = words_of(document)
    assert [word for word in words if word not in text] == []
    assert size_of(document) == (1, "595.276 x 841.89 pts (A4)")


@pytest.mark.parametrize(
    ("kind", "fields", "why"),
    [
        ("stay-invitation", {"state": "proposed"}, "The stay is not agreed: agree it with its days first."),
        ("stay-invitation", {"person": None}, "Write on the page of the stay who goes."),
        ("stay-certificate", {"state": "running"}, "The stay is not over: complete it on its last day first."),
    ],
)
def test_what_cannot_be_said_yet_is_not_made_and_the_row_says_why(kind, fields, why):
    document = papers.ask_for(a_stay(**fields), kind, "it", now=NOW, by=factories.make_user(language="en"))

    papers.make(document.pk, now=NOW)

    document.refresh_from_db()
    assert (document.state, document.error) == ("failed", why)


def test_a_paper_is_of_a_visit_or_of_a_stay_and_never_of_both():
    stay, visit = a_stay(), factories.make_visit()
    facts = {"kind": "report", "language": "it", "number": 1, "dated_on": NOW.date(), "created_at": NOW}
    for of in ({}, {"visit": visit, "stay": stay}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.create(**of, **facts)


def test_staff_of_both_sides_open_them_and_nobody_else():
    document = papers.ask_for(a_stay(), "stay-invitation", "it", now=NOW)

    seen = [
        Document.objects.visible_to(user).filter(pk=document.pk).exists()
        for user in (staff_of("torino"), staff_of("nagoya"), staff_of(""), factories.make_user())
    ]

    assert seen == [True, True, False, False]


@pytest.mark.documents
def test_staff_make_one_on_the_page_of_the_stay_and_a_letter_without_number_is_asked_about(client):
    stay = a_stay()
    client.force_login(staff_of("torino"))
    page = reverse("admin:programme_staffexchange_papers", args=[stay.pk]) + "?kind=stay-invitation"
    data = {"language": "ja", "dated_on": "2026-02-02", "signatory": "Anna Rossi", "signatory_post_ja": "部長"}

    refused = client.post(page, data)
    answer = client.post(page, data | {"without_number": "on"})

    assert (refused.status_code, set(refused.context["form"].errors)) == (200, {"protocol_number"})
    assert answer.status_code == 302
    document = Document.objects.get()
    assert (document.stay, document.state, document.language) == (stay, "ready", "ja")
    assert "部長" in words_of(document)
    assert document.file_name in client.get(page).content.decode()


def test_the_page_of_a_visit_offers_no_paper_of_a_stay():
    from programme.papers.kinds import kinds_of

    assert set(kinds_of("stay")) == {"stay-invitation", "stay-certificate"}
    assert not set(kinds_of("visit")) & set(kinds_of("stay"))


def test_files_that_name_somebody_go_months_after_the_stay():
    days = {"first_day": NOW.date(), "last_day": NOW.date() + timedelta(days=10)}
    document = papers.ask_for(a_stay(**days), "stay-invitation", "it", now=NOW)
    document.move_to("ready")
    document.sha256, document.made_at, document.file = "0" * 64, NOW, "x.pdf"
    document.save()

    retention.purge(now=NOW + timedelta(days=30))
    document.refresh_from_db()
    early = document.state
    retention.purge(now=NOW + timedelta(days=1500))
    document.refresh_from_db()

    assert (early, document.state) == ("ready", "forgotten")
