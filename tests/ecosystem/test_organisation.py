"""A profile: who may see it, what it says in which language, and what machines read in it."""

import json
import re
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecosystem.models import OrganisationInitiative
from tests.ecosystem.reading import ids, parsed, texts
from tests.factories import (
    make_city,
    make_event,
    make_initiative,
    make_listing,
    make_organisation,
    make_practice,
    make_test_run,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db


def address(organisation, language="en"):
    return f"/{language}/ecosystem/organisations/{organisation.slug}/"


def json_ld(response):
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.DOTALL)
    return json.loads(script[1])


def facts(response):
    page = parsed(response)
    names = texts(page, ".//dl[@class='tn-facts tn-facts--table']//dt")
    return dict(zip(names, texts(page, ".//dl[@class='tn-facts tn-facts--table']//dd"), strict=True))


@pytest.fixture
def staff():
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_organisation"))
    return user


@pytest.mark.parametrize(
    ("fields", "offered"), [({}, 1), ({"activity": "closed"}, 0), ({"is_programme": True}, 0)], ids=str
)
def test_the_main_action_of_a_profile_leads_to_the_way_to_be_introduced(client, fields, offered):
    page = parsed(client.get(address(make_organisation(**fields), "ja")))

    assert len(page.findall(".//a[@href='#introduction']")) == offered
    assert len(page.findall(".//div[@id='introduction']")) == offered
    assert [link.text for link in page.findall(".//div[@id='introduction']//a")] == ["紹介を依頼する"] * offered


@pytest.mark.parametrize(
    ("state", "public", "for_staff"),
    [("draft", 404, 200), ("in_review", 404, 200), ("published", 200, 200), ("unlisted", 200, 200)],
)
def test_what_one_may_not_see_does_not_exist(client, staff, state, public, for_staff):
    organisation = make_organisation(state=state)

    assert client.get(address(organisation)).status_code == public
    client.force_login(staff)
    assert client.get(address(organisation)).status_code == for_staff


def test_what_is_archived_is_gone_for_good(client):
    organisation = make_organisation(state="archived")

    assert [client.get(address(organisation, language)).status_code for language in ("it", "en", "ja")] == [410] * 3


