"""What delegates tell in confidence: who reads it, how it is stored, and that nothing is left of it (P16–P18)."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation

from iurc_portal import secret_fields
from iurc_portal.privacy import retention
from iurc_portal.privacy.models import RetentionRun
from programme.models import DelegateSensitive, SensitiveAccess
from programme.services import delegates as delegation
from programme.services import move_visit, sensitive
from tests.factories import make_agenda_item, make_person, make_user
from tests.privacy.somebody import traces
from tests.programme.hosting import NOW, make_planned

pytestmark = pytest.mark.django_db
KEY = Fernet.generate_key().decode()
PASSPORT = {
    "passport_spelling": "KUROSAWA ZUNKO",
    "passport_number": "QX7654321",
    "passport_expiry": "2031-01-01",
    "passport_country": "JPN",
}
CARE = {
    "diet": ["vegan", "no_alcohol"],
    "allergies": "zafferanella",
    "mobility": "gruccione",
    "emergency_name": "Oquendo Berti",
    "emergency_phone": "+39 011 98989898",
}
VALUES = [*PASSPORT.values(), *(text for text in CARE.values() if isinstance(text, str)), "no_alcohol"]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _key(settings):
    settings.FIELD_KEY = KEY


@pytest.fixture
def visit():
    return make_planned()[0]


@pytest.fixture
def delegate(visit):
    return visit.delegates.create(person=make_person(family_name="Kuro", email="kuro@nagoya.example"), rank=1)


def manager():
    return make_user(is_staff=True, is_superuser=True)


def switch_on(visit):
    sensitive.ask_for_passports(visit, reason="La base militare li esige", by=visit.lead, now=NOW)
    sensitive.agree_to_passports(visit, by=visit.lead, now=NOW)
    sensitive.agree_to_passports(visit, by=manager(), now=NOW)


def given(delegate):
    delegate.visit.refresh_from_db()
    sensitive.give_care(delegate, CARE, now=NOW)
    return sensitive.give_passport(delegate, PASSPORT, now=NOW)


# --- The columns -----------------------------------------------------------------------------------------------------


def test_passport_columns_are_encrypted_in_the_database_and_clear_in_python(visit, delegate):
    switch_on(visit)
    given(delegate)

    with connection.cursor() as cursor:
        cursor.execute("SELECT passport_number, passport_spelling FROM programme_delegatesensitive")
        stored = cursor.fetchone()
    row = DelegateSensitive.objects.get()

    assert not any("QX7654321" in cell or "KUROSAWA" in cell for cell in stored)
    assert (row.passport_number, row.passport_country) == ("QX7654321", "JPN")


def test_a_new_key_goes_before_the_old_one_and_both_open_what_they_closed(settings):
    stored = secret_fields.encrypt("QX7654321")
    settings.FIELD_KEY = f"{Fernet.generate_key().decode()},{KEY}"
    opened, anew = secret_fields.decrypt(stored), secret_fields.encrypt("QX7654321")
    settings.FIELD_KEY = KEY

    assert opened == "QX7654321"
    with pytest.raises(secret_fields.Unreadable):
        secret_fields.decrypt(anew)


@pytest.mark.parametrize("key", [Fernet.generate_key().decode(), ""], ids=["another key", "no key"])
def test_where_the_key_is_lost_the_row_is_read_and_only_what_it_closed_cannot_be(settings, visit, delegate, key):
    switch_on(visit)
    given(delegate)
    settings.FIELD_KEY = key

    row = DelegateSensitive.objects.get()
    (read,) = sensitive.read_for(visit.lead, visit, kind="care", now=NOW)

    assert row.allergies == read.sensitive.allergies == CARE["allergies"]
    with pytest.raises(secret_fields.Unreadable):
        _ = row.passport_number
    with pytest.raises(secret_fields.Unreadable):
        sensitive.read_for(visit.lead, visit, kind="passport", now=NOW)
    assert list(SensitiveAccess.objects.values_list("kind", flat=True)) == ["care"]


def test_without_a_key_nothing_is_encrypted_and_passports_cannot_be_asked_for(settings, visit):
    settings.FIELD_KEY = ""
    with pytest.raises(ImproperlyConfigured):
        secret_fields.encrypt("QX7654321")
    with pytest.raises(ValidationError) as refusal:
        sensitive.ask_for_passports(visit, reason="perché", by=visit.lead, now=NOW)
    assert refusal.value.code == "key"


def test_the_database_itself_refuses_passports_that_nobody_asked_for(delegate):
    with pytest.raises(IntegrityError), transaction.atomic():
        DelegateSensitive.objects.create(delegate=delegate, passport_number="QX7654321")


# --- Switching on ----------------------------------------------------------------------------------------------------


def test_passports_need_a_reason_and_two_people_who_agree(visit, delegate):
    with pytest.raises(ValidationError):
        sensitive.ask_for_passports(visit, reason="  ", by=visit.lead, now=NOW)
    with pytest.raises(ValidationError) as off:
        sensitive.give_passport(delegate, PASSPORT, now=NOW)
    sensitive.ask_for_passports(visit, reason="La base li esige", by=visit.lead, now=NOW)
    sensitive.agree_to_passports(visit, by=visit.lead, now=NOW)
    alone = sensitive.passports_on(visit)
    with pytest.raises(ValidationError) as twice:
        sensitive.agree_to_passports(visit, by=visit.lead, now=NOW)
    with pytest.raises(ValidationError) as nobody:
        sensitive.agree_to_passports(visit, by=make_user(is_staff=True), now=NOW)
    sensitive.agree_to_passports(visit, by=manager(), now=NOW)

    assert (off.value.code, twice.value.code, nobody.value.code) == ("off", "twice", "who")
    assert (alone, sensitive.passports_on(visit)) == (False, True)


def test_a_lead_who_is_a_manager_too_cannot_agree_for_both(visit):
    visit.lead.is_superuser = True
    visit.lead.save()
    sensitive.ask_for_passports(visit, reason="La base li esige", by=visit.lead, now=NOW)
    sensitive.agree_to_passports(visit, by=visit.lead, now=NOW)
    with pytest.raises(ValidationError):
        sensitive.agree_to_passports(visit, by=visit.lead, now=NOW)
    assert not sensitive.passports_on(visit)


def test_asking_no_more_forgets_what_was_given(visit, delegate):
    switch_on(visit)
    given(delegate)
    assert sensitive.stop_passports(visit, by=visit.lead, now=NOW) == 1
    assert DelegateSensitive.objects.get().passport_number == ""
    assert DelegateSensitive.objects.get().allergies == "zafferanella"


def test_a_passport_that_ends_within_six_months_of_the_visit_is_warned_about(visit):
    soon = [sensitive.expires_too_soon(day, visit) for day in ("2027-08-01", "2027-09-30", "")]
    assert soon == [True, False, False]


# --- The workplace ---------------------------------------------------------------------------------------------------


def address(visit):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "sensitive"])


def staff(client, side="torino", *permissions):
    user = make_user(is_staff=True, side=side)
    known = Permission.objects.filter(content_type__app_label="programme")
    user.user_permissions.set(known.exclude(codename="read_sensitive"))
    user.user_permissions.add(*known.filter(codename__in=permissions))
    client.force_login(user)
    return user


def test_whoever_plans_the_visit_may_not_read_and_the_attempt_is_noted(client, visit, delegate):
    user = staff(client)
    assert client.get(address(visit)).status_code == 404
    assert client.post(address(visit), {"act": "care", "reason": "perché"}).status_code == 404
    assert [(line.by, line.kind, line.people) for line in SensitiveAccess.objects.all()] == [(user, "refused", 0)] * 2


def test_the_lead_reads_at_the_push_of_a_button_and_each_time_is_noted_without_values(client, visit, delegate):
    switch_on(visit)
    given(delegate)
    visit.lead.user_permissions.set(Permission.objects.filter(codename="view_studyvisit"))
    client.force_login(visit.lead)

    opened = client.get(address(visit))
    care = client.post(address(visit), {"act": "care"})
    passports = client.post(address(visit), {"act": "passport"})

    assert not any(value in opened.content.decode() for value in VALUES)
    assert ("zafferanella" in care.content.decode(), "QX7654321" in care.content.decode()) == (True, False)
    assert "QX7654321" in passports.content.decode()
    assert "no-store" in care["Cache-Control"]
    lines = SensitiveAccess.objects.order_by("pk")
    assert [(line.by, line.kind, line.people) for line in lines] == [
        (visit.lead, "care", 1),
        (visit.lead, "passport", 1),
    ]


def test_others_with_the_permission_give_a_reason_first(client, visit, delegate):
    given_reason = "Cena di gala"
    sensitive.give_care(delegate, CARE, now=NOW)
    staff(client, "torino", "read_sensitive")

    without = client.post(address(visit), {"act": "care"})
    with_reason = client.post(address(visit), {"act": "care", "reason": given_reason})

    assert (without.status_code, "zafferanella" in without.content.decode()) == (422, False)
    assert (with_reason.status_code, "zafferanella" in with_reason.content.decode()) == (200, True)
    assert [line.reason for line in SensitiveAccess.objects.all()] == [given_reason]


def test_the_usual_role_of_staff_does_not_have_the_permission():
    assert not Group.objects.get(name="Staff").permissions.filter(codename="read_sensitive").exists()
    assert Group.objects.get(name="Managers").permissions.filter(codename="read_sensitive").exists()


def test_the_row_is_in_no_admin_of_its_own():
    assert DelegateSensitive not in admin.site._registry


# --- Meals -----------------------------------------------------------------------------------------------------------


def test_meals_are_counted_by_diet_for_those_who_eat_there(visit, delegate):
    groups = [visit.tracks.create(name_en=name) for name in ("A", "B")]
    meal = make_agenda_item(visit, kind="meal")
    meal.tracks.add(groups[0])
    diets = [(groups[0], ["vegan", "no_alcohol"]), (groups[0], ["vegan"]), (groups[1], ["halal"]), (groups[0], None)]
    for track, diet in diets:
        one = visit.delegates.create(person=make_person(), track=track)
        if diet:
            sensitive.give_care(one, {"diet": diet}, now=NOW)
    visit.delegates.create(person=make_person(), track=groups[0], reply="declined")

    with translation.override("en"):
        found = sensitive.meals_of(visit)[0]

    assert (found.people, found.diets, found.without_answer) == (3, [("vegan", 2), ("no alcohol", 1)], 1)


# --- Forgetting ------------------------------------------------------------------------------------------------------


def held(row):
    row.refresh_from_db()
    return bool(row.passport_number), bool(row.allergies)


def purge_at(*moment):
    retention.purge(now=datetime(*moment, tzinfo=UTC))


def test_diet_goes_after_seven_days_and_the_passport_after_thirty(visit, delegate):
    switch_on(visit)
    row = given(delegate)  # the last day is 3 March; it ends at 23:00 UTC

    steps = {}
    for moment in ((2027, 3, 10, 22, 59), (2027, 3, 10, 23, 1), (2027, 4, 2, 21, 59), (2027, 4, 2, 23, 1)):
        purge_at(*moment)
        steps[moment[1:]] = held(row)

    assert steps == {
        (3, 10, 22, 59): (True, True),
        (3, 10, 23, 1): (True, False),
        (4, 2, 21, 59): (True, False),
        (4, 2, 23, 1): (False, False),
    }


def test_after_a_cancellation_both_go_in_seven_days(visit, delegate):
    switch_on(visit)
    row = given(delegate)
    move_visit(visit, "cancelled", now=NOW, reason="Sciopero")
    retention.purge(now=NOW + 6 * DAY)
    before = held(row)
    retention.purge(now=NOW + 7 * DAY)
    assert (before, held(row)) == ((True, True), (False, False))


def test_postponing_moves_the_dates(visit, delegate):
    row = sensitive.give_care(delegate, CARE, now=NOW)
    move_visit(visit, "postponed", now=NOW, reason="Tifone")
    purge_at(2027, 3, 20)
    waiting = held(row)
    type(visit).objects.filter(pk=visit.pk).update(state="preparing", first_day="2027-05-03", last_day="2027-05-04")
    purge_at(2027, 5, 10)
    kept = held(row)
    purge_at(2027, 5, 12)
    assert (waiting, kept, held(row)) == ((False, True), (False, True), (False, False))


def test_after_the_purge_no_cell_of_the_database_holds_a_value_and_the_log_only_says_that_it_was(visit, delegate):
    switch_on(visit)
    given(delegate)
    delegation.invite_delegate(delegate, now=NOW)
    sensitive.read_for(visit.lead, visit, kind="care", now=NOW)
    before = traces([value.casefold() for value in CARE.values() if isinstance(value, str)])

    purge_at(2027, 6, 1)
    purge_at(2027, 6, 2)

    row = DelegateSensitive.objects.get()
    assert len(before) == 4
    assert traces(VALUES) == []
    assert [getattr(row, name) for name in PASSPORT] == [""] * 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM programme_delegatesensitive")
        assert not any(str(cell).startswith("gAAAA") for cell in cursor.fetchone())  # no cipher is left either
    counts = [run.counts for run in RetentionRun.objects.order_by("at")]
    assert (counts[0]["visit-care"], counts[0]["visit-passports"]) == (1, 1)
    assert not {"visit-care", "visit-passports"} & set(counts[1])
    assert not any(value in str(counts) for value in VALUES)
