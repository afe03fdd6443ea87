"""Two records of one organisation: what moves, what stays, how it is taken back (E14)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from ecosystem.admin.resources import OrganisationResource
from ecosystem.models import Organisation, OrganisationMerge
from ecosystem.services.merging import belongings_of, choices_of, merge_organisations, undo_merge
from ecosystem.services.optouts import record_opt_out
from ecosystem.services.publication import publish_organisation, unlist_organisation
from iurc_portal.audit.models import Transition
from iurc_portal.search.models import Document
from tests.factories import (
    make_city,
    make_event,
    make_initiative,
    make_organisation,
    make_person,
    make_practice,
    make_test_run,
    make_theme,
    make_user,
)

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def merge(survivor, merged, **taken):
    return merge_organisations(survivor=survivor, merged=merged, taken=taken, by=None, now=NOW)


def undo(done, *, now=NOW):
    return undo_merge(merge=done, by=None, now=now)


def test_all_that_points_at_a_record_moves_even_from_apps_above():
    survivor, merged = make_organisation(), make_organisation()
    user = make_user()
    merged.memberships.create(user=user)
    merged.contact_points.create(label_en="Desk", email="desk@example.org")
    event = make_event(organizer=merged)
    test, practice, initiative = make_test_run(), make_practice(), make_initiative()
    test.organisations.add(merged)
    practice.organisations.add(merged)
    initiative.leads.add(merged)
    merged.parts.create(initiative=initiative)
    person = make_person(organisation=merged)

    merge(survivor, merged)

    event.refresh_from_db(), person.refresh_from_db()
    assert (event.organizer, person.organisation) == (survivor, survivor)
    assert list(survivor.memberships.values_list("user", flat=True)) == [user.pk]
    assert list(survivor.contact_points.values_list("email", flat=True)) == ["desk@example.org"]
    assert [list(row.organisations.all()) for row in (test, practice)] == [[survivor], [survivor]]
    assert list(initiative.leads.all()) == [survivor]
    assert [part.initiative for part in survivor.parts.all()] == [initiative]


def test_what_both_have_is_there_once():
    user, initiative, test, theme = make_user(), make_initiative(), make_test_run(), make_theme()
    survivor, merged = (make_organisation(initiatives=[initiative], themes=[theme]) for _n in range(2))
    for organisation in (survivor, merged):
        organisation.memberships.create(user=user)
        test.organisations.add(organisation)

    merge(survivor, merged)

    assert survivor.memberships.count() == survivor.parts.count() == survivor.themes.count() == 1
    assert list(test.organisations.all()) == [survivor]


def test_fields_are_chosen_one_by_one_and_gaps_are_offered_first():
    survivor = make_organisation(name_it="Uno", summary_it="", website="https://uno.example", founded_year=None)
    merged = make_organisation(name_it="Due", summary_it="Sintesi", website="https://due.example", founded_year=1990)

    offered = {choice["name"]: choice["take_other"] for choice in choices_of(survivor, merged)}
    merge(survivor, merged, summary_it=True, founded_year=True, name_it=False)

    survivor.refresh_from_db()
    assert offered == {
        "name_it": False,
        "name_en": False,
        "website": False,
        "founded_year": True,
        "summary_it": True,
        "summary_en": False,
    }
    assert (survivor.name_it, survivor.summary_it, survivor.founded_year) == ("Uno", "Sintesi", 1990)
    assert survivor.website == "https://uno.example"


def test_a_point_is_taken_whole():
    point = {"latitude": "45.070312", "longitude": "7.686856", "precision": "exact"}
    survivor, merged = make_organisation(), make_organisation(**point)

    done = merge(survivor, merged, latitude=True)
    survivor.refresh_from_db()
    with_point = survivor.precision
    undo(done)

    survivor.refresh_from_db()
    assert (with_point, survivor.precision, survivor.latitude) == ("exact", "none", None)


def test_the_former_address_leads_to_the_survivor_and_is_found_no_more(client):
    survivor, merged = make_organisation(name_en="Alfa"), make_organisation(name_en="Beta")

    merge(survivor, merged)

    answer = client.get(f"/en/ecosystem/organisations/{merged.slug}/")
    documents = Document.objects.filter(kind="organisations", public=True)
    assert (answer.status_code, answer["Location"]) == (301, f"/en/ecosystem/organisations/{survivor.slug}/")
    assert list(documents.values_list("object_id", flat=True)) == [survivor.pk]


def test_a_name_taken_over_is_found_at_once(client):
    survivor, merged = make_organisation(name_en="Alfa"), make_organisation(name_en="Zafferano")

    merge(survivor, merged, name_en=True)

    page = client.get(reverse("ecosystem:directory"), {"q": "Zafferano"})
    assert survivor.slug in page.content.decode()


def test_a_merging_is_taken_back_within_thirty_days():
    user, theme, city = make_user(), make_theme(), make_city("nagoya")
    survivor = make_organisation(name_it="Uno", city=None)
    merged = make_organisation(name_it="Due", themes=[theme], city=city)
    merged.memberships.create(user=user)
    event, test = make_event(organizer=merged), make_test_run()
    test.organisations.add(merged)
    done = merge(survivor, merged, name_it=True, city=True)

    stayed = undo(done, now=NOW + timedelta(days=29))

    survivor, merged = Organisation.objects.get(pk=survivor.pk), Organisation.objects.get(pk=merged.pk)
    event.refresh_from_db()
    assert stayed == 0
    assert (survivor.name_it, survivor.city, merged.state, merged.merged_into) == ("Uno", None, "published", None)
    assert (event.organizer, list(test.organisations.all())) == (merged, [merged])
    assert (survivor.memberships.count(), merged.memberships.count(), survivor.themes.count()) == (0, 1, 0)


def test_after_thirty_days_or_twice_nothing_is_taken_back():
    late, twice = (merge(make_organisation(), make_organisation()) for _n in range(2))
    undo(twice)

    for done, now in ((late, NOW + timedelta(days=30)), (twice, NOW)):
        with pytest.raises(ValidationError):
            undo(done, now=now)

    assert OrganisationMerge.objects.filter(undone_at=None).get() == late


def test_what_somebody_changed_since_stays_as_it_is():
    survivor, merged, third = make_organisation(name_it="Uno"), make_organisation(name_it="Due"), make_organisation()
    event = make_event(organizer=merged)
    done = merge(survivor, merged, name_it=True)
    Organisation.objects.filter(pk=survivor.pk).update(name_it="Tre")
    type(event).objects.filter(pk=event.pk).update(organizer=third)

    stayed = undo(done)

    survivor.refresh_from_db(), event.refresh_from_db()
    assert (stayed, survivor.name_it, event.organizer) == (2, "Tre", third)


def test_a_record_is_not_merged_with_itself_nor_twice():
    one, two, three = (make_organisation() for _n in range(3))
    merge(one, two)

    for survivor, merged in ((one, one), (three, two), (two, three)):
        with pytest.raises(ValidationError):
            merge(survivor, merged)


def test_what_was_merged_before_follows_to_the_last_survivor(client):
    one, two, three = (make_organisation() for _n in range(3))
    merge(two, one)

    merge(three, two)

    one.refresh_from_db()
    assert one.merged_into == three


def test_who_asked_not_to_be_listed_is_not_merged_away():
    one, two = make_organisation(), make_organisation()
    record_opt_out(organisation=two, asked_by="owner", asked_on=NOW.date(), by=None, now=NOW)

    with pytest.raises(ValidationError):
        merge(one, two)

    two.refresh_from_db()
    assert two.merged_into is None


def test_both_records_have_a_line_in_the_log():
    survivor, merged = make_organisation(), make_organisation()

    merge(survivor, merged)

    assert [(line.reason, line.comment) for line in Transition.objects.of(survivor)] == [("merged", merged.slug)]
    assert [line.reason for line in Transition.objects.of(merged)] == ["", "merged"]


def test_a_draft_stays_a_draft_when_taken_back():
    survivor, merged = make_organisation(), make_organisation(state="draft")
    done = merge(survivor, merged)

    undo(done)

    merged.refresh_from_db()
    assert merged.state == "draft"


def test_what_would_move_is_counted_before():
    merged = make_organisation()
    make_event(organizer=merged)
    merged.contact_points.create(label_en="Desk", email="desk@example.org")
    unlisted = make_organisation()
    unlist_organisation(organisation=unlisted, by=None, now=NOW)

    assert (sorted(count for _name, count in belongings_of(merged)), belongings_of(unlisted)) == ([1, 1], [])


def test_what_was_merged_is_not_published_nor_offered_nor_exported(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    survivor, merged = make_organisation(themes=[make_theme()]), make_organisation(themes=[make_theme()])
    client.force_login(make_user(is_staff=True, is_superuser=True))
    merge(survivor, merged)

    with pytest.raises(ValidationError):
        publish_organisation(organisation=merged, by=None, now=NOW)

    question = {"app_label": "events", "model_name": "event", "field_name": "organizer", "term": "Organisation"}
    offered = client.get(reverse("admin:autocomplete"), question).json()["results"]
    exported = OrganisationResource().export(queryset=Organisation.objects.all())
    assert [row["id"] for row in offered] == [str(survivor.pk)]
    assert exported["slug"] == [survivor.slug]