def test_a_merged_organisation_leads_to_the_one_it_became(client):
    survivor = make_organisation()
    merged = make_organisation(merged_into=survivor)

    for path in (address(merged), f"/en/ecosystem/organisations/{merged.slug}.json"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (301, survivor.get_absolute_url())


@pytest.mark.parametrize("slug", ["nobody", "x" * 200, "名古屋", "-"])
def test_an_unknown_organisation_is_not_found(client, slug):
    assert client.get(f"/ja/ecosystem/organisations/{slug}/").status_code == 404
    assert client.get(f"/ja/ecosystem/organisations/{slug}.json").status_code == 404


def test_an_unlisted_profile_says_so_and_asks_search_engines_to_stay_away(client):
    page = parsed(client.get(address(make_organisation(state="unlisted"))))

    assert page.find(".//meta[@name='robots']").get("content") == "noindex"
    assert texts(page, ".//*[@role='status'][@class='tn-notice tn-notice--warning']") == [
        "This profile is not in the lists at present; it opens only by its address."
    ]


def test_a_closed_organisation_stays_readable_and_marked(client):
    page = parsed(client.get(address(make_organisation(activity="closed"))))

    assert "This organisation has closed. The page stays as a record." in texts(page, ".//header//p")
    assert page.find(".//meta[@name='robots']") is None


def test_facts_stand_in_the_order_of_a_company_table(client):
    organisation = make_organisation(
        name_ja="トリノ工科大学",
        name_en="Politecnico di Torino",
        kana="トリノコウカダイガク",
        founded_year=1859,
        representative="Rector Anna Rossi",
        representative_consent_on=date(2026, 1, 12),
        capital=98_000_000,
        capital_currency="JPY",
        size_band="1000+",
        nace=["85.42"],
        website="https://www.polito.example",
        address_en="Corso Duca degli Abruzzi 24",
        to_verify=["address"],
        contact_languages=["ja", "en"],
        open_to_japan_since=2023,
        open_to_japan_how_ja="東京に拠点があります。",
        registry_id="00518460019",
        registry_country="IT",
    )

    assert list(facts(client.get(address(organisation, "ja"))).items()) == [
        ("名称", "トリノ工科大学 Politecnico di Torino"),
        ("読み", "トリノコウカダイガク"),
        ("種別", "企業"),
        ("所在地", "Corso Duca degli Abruzzi 24 未確認 イタリア・ Torino"),
        ("設立", "1859年"),
        ("代表者", "Rector Anna Rossi"),
        ("資本金", "9,800万円"),
        ("従業員数", "1,000名以上"),
        ("事業内容", "教育 NACE 2.1: 85.42 · ISIC 4: P JSIC（最も近い大分類）： O 教育，学習支援業"),
        ("対応言語", "日本語、英語"),
        ("日本との協業", "2023年から日本との協業に対応 東京に拠点があります。"),
        ("法人登録番号", "00518460019 イタリア"),
        ("ウェブサイト", "www.polito.example"),
        ("最終確認", "団体による確認はまだ行われていません"),
    ]


def test_what_is_not_known_of_a_company_is_left_out_or_said_to_be_unknown(client):
    assert list(facts(client.get(address(make_organisation(name_en="New"))))) == [
        *("Name", "Kind", "Address", "Founded", "Languages of contact", "Last checked")
    ]


@pytest.mark.parametrize(("consent", "shown"), [(None, 0), (date(2026, 1, 12), 1)])
def test_a_representative_is_named_only_with_their_consent(client, consent, shown):
    organisation = make_organisation(representative="CEO Anna Rossi", representative_consent_on=consent)

    page = client.get(address(organisation)).content.decode()
    record = client.get(f"/en/ecosystem/organisations/{organisation.slug}.json").content.decode()

    assert page.count("Anna Rossi") == shown
    assert "Anna Rossi" not in record


@pytest.mark.parametrize(
    ("language", "capital", "currency", "words"),
    [
        ("it", 50_000, "EUR", "50.000 euro"),
        ("en", 50_000, "EUR", "50,000 euros"),
        ("ja", 50_000, "EUR", "5万ユーロ"),
        ("ja", 1_234_000_000, "JPY", "12億3,400万円"),
        ("ja", 12_345, "JPY", "12,345円"),
        ("ja", 0, "JPY", "0円"),
    ],
)
def test_capital_is_written_as_each_language_does(client, language, capital, currency, words):
    organisation = make_organisation(capital=capital, capital_currency=currency)

    shown = facts(client.get(address(organisation, language)))

    assert shown[{"it": "Capitale", "en": "Capital", "ja": "資本金"}[language]] == words


def test_the_day_of_the_last_check_is_told(client):
    organisation = make_organisation(verified_on=date(2026, 3, 3))

    assert facts(client.get(address(organisation)))["Last checked"] == "✓ 3 March 2026"


def test_a_missing_language_falls_back_with_a_notice_and_its_own_lang(client):
    organisation = make_organisation(summary_en="", summary_it="Una fondazione.", name_en="", name_it="Fondazione")

    page = parsed(client.get(address(organisation, "en")))

    assert texts(page, ".//p[@class='tn-fallback']") == ["Available in Italian only"]
    assert page.find(".//div[@class='tn-summary']").get("lang") == "it"
    assert page.find(".//h1").get("lang") == "it"


def test_languages_without_a_summary_are_not_offered_to_search_engines_and_marked_in_the_switch(client):
    organisation = make_organisation(summary_en="In English.", summary_it="In italiano.")

    page = parsed(client.get(address(organisation, "en")))

    assert [link.get("hreflang") for link in page.findall(".//link[@rel='alternate'][@hreflang]")] == ["it", "en"]
    switch = page.findall(".//nav[@class='tn-languages']//a")
    assert ["not translated" in "".join(link.itertext()) for link in switch] == [False, False, True]


def test_json_ld_is_valid_and_cannot_be_broken_out_of(client):
    organisation = make_organisation(
        name_en="</script><script>alert(1)</script>",
        name_ja="名前",
        website="https://example.org",
        themes=[make_theme("robotics")],
        latitude="45.07",
        longitude="7.68",
        precision="street",
    )

    response = client.get(address(organisation))

    data = json_ld(response)
    assert b"<script>alert" not in response.content
    assert data["@type"] == "Organization"
    assert data["name"] == [
        {"@value": "</script><script>alert(1)</script>", "@language": "en"},
        {"@value": "名前", "@language": "ja"},
    ]
    assert data["sameAs"] == ["https://example.org"]
    assert data["location"]["geo"] == {"@type": "GeoCoordinates", "latitude": 45.07, "longitude": 7.68}


def test_machines_read_what_a_company_table_says(client):
    organisation = make_organisation(
        size_band="50-249", nace=["62.10"], contact_languages=["ja"], registry_id="123", registry_country="IT"
    )
    offer = make_listing(organisation, title_en="Panels")
    need = make_listing(organisation, direction="need", title_en="A street")

    data = json_ld(client.get(address(organisation)))

    assert data["numberOfEmployees"] == {"@type": "QuantitativeValue", "minValue": 50, "maxValue": 249}
    assert (data["isicV4"], data["knowsLanguage"]) == (["J"], ["ja"])
    assert data["identifier"] == {"@type": "PropertyValue", "propertyID": "IT", "value": "123"}
    assert [(each["@type"], each["name"][0]["@value"]) for each in (*data["makesOffer"], *data["seeks"])] == [
        ("Offer", "Panels"),
        ("Demand", "A street"),
    ]
    assert data["makesOffer"][0]["validThrough"] == offer.valid_until.isoformat()
    assert data["seeks"][0]["url"].endswith(need.get_absolute_url())


def test_a_thing_has_one_name_for_programs_in_every_language_and_it_leads_to_the_page(client):
    initiative = make_initiative(slug="seed")
    organisation = make_organisation(slug="zolfora")
    organisation.parts.create(initiative=initiative, role="member")
    offer = make_listing(organisation)

    told = [json_ld(client.get(address(organisation, language))) for language in ("it", "en", "ja")]

    names = {(data["@id"], data["memberOf"][0]["@id"], data["makesOffer"][0]["@id"]) for data in told}
    site = "http://localhost:8000/ecosystem"
    assert names == {(f"{site}/organisations/zolfora/", f"{site}/initiatives/seed/", f"{site}/offers/{offer.pk}/")}
    assert [data["url"].removesuffix("/ecosystem/organisations/zolfora/")[-3:] for data in told] == [
        "/it",
        "/en",
        "/ja",
    ]
    assert client.get("/ecosystem/organisations/zolfora/", follow=True).status_code == 200


def test_the_public_record_is_the_same_as_the_data_in_the_page(client):
    organisation = make_organisation(initiatives=[make_initiative()])

    record = client.get(f"/en/ecosystem/organisations/{organisation.slug}.json")

    assert record["Content-Type"] == "application/ld+json"
    assert record.json() == json_ld(client.get(address(organisation)))


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("unlisted", 404), ("archived", 410)])
def test_only_published_records_have_public_data(client, staff, state, status):
    organisation = make_organisation(state=state)
    client.force_login(staff)

    assert client.get(f"/en/ecosystem/organisations/{organisation.slug}.json").status_code == status


