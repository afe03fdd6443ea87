"""Where good practices went: who may say so, who confirms, and what the page of the practice shows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ecosystem.models import Transfer
from ecosystem.services.transfers import PATIENCE, confirm_transfer, note_asked, report_transfer, without_transfer
from iurc_portal.audit.models import Transition
from iurc_portal.audit.services import record_transition
from tests.ecosystem.reading import parsed, texts
from tests.factories import make_city, make_member, make_organisation, make_practice, make_transfer, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def validated(days_ago, **fields):
    practice = make_practice(**fields)
    at = NOW - timedelta(days=days_ago)
    record_transition(practice, from_state="submitted", to_state="validated", now=at)
    return practice


def test_a_practice_shows_its_way_from_the_first_city_to_those_that_took_it_over(client):
    practice = make_practice(first_year=2020)
    make_transfer(
        practice=practice,
        started=date(2025, 3, 1),
        in_use_since=date(2026, 1, 1),
        proof="https://proof.example/a",
        state="confirmed",
    )
    make_transfer(practice=practice, organisation=make_organisation(name_en="Hall", side="nagoya"), adapted_en="Size.")

    page = parsed(client.get(f"/en/ecosystem/practices/{practice.slug}/"))

    assert texts(page, ".//section[@aria-labelledby='transfers']//li") == [
        "since 2020 Torino Here it was done first.",
        "March 2025 Nagoya The hours. In use since January 2026 · ✓ confirmed by the programme · proof.example",
        "date not stated Hall Size. ○ reported by those who took it over, to be confirmed",
    ]


def test_a_practice_that_stayed_at_home_says_how_to_repeat_it(client):
    practice = make_practice(replicability_en="A regulation.", what_failed_en="Slow start.")

    page = parsed(client.get(f"/en/ecosystem/practices/{practice.slug}/"))

    assert texts(page, ".//section[@aria-labelledby='transfers']/p") == [
        "Nobody has told us yet that it has been taken over elsewhere."
    ]
    assert texts(page, ".//ol[@class='tn-how']/li/a") == [
        "Read the conditions",
        "Read what did not work",
        "When it is in use with you, tell us",
    ]


def test_only_the_receiving_side_writes():
    transfer = make_transfer(practice=make_practice(city=make_city("torino")), city=make_city("nagoya"))
    by_seat = make_transfer(organisation=make_organisation(side="nagoya"))
    torino, nagoya = (make_user(is_staff=True, side=side) for side in ("torino", "nagoya"))

    assert [transfer.may_be_written_by(user) for user in (torino, nagoya)] == [False, True]
    assert [by_seat.may_be_written_by(user) for user in (torino, nagoya)] == [False, True]
    assert transfer.may_be_written_by(make_user(side="nagoya")) is False


def test_what_stays_at_home_is_no_transfer():
    transfer = make_transfer(city=make_city("torino"))

    with pytest.raises(ValidationError) as refusal:
        transfer.full_clean()

    assert refusal.value.error_dict["city"][0].code == "own_side"


@pytest.mark.parametrize(
    "fields", [{"city": None}, {"started": date(2026, 2, 1), "in_use_since": date(2026, 1, 1)}, {"adapted_en": ""}]
)
def test_a_transfer_has_a_receiver_a_text_and_an_order_of_days(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_transfer(**fields)


def test_a_manager_confirms_once():
    transfer = make_transfer(proof="https://proof.example/a")
    manager = make_user(is_staff=True, is_superuser=True)

    with pytest.raises(ValidationError) as refusal:
        confirm_transfer(transfer=transfer, by=make_user(is_staff=True, side="nagoya"), now=NOW)
    confirm_transfer(transfer=transfer, by=manager, now=NOW)
    with pytest.raises(ValidationError):
        confirm_transfer(transfer=transfer, by=manager, now=NOW)

    assert refusal.value.error_list[0].code == "not_yours"
    assert Transfer.objects.get().state == "confirmed"
    assert [(row.to_state, row.actor) for row in Transition.objects.of(transfer)] == [("confirmed", manager)]


def test_a_year_without_transfer_is_a_question_for_its_contact():
    year = PATIENCE.days
    silent = validated(year)
    validated(year - 1)
    validated(year, state="retired")
    make_transfer(practice=validated(year))
    make_practice()

    waiting = list(without_transfer(NOW))
    note_asked(practice=silent, by=None, now=NOW)

    assert waiting == [silent]
    assert list(without_transfer(NOW)) == []
    assert silent in without_transfer(NOW + PATIENCE)


# --- Proof, and the receiving side's own report ----------------------------------------------------------------------


def test_without_a_proof_nothing_is_confirmed():
    transfer = make_transfer()

    with pytest.raises(ValidationError) as refusal:
        confirm_transfer(transfer=transfer, by=make_user(is_staff=True, is_superuser=True), now=NOW)

    assert refusal.value.code == "proof"
    assert "Nagoya" in refusal.value.messages[0]
    assert Transfer.objects.get().state == "reported"


def test_the_database_keeps_the_proof_of_what_is_confirmed():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_transfer(state="confirmed", proof="")


def member_of(organisation):
    user = make_user()
    make_member(organisation, user)
    return user


def report_of(client, practice, user, **data):
    client.force_login(user)
    return client.post(f"/ja/ecosystem/practices/{practice.slug}/taken-over/", data)


def test_who_speaks_for_an_organisation_of_the_other_city_reports_it_in_the_language_of_the_page(client):
    practice = make_practice()
    hall = make_organisation(side="nagoya", city=make_city("nagoya"), name_en="Hall")
    user = member_of(hall)

    answer = report_of(
        client, practice, user, organisation=hall.pk, adapted="時間帯", started="2026-03-01", proof="https://hall.jp/a"
    )

    transfer = Transfer.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/ja/ecosystem/practices/{practice.slug}/#transfers")
    assert (transfer.organisation, transfer.written_by, transfer.state) == (hall, user, "reported")
    assert (transfer.adapted_ja, transfer.adapted_en, transfer.started) == ("時間帯", None, date(2026, 3, 1))
    assert [(row.to_state, row.actor) for row in Transition.objects.of(transfer)] == [("reported", user)]
    page = parsed(client.get(f"/ja/ecosystem/practices/{practice.slug}/"))
    assert "時間帯" in texts(page, ".//section[@aria-labelledby='transfers']//li")[1]


def test_the_giving_side_and_strangers_read_who_reports_it_and_can_report_nothing(client):
    practice = make_practice()
    own = make_organisation(side="torino")
    for user in (member_of(own), make_user()):
        answer = report_of(client, practice, user, organisation=own.pk, adapted="All of it")
        assert (answer.status_code, answer.context["form"]) == (200, None)
    assert not Transfer.objects.exists()


def test_an_organisation_of_somebody_else_is_refused_by_the_form_and_by_the_service(client):
    practice = make_practice()
    own, other = (make_organisation(side="nagoya", city=make_city("nagoya")) for _number in range(2))
    user = member_of(own)
    told = {"adapted": "Hours", "language": "en", "started": None, "in_use_since": None, "proof": ""}

    answer = report_of(client, practice, user, organisation=other.pk, adapted="Hours")
    with pytest.raises(ValidationError) as refusal:
        report_transfer(practice=practice, organisation=other, by=user, now=NOW, **told)

    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"organisation"})
    assert refusal.value.code == "not_yours"
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"adapted": ""}, {"adapted"}),
        ({"adapted": "Hours", "started": "2026-02-01", "in_use_since": "2026-01-01"}, {"in_use_since"}),
        ({"adapted": "Hours", "started": "yesterday"}, {"started"}),
        ({"adapted": "Hours", "proof": "javascript:alert(1)"}, {"proof"}),
    ],
)
def test_a_report_that_cannot_be_is_refused_and_nothing_is_lost(client, data, wrong):
    practice = make_practice()
    hall = make_organisation(side="nagoya", city=make_city("nagoya"))

    answer = report_of(client, practice, member_of(hall), organisation=hall.pk, **data)

    assert (answer.status_code, set(answer.context["form"].errors)) == (422, wrong)
    assert answer.context["form"]["adapted"].value() == data["adapted"]
    assert not Transfer.objects.exists()


def test_reporting_twice_is_once(client):
    practice = make_practice()
    hall = make_organisation(side="nagoya", city=make_city("nagoya"))
    user = member_of(hall)

    report_of(client, practice, user, organisation=hall.pk, adapted="Hours")
    again = report_of(client, practice, user, organisation=hall.pk, adapted="Hours once more")

    assert again.status_code == 422
    assert Transfer.objects.count() == 1


def test_of_a_practice_that_is_not_public_nothing_is_reported(client):
    assert report_of(client, make_practice(state="draft"), make_user()).status_code == 404
