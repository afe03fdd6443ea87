"""Proposals to change a profile: what is kept, what becomes public, and nothing that two editors wrote is lost."""

import json
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ecosystem.models import ProfileRevision
from ecosystem.models.revisions import texts_of_profile
from ecosystem.services.revisions import EditedMeanwhile, decide_revision, join, propose_revision
from iurc_portal.audit.models import Transition
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from tests.ecosystem.reading import parsed, texts
from tests.factories import make_member, make_organisation, make_revision, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def propose(organisation, author, *, seen=None, **mine):
    seen = texts_of_profile(organisation) if seen is None else seen
    return propose_revision(
        organisation=organisation, author=author, seen=seen, mine=seen | mine, note="Because.", now=NOW
    )


def edit_page(organisation, language="en"):
    return f"/{language}/ecosystem/organisations/{organisation.slug}/edit/"


def sent_by(form):
    return {name: form[name].value() or "" for name in form.fields if form[name].value() != []}


def form_of(client, organisation):
    """What the browser would send back from the form as it is."""
    form = client.get(edit_page(organisation)).context["form"]
    return sent_by(form)


def test_a_proposal_keeps_old_and_new_and_changes_nothing_public():
    organisation = make_organisation(summary_en="Old.", website="https://old.example")
    author = make_member(organisation)

    revision = propose(organisation, author, summary_en="New.", website="https://new.example")

    organisation.refresh_from_db()
    assert (organisation.summary_en, organisation.website) == ("Old.", "https://old.example")
    assert (revision.number, revision.base, revision.state, revision.note) == (1, 0, "proposed", "Because.")
    assert revision.changes == {
        "summary_en": {"old": "Old.", "new": "New."},
        "website": {"old": "https://old.example", "new": "https://new.example"},
    }


def test_what_differs_in_nothing_is_not_proposed():
    organisation = make_organisation()

    with pytest.raises(ValidationError) as refusal:
        propose(organisation, make_member(organisation))

    assert refusal.value.code == "unchanged"
    assert ProfileRevision.objects.count() == 0


def test_an_accepted_proposal_is_public_and_restarts_the_clock(django_capture_on_commit_callbacks):
    organisation = make_organisation(summary_en="Old.", to_verify=["website", "summary"], needs_check=True)
    author, staff = make_member(organisation), make_user(is_staff=True)
    revision = propose(organisation, author, summary_en="New.")

    decide_revision(revision=revision, accepted={"summary_en"}, by=staff, now=NOW)

    organisation.refresh_from_db()
    revision.refresh_from_db()
    (verification,) = organisation.verifications.all()
    assert (organisation.summary_en, organisation.verified_on) == ("New.", date(2026, 3, 3))
    assert (verification.method, verification.by, verification.on) == ("owner edit", author, date(2026, 3, 3))
    assert (organisation.to_verify, organisation.needs_check) == (["website"], True)
    assert (revision.state, revision.decided_by, revision.decided_at) == ("accepted", staff, NOW)
    (line,) = Transition.objects.of(revision)
    assert (line.from_state, line.to_state, line.actor) == ("proposed", "accepted", staff)
    assert [(m.kind, m.to) for m in Message.objects.all()] == [("ecosystem.revision_decided", author.email)]


def test_of_a_proposal_only_what_is_accepted_becomes_public():
    organisation = make_organisation(summary_en="Old.", address_it="Via Vecchia 1")
    revision = propose(organisation, make_member(organisation), summary_en="New.", address_it="Via Nuova 1")

    decide_revision(revision=revision, accepted={"address_it"}, by=make_user(), now=NOW, reason="Too long.")

    organisation.refresh_from_db()
    revision.refresh_from_db()
    assert (organisation.summary_en, organisation.address_it) == ("Old.", "Via Nuova 1")
    assert (revision.state, revision.accepted, revision.reason) == ("partly_accepted", ["address_it"], "Too long.")