def test_only_public_contact_points_are_shown(client):
    organisation = make_organisation()
    organisation.contact_points.create(label_en="Office", email="office@example.org", is_public=True)
    organisation.contact_points.create(label_en="Director", email="director@example.org")

    page = client.get(address(organisation)).content.decode()

    assert "office@example.org" in page
    assert "director@example.org" not in page


def test_the_way_on_is_the_programme_office_with_the_organisation_in_the_subject(client, settings):
    page = parsed(client.get(address(make_organisation(name_en="A & B"))))

    links = [link.get("href") for link in page.findall(".//aside//a") if "subject" in link.get("href")]
    assert links == [f"mailto:{settings.CONTACT_EMAIL}?subject=Introduction%20to%20A%20%26%20B"]


def test_programmes_are_listed_without_an_introduction(client):
    response = client.get(address(make_organisation(is_programme=True)))

    assert b"subject=" not in response.content


def test_what_an_organisation_does_is_on_its_page(client):
    initiative = make_initiative(name_en="City Lab")
    organisation = make_organisation()
    OrganisationInitiative.objects.create(organisation=organisation, initiative=initiative, role="tester")
    test = make_test_run(title_en="Shuttle")
    test.organisations.add(organisation)
    practice = make_practice(title_en="Pacts")
    hidden = make_practice(title_en="Draft", state="draft")
    for shared in (practice, hidden):
        shared.organisations.add(organisation)

    page = parsed(client.get(address(organisation)))

    assert "City Lab tester" in texts(page, ".//section[@aria-labelledby='initiatives']//li")
    assert texts(page, ".//section[@aria-labelledby='tests']//h3") == ["Shuttle"]
    assert texts(page, ".//section[@aria-labelledby='practices']//h3") == ["Pacts"]


