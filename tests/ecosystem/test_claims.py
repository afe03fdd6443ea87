"""Asking to speak for an organisation: the proof of a mailbox, what staff decide, and what is kept (E16)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from ecosystem.domains import domains_of, mailbox_matches
from ecosystem.models import CityPeriod, Claim, Membership
from ecosystem.services import claims
from ecosystem.services.optouts import record_opt_out
from ecosystem.working_days import answer_day
from iurc_portal.accounts.addresses import email_key
from iurc_portal.audit.models import Transition
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from iurc_portal.privacy.retention import purge
from tests.ecosystem.reading import parsed, texts
from tests.factories import make_city, make_claim, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # a Thursday


def claim_page(organisation, language="en"):
    return f"/{language}/ecosystem/organisations/{organisation.slug}/claim/"


def ask(organisation, user, mailbox="anna@organisation.example", now=NOW):
    return claims.request_claim(
        organisation=organisation, user=user, mailbox=mailbox, evidence="Secretary.", language="en", now=now
    )


@pytest.fixture(autouse=True)
def _nobody_has_asked_before():
    cache.clear()


FORM = {"mailbox": "anna@organisation.example", "evidence": "I am the secretary."}


# --- Domains and days ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mailbox", "website", "matches"),
    [
        ("anna@polito.it", "https://www.polito.it/ateneo", True),
        ("anna@polito.it", "https://areeweb.polito.it", True),
        ("anna@areeweb.polito.it", "https://areeweb.polito.it", True),
        ("anna@studenti.polito.it", "https://www.polito.it", False),
        ("anna@notpolito.it", "https://polito.it", False),
        ("aiko@toyota.co.jp", "https://global.toyota.co.jp", True),
        ("aiko@co.jp", "https://toyota.co.jp", False),
        ("aiko@city.nagoya.jp", "https://www.city.nagoya.jp/", True),
        ("aiko@nagoya.jp", "https://www.city.nagoya.jp/", False),
        ("anna@comune.torino.it", "http://www.comune.torino.it/", True),
        ("anna@torino.it", "http://www.comune.torino.it/", False),
        ("anna@facebook.com", "https://www.facebook.com/bottega", False),
        (email_key("anna@caffè.example"), "https://caffè.example", True),
        ("anna@127.0.0.1", "http://127.0.0.1/", False),
        ("anna@polito.it", "", False),
    ],
)
def test_a_mailbox_matches_the_domain_of_the_website_or_what_it_is_part_of(mailbox, website, matches):
    assert mailbox_matches(mailbox, website) is matches


def test_the_domains_of_a_website_end_where_others_register_names():
    assert domains_of("https://www.lab.city.nagoya.jp/ja/") == ["lab.city.nagoya.jp", "city.nagoya.jp"]


@pytest.mark.parametrize(
    ("received", "day"),
    [
        (datetime(2026, 11, 26, 8, 0, tzinfo=UTC), date(2026, 12, 1)),  # Thursday: Friday, Monday, Tuesday
        (datetime(2026, 11, 28, 8, 0, tzinfo=UTC), date(2026, 12, 2)),  # Saturday
        (datetime(2026, 11, 26, 23, 30, tzinfo=UTC), date(2026, 12, 2)),  # Friday already in Torino
    ],
)
def test_working_days_are_counted_from_the_day_after_without_weekends(received, day):
    assert answer_day(received, 3, "torino") == day


def test_working_days_leave_out_the_holidays_of_the_city():
    city = make_city("torino")
    CityPeriod.objects.create(
        city=city, kind="holiday", name_en="Feast", first_day=date(2026, 11, 27), last_day=date(2026, 11, 30)
    )
    CityPeriod.objects.create(
        city=city, kind="blackout", name_en="Council", first_day=date(2026, 12, 1), last_day=date(2026, 12, 9)
    )

    assert answer_day(NOW, 3, "torino") == date(2026, 12, 3)
    assert answer_day(NOW, 3, "nagoya") == date(2026, 12, 1)


# --- Asking and proving ----------------------------------------------------------------------------------------------


def test_who_is_not_signed_in_is_led_to_sign_in_and_back(client):
    organisation = make_organisation()

    answer = client.get(claim_page(organisation, "ja"))

    assert answer.url == f"/ja/account/login/?next={claim_page(organisation, 'ja')}"


@pytest.mark.parametrize("fields", [{"is_programme": True}, {"activity": "closed"}, {"state": "draft"}], ids=str)
def test_what_cannot_be_claimed_offers_no_claim_and_has_no_page_for_it(client, fields):
    organisation = make_organisation(**fields)
    client.force_login(make_user())

    assert client.get(claim_page(organisation)).status_code == 404
    assert client.post(claim_page(organisation), FORM).status_code == 404
    assert (
        f"{organisation.slug}/claim/"
        not in client.get(f"/en/ecosystem/organisations/{organisation.slug}/").content.decode()
    )


def test_asking_gives_no_right_and_mails_a_link_to_the_mailbox(client):
    organisation = make_organisation(website="https://organisation.example")
    user = make_user(language="it")
    client.force_login(user)

    answer = client.post(claim_page(organisation), FORM)

    claim = Claim.objects.get()
    (letter,) = Message.objects.all()
    assert (answer.status_code, answer.url) == (302, claim_page(organisation))
    assert (claim.state, claim.user, claim.domain_matches, claim.language) == ("unproved", user, True, "en")
    assert (letter.kind, letter.to, letter.language) == ("ecosystem.claim_proof", FORM["mailbox"], "en")
    assert letter.expires_at == claim.proof_until
    assert not Membership.objects.exists()


@pytest.mark.parametrize(("field", "value"), [("mailbox", "no address"), ("mailbox", ""), ("evidence", "")])
def test_bad_input_is_told_at_its_field_and_kept(client, field, value):
    organisation = make_organisation()
    client.force_login(make_user())

    answer = client.post(claim_page(organisation), FORM | {field: value})

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form[field].value()) == (422, [field], value)
    assert Claim.objects.count() == 0


def test_too_many_claims_are_asked_to_wait(client, settings):
    settings.IURC_ECOSYSTEM = settings.IURC_ECOSYSTEM | {"claim_times": 1}
    client.force_login(make_user())

    codes = [client.post(claim_page(make_organisation()), FORM).status_code for _turn in range(2)]

    assert codes == [302, 429]
    assert Claim.objects.count() == 1


def proof_path(claim):
    return reverse("by_link", args=[claims.issue_proof(claim)])


def test_the_link_shows_and_its_button_proves_and_the_answer_date_is_told(client, mailoutbox):
    organisation, user = make_organisation(website="https://organisation.example"), make_user(language="ja")
    claim = ask(organisation, user, now=datetime.now(UTC))
    path = re.search(r"/o/[A-Za-z0-9_-]{43}/", outbox.render(Message.objects.get()).body)[0]

    shown = client.get(path)
    claim.refresh_from_db()
    before = claim.state
    done = client.post(path)

    claim.refresh_from_db()
    assert (shown.status_code, before) == (200, "unproved")
    assert user.email in texts(parsed(shown), ".//main//p")[0]
    assert (done.status_code, claim.state) == (200, "pending")
    assert claim.answer_by == answer_day(claim.proved_at, 3, "torino")
    assert list(Message.objects.filter(kind="ecosystem.claim_received").values_list("to", "language")) == [
        (user.email, "ja")
    ]
    assert client.get(path).status_code == 404
    assert not Membership.objects.exists()


def test_a_mailbox_of_another_domain_waits_like_the_others_and_says_so():
    claim = ask(make_organisation(website="https://organisation.example"), make_user(), mailbox="anna@mail.example")

    claim = claims.prove_claim(claim, now=NOW)

    assert (claim.state, claim.domain_matches) == ("pending", False)


def test_a_claim_that_is_not_proved_in_72_hours_is_dead():
    organisation, user = make_organisation(), make_user()
    claim = ask(organisation, user)
    clear = claims.issue_proof(claim)

    in_time = claims.find_claim(clear, now=NOW + timedelta(hours=72, seconds=-1))
    too_late = claims.find_claim(clear, now=NOW + timedelta(hours=72))
    again = ask(organisation, user, now=NOW + timedelta(hours=73))

    assert (in_time, too_late) == (claim, None)
    assert list(Claim.objects.all()) == [again]


def test_asking_again_corrects_the_mailbox_and_only_the_latest_link_works():
    organisation, user = make_organisation(), make_user()
    first = ask(organisation, user, mailbox="wrong@organisation.example")
    old_link = claims.issue_proof(first)

    second = ask(organisation, user, now=NOW + timedelta(minutes=1))
    new_link = claims.issue_proof(second)

    assert (first.pk, second.mailbox) == (second.pk, "anna@organisation.example")
    assert claims.find_claim(old_link, now=NOW) is None
    assert claims.find_claim(new_link, now=NOW) == second
    assert Message.objects.count() == 2


def test_one_claim_is_open_for_each_user_and_organisation():
    claim = make_claim()

    with pytest.raises(ValidationError) as refusal:
        ask(claim.organisation, claim.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_claim(organisation=claim.organisation, user=claim.user)
    ask(claim.organisation, make_user())

    assert refusal.value.code == "pending"


def test_an_owner_need_not_ask():
    organisation = make_organisation()
    owner = make_member(organisation)

    with pytest.raises(ValidationError) as refusal:
        ask(organisation, owner)

    assert refusal.value.code == "member"


def test_who_waits_sees_until_when(client):
    claim = make_claim(answer_by=date(2026, 12, 1))
    client.force_login(claim.user)

    page = parsed(client.get(claim_page(claim.organisation)))

    assert texts(page, ".//main//div[@role='status']/p") == [
        "Your request is with the staff. You will have an answer by e-mail by Tuesday 1 December 2026."
    ]
    assert page.findall(".//main//form") == []


# --- Deciding --------------------------------------------------------------------------------------------------------


def test_approval_makes_an_owner_and_tells_the_claimant():
    claim, staff = make_claim(user=make_user(language="it")), make_user(is_staff=True)

    claims.approve_claim(claim=claim, by=staff, now=NOW)

    claim.refresh_from_db()
    member = claim.organisation.memberships.get()
    (line,) = Transition.objects.of(claim)
    (letter,) = Message.objects.all()
    assert (member.user, member.role) == (claim.user, "owner")
    assert (claim.state, claim.decided_by, line.to_state, line.actor) == ("approved", staff, "approved", staff)
    assert (letter.kind, letter.to, letter.language) == ("ecosystem.claim_approved", claim.user.email, "it")


@pytest.mark.parametrize(
    ("language", "greeting"), [("it", "Gentile Taro Yamada,"), ("en", "Dear Taro Yamada,"), ("ja", "山田 太郎 様")]
)
def test_the_letter_greets_in_the_claimants_language(language, greeting):
    names = {"family_name": "山田", "given_name": "太郎", "romaji": "Taro Yamada"}
    claim = make_claim(user=make_user(language=language, **names))

    claims.approve_claim(claim=claim, by=make_user(), now=NOW)

    assert outbox.render(Message.objects.get()).body.splitlines()[0] == greeting


def test_an_editor_becomes_owner():
    organisation = make_organisation()
    claim = make_claim(organisation=organisation, user=make_member(organisation, role="editor"))

    claims.approve_claim(claim=claim, by=make_user(), now=NOW)

    assert [member.role for member in organisation.memberships.all()] == ["owner"]


def test_a_rejection_needs_a_reason_and_the_letter_says_it():
    claim = make_claim(user=make_user(language="en"))

    with pytest.raises(ValidationError) as refusal:
        claims.reject_claim(claim=claim, by=make_user(), now=NOW, reason=" ")
    claims.reject_claim(claim=claim, by=make_user(), now=NOW, reason="We could not reach you.")

    email = outbox.render(Message.objects.get())
    assert refusal.value.code == "reason"
    assert "The staff write: We could not reach you." in email.body
    assert not Membership.objects.exists()


@pytest.mark.parametrize("state", ["unproved", "approved", "rejected"])
def test_only_what_is_pending_is_decided(state):
    claim = make_claim(state=state)

    with pytest.raises(ValidationError) as refusal:
        claims.approve_claim(claim=claim, by=make_user(), now=NOW)

    assert (refusal.value.code, Membership.objects.count()) == ("transition", 0)


def test_what_is_kept_no_longer_is_forgotten():
    kept = [
        make_claim(),
        make_claim(state="approved", decided_at=NOW - timedelta(days=365)),
        make_claim(state="rejected", decided_at=NOW - timedelta(days=90)),
        make_claim(state="unproved", proof_until=NOW + timedelta(seconds=1)),
    ]
    make_claim(state="approved", decided_at=NOW - timedelta(days=366))
    make_claim(state="rejected", decided_at=NOW - timedelta(days=91))
    make_claim(state="unproved", proof_until=NOW - timedelta(days=1))

    counts = purge(now=NOW)

    assert [counts[f"{name}-claims"] for name in ("approved", "rejected", "dead")] == [1, 1, 1]
    assert sorted(Claim.objects.values_list("pk", flat=True)) == [claim.pk for claim in kept]


def test_who_asked_not_to_be_listed_cannot_be_claimed(client):
    organisation = make_organisation()
    record_opt_out(organisation=organisation, asked_by="owner", asked_on=NOW.date(), by=None, now=NOW)
    client.force_login(make_user())

    assert client.get(claim_page(organisation)).status_code == 404
    assert client.post(claim_page(organisation), FORM).status_code == 404
    assert organisation.claims.count() == 0