def test_the_letter_names_what_was_accepted_and_what_was_not():
    organisation = make_organisation(summary_en="Old.")
    author = make_member(organisation, make_user(language="en"))
    revision = propose(organisation, author, summary_en="New.", website="https://new.example", summary_ja="新しい。")

    decide_revision(revision=revision, accepted={"website"}, by=make_user(), now=NOW, reason="Too long.")

    lines = outbox.render(Message.objects.get()).body.splitlines()
    assert [line for line in lines if "ccepted: " in line or "staff write" in line] == [
        "Accepted: Website",
        "Not accepted: Summary in English, Summary in 日本語",
        "The staff write: Too long.",
    ]


def test_a_rejection_needs_a_reason_and_changes_nothing():
    organisation = make_organisation(summary_en="Old.")
    revision = propose(organisation, make_member(organisation), summary_en="New.")

    with pytest.raises(ValidationError) as refusal:
        decide_revision(revision=revision, accepted=set(), by=make_user(), now=NOW)
    decide_revision(revision=revision, accepted=set(), by=make_user(), now=NOW, reason="Not so.")

    organisation.refresh_from_db()
    revision.refresh_from_db()
    assert refusal.value.code == "reason"
    assert (revision.state, organisation.summary_en, organisation.verified_on) == ("rejected", "Old.", None)


def test_what_is_decided_is_not_decided_again():
    revision = make_revision()
    decide_revision(revision=revision, accepted=set(), by=make_user(), now=NOW, reason="No.")

    with pytest.raises(ValidationError) as refusal:
        decide_revision(revision=revision, accepted={"summary_en"}, by=make_user(), now=NOW)

    revision.refresh_from_db()
    assert (refusal.value.code, revision.state) == ("transition", "rejected")


def test_nothing_of_a_record_that_was_merged_becomes_public():
    revision = make_revision()
    organisation = revision.organisation
    organisation.merged_into = make_organisation(name_en="Survivor")
    organisation.save()

    with pytest.raises(ValidationError) as refusal:
        decide_revision(revision=revision, accepted={"summary_en"}, by=make_user(), now=NOW)
    decide_revision(revision=revision, accepted=set(), by=make_user(), now=NOW, reason="It is another record now.")

    revision.refresh_from_db()
    organisation.refresh_from_db()
    assert (refusal.value.code, refusal.value.messages[0].count("Survivor")) == ("merged", 1)
    assert (revision.state, organisation.summary_en) == ("rejected", revision.changes["summary_en"]["old"])


def test_a_text_that_cannot_stand_is_refused_and_nothing_is_decided():
    organisation = make_organisation()
    changes = {"website": {"old": "", "new": "no address"}}
    revision = make_revision(organisation=organisation, changes=changes)

    with pytest.raises(ValidationError), transaction.atomic():
        decide_revision(revision=revision, accepted={"website"}, by=make_user(), now=NOW)

    revision.refresh_from_db()
    organisation.refresh_from_db()
    assert (revision.state, organisation.website) == ("proposed", "")


def test_an_organisation_has_one_open_proposal_and_each_number_once():
    first = make_revision()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_revision(organisation=first.organisation)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_revision(organisation=first.organisation, number=1, state="rejected", decided_at=NOW)


def test_the_next_proposal_carries_the_waiting_one_along_and_takes_its_place():
    organisation = make_organisation(summary_en="Old.", website="https://old.example")
    first_editor, second_editor = make_member(organisation), make_member(organisation, role="editor")
    seen = texts_of_profile(organisation)
    first = propose(organisation, first_editor, seen=seen, summary_en="By the first.")

    second = propose(organisation, second_editor, seen=seen, website="https://second.example")

    first.refresh_from_db()
    assert (first.state, first.decided_at) == ("superseded", NOW)
    assert {name: change["new"] for name, change in second.changes.items()} == {
        "summary_en": "By the first.",
        "website": "https://second.example",
    }
    assert (second.number, second.base, second.author) == (2, 1, second_editor)


def test_two_editors_of_the_same_field_are_told_and_nothing_is_written_yet():
    organisation = make_organisation(summary_en="Old.")
    seen = texts_of_profile(organisation)
    propose(organisation, make_member(organisation), seen=seen, summary_en="By the first.")

    with pytest.raises(EditedMeanwhile) as meeting:
        propose(organisation, make_member(organisation), seen=seen, summary_en="By the second.", kana="カナ")

    assert meeting.value.columns == ["summary_en"]
    assert (meeting.value.texts["summary_en"], meeting.value.texts["kana"]) == ("By the second.", "カナ")
    assert meeting.value.theirs["summary_en"] == "By the first."
    assert [revision.number for revision in ProfileRevision.objects.all()] == [1]


