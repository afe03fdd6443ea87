"""How old profiles may grow, who is asked and how often, and what follows without an answer (E12)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecosystem.filters import OrganisationFilter
from ecosystem.mail import CONFIRMED, HIDDEN, not_to_be_confirmed
from ecosystem.models import ConfirmationLink, ConfirmationRequest, Organisation
from ecosystem.models.freshness import due_on, is_overdue
from ecosystem.services import freshness, publication
from iurc_portal.audit.models import Transition
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from iurc_portal.search.models import Document
from tests.ecosystem.reading import parsed, texts
from tests.factories import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 26)


def old(**fields):
    """A company that was confirmed two years ago."""
    return make_organisation(**{"verified_on": date(2024, 11, 1), **fields})


def with_contact(organisation, email="desk@old.example", **fields):
    organisation.contact_points.create(label_en="Desk", email=email, **{"is_public": True, **fields})
    return organisation


def ask(organisation, now=NOW):
    return freshness.send_request(organisation=organisation, now=now)


def link_of(organisation, language="en", now=NOW):
    return freshness.issue_link(ask(organisation, now), language=language, now=now)


@pytest.fixture
def asking(settings):
    settings.IURC_ECOSYSTEM = settings.IURC_ECOSYSTEM | {"ask_for_confirmation": True}


# --- When ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "verified_on", "late"),
    [
        ("company", date(2025, 11, 26), True),
        ("company", date(2025, 11, 27), False),
        ("public_body", date(2025, 11, 26), False),
        ("public_body", date(2024, 11, 26), True),
        ("university", date(2024, 11, 27), False),
        ("foundation", date(2024, 11, 26), True),
        ("company", None, True),
    ],
)
def test_a_profile_is_due_after_a_year_or_two_and_at_once_if_never_confirmed(kind, verified_on, late):
    organisation = make_organisation(kind=kind, verified_on=verified_on)

    assert is_overdue(organisation, today=TODAY) is late
    assert Organisation.objects.overdue(today=TODAY).exists() is late


def test_what_was_never_confirmed_is_due_since_it_was_written():
    organisation = make_organisation()
    Organisation.objects.update(created_at=datetime(2026, 3, 3, 23, 30, tzinfo=UTC))
    organisation.refresh_from_db()

    assert due_on(organisation) == date(2026, 3, 4)


def test_a_verification_is_kept_and_the_latest_is_the_profiles_day():
    organisation, staff = make_organisation(to_verify=["website"], needs_check=True), make_user(is_staff=True)

    publication.verify_organisation(organisation=organisation, by=staff, now=NOW - timedelta(days=9))
    publication.verify_organisation(organisation=organisation, by=staff, now=NOW, method="document")

    organisation.refresh_from_db()
    kept = organisation.verifications.values_list("on", "by", "method")
    assert list(kept) == [(TODAY, staff.pk, "document"), (date(2026, 11, 17), staff.pk, "staff")]
    assert (organisation.verified_on, organisation.to_verify, organisation.needs_check) == (TODAY, [], False)


# --- Who -------------------------------------------------------------------------------------------------------------


def test_owners_are_asked_each_in_their_language_and_else_the_public_contact():
    owned, contacted = with_contact(old()), with_contact(old(side="nagoya"), languages=["en", "ja"])
    owner = make_member(owned, make_user(language="ja", tzid="Asia/Tokyo"))
    make_member(owned, role="editor")

    ask(owned), ask(contacted)

    letters = Message.objects.order_by("pk").values_list("to", "language", "tzid")
    assert list(letters) == [(owner.email, "ja", "Asia/Tokyo"), ("desk@old.example", "ja", "Asia/Tokyo")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"is_public": False}, "nobody"), ({"email": ""}, "nobody"), ({"state": "draft"}, "hidden")],
    ids=str,
)
def test_nobody_is_asked_in_secret_or_about_what_is_not_public(fields, code):
    state = fields.pop("state", "published")
    organisation = with_contact(old(state=state), **fields)

    with pytest.raises(ValidationError) as refusal:
        ask(organisation)

    assert (refusal.value.code, ConfirmationRequest.objects.count()) == (code, 0)


# --- The night -------------------------------------------------------------------------------------------------------


def test_unless_it_is_switched_on_the_night_asks_nobody_and_unlists_nothing():
    organisation = with_contact(old())
    organisation.confirmation_requests.create(on=TODAY - timedelta(days=400))

    counts = freshness.tend_profiles(now=NOW)

    organisation.refresh_from_db()
    assert (Message.objects.count(), organisation.state) == (0, "published")
    assert "asked" not in counts


def test_the_night_asks_what_is_due_and_twice_the_same_night_changes_nothing(asking):
    due, fresh = with_contact(old()), with_contact(make_organisation(verified_on=TODAY))
    nobody = old()

    first, second = freshness.tend_profiles(now=NOW), freshness.tend_profiles(now=NOW + timedelta(hours=1))

    assert (first["asked"], second["asked"]) == (1, 0)
    assert list(ConfirmationRequest.objects.values_list("organisation", "on")) == [(due.pk, TODAY)]
    assert Message.objects.count() == 1
    assert not fresh.confirmation_requests.exists()
    assert not nobody.confirmation_requests.exists()


@pytest.mark.parametrize(
    "fields", [{"state": "unlisted"}, {"activity": "closed"}, {"state": "draft"}], ids=lambda fields: str(fields)
)
def test_the_night_asks_only_about_what_stands_in_the_lists(asking, fields):
    with_contact(old(**fields))

    assert freshness.tend_profiles(now=NOW)["asked"] == 0


def test_it_asks_again_every_thirty_days_and_three_times_in_all(asking):
    organisation = with_contact(old())

    for day in range(150):
        freshness.ask_overdue(now=NOW + timedelta(days=day))

    days = sorted(organisation.confirmation_requests.values_list("on", flat=True))
    assert [(day - TODAY).days for day in days] == [0, 30, 60]


def test_a_confirmation_begins_a_new_round_of_three(asking):
    organisation = with_contact(old(verified_on=None))
    for days in (430, 400, 370):
        organisation.confirmation_requests.create(on=TODAY - timedelta(days=days))
    publication.verify_organisation(organisation=organisation, by=None, now=NOW - timedelta(days=366))

    assert freshness.ask_overdue(now=NOW) == 1


def test_a_night_has_fifty_letters_the_oldest_first(asking, settings):
    settings.IURC_ECOSYSTEM = settings.IURC_ECOSYSTEM | {"letters_a_night": 3}
    later = with_contact(old(verified_on=date(2025, 3, 1)))
    two_owners = old(verified_on=date(2025, 2, 1))
    make_member(two_owners), make_member(two_owners)
    oldest = with_contact(old(verified_on=date(2025, 1, 1)))

    asked = [freshness.ask_overdue(now=NOW), freshness.ask_overdue(now=NOW)]
    asked.append(freshness.ask_overdue(now=NOW + timedelta(days=1)))

    order = ConfirmationRequest.objects.order_by("pk").values_list("organisation", "letters")
    assert asked == [2, 0, 1]
    assert list(order) == [(oldest.pk, 1), (two_owners.pk, 2), (later.pk, 1)]


@pytest.mark.parametrize(
    ("verified_days_ago", "asked_days_ago", "state"),
    [
        (365 + 180, 180, "unlisted"),
        (365 + 179, 180, "published"),
        (365 + 400, 179, "published"),
        (365 + 400, None, "published"),
        (None, 180, "unlisted"),
        (None, None, "published"),
    ],
)
def test_half_a_year_without_an_answer_takes_it_out_of_the_lists(asking, verified_days_ago, asked_days_ago, state):
    verified_on = TODAY - timedelta(days=verified_days_ago) if verified_days_ago else None
    organisation = old(verified_on=verified_on)
    if asked_days_ago:
        organisation.confirmation_requests.create(on=TODAY - timedelta(days=asked_days_ago))

    freshness.tend_profiles(now=NOW)

    organisation.refresh_from_db()
    assert organisation.state == state
    moves = Transition.objects.of(organisation).values_list("to_state", "reason", "actor")
    assert list(moves) == ([("unlisted", "unconfirmed", None)] if state == "unlisted" else [])


def test_what_has_become_overdue_sinks_in_the_index_and_rises_when_confirmed():
    organisation = make_organisation(verified_on=date.today())  # noqa: DTZ011 - documents look at the real day
    document = Document.objects.filter(kind="organisations", object_id=organisation.pk)
    before = document.get().quality
    Organisation.objects.filter(pk=organisation.pk).update(verified_on=date(2020, 1, 1))  # a year goes by unseen

    touched = [freshness.sink_overdue(today=date.today()) for _turn in range(2)]  # noqa: DTZ011

    sunk = document.get().quality
    publication.verify_organisation(organisation=organisation, by=None, now=datetime.now(UTC))
    assert touched == [1, 0]
    assert before >= 0 > sunk
    assert document.get().quality == before


# --- The letter and its link -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("it", "È ancora corretto? Prova sul portale Torino–Nagoya"),
        ("en", "Is this still correct? Prova on the Torino–Nagoya portal"),
        ("ja", "掲載内容のご確認のお願い：Prova（トリノ・名古屋ポータル）"),
    ],
)
def test_the_letter_has_todays_data_and_a_link_that_opens_them(client, language, subject):
    organisation = old(name_en="Prova", website="https://prova.example", summary_ja="要約です。")
    make_member(organisation, make_user(language=language))
    ask(organisation)

    email = outbox.render(Message.objects.get())

    path = re.search(r"/o/[A-Za-z0-9_-]{43}/", email.body)[0]
    page = client.get(path)
    assert email.subject == subject
    assert all(text in email.body for text in ("https://prova.example", "要約です。", organisation.summary_en))
    assert (page.status_code, page["Content-Language"]) == (200, language)
    assert page["Referrer-Policy"] == "no-referrer"
    assert "https://prova.example" in texts(parsed(page), ".//dl//dd")


def test_staff_who_look_at_the_letter_make_no_link():
    ask(with_contact(old()))

    email = outbox.render(Message.objects.get(), preview=True)

    assert "/o/preview/" in email.body
    assert ConfirmationLink.objects.count() == 0


def test_looking_changes_nothing_and_the_button_confirms_once(client):
    organisation = with_contact(old(needs_check=True))
    path = reverse("by_link", args=[link_of(organisation, "ja")])

    client.get(path)
    organisation.refresh_from_db()
    before = organisation.verified_on
    answer = client.post(path)

    organisation.refresh_from_db()
    assert before == date(2024, 11, 1)
    assert (answer.status_code, answer.url) == (302, f"/ja/ecosystem/organisations/{organisation.slug}/")
    assert list(organisation.verifications.values_list("method", "by")) == [("owner link", None)]
    assert organisation.needs_check is False
    assert client.post(path).status_code == 404
    assert organisation.verifications.count() == 1


def unknown(organisation):
    return "x" * 43


def mangled(organisation):
    return "nothing"


def expired(organisation):
    return link_of(organisation, now=datetime.now(UTC) - timedelta(days=90))


def used(organisation):
    clear = link_of(organisation)
    publication.verify_organisation(organisation=organisation, by=None, now=NOW)
    return clear


def leading_nowhere(organisation):
    clear = link_of(organisation)
    Organisation.objects.update(state="archived")
    return clear


@pytest.mark.parametrize("token", [unknown, mangled, expired, used, leading_nowhere])
@pytest.mark.parametrize("method", ["get", "post"])
def test_links_that_do_not_work_get_one_page_that_never_says_why(client, token, method):
    path = reverse("by_link", args=[token(with_contact(old()))])

    answer = getattr(client, method)(path, headers={"Accept-Language": "en"})

    page = parsed(answer)
    assert (answer.status_code, texts(page, ".//h1")) == (404, ["This link does not work"])
    assert texts(page, ".//main//h2") == ["How to get a new one"]


def test_a_letter_is_not_sent_when_its_question_is_answered_or_gone():
    answered, hidden, wanted = (with_contact(old()) for _number in range(3))
    ask(answered), ask(hidden), ask(wanted)
    publication.verify_organisation(organisation=answered, by=None, now=NOW + timedelta(days=1))
    Organisation.objects.filter(pk=hidden.pk).update(state="archived")

    refusals = [not_to_be_confirmed(message) for message in Message.objects.order_by("pk")]

    assert refusals == [CONFIRMED, HIDDEN, ""]


def test_a_member_confirms_from_their_own_area(client):
    organisation = old()
    member = make_member(organisation, role="editor")
    client.force_login(member)
    page = reverse("ecosystem:organisation_confirm", args=[organisation.slug])

    client.get(page)
    client.post(page)

    assert list(organisation.verifications.values_list("method", "by")) == [("owner link", member.pk)]


# --- What readers see ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verified_on", "words"),
    [
        (None, "not yet confirmed by the organisation"),
        (date(2020, 3, 3), "not confirmed since 3 March 2020"),
        (date(2190, 3, 3), "✓ 3 March 2190"),
    ],
)
def test_a_profile_says_when_it_was_last_confirmed(client, verified_on, words):
    organisation = make_organisation(verified_on=verified_on)

    page = parsed(client.get(organisation.get_absolute_url().replace("/it/", "/en/")))

    facts = dict(
        zip(
            texts(page, ".//dl[@class='tn-facts tn-facts--table']//dt"),
            texts(page, ".//dl[@class='tn-facts tn-facts--table']//dd"),
            strict=True,
        )
    )
    assert facts["Last checked"] == words


def test_my_area_shows_for_whom_one_speaks_with_a_constant_number_of_queries(client):
    member = make_user()
    first = old(name_en="First")
    make_member(first, member)
    client.force_login(member)
    client.get("/en/my/")
    with CaptureQueriesContext(connection) as one:
        page = parsed(client.get("/en/my/"))
    for name in ("Second", "Third"):
        make_member(old(name_en=name), member)
    with CaptureQueriesContext(connection) as three:
        client.get("/en/my/")

    assert texts(page, ".//section[@aria-labelledby='my-organisations']//h3") == ["First"]
    assert len(three) == len(one)


@pytest.mark.parametrize(("verified_on", "first"), [(date(2020, 1, 1), "Fresh"), (date(2190, 1, 1), "Twice")])
def test_of_two_hits_the_one_out_of_date_counts_half(verified_on, first):
    make_organisation(name_en="Twice", summary_en="Robotics for robotics.", verified_on=verified_on)
    make_organisation(name_en="Fresh", summary_en="Robotics for people.", verified_on=date(2190, 1, 1))

    found = OrganisationFilter(QueryDict("q=robotics"), queryset=Organisation.objects.all()).results()[:2]

    assert found[0].name_en == first
    assert len(found) == 2
