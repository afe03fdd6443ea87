"""Merging two records and writing down who asked not to be listed, in the admin."""

import pytest
from django.urls import reverse

from ecosystem.models import ListingOptOut, Organisation, OrganisationMerge
from tests.factories import make_city, make_organisation, make_theme

LIST = reverse("admin:ecosystem_organisation_changelist")


def merge_page(survivor, merged):
    return reverse("admin:ecosystem_organisation_merge", args=[survivor.pk, merged.pk])


def change_page(organisation):
    return reverse("admin:ecosystem_organisation_change", args=[organisation.pk])


def test_two_records_are_merged_with_the_choices_of_their_page(admin_page):
    survivor, merged = make_organisation(name_it="Uno", name_ja=""), make_organisation(name_it="Due", name_ja="二")

    shown = {choice["name"]: choice for choice in admin_page.get(merge_page(survivor, merged)).context["choices"]}
    admin_page.post(merge_page(survivor, merged), {"name_it": "own", "name_ja": "other", "name_en": "own"})

    survivor.refresh_from_db(), merged.refresh_from_db()
    assert (shown["name_ja"]["other"], shown["name_ja"]["lang"], shown["name_ja"]["take_other"]) == ("二", "ja", True)
    assert (survivor.name_it, survivor.name_ja, merged.merged_into) == ("Uno", "二", survivor)


def test_possible_duplicates_stand_on_the_page_with_the_way_to_merge_them(admin_page):
    record = make_organisation(name_it="Zolfora Ottica")
    same = make_organisation(name_it="ZOLFORA OTTICA S.r.l.")
    make_organisation(name_it="Zolfora Ottica", name_en="Elsewhere", city=make_city("nagoya"), side="nagoya")

    answer = admin_page.get(change_page(record))

    assert [found for found, _reason, _may in answer.context["duplicates"]] == [same]
    assert merge_page(record, same) in answer.content.decode()


def test_a_merging_is_taken_back_from_the_page_of_what_remained(admin_page):
    survivor, merged = make_organisation(), make_organisation()
    admin_page.post(merge_page(survivor, merged))
    merge = OrganisationMerge.objects.get()
    undo = reverse("admin:ecosystem_organisation_undo_merge", args=[merge.pk])

    offered = undo in admin_page.get(change_page(survivor)).content.decode()
    asked = admin_page.get(undo).status_code
    still = Organisation.objects.get(pk=merged.pk).merged_into
    admin_page.post(undo)

    assert (offered, asked, still) == (True, 200, survivor)
    assert Organisation.objects.get(pk=merged.pk).merged_into is None


def test_the_list_leads_two_chosen_records_to_their_page(admin_page):
    one, two, three = (make_organisation() for _n in range(3))

    def chosen(*rows):
        return admin_page.post(LIST, {"action": "merge", "_selected_action": [row.pk for row in rows]})

    assert chosen(two, one)["Location"] == merge_page(one, two)
    assert chosen(one, two, three)["Location"] != merge_page(one, two)


def test_staff_merge_within_their_own_city_and_managers_across(client, staff_of_torino, manager):
    own, other = make_organisation(), make_organisation(side="nagoya")

    answers = []
    for user in (staff_of_torino, manager):
        client.force_login(user)
        answers.append(client.post(merge_page(own, other)).status_code)

    assert answers == [403, 302]


def test_a_record_with_itself_or_with_none_is_not_found(admin_page):
    one = make_organisation()

    assert admin_page.get(merge_page(one, one)).status_code == 404
    assert admin_page.get(reverse("admin:ecosystem_organisation_merge", args=[one.pk, 99_999])).status_code == 404


# --- Do not list -----------------------------------------------------------------------------------------------------


def opt_out_page(organisation):
    return reverse("admin:ecosystem_organisation_opt_out", args=[organisation.pk])


def test_staff_write_down_a_request_and_the_profile_leaves_the_lists(client, staff_of_torino):
    organisation = make_organisation(themes=[make_theme()])
    client.force_login(staff_of_torino)

    client.get(opt_out_page(organisation))
    before = Organisation.objects.get(pk=organisation.pk).state
    client.post(opt_out_page(organisation), {"asked_by": "the owner", "asked_on": "2026-01-15", "reason": ""})

    organisation.refresh_from_db()
    opt_out = ListingOptOut.objects.get()
    assert (before, organisation.state) == ("published", "unlisted")
    assert (opt_out.asked_by, opt_out.recorded_by, opt_out.organisation) == (
        "the owner",
        staff_of_torino,
        organisation,
    )
    assert client.get(change_page(organisation)).context["opt_out"] == opt_out


def test_a_request_of_tomorrow_is_refused_at_its_field(admin_page):
    answer = admin_page.post(opt_out_page(make_organisation()), {"asked_by": "x", "asked_on": "2999-01-01"})

    assert (list(answer.context["form"].errors), ListingOptOut.objects.count()) == (["asked_on"], 0)


@pytest.mark.parametrize(("role", "answer"), [("staff_of_torino", 403), ("manager", 302)])
def test_only_managers_lift_a_request_and_say_why(client, request, role, answer):
    user, organisation = request.getfixturevalue(role), make_organisation()
    client.force_login(user)
    client.post(opt_out_page(organisation), {"asked_by": "the owner", "asked_on": "2026-01-15"})
    lift = reverse("admin:ecosystem_listingoptout_lift", args=[ListingOptOut.objects.get().pk])

    client.post(lift, {"because": ""})
    without_a_reason = ListingOptOut.objects.standing().count()
    done = client.post(lift, {"because": "The owner changed their mind."})

    assert (without_a_reason, done.status_code) == (1, answer)
    assert ListingOptOut.objects.standing().exists() == (answer == 403)
    assert client.get(reverse("admin:ecosystem_listingoptout_changelist")).status_code == (
        200 if answer == 302 else 403
    )