def test_joining_takes_each_side_where_only_that_side_changed():
    seen = {"summary_en": "a", "summary_it": "a", "summary_ja": "a", "kana": "a"}
    mine = {"summary_en": "mine", "summary_it": "a", "summary_ja": "both", "kana": "mine"}
    theirs = {"summary_en": "a", "summary_it": "theirs", "summary_ja": "both", "kana": "theirs"}

    joined, both = join(seen=seen, mine=mine, theirs=theirs)

    assert {name: joined[name] for name in seen} == {
        "summary_en": "mine",
        "summary_it": "theirs",
        "summary_ja": "both",
        "kana": "mine",
    }
    assert both == ["kana"]


# --- The page --------------------------------------------------------------------------------------------------------


def test_who_is_not_signed_in_is_led_to_sign_in_and_back(client):
    organisation = make_organisation()

    answer = client.get(edit_page(organisation))

    assert (answer.status_code, answer.url) == (302, f"/en/account/login/?next={edit_page(organisation)}")


def test_who_does_not_speak_for_it_is_led_to_the_claim(client):
    organisation = make_organisation()
    client.force_login(make_user())

    answer = client.get(edit_page(organisation))

    assert (answer.status_code, answer.url) == (302, f"/en/ecosystem/organisations/{organisation.slug}/claim/")


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"state": "archived"}, {"is_programme": True}], ids=str)
def test_what_cannot_be_spoken_for_does_not_exist(client, fields):
    organisation = make_organisation(**fields)
    client.force_login(make_user())

    assert client.get(edit_page(organisation)).status_code == 404


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_the_form_shows_the_public_text_beside_each_field_in_its_language(client, language):
    organisation = make_organisation(summary_it="Testo.", summary_en="Text.", summary_ja="本文。")
    client.force_login(make_member(organisation))

    page = parsed(client.get(edit_page(organisation, language)))

    shown = {
        block.find("div").get("lang"): "".join(block.find("div").itertext()).strip()
        for block in page.findall(".//section[@aria-labelledby='row-summary']//div[@class='tn-propose__now']")
    }
    assert shown == {"it": "Testo.", "en": "Text.", "ja": "本文。"}
    fields = page.findall(".//section[@aria-labelledby='row-summary']//textarea")
    assert [(field.get("lang"), field.text.strip()) for field in fields] == list(shown.items())


def test_what_is_sent_becomes_a_proposal(client):
    organisation = make_organisation(summary_en="Old.")
    author = make_member(organisation, role="editor")
    client.force_login(author)

    answer = client.post(
        edit_page(organisation), form_of(client, organisation) | {"summary_en": "New.\r\nTwo lines. "}
    )

    revision = ProfileRevision.objects.get()
    assert (answer.status_code, answer.url) == (302, "/en/my/")
    assert revision.author == author
    assert revision.changes == {"summary_en": {"old": "Old.", "new": "New.\nTwo lines."}}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("kana", "東京", "Write the reading in katakana, for example トリノコウカダイガク."),
        ("website", "javascript:alert(1)", "Enter an address like https://www.company.jp"),
        ("contact_languages", ["xx"], "Select a valid choice. xx is not one of the available choices."),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(client, field, value, words):
    organisation = make_organisation()
    client.force_login(make_member(organisation))

    answer = client.post(edit_page(organisation), form_of(client, organisation) | {field: value, "note": "Kept."})

    form = answer.context["form"]
    assert answer.status_code == 422
    assert dict(form.errors) == {field: [words]}
    assert (form["note"].value(), form[field].value()) == ("Kept.", value)


def test_half_width_kana_is_mended(client):
    organisation = make_organisation()
    client.force_login(make_member(organisation))

    client.post(edit_page(organisation), form_of(client, organisation) | {"kana": "ﾄﾘﾉ　ｺｳｶ"})

    assert ProfileRevision.objects.get().changes["kana"]["new"] == "トリノ コウカ"


