"""What staff decide about organisations: claims, proposed changes, asking for a confirmation."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from ecosystem.models import Claim, ConfirmationRequest, ProfileRevision
from iurc_portal.notifications.models import Message
from iurc_portal.staff import todo
from tests.factories import make_city, make_claim, make_member, make_organisation, make_revision
from tests.pages.html import on_one_line

CLAIMS = reverse("admin:ecosystem_claim_changelist")
ORGANISATIONS = reverse("admin:ecosystem_organisation_changelist")


def page_of(record):
    return reverse(f"admin:ecosystem_{record._meta.model_name}_change", args=[record.pk])


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def decide(client, record, **data):
    """Press a button of the record's page as the browser would."""
    fingerprint = client.get(page_of(record)).context.get("fingerprint", "")
    return client.post(page_of(record), {"fingerprint": fingerprint, **data}, follow=True)


# --- Claims ----------------------------------------------------------------------------------------------------------


def test_the_page_of_a_claim_says_whose_mailbox_it_is_and_approves(admin_page, superuser):
    claim = make_claim(domain_matches=True, evidence="<b>secretary</b>")

    shown = admin_page.get(page_of(claim)).content.decode()
    decide(admin_page, claim, approve="yes")

    claim.refresh_from_db()
    assert "del dominio del suo sito" in shown
    assert "&lt;b&gt;secretary&lt;/b&gt;" in shown
    assert (claim.state, claim.decided_by) == ("approved", superuser)


def test_a_rejection_without_a_reason_is_refused_and_with_one_it_is_told(admin_page):
    claim = make_claim()

    refused = decide(admin_page, claim, reject="yes")
    decide(admin_page, claim, reject="yes", reason="Not of the organisation.")

    claim.refresh_from_db()
    assert said(refused) == ["Scrivere il motivo: lo legge chi ha chiesto."]
    assert (claim.state, claim.reason) == ("rejected", "Not of the organisation.")


def test_many_are_approved_at_once_if_their_mailbox_matches(admin_page):
    matching = [make_claim(domain_matches=True), make_claim(domain_matches=True)]
    other = make_claim()

    answer = admin_page.post(
        CLAIMS,
        {"action": "approve_matching", "_selected_action": [claim.pk for claim in (*matching, other)]},
        follow=True,
    )

    assert sorted(Claim.objects.filter(state="approved").values_list("pk", flat=True)) == [c.pk for c in matching]
    assert said(answer) == [
        f"{other}: La casella è di un altro dominio: aprire la richiesta e decidere lì.",
        "Fatto: 2 voci.",
    ]


@pytest.mark.parametrize("make", [make_claim, make_revision])
def test_staff_decide_about_their_own_side_and_read_the_other(make, client, staff_of_torino, staff_of_nagoya):
    record = make(organisation=make_organisation(side="nagoya", city=make_city("nagoya")))
    buttons = {"approve": "yes", "all": "yes"}

    client.force_login(staff_of_torino)
    torino = client.get(page_of(record)).status_code, decide(client, record, **buttons).status_code
    client.force_login(staff_of_nagoya)
    nagoya = decide(client, record, **buttons).status_code

    record.refresh_from_db()
    assert (torino, nagoya) == ((200, 403), 200)
    assert record.decided_by == staff_of_nagoya


@pytest.mark.parametrize("make", [make_claim, make_revision])
def test_who_may_not_decide_reads_who_does(make, client, staff_of_torino):
    record = make(organisation=make_organisation(side="nagoya", city=make_city("nagoya")))
    client.force_login(staff_of_torino)

    page = client.get(page_of(record)).content.decode()

    assert "Decide il personale della città dell'organizzazione; qui si può leggere." in page.replace("&#x27;", "'")
    assert 'name="reject"' not in page


# --- Proposed changes ------------------------------------------------------------------------------------------------


def test_old_and_new_stand_beside_each_other_with_marks(admin_page):
    organisation = make_organisation(summary_en="We test buses.", summary_ja="大学です。")
    revision = make_revision(
        organisation=organisation,
        changes={
            "summary_en": {"old": "We test buses.", "new": "We test trams <b>."},
            "summary_ja": {"old": "大学です。", "new": "会社です。"},
        },
    )

    page = on_one_line(admin_page.get(page_of(revision)).content.decode())

    assert 'lang="en">We test <del>buses</del>.</div>' in page
    assert "<ins>trams &lt;b&gt;</ins>" in page.replace("trams </ins><ins>", "trams ")
    assert 'lang="ja"><del>大学</del>です。</div>' in page
    assert 'lang="ja"><ins>会社</ins>です。</div>' in page


def test_what_is_ticked_is_accepted(admin_page):
    organisation = make_organisation(summary_en="Old.", kana="フルイ")
    revision = make_revision(
        organisation=organisation,
        changes={"summary_en": {"old": "Old.", "new": "New."}, "kana": {"old": "フルイ", "new": "アタラシイ"}},
    )

    nothing = decide(admin_page, revision, ticked="yes", reason="So.")
    decide(admin_page, revision, ticked="yes", accept=["kana", "legal_name"], reason="The summary is too long.")

    organisation.refresh_from_db()
    revision.refresh_from_db()
    assert said(nothing) == ["Spuntare i campi da accettare, oppure respingere la proposta."]
    assert (organisation.summary_en, organisation.kana) == ("Old.", "アタラシイ")
    assert (revision.state, revision.accepted) == ("partly_accepted", ["kana"])