def test_related_organisations_share_most_themes_and_then_the_initiative(client):
    robots, energy = make_theme("robots"), make_theme("energy")
    seed = make_initiative()
    organisation = make_organisation(themes=[robots, energy], initiatives=[seed])
    make_organisation(name_en="One theme", themes=[robots])
    make_organisation(name_en="One theme, same initiative", themes=[robots], initiatives=[seed])
    make_organisation(name_en="Two themes", themes=[robots, energy])
    make_organisation(name_en="Last", themes=[energy])
    make_organisation(name_en="None")
    make_organisation(name_en="Draft", themes=[robots, energy], state="draft")

    page = parsed(client.get(address(organisation)))

    assert texts(page, ".//section[@aria-labelledby='related']//h3") == [
        "Two themes",
        "One theme, same initiative",
        "One theme",
    ]


def test_long_lists_lead_to_the_list_of_that_organisation(client):
    organisation = make_organisation()
    for _ in range(9):
        make_test_run().organisations.add(organisation)
    make_test_run()

    page = parsed(client.get(address(organisation)))
    way = page.find(".//section[@aria-labelledby='tests']//a").get("href")

    assert len(page.findall(".//section[@aria-labelledby='tests']//h3")) == 8
    assert texts(parsed(client.get(way)), ".//p[@id='results-status']") == ["9 tests"]


def test_the_number_of_statements_does_not_grow_with_the_rows(client):
    organisation = make_organisation(latitude="45.07", longitude="7.68", precision="exact", city=make_city())

    def grow():
        themes = [make_theme(), make_theme()]
        organisation.themes.add(*themes)
        organisation.parts.create(initiative=make_initiative())
        organisation.contact_points.create(label_en="Office", email="office@example.org", is_public=True)
        make_test_run().organisations.add(organisation)
        make_practice().organisations.add(organisation)
        make_event(organizer=organisation).languages.create(language="ja")
        make_organisation(themes=themes)
        make_listing(organisation)
        make_listing(organisation, direction="need")

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(organisation)).status_code == 200
        return len(queries)

    grow()
    with_one = count()
    grow()
    grow()

    assert count() == with_one <= 13


def test_no_id_stands_twice_on_a_full_profile(client):
    organisation = make_organisation(latitude="45.07", longitude="7.68", precision="exact", themes=[make_theme()])
    make_organisation(themes=organisation.themes.all())
    make_event(organizer=organisation)

    found = ids(parsed(client.get(address(organisation))))

    assert len(found) == len(set(found))