def test_a_name_in_one_language_at_least_is_needed(client):
    organisation = make_organisation()
    client.force_login(make_member(organisation))

    answer = client.post(edit_page(organisation), form_of(client, organisation) | {"name_en": " "})

    assert dict(answer.context["form"].errors) == {"name_en": ["Write the name in one language at least."]}


def test_the_second_editor_chooses_field_by_field_and_nothing_is_lost(client):
    organisation = make_organisation(summary_en="Old.", summary_it="Vecchio.")
    client.force_login(make_member(organisation))
    opened = form_of(client, organisation)
    propose(organisation, make_member(organisation), summary_en="First.", summary_it="Primo.", website="https://a.it")

    answer = client.post(
        edit_page(organisation), opened | {"summary_en": "Second.", "summary_it": "Secondo.", "kana": "カナ"}
    )

    assert answer.status_code == 409
    page = parsed(answer)
    assert [box.get("name") for box in page.findall(".//input[@type='radio'][@value='theirs']")] == [
        "choice_summary_it",
        "choice_summary_en",
    ]
    beside = texts(page, ".//section[@aria-labelledby='row-summary']//div[@class='tn-propose__now']/div")
    assert beside == ["Vecchio.", "Primo.", "Old.", "First."]
    form = answer.context["form"]
    again = sent_by(form)
    assert (again["summary_en"], again["kana"], again["website"]) == ("Second.", "カナ", "https://a.it")

    client.post(edit_page(organisation), again | {"choice_summary_en": "theirs", "choice_summary_it": "mine"})

    latest = ProfileRevision.objects.first()
    assert {name: change["new"] for name, change in latest.changes.items()} == {
        "summary_it": "Secondo.",
        "summary_en": "First.",
        "kana": "カナ",
        "website": "https://a.it",
    }


@pytest.mark.parametrize(
    "seen", ["", "no json", "[]", *(json.dumps({"summary_en": one}) for one in (3, "\ud800", "Old.\x00"))]
)
def test_a_form_without_its_memory_asks_instead_of_overwriting(client, seen):
    organisation = make_organisation(summary_en="Old.")
    client.force_login(make_member(organisation))

    answer = client.post(edit_page(organisation), form_of(client, organisation) | {"seen": seen, "summary_en": "New."})

    assert (answer.status_code, ProfileRevision.objects.count()) == (409, 0)
    assert list(answer.context["form"].errors) == ["summary_en"]


# --- Taking it back --------------------------------------------------------------------------------------------------


def test_a_proposal_is_taken_back_by_whoever_speaks_for_the_organisation(client):
    organisation = make_organisation(summary_en="Old.")
    revision = propose(organisation, make_member(organisation), summary_en="New.")
    colleague = make_member(organisation)
    client.force_login(colleague)

    answer = client.post(edit_page(organisation) + "withdraw/", follow=True)

    revision.refresh_from_db()
    assert (revision.state, revision.decided_by) == ("withdrawn", colleague)
    assert "The proposal is withdrawn; the public text stays as it is." in answer.content.decode()
    assert form_of(client, organisation)["summary_en"] == "Old."


def test_what_was_decided_meanwhile_is_not_taken_back(client):
    organisation = make_organisation(summary_en="Old.")
    member = make_member(organisation)
    revision = propose(organisation, member, summary_en="New.")
    decide_revision(revision=revision, accepted=["summary_en"], by=make_user(), now=NOW)
    client.force_login(member)

    answer = client.post(edit_page(organisation) + "withdraw/", follow=True)

    revision.refresh_from_db()
    organisation.refresh_from_db()
    assert (answer.status_code, revision.state, organisation.summary_en) == (200, "accepted", "New.")
    assert "Nothing waits for the staff any more" in answer.content.decode()


def test_strangers_and_readers_of_a_link_take_nothing_back(client):
    organisation = make_organisation(summary_en="Old.")
    member = make_member(organisation)
    revision = propose(organisation, member, summary_en="New.")

    client.force_login(make_user())
    stranger = client.post(edit_page(organisation) + "withdraw/")
    client.force_login(member)
    by_get = client.get(edit_page(organisation) + "withdraw/")

    revision.refresh_from_db()
    assert (stranger.status_code, by_get.status_code, revision.state) == (302, 405, "proposed")
