"""Offers and needs: published until a day, found while they are current, and never seen after it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from ecosystem import tasks
from ecosystem.models import Concept, Listing
from ecosystem.models.listings import TRL_WORDS, a_year_after
from ecosystem.services import listings
from ecosystem.views.organisations import by_direction, profile_of
from iurc_portal.audit.models import Transition
from iurc_portal.search.models import Document
from tests.ecosystem.reading import ids, parsed, texts
from tests.factories import make_city, make_initiative, make_listing, make_organisation, make_theme, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
TODAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def titles(response):
    return texts(parsed(response), ".//section[@class='tn-results']//h3")


def count(response):
    return texts(parsed(response), ".//p[@id='results-status']")


def kind_of_cooperation(notation="licensing"):
    return Concept.objects.create(
        scheme="cooperation", notation=notation, pref_label_en=notation.title(), state="approved"
    )


def yesterday():
    return timezone.localdate() - timedelta(days=1)


# --- Publishing, renewing, ending ----------------------------------------------------------------


def test_a_listing_is_published_until_its_day_and_the_log_says_by_whom():
    listing, user = make_listing(state="draft", valid_until=date(2026, 9, 1)), make_user()

    listings.publish_listing(listing=listing, by=user, now=NOW)

    listing.refresh_from_db()
    (line,) = Transition.objects.of(listing)
    assert (listing.state, listing.valid_until) == ("published", date(2026, 9, 1))
    assert (line.from_state, line.to_state, line.actor) == ("draft", "published", user)


@pytest.mark.parametrize(
    ("until", "message"),
    [
        (None, "Write until which day it is valid."),
        (
            date(2026, 3, 2),
            "Choose a day between today and 03/03/2027: what is older than a year is asked anew.",
        ),
        (
            date(2027, 3, 4),
            "Choose a day between today and 03/03/2027: what is older than a year is asked anew.",
        ),
    ],
)
def test_it_is_valid_from_today_to_a_year_ahead_at_most(until, message):
    listing = make_listing(state="draft", valid_until=until)

    with pytest.raises(ValidationError) as refusal:
        listings.publish_listing(listing=listing, by=None, now=NOW)

    assert refusal.value.message_dict == {"valid_until": [message]}


def test_publishing_names_all_that_is_missing():
    listing = make_listing(make_organisation(state="draft"), state="draft", text_en="")

    with pytest.raises(ValidationError) as refusal:
        listings.publish_listing(listing=listing, by=None, now=NOW)

    assert refusal.value.messages == ["Write the text in one language at least.", "Publish its organisation first."]


@pytest.mark.parametrize(("state", "until"), [("published", date(2026, 4, 1)), ("expired", date(2026, 2, 1))])
def test_one_act_renews_a_listing_for_a_year(state, until):
    listing = make_listing(state=state, valid_until=until)

    listings.renew_listing(listing=listing, by=None, now=NOW)

    listing.refresh_from_db()
    (line,) = Transition.objects.of(listing)
    assert (listing.state, listing.valid_until) == ("published", date(2027, 3, 3))
    assert (line.from_state, line.reason) == (state, "renewed")


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_on_the_site_is_published_not_renewed(state):
    listing = make_listing(state=state)

    with pytest.raises(ValidationError, match="Only what is or was on the site can be renewed"):
        listings.renew_listing(listing=listing, by=None, now=NOW)


def test_a_draft_is_not_withdrawn():
    with pytest.raises(ValidationError, match="cannot become"):
        listings.withdraw_listing(listing=make_listing(state="draft"), by=None, now=NOW)


def test_a_year_after_a_leap_day_is_the_last_of_february():
    assert a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)


def test_what_is_past_its_day_ends_and_what_ends_today_stays():
    past = make_listing(valid_until=date(2026, 3, 2))
    last_day = make_listing(valid_until=TODAY)

    assert listings.expire_listings(now=NOW) == 1
    assert listings.expire_listings(now=NOW) == 0

    assert dict(Listing.objects.values_list("pk", "state")) == {past.pk: "expired", last_day.pk: "published"}
    assert [(line.to_state, line.actor) for line in Transition.objects.of(past)] == [("expired", None)]


def test_the_day_is_counted_on_the_clocks_of_torino():
    late_in_the_evening = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)  # half past midnight of the 4th in Torino
    make_listing(valid_until=TODAY)

    assert listings.expire_listings(now=late_in_the_evening) == 1


def test_the_task_says_how_many_ended():
    make_listing(valid_until=yesterday())

    assert tasks.expire_listings() == "1 ended"


@pytest.mark.parametrize(
    "wrong", [{"trl": 0}, {"trl": 10}, {"title_en": ""}, {"state": "published", "valid_until": None}]
)
def test_the_database_keeps_what_a_listing_promises(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_listing(**wrong)


def test_a_region_that_is_not_in_the_list_is_named():
    listing = make_listing()
    listing.regions = ["nagoya", "atlantis"]

    with pytest.raises(ValidationError) as refusal:
        listing.full_clean()

    assert refusal.value.message_dict == {"regions": ["“atlantis” is not a region of the list."]}


# --- The lists -----------------------------------------------------------------------------------


def test_offers_and_needs_are_two_lists(client):
    make_listing(title_en="Software")
    make_listing(title_en="A street", direction="need")

    assert titles(client.get("/en/ecosystem/offers/")) == ["Software"]
    assert titles(client.get("/en/ecosystem/needs/")) == ["A street"]
    assert count(client.get("/ja/ecosystem/needs/")) == ["1件のニーズ"]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft"},
        {"state": "withdrawn"},
        {"state": "expired"},
        {"valid_until": timezone.localdate() - timedelta(days=1)},
    ],
    ids=str,
)
def test_what_is_not_current_is_neither_shown_nor_counted(client, fields):
    make_listing(title_en="Shown")
    make_listing(**fields)

    response = client.get("/en/ecosystem/offers/")

    assert titles(response) == ["Shown"]
    assert count(response) == ["1 offer"]


def test_a_day_that_went_by_unnoticed_hides_a_listing_before_any_task_has_run(client):
    listing = make_listing(title_en="Software")
    make_listing(title_en="Other")
    Listing.objects.filter(pk=listing.pk).update(valid_until=yesterday())
    Document.objects.filter(kind="offers", object_id=listing.pk).update(dated=yesterday())

    assert count(client.get("/en/ecosystem/offers/")) == ["1 offer"]
    assert client.get(listing.get_absolute_url()).status_code == 410
    assert titles(client.get("/en/ecosystem/offers/?q=software")) == []


@pytest.mark.parametrize("fields", [{"state": "unlisted"}, {"state": "draft"}, {"activity": "closed"}], ids=str)
def test_a_listing_goes_with_its_organisation(client, fields):
    make_listing(title_en="Shown")
    organisation = make_organisation()
    listing = make_listing(organisation, title_en="Gone")
    for name, value in fields.items():
        setattr(organisation, name, value)
    organisation.save()

    response = client.get("/en/ecosystem/offers/")

    assert (titles(response), count(response)) == (["Shown"], ["1 offer"])
    assert client.get(listing.get_absolute_url()).status_code == 410


def test_lists_are_narrowed_by_type_cooperation_theme_side_and_readiness(client):
    licence, robots = kind_of_cooperation(), make_theme("robots")
    nagoya = make_organisation(side="nagoya", city=make_city("nagoya"), themes=[robots])
    make_listing(nagoya, title_en="A", type="product", trl=8, cooperation=[licence])
    make_listing(title_en="B", trl=2)

    for query in ("type=product", "cooperation=licensing", "theme=robots", "side=nagoya", "trl=7-9"):
        assert titles(client.get(f"/en/ecosystem/offers/?{query}")) == ["A"], query
    assert titles(client.get("/en/ecosystem/offers/?trl=1-3")) == ["B"]


def test_a_theme_that_its_organisation_gets_later_finds_the_listing(client):
    listing = make_listing(title_en="Grippers")
    listing.organisation.themes.add(make_theme("robots"))

    assert titles(client.get("/en/ecosystem/offers/?theme=robots")) == ["Grippers"]


def test_an_unknown_filter_is_told_and_left_out(client):
    make_listing(title_en="Software")

    response = client.get("/en/ecosystem/offers/?type=spaceship")

    assert titles(response) == ["Software"]
    assert "spaceship" in texts(parsed(response), ".//*[@role='status'][@class='tn-notice tn-notice--warning']")[0]


def test_japanese_words_find_an_offer_written_in_japanese(client):
    make_listing(title_en="", title_ja="自動運転シャトルの経路予測", text_en="", text_ja="歩行者の動きを予測します。")

    response = client.get("/ja/ecosystem/offers/?q=自動運転")

    assert [title.replace(" ", "") for title in titles(response)] == ["自動運転シャトルの経路予測"]
    assert "自動運転シャトルの経路予測" in client.get("/ja/search/?q=自動運転").content.decode().replace("<wbr>", "")


def test_an_empty_list_says_what_else_to_do(client):
    page = parsed(client.get("/en/ecosystem/needs/"))

    assert texts(page, ".//div[@class='tn-empty']/p")[0] == "There are no needs at present."
    assert texts(page, ".//div[@class='tn-empty']//a")[0] == "Explore the ecosystem"
    assert page.find(".//form[@action='/en/ecosystem/needs/']") is None


def test_a_search_without_results_keeps_the_form(client):
    make_listing()

    page = parsed(client.get("/en/ecosystem/offers/?q=zzzzzz"))

    assert texts(page, ".//p[@class='tn-empty__title']") == ["No results. Remove a filter or try other words."]
    assert page.find(".//input[@id='filter-q']").get("value") == "zzzzzz"


@pytest.mark.parametrize("page", ["offers", "needs"])
def test_the_number_of_statements_does_not_grow_with_the_list(client, page):
    def grow():
        organisation = make_organisation(themes=[make_theme()])
        make_listing(organisation, direction=page[:-1], cooperation=[kind_of_cooperation(f"kind-{organisation.pk}")])

    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/en/ecosystem/{page}/").status_code == 200
        return len(queries)

    grow()
    with_one = statements()
    grow()
    grow()

    assert statements() == with_one


# --- One of them ---------------------------------------------------------------------------------


def test_a_page_says_the_readiness_in_words_and_until_when(client):
    organisation = make_organisation(name_en="Esempio", contact_languages=["ja"])
    listing = make_listing(
        organisation,
        title_en="Software",
        trl=7,
        stage="pilot",
        wanted_partner_en="An operator.",
        regions=["nagoya", "japan"],
        cooperation=[kind_of_cooperation()],
    )

    page = parsed(client.get(f"/en/ecosystem/offers/{listing.pk}/"))

    assert texts(page, ".//h1") == ["Software"]
    assert texts(page, ".//section[@aria-labelledby='partner']/div") == ["An operator."]
    found = dict(zip(texts(page, ".//aside//dt"), texts(page, ".//aside//dd"), strict=True))
    until = found.pop("Valid until")
    assert until.endswith(str(listing.valid_until.year))
    assert found == {
        "Type": "Technology",
        "How far it is": "In a pilot with first users",
        "Technology readiness": "TRL 7 A prototype has been demonstrated in real use",
        "Cooperation": "Licensing",
        "Partner sought in": "Nagoya and Aichi, All of Japan",
        "Languages of contact": "Japanese",
    }
    assert len(ids(page)) == len(set(ids(page)))


def test_every_level_of_readiness_has_words():
    assert sorted(TRL_WORDS) == list(range(1, 10))
    assert [Listing(trl=level).trl_band for level in (None, 1, 3, 4, 6, 7, 9)] == [
        *("", "1-3", "1-3", "4-6", "4-6", "7-9", "7-9")
    ]


def test_the_address_under_the_other_list_leads_to_the_right_one(client):
    need = make_listing(direction="need")

    response = client.get(f"/en/ecosystem/offers/{need.pk}/")

    assert (response.status_code, response["Location"]) == (301, f"/en/ecosystem/needs/{need.pk}/")


@pytest.mark.parametrize(
    ("state", "status"), [("draft", 404), ("published", 200), ("expired", 410), ("withdrawn", 410)]
)
def test_what_has_ended_says_so_and_what_never_was_public_does_not_exist(client, state, status):
    listing = make_listing(title_en="Secret", state=state)

    for language in ("it", "en", "ja"):
        response = client.get(f"/{language}/ecosystem/offers/{listing.pk}/")
        assert response.status_code == status
        assert ("Secret" in response.content.decode()) is (status == 200)


def test_a_page_that_has_ended_leads_on(client):
    listing = make_listing(make_organisation(name_en="Esempio"), state="expired")

    page = parsed(client.get(f"/en/ecosystem/offers/{listing.pk}/"))

    assert texts(page, ".//h1") == ["This offer has ended"]
    assert texts(page, ".//ul[@class='tn-ways']//a") == [
        "Esempio",
        "What organisations offer",
        "What organisations are looking for",
    ]


def test_staff_see_a_draft_as_it_will_be(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))

    page = parsed(client.get(f"/en/ecosystem/offers/{make_listing(state='draft').pk}/"))

    assert texts(page, ".//*[@class='tn-notice tn-notice--warning']") == [
        "This page is not public: only staff see it."
    ]
    assert page.find(".//meta[@name='robots']").get("content") == "noindex"


# --- Elsewhere -----------------------------------------------------------------------------------


def test_an_organisation_shows_what_it_offers_and_seeks(client):
    organisation = make_organisation()
    make_listing(organisation, title_en="Software")
    make_listing(organisation, title_en="A street", direction="need")
    make_listing(organisation, title_en="Past", valid_until=yesterday())

    page = parsed(client.get(organisation.get_absolute_url().replace("/it/", "/en/")))

    assert texts(page, ".//section[@aria-labelledby='offers']//h3") == ["Software"]
    assert texts(page, ".//section[@aria-labelledby='needs']//h3") == ["A street"]


@pytest.mark.parametrize("fields", [{"activity": "closed"}, {"state": "unlisted"}])
def test_a_profile_shows_no_listing_whose_page_says_that_it_has_ended(client, fields):
    organisation = make_organisation(**fields)
    listing = make_listing(organisation, title_en="Zolfora")

    profile = client.get(f"/en/ecosystem/organisations/{organisation.slug}/")
    one_page = by_direction(profile_of(profile.wsgi_request, organisation.slug))

    assert client.get(f"/en/ecosystem/offers/{listing.pk}/").status_code == 410
    assert "Zolfora" not in profile.content.decode()
    assert one_page == {"offers": [], "needs": []}


def test_the_directory_finds_organisations_by_the_words_and_types_of_their_listings(client):
    organisation = make_organisation(name_en="Esempio")
    make_listing(organisation, title_en="Exoskeletons", type="product")
    make_listing(make_organisation(name_en="Other"), direction="need", type="product")

    assert titles(client.get("/en/ecosystem/?q=exoskeletons")) == ["Esempio"]
    assert titles(client.get("/en/ecosystem/?offers=product")) == ["Esempio"]
    assert titles(client.get("/en/ecosystem/?seeks=product")) == ["Other"]


def test_a_listing_that_ended_no_longer_finds_its_organisation(client):
    organisation = make_organisation(name_en="Esempio")
    listing = make_listing(organisation, title_en="Exoskeletons", type="product")

    listings.withdraw_listing(listing=listing, by=None, now=timezone.now())

    assert titles(client.get("/en/ecosystem/?q=exoskeletons")) == []
    assert count(client.get("/en/ecosystem/?offers=product")) == ["0 organisations"]


def test_the_directory_has_no_empty_boxes_before_the_first_listing(client):
    make_organisation()

    legends = texts(parsed(client.get("/en/ecosystem/")), ".//legend")

    assert "Offers" not in legends
    assert "Looks for" not in legends


def test_an_initiative_shows_what_its_members_offer_and_the_first_three_steps(client):
    initiative = make_initiative(slug="city-lab")
    member, involved = make_organisation(), make_organisation()
    member.parts.create(initiative=initiative, role="member")
    involved.parts.create(initiative=initiative, role="partner")
    make_listing(member, title_en="Of a member")
    make_listing(involved, title_en="Of one who is involved")

    page = parsed(client.get("/en/ecosystem/initiatives/city-lab/"))

    assert texts(page, ".//section[@aria-labelledby='listings']//h3") == ["Of a member"]
    assert texts(page, ".//ol[@class='tn-steps']//h3") == [
        *("See who is in it", "Say what you have in mind", "Meet, online first")
    ]


def test_current_listings_are_in_the_site_map(client):
    shown = make_listing()
    make_listing(state="expired")

    found = client.get("/sitemap-ecosystem-listings.xml").content.decode()

    assert f"/en/ecosystem/offers/{shown.pk}/" in found
    assert found.count("<url>") == 1
