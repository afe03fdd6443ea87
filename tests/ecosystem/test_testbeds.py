"""Testbeds, and the pairs of them that mirror each other, as visitors see them; the rules that keep them in order."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ecosystem.models import MirrorPair, MirrorStep, Testbed
from ecosystem.services.mirrors import agree, move_pair, put_in_order
from ecosystem.services.testbeds import move_testbed
from iurc_portal.audit.models import Transition
from tests.ecosystem.reading import parsed, texts
from tests.factories import (
    make_city,
    make_initiative,
    make_organisation,
    make_pair,
    make_test_run,
    make_testbed,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
State = MirrorPair.State


def staff(side):
    """Staff of a city, with the permissions of their role."""
    user = make_user(is_staff=True, side=side)
    user.groups.add(Group.objects.get(name="Staff"))
    return user


def code_of(refusal):
    return refusal.value.error_list[0].code


# --- Pages ---------------------------------------------------------------------------------------


def test_the_list_has_testbeds_in_use_with_facets_and_the_tests_below(client):
    make_testbed(name_en="Street", kind="street", themes=[make_theme("robots")])
    make_testbed(name_en="Lab", kind="laboratory", city=make_city("nagoya"), state="paused")
    make_testbed(name_en="Secret", state="draft")
    make_testbed(name_en="Old", state="retired")
    make_test_run(title_en="Shuttle")

    page = parsed(client.get("/en/ecosystem/testbeds/"))

    assert sorted(texts(page, ".//article//h3")) == ["Lab", "Street"]
    assert texts(page, ".//section[@aria-labelledby='tests']//h3") == ["Shuttle"]
    for query in ("kind=street", "city=torino", "theme=robots", "q=street"):
        found = parsed(client.get(f"/en/ecosystem/testbeds/?{query}"))
        assert texts(found, ".//article//h3") == ["Street"], query


def test_a_testbed_says_what_it_gives_and_what_it_does_not(client):
    testbed = make_testbed(
        provided_en="Electricity.",
        not_provided_en="Insurance.",
        rules_en="Slowly.",
        capacity=2,
        languages=["ja", "en"],
        owner=make_organisation(name_en="The City"),
    )
    today = timezone.localdate()
    testbed.closures.create(first_day=today, last_day=today + timedelta(days=3), reason_en="Works")
    testbed.closures.create(first_day=date(2020, 1, 1), last_day=date(2020, 1, 2), reason_en="Long ago")
    make_test_run(title_en="Robot", testbed=testbed)

    answer = client.get(f"/en/ecosystem/testbeds/{testbed.slug}/")

    page, html = parsed(answer), answer.content.decode()
    assert texts(page, ".//section[@aria-labelledby='provided']") == ["What the city provides Electricity."]
    assert texts(page, ".//section[@aria-labelledby='not-provided']") == ["What it does not provide Insurance."]
    assert texts(page, ".//section[@aria-labelledby='tests']//h3") == ["Robot"]
    facts = texts(page, ".//dl[@class='tn-facts']/div")
    assert "Owner The City" in facts
    assert "Capacity 2 tests at the same time" in facts
    assert "Languages Japanese · English" in facts
    assert ("Works" in html, "Long ago" in html) == (True, False)


def test_what_nobody_has_written_is_said_so(client):
    testbed = make_testbed()

    page = parsed(client.get(f"/en/ecosystem/testbeds/{testbed.slug}/"))

    assert texts(page, ".//section[@aria-labelledby='not-provided']/p") == [
        "Not stated yet: ask the programme office."
    ]


def test_a_testbed_is_a_schema_org_place(client):
    testbed = make_testbed(name_en="Street", latitude="45.1", longitude="7.6", precision="street")

    page = parsed(client.get(f"/en/ecosystem/testbeds/{testbed.slug}/"))

    data = json.loads(page.find(".//script[@type='application/ld+json']").text)
    assert data["@type"] == "Place"
    assert data["name"] == [{"@value": "Street", "@language": "en"}]
    assert data["geo"] == {"@type": "GeoCoordinates", "latitude": 45.1, "longitude": 7.6}


@pytest.mark.parametrize(
    ("state", "status", "unlisted"),
    [("draft", 404, True), ("published", 200, False), ("paused", 200, False), ("retired", 200, True)],
)
def test_drafts_are_hidden_and_retired_ones_keep_their_page(client, state, status, unlisted):
    testbed = make_testbed(state=state, name_en="Street")

    answer = client.get(f"/en/ecosystem/testbeds/{testbed.slug}/")

    assert answer.status_code == status
    assert (b"noindex" in answer.content) == unlisted
    assert (texts(parsed(client.get("/en/ecosystem/testbeds/")), ".//article//h3") == []) == unlisted


def test_the_old_address_of_a_test_leads_to_its_new_one(client):
    make_test_run(slug="shuttle")

    answer = client.get("/ja/ecosystem/testbeds/shuttle/")

    assert (answer.status_code, answer["Location"]) == (301, "/ja/ecosystem/tests/shuttle/")
    assert client.get("/ja/ecosystem/tests/shuttle/").status_code == 200


def test_a_testbed_that_took_the_address_stays_there(client):
    make_test_run(slug="shuttle")
    make_testbed(slug="shuttle", state="draft")

    assert client.get("/ja/ecosystem/testbeds/shuttle/").status_code == 404

    Testbed.objects.update(state="published")
    assert client.get("/ja/ecosystem/testbeds/shuttle/").status_code == 200


def test_a_test_leads_to_the_testbed_where_it_was_made(client):
    test = make_test_run(testbed=make_testbed(name_en="Street"))
    elsewhere = make_test_run(testbed=make_testbed(name_en="Secret", state="draft"))

    assert "Testbed Street" in texts(parsed(client.get(f"/en/ecosystem/tests/{test.slug}/")), ".//dl/div")
    assert b"Secret" not in client.get(f"/en/ecosystem/tests/{elsewhere.slug}/").content


def test_owner_and_initiative_show_their_testbeds(client):
    owner, lab = make_organisation(), make_initiative(slug="lab")
    testbed = make_testbed(owner=owner, name_en="Street")
    testbed.initiatives.add(lab)
    make_testbed(owner=owner, state="draft")

    for path in (f"organisations/{owner.slug}/", "initiatives/lab/"):
        page = parsed(client.get(f"/en/ecosystem/{path}"))
        assert texts(page, ".//section[@aria-labelledby='testbeds']//h3") == ["Street"], path


def test_the_site_wide_search_has_a_group_of_testbeds(client):
    make_testbed(name_en="Delivery arcade")
    make_testbed(name_en="Delivery draft", state="draft")

    page = parsed(client.get("/en/search/?q=delivery"))

    assert "Delivery arcade" in texts(page, ".//h3")
    assert "Delivery draft" not in texts(page, ".//h3")


def test_the_map_of_the_site_has_testbeds_tests_and_agreed_pairs(client):
    testbed, pair = make_testbed(), make_pair(state="active")
    make_pair()

    listed = client.get("/sitemap.xml").content.decode()
    sections = "".join(
        client.get(f"/sitemap-ecosystem-{name}.xml").content.decode() for name in ("lists", "testbeds", "mirrors")
    )

    assert "ecosystem-testbeds" in listed
    assert f"/en/ecosystem/testbeds/{testbed.slug}/" in sections
    assert sections.count("/en/ecosystem/mirrors/") >= 1
    assert f"/en/ecosystem/mirrors/{pair.pk}/" in sections
    assert "/en/ecosystem/tests/" in sections


@pytest.mark.parametrize("path", ["testbeds/", "testbeds/street/", "mirrors/{pair}/"])
def test_statements_do_not_grow_with_the_rows(client, path):
    street = make_testbed(slug="street")
    pair = make_pair(torino=street, state="active")

    def grow():
        make_testbed(themes=[make_theme()])
        make_pair(state="active")
        make_pair(torino=street, state="ended")
        make_test_run(testbed=street)
        street.themes.add(make_theme())
        pair.steps.create(order=pair.steps.count() + 1, text_en="Ask", owner_side="torino")

    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/en/ecosystem/{path.format(pair=pair.pk)}").status_code == 200
        return len(queries)

    grow()
    with_one = statements()
    grow()
    grow()

    assert statements() == with_one <= 14


def test_a_pair_stands_side_by_side_with_its_checklist(client):
    torino = make_testbed(name_en="Street", rules_en="Slowly.")
    pair = make_pair(torino=torino, nagoya=make_testbed(name_en="Arcade", city=make_city("nagoya")), state="active")
    pair.steps.create(order=2, text_en="Find insurance", owner_side="nagoya")
    pair.steps.create(order=1, text_en="Describe it", owner_side="torino", done_on=date(2026, 10, 17))

    page = parsed(client.get(f"/en/ecosystem/mirrors/{pair.pk}/"))
    japanese = parsed(client.get(f"/ja/ecosystem/mirrors/{pair.pk}/"))

    assert texts(page, ".//h1") == ["Street ⇄ Arcade"]
    assert texts(japanese, ".//h1") == ["Arcade ⇄ Street"]
    assert texts(page, ".//section[@aria-labelledby='compare-rules']//div[@class='tn-sides']/div") == [
        "Torino Slowly.",
        "Nagoya not stated",
    ]
    assert texts(page, ".//ol[@class='tn-checklist']/li") == [
        "Describe it ✓ done on 17 October 2026 Task of: Torino",
        "Find insurance ○ still to do Task of: Nagoya",
    ]
    for testbed, other in ((pair.torino, "Arcade"), (pair.nagoya, "Street")):
        own = parsed(client.get(f"/en/ecosystem/testbeds/{testbed.slug}/"))
        assert texts(own, f".//section[@aria-labelledby='mirror-{pair.pk}']/div/h3") == [other]
        assert len(texts(own, ".//ol[@class='tn-checklist']/li")) == 2


def test_proposals_are_for_staff_and_what_has_ended_stays_as_history(client):
    proposed, ended, withdrawn = make_pair(), make_pair(state="ended"), make_pair()
    move_pair(pair=withdrawn, to="ended", by=None, now=NOW)

    seen = [client.get(f"/en/ecosystem/mirrors/{pair.pk}/").status_code for pair in (proposed, ended, withdrawn)]
    titles = texts(parsed(client.get(f"/en/ecosystem/testbeds/{ended.torino.slug}/")), ".//h2")
    client.force_login(staff("nagoya"))

    assert seen == [404, 200, 404]
    assert "Its former mirror in Nagoya" in titles
    assert client.get(f"/en/ecosystem/mirrors/{proposed.pk}/").status_code == 200


# --- Rules ---------------------------------------------------------------------------------------


def test_a_testbed_opens_when_it_says_what_can_be_tested_and_what_is_given():
    testbed = make_testbed(state="draft", testable_en="", provided_en="")

    with pytest.raises(ValidationError) as refusal:
        move_testbed(testbed=testbed, to="published", by=None, now=NOW)
    assert len(refusal.value.messages) == 3

    Testbed.objects.update(testable_en="Robots", provided_en="A street")
    testbed.themes.add(make_theme())
    move_testbed(testbed=testbed, to="published", by=None, now=NOW)
    move_testbed(testbed=testbed, to="paused", by=None, now=NOW)

    testbed.refresh_from_db()
    assert testbed.state == "paused"
    assert [row.to_state for row in Transition.objects.of(testbed)] == ["published", "paused"]


def test_a_pair_has_one_testbed_of_each_city():
    one, two = make_testbed(name_en="One"), make_testbed(name_en="Two")

    with pytest.raises(ValidationError) as refusal:
        MirrorPair(torino=one, nagoya=two, rationale_en="Why").full_clean()

    (words,) = refusal.value.error_dict["nagoya"]
    assert (words.code, words.params["name"], words.params["wanted"]) == ("side", two, "Nagoya")
    assert list(refusal.value.error_dict) == ["nagoya"]


def test_a_testbed_has_one_mirror_at_a_time_and_two_are_paired_once():
    pair = make_pair()
    another = make_testbed(city=make_city("nagoya"))

    with pytest.raises(IntegrityError), transaction.atomic():
        make_pair(torino=pair.torino, nagoya=another)
    move_pair(pair=pair, to="ended", by=None, now=NOW)

    assert make_pair(torino=pair.torino, nagoya=another).pk
    with pytest.raises(IntegrityError), transaction.atomic():
        make_pair(torino=pair.torino, nagoya=pair.nagoya, state="ended")


def test_a_test_and_its_testbed_are_in_one_city():
    test = make_test_run(testbed=make_testbed(city=make_city("nagoya")))

    with pytest.raises(ValidationError) as refusal:
        test.full_clean()

    assert list(refusal.value.message_dict) == ["testbed"]


def test_a_pair_is_agreed_when_each_side_has_agreed_for_itself():
    pair = make_pair()

    agree(pair=pair, side="torino", by=staff("torino"), now=NOW)
    pair.refresh_from_db()
    after_one = pair.state
    agree(pair=pair, side="torino", by=staff("torino"), now=NOW + timedelta(days=9))
    agree(pair=pair, side="nagoya", by=staff("nagoya"), now=NOW + timedelta(days=1))
    pair.refresh_from_db()

    assert (after_one, pair.state) == (State.PROPOSED, State.AGREED)
    assert (pair.torino_agreed_at, pair.nagoya_agreed_at) == (NOW, NOW + timedelta(days=1))
    assert [(row.to_state, row.reason) for row in Transition.objects.of(pair)] == [
        ("proposed", "agreed_torino"),
        ("proposed", "agreed_nagoya"),
        ("agreed", ""),
    ]


def test_nobody_agrees_for_the_other_side():
    pair = make_pair()

    for by, side in ((staff("torino"), "nagoya"), (staff("nagoya"), "torino"), (make_user(side="torino"), "torino")):
        with pytest.raises(ValidationError) as refusal:
            agree(pair=pair, side=side, by=by, now=NOW)
        assert code_of(refusal) == "not_yours"
    with pytest.raises(ValidationError) as refusal:
        move_pair(pair=pair, to="agreed", by=None, now=NOW)

    pair.refresh_from_db()
    assert code_of(refusal) == "transition"
    assert (pair.state, pair.torino_agreed_at, pair.nagoya_agreed_at) == ("proposed", None, None)


def test_a_draft_is_not_agreed_on():
    pair = make_pair(torino=make_testbed(state="draft"))

    with pytest.raises(ValidationError) as refusal:
        agree(pair=pair, side="torino", by=staff("torino"), now=NOW)

    assert code_of(refusal) == "draft"


def test_steps_change_places_and_what_others_added_comes_after():
    pair = make_pair()
    first, second = (pair.steps.create(order=n, text_en=f"Step {n}", owner_side="torino") for n in (1, 2))
    pair.steps.create(order=3, text_en="Added meanwhile", owner_side="nagoya")

    put_in_order(pair=pair, steps=[second, MirrorStep(text_en="New", owner_side="torino"), first])

    assert list(pair.steps.values_list("order", "text_en")) == [
        (1, "Step 2"),
        (2, "New"),
        (3, "Step 1"),
        (4, "Added meanwhile"),
    ]
