"""Offers and needs in the admin: a tab of their organisation, and actions that call the services."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from ecosystem.models import Listing
from ecosystem.models.listings import a_year_after
from iurc_portal.audit.models import Transition
from tests.admin.test_organisations import act, form_of
from tests.factories import make_city, make_listing, make_organisation, make_theme

LIST = reverse("admin:ecosystem_listing_changelist")


def page_of(organisation):
    return reverse("admin:ecosystem_organisation_change", args=[organisation.pk])


def test_actions_publish_renew_and_withdraw_and_name_what_is_refused(admin_page, superuser):
    ready, empty = make_listing(state="draft"), make_listing(state="draft", title_en="Empty", text_en="")

    told = act(admin_page, "publish", ready, empty, page=LIST)
    act(admin_page, "renew", ready, page=LIST)
    ready.refresh_from_db()
    renewed_until = ready.valid_until
    act(admin_page, "withdraw", ready, page=LIST)

    ready.refresh_from_db()
    empty.refresh_from_db()
    assert (ready.state, empty.state) == ("withdrawn", "draft")
    assert renewed_until == a_year_after(timezone.localdate())
    assert len(told) == 2
    assert [line.to_state for line in Transition.objects.of(ready)] == ["published", "published", "withdrawn"]


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("draft", ["publish"]),
        ("published", ["renew", "withdraw"]),
        ("expired", ["renew", "withdraw"]),
        ("withdrawn", ["publish"]),
    ],
)
def test_its_page_offers_what_its_state_allows(admin_page, state, offered):
    page = admin_page.get(reverse("admin:ecosystem_listing_change", args=[make_listing(state=state).pk]))

    assert [name for name, _words in page.context["moves"]] == offered


def test_one_click_saves_and_renews(admin_page):
    listing = make_listing(state="expired", valid_until=timezone.localdate() - timedelta(days=9))
    page = reverse("admin:ecosystem_listing_change", args=[listing.pk])

    answer = admin_page.post(page, form_of(admin_page, page) | {"title_en": "New title", "_do": "renew"}, follow=True)

    listing.refresh_from_db()
    assert [str(message) for message in answer.context["messages"]] == ["«New title» è rinnovata per un anno."]
    assert (listing.title_en, listing.state) == ("New title", "published")
    assert listing.valid_until == a_year_after(timezone.localdate())


def test_staff_act_on_listings_of_their_own_city_only(client, staff_of_nagoya):
    client.force_login(staff_of_nagoya)
    theirs = make_listing(make_organisation(side="nagoya", city=make_city("nagoya")), state="draft")
    other = make_listing(state="draft")

    act(client, "publish", theirs, other, page=LIST)

    theirs.refresh_from_db()
    other.refresh_from_db()
    assert (theirs.state, other.state) == ("published", "draft")
    assert client.post(reverse("admin:ecosystem_listing_change", args=[other.pk]), {}).status_code == 403


def test_an_organisation_gets_a_listing_on_its_own_page(admin_page):
    organisation = make_organisation(themes=[make_theme()])
    data = form_of(admin_page, page_of(organisation)) | {
        "listings-TOTAL_FORMS": 1,
        "listings-0-organisation": organisation.pk,
        "listings-0-direction": "offer",
        "listings-0-type": "product",
        "listings-0-title_en": "Panels",
        "listings-0-text_en": "Light ones.",
        "listings-0-valid_until": (timezone.localdate() + timedelta(days=90)).isoformat(),
    }

    response = admin_page.post(page_of(organisation), data)

    assert response.status_code == 302, response.context["errors"]
    listing = Listing.objects.get()
    assert (listing.title_en, listing.type, listing.state) == ("Panels", "product", "draft")


@pytest.mark.parametrize("days", [-1, 400])
def test_a_day_that_is_past_or_too_far_is_refused_at_the_field_and_the_rest_is_kept(admin_page, days):
    organisation = make_organisation()
    data = {
        "organisation": organisation.pk,
        "direction": "need",
        "type": "technology",
        "title_en": "A gripper",
        "valid_until": (timezone.localdate() + timedelta(days=days)).isoformat(),
    }

    response = admin_page.post(reverse("admin:ecosystem_listing_add"), data)

    form = response.context["adminform"].form
    assert list(form.errors) == ["valid_until"]
    assert form["title_en"].value() == "A gripper"
    assert not Listing.objects.exists()


def test_the_home_counts_what_ends_soon_and_its_list_shows_just_that(admin_page):
    make_listing(title_en="Soon")
    make_listing(title_en="Late", valid_until=timezone.localdate() + timedelta(days=200))

    response = admin_page.get(f"{LIST}?todo=listings-ending")

    assert [row.title_en for row in response.context["cl"].result_list] == ["Soon"]


def test_facts_and_a_logo_are_kept_as_staff_write_them(admin_page, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    organisation = make_organisation(themes=[make_theme()])
    drawn = BytesIO()
    Image.new("RGB", (40, 20), "white").save(drawn, "PNG")
    data = form_of(admin_page, page_of(organisation)) | {
        "kana": "ｴｾﾞﾝﾋﾟｵ",
        "size_band": "10-49",
        "capital": "50000",
        "capital_currency": "EUR",
        "nace": "62.10\n71.12",
        "registry_id": "005 184 60019",
        "registry_country": "IT",
        "logo": SimpleUploadedFile("our logo.png", drawn.getvalue()),
        "logo_alt_en": "A white field",
    }

    response = admin_page.post(page_of(organisation), data)

    assert response.status_code == 302, response.context["errors"]
    organisation.refresh_from_db()
    assert (organisation.kana, organisation.size_band, organisation.capital) == ("エゼンピオ", "10-49", 50000)
    assert (organisation.nace, organisation.registry_id) == (["62.10", "71.12"], "00518460019")
    assert organisation.logo.name.startswith("pictures/")
    shown = admin_page.get(f"/en/ecosystem/organisations/{organisation.slug}/").content.decode()
    assert f'<img src="/media/{organisation.logo.name}" alt="A white field">' in shown


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(admin_page):
    organisation = make_organisation(themes=[make_theme()])
    data = form_of(admin_page, page_of(organisation)) | {
        "kana": "Torino",
        "nace": "62.10\n45",
        "capital": "-1",
        "logo": SimpleUploadedFile("logo.svg", b"<svg/>"),
    }

    form = admin_page.post(page_of(organisation), data).context["adminform"].form

    assert sorted(form.errors) == ["capital", "kana", "logo", "nace"]
    assert (form["kana"].value(), form["nace"].value()) == ("Torino", "62.10\n45")