def test_nobody_accepts_over_a_text_they_have_not_read(admin_page):
    organisation = make_organisation(summary_en="Old.")
    revision = make_revision(organisation=organisation)
    fingerprint = admin_page.get(page_of(revision)).context["fingerprint"]
    organisation.summary_en = "Changed by staff."
    organisation.save()

    answer = admin_page.post(page_of(revision), {"fingerprint": fingerprint, "all": "yes"}, follow=True)

    revision.refresh_from_db()
    assert said(answer) == [
        "Il testo pubblico è cambiato da quando la pagina è stata aperta. Rileggerlo, poi decidere."
    ]
    assert revision.state == "proposed"
    assert "Il testo pubblico è cambiato dopo la proposta." in answer.content.decode()


@pytest.mark.parametrize("make", [make_claim, make_revision])
def test_what_is_decided_is_read_and_not_decided_again(make, admin_page):
    record = make(state="rejected", decided_at=timezone.now(), reason="No.")

    page = admin_page.get(page_of(record)).content.decode()
    decide(admin_page, record, approve="yes", all="yes")

    record.refresh_from_db()
    assert 'name="reason"' not in page
    assert record.state == "rejected"


def test_nobody_adds_or_deletes_what_others_ask(admin_page):
    claim, revision = make_claim(), make_revision()

    for record in (claim, revision):
        name = f"admin:ecosystem_{record._meta.model_name}"
        assert admin_page.get(reverse(f"{name}_add")).status_code == 403
        assert admin_page.post(reverse(f"{name}_delete", args=[record.pk]), {"post": "yes"}).status_code == 403

    assert (Claim.objects.count(), ProfileRevision.objects.count()) == (1, 1)


# --- Asking for a confirmation ---------------------------------------------------------------------------------------


def test_asking_to_confirm_names_the_addresses_first_and_writes_then(admin_page):
    organisation, nobody = make_organisation(), make_organisation(name_en="Nobody")
    owner = make_member(organisation)
    data = {"action": "ask_to_confirm", "_selected_action": [organisation.pk, nobody.pk]}

    asked = admin_page.post(ORGANISATIONS, data)
    before = Message.objects.count()
    answer = admin_page.post(ORGANISATIONS, data | {"confirmed": "yes"}, follow=True)

    assert owner.email in asked.content.decode()
    assert before == 0
    assert [(message.kind, message.to) for message in Message.objects.all()] == [("ecosystem.confirm", owner.email)]
    assert said(answer) == [
        "Nobody: Non c'è nessuno a cui chiedere: né un titolare né un indirizzo e-mail pubblico.",
        "Fatto: 1 voce.",
    ]


@pytest.mark.parametrize(
    ("fresh", "names"),
    [
        ("in-date", {"Fresh"}),
        ("overdue", {"Old", "Asked"}),
        ("never", {"Never"}),
        ("asked", {"Asked"}),
        ("nonsense", {"Fresh", "Old", "Asked", "Never"}),
    ],
)
def test_the_list_is_filtered_by_freshness(fresh, names, admin_page):
    make_organisation(name_en="Fresh", verified_on=timezone.localdate())
    make_organisation(name_en="Old", verified_on=date(2020, 1, 1))
    make_organisation(name_en="Never")
    ConfirmationRequest.objects.create(
        organisation=make_organisation(name_en="Asked", verified_on=date(2020, 1, 1)), on=date(2026, 1, 1)
    )

    rows = admin_page.get(ORGANISATIONS, {"fresh": fresh}).context["cl"].queryset

    assert {row.name_en for row in rows} == names


def test_the_home_counts_what_waits_for_staff(db):
    claim, revision = make_claim(), make_revision()
    make_claim(state="unproved")
    contacted = make_organisation()
    contacted.contact_points.create(label_en="Desk", email="desk@example.org", is_public=True)
    unlisted = make_organisation(state="unlisted", verified_on=date(2020, 1, 1))
    ConfirmationRequest.objects.create(organisation=unlisted, on=date(2026, 1, 1))

    now = timezone.now()
    rows = {
        name: {row.pk for row in todo.tasks[name].rows(now)}
        for name in (
            "claims-to-decide",
            "revisions-to-review",
            "organisations-nobody-to-ask",
            "organisations-unanswered",
        )
    }

    assert rows["claims-to-decide"] == {claim.pk}
    assert rows["revisions-to-review"] == {revision.pk}
    assert contacted.pk not in rows["organisations-nobody-to-ask"]
    assert {claim.organisation_id, revision.organisation_id} <= rows["organisations-nobody-to-ask"]
    assert rows["organisations-unanswered"] == {unlisted.pk}


def test_what_was_left_out_stays_left_out_when_the_reason_was_missing(admin_page):
    revision = make_revision(
        changes={"summary_en": {"old": "", "new": "Trams."}, "summary_it": {"old": "", "new": "Tram."}},
    )

    opened = admin_page.get(page_of(revision)).content.decode()
    refused = decide(admin_page, revision, ticked="yes", accept=["summary_it"]).content.decode()

    def ticked(page):
        return [name for name in ("summary_en", "summary_it") if f'value="{name}" checked>' in on_one_line(page)]

    assert (ticked(opened), ticked(refused)) == (["summary_en", "summary_it"], ["summary_it"])
