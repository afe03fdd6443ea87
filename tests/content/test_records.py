"""All of the content: every record of every file is in the database, in every language."""

import pytest

from ecosystem.models import City, Concept, GoodPractice, Initiative, Organisation, OrganisationInitiative, TestRun
from iurc_portal.pages.models import EditableText
from programme.models import DatedEvent, Edition, Phase, ProgrammeFigure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_content")]

LANGUAGES = ("it", "en", "ja")
NOTHING = ("null", "")


def texts_of(obj, field):
    return {code: getattr(obj, f"{field}_{code}") or "" for code in LANGUAGES}


def in_three(value):
    """A field of a file as texts by language; a bare text is English."""
    if isinstance(value, dict):
        return {code: value.get(code, "") for code in LANGUAGES}
    return {"it": "", "en": "" if value in NOTHING else value, "ja": ""}


def sources_of(record):
    return list(dict.fromkeys([record["source"], *record.get("more_sources", [])]))


def number(value):
    return None if value in NOTHING else float(value)


def plain(value):
    return "" if value in NOTHING else value


def test_every_theme_is_there_with_its_concepts(files):
    stored = {concept.notation: concept for concept in Concept.objects.filter(scheme="theme", state="approved")}

    assert set(stored) == {theme["id"] for theme in files["themes.yaml"]["themes"]}
    for theme in files["themes.yaml"]["themes"]:
        concept = stored[theme["id"]]
        assert texts_of(concept, "pref_label") == in_three(theme["label"])
        assert texts_of(concept, "definition") == in_three(theme["description"])
        assert set(theme["concepts"]) <= set(concept.related.values_list("notation", flat=True))


def test_every_kind_of_cooperation_is_there(files):
    stored = {concept.notation: concept for concept in Concept.objects.filter(scheme="cooperation", state="approved")}

    assert set(stored) == {kind["id"] for kind in files["cooperation.yaml"]["cooperation"]}
    for kind in files["cooperation.yaml"]["cooperation"]:
        assert texts_of(stored[kind["id"]], "pref_label") == in_three(kind["label"])
        assert texts_of(stored[kind["id"]], "definition") == in_three(kind["description"])


def test_every_concept_of_the_glossary_is_there_with_its_synonyms(files):
    stored = {
        concept.notation: concept
        for concept in Concept.objects.filter(scheme="glossary", state="approved")
        .select_related("broader")
        .prefetch_related("labels", "related")
    }

    assert set(stored) == {concept["id"] for concept in files["glossary.yaml"]["concepts"]}
    for record in files["glossary.yaml"]["concepts"]:
        concept = stored[record["id"]]
        assert texts_of(concept, "pref_label") == in_three(record["pref"])
        assert (concept.broader.notation if concept.broader else "null") == record["broader"]
        assert set(record["themes"]) <= {theme.notation for theme in concept.related.all()}
        labels = {code: [] for code in LANGUAGES}
        for label in concept.labels.all():
            labels[label.language].append(label.text)
        assert labels == {code: list(record["alt"].get(code) or []) for code in LANGUAGES}


def test_every_organisation_is_there_published_and_unverified(files):
    records = files["organisations.yaml"]["organisations"]
    stored = {
        organisation.slug: organisation
        for organisation in Organisation.objects.select_related("city").prefetch_related("themes")
    }
    cities = {
        "München": "muenchen",
        "Colleretto Giacosa": "colleretto-giacosa",
        "Rivalta di Torino": "rivalta-di-torino",
    }

    assert set(stored) == {record["slug"] for record in records}
    for record in records:
        organisation = stored[record["slug"]]
        assert texts_of(organisation, "name") == {
            "it": record.get("name_it", ""),
            "en": record["name"],
            "ja": plain(record["name_ja"]),
        }
        assert organisation.name_ja_suggested == plain(record["name_ja_suggested"])
        assert texts_of(organisation, "summary") == in_three(record["summary"])
        address = "address_it" if record["side"] == "torino" else "address_en"
        assert getattr(organisation, address) == plain(record["address"])
        assert (organisation.side, organisation.kind) == (record["side"], record["kind"])
        assert organisation.is_programme == (record["is_programme"] == "true")
        assert organisation.website == plain(record["website"])
        assert number(record["founded_year"]) == organisation.founded_year
        assert (organisation.city.slug if organisation.city else "") == cities.get(
            record["city"], plain(record["city"]).lower()
        )
        assert [float(x) if x is not None else None for x in (organisation.latitude, organisation.longitude)] == [
            number(record["latitude"]),
            number(record["longitude"]),
        ]
        has_point = number(record["latitude"]) is not None
        assert organisation.precision == (
            "none" if not has_point else "street" if plain(record["address"]) else "city"
        )
        assert organisation.sources == sources_of(record)
        assert organisation.needs_check == (record["verify"] == "true")
        assert organisation.to_verify == record["verify_fields"]
        assert {theme.notation for theme in organisation.themes.all()} == set(record["themes"])
        assert (organisation.state, organisation.verified_on) == ("published", None)


def test_every_part_in_an_initiative_says_lead_member_or_involved(files):
    pillars = {pillar["slug"]: pillar for pillar in files["pillars.yaml"]["pillars"]}
    expected = set()
    for record in files["organisations.yaml"]["organisations"]:
        for slug, pillar in pillars.items():
            if record["slug"] in pillar["lead"]:
                expected.add((record["slug"], slug, "lead"))
            elif slug in record["member_of"]:
                expected.add((record["slug"], slug, "member"))
            elif slug in record["pillars"] or record["slug"] in pillar["members"]:
                expected.add((record["slug"], slug, "partner"))

    stored = OrganisationInitiative.objects.values_list("organisation__slug", "initiative__slug", "role")
    assert set(stored) == expected


def test_the_four_initiatives_are_there_with_figures_and_ways_to_take_part(files):
    look = {
        "torino-social-impact": ("TSI", "blue"),
        "seed": ("SEED", "vermilion"),
        "torino-city-lab": ("TCL", "gold"),
        "cte-next": ("CTE", "green"),
    }
    for record in files["pillars.yaml"]["pillars"]:
        initiative = Initiative.objects.get(slug=record["slug"])
        assert (initiative.code, initiative.colour) == look[record["slug"]]
        for field in ("name", "tagline", "description", "started_note"):
            assert texts_of(initiative, field) == in_three(record[field])
        started = (initiative.started_year, initiative.started_month, initiative.started_day)
        assert "-".join(f"{number:02}" for number in started if number) == record["started"]
        assert initiative.order == int(record["order"])
        assert initiative.website == plain(record["website"])
        assert initiative.sources == sources_of(record)
        assert set(initiative.leads.values_list("slug", flat=True)) == set(record["lead"])
        assert set(initiative.themes.values_list("notation", flat=True)) == set(record["themes"])
        assert [
            (figure.value, texts_of(figure, "label"), figure.as_of, figure.source)
            for figure in initiative.figures.all()
        ] == [(f["value"], in_three(f["label"]), f["date"], f["source"]) for f in record["figures"]]
        assert [(part.kind, texts_of(part, "text"), part.source) for part in initiative.take_parts.all()] == [
            (part["kind"], in_three(part["text"]), plain(part["source"])) for part in record["take_part"]
        ]


def test_every_test_is_there_with_dates_as_precise_as_the_source(files):
    records = files["testbeds.yaml"]["testbeds"]

    assert TestRun.objects.count() == len(records)
    for record in records:
        run = TestRun.objects.get(slug=record["slug"])
        for field, name in (("title", "title"), ("tested", "tested"), ("outcome", "outcome")):
            assert texts_of(run, field) == in_three(record[name])
        assert texts_of(run, "place_name") == in_three(record["place"])
        assert texts_of(run, "budget") == in_three(record["budget"])
        assert run.state == record["status"]
        for field in ("start", "end"):
            written = plain(record[field])
            day = getattr(run, field)
            assert (day.isoformat() if day else "").startswith(written)
            if written:
                assert getattr(run, f"{field}_precision") == {4: "year", 7: "month", 10: "day"}[len(written)]
        assert run.city.name_en == record["city"]
        assert [float(x) if x is not None else None for x in (run.latitude, run.longitude)] == [
            number(record["latitude"]),
            number(record["longitude"]),
        ]
        assert set(run.organisations.values_list("slug", flat=True)) == set(record["organisations"])
        assert set(run.initiatives.values_list("slug", flat=True)) == set(record["pillars"])
        assert set(run.themes.values_list("notation", flat=True)) == set(record["themes"])
        assert run.sources == sources_of(record)


def test_every_practice_is_there_with_its_period(files):
    records = files["practices.yaml"]["practices"]

    assert GoodPractice.objects.filter(state="validated", city__slug="torino").count() == len(records)
    for record in records:
        practice = GoodPractice.objects.get(slug=record["slug"])
        for field in ("title", "problem", "solution", "results", "replicability", "costs", "recognition"):
            assert texts_of(practice, field) == in_three(record[field])
        about = "about " if practice.first_year_is_approximate else ""
        assert record["period"] in (
            f"{practice.first_year}-{practice.last_year}",
            f"since {about}{practice.first_year}",
        )
        assert set(practice.organisations.values_list("slug", flat=True)) == set(record["organisations"])
        assert set(practice.themes.values_list("notation", flat=True)) == set(record["themes"])
        assert practice.sources == sources_of(record)


def test_the_edition_and_the_phases_are_there_with_cities_and_countries(files):
    facts = files["programme.yaml"]["facts"]
    edition = Edition.objects.get()
    for field, name in (("name", "name"), ("programme_name", "programme"), ("objective", "objective")):
        assert texts_of(edition, field) == in_three(facts[name])
    assert texts_of(edition, "funding_notice") == in_three(facts["funding"])
    assert (edition.duration_years, edition.partner_city_count, edition.study_visit_count) == (2, 2, 2)
    assert (edition.state, edition.first_day, edition.last_day) == ("running", None, None)
    assert edition.sources == sources_of(facts)

    assert Phase.objects.count() == 3
    for record in files["programme.yaml"]["phases"]:
        phase = Phase.objects.get(slug=record["slug"])
        assert texts_of(phase, "name") == in_three(record["name"])
        assert texts_of(phase, "note") == in_three(record["note"])
        assert record["period"] == f"{phase.first_year}-{phase.last_year or ''}"
        assert phase.sources[0] == record["source"]
    assert Phase.objects.get(slug="iurc-phase-2").countries == ["IN", "ID", "JP", "MY", "KR", "TH", "VN", "AU", "NZ"]
    selected = files["programme.yaml"]["selected_cities_phase_1"]
    first = Phase.objects.get(slug="iurc-phase-1")
    assert texts_of(first, "cities_note") == in_three(selected["note"])
    assert selected["source"] in first.sources
    for region in ("europe", "japan"):
        stored = [texts_of(city, "name") for city in first.selected_cities.filter(region=region)]
        assert stored == [in_three(city) for city in selected[region]]


def test_every_dated_event_is_there_with_its_precision(files):
    records = files["programme.yaml"]["events"]

    assert DatedEvent.objects.count() == len(records)
    for record in records:
        event = DatedEvent.objects.get(slug=record["slug"])
        for field in ("title", "description", "place"):
            assert texts_of(event, field) == in_three(record[field])
        assert event.kind == record["kind"]
        assert event.date_precision == record["date_precision"]
        assert event.date.isoformat().startswith(record["date"])
        assert (event.end_date.isoformat() if event.end_date else "null") == record["end_date"]
        assert event.sources == sources_of(record)


def test_every_number_about_japan_in_piedmont_is_a_figure(files):
    facts = dict(files["programme.yaml"]["japan_in_piedmont"])
    year, source = int(facts.pop("year")), facts.pop("source")

    assert {(f.slug, float(f.value), f.year, tuple(f.sources)) for f in ProgrammeFigure.objects.all()} == {
        (name.replace("_", "-"), float(value), year, (source,)) for name, value in facts.items()
    }
    assert all(all(texts_of(figure, "label").values()) for figure in ProgrammeFigure.objects.all())


def test_every_text_of_the_portal_is_there(files):
    for record in files["texts.yaml"]["texts"]:
        text = EditableText.objects.get(slug=record["slug"])
        assert texts_of(text, "title") == in_three(record["title"])
        assert texts_of(text, "body") == in_three(record["body"])


def test_only_torino_and_nagoya_are_partners_and_every_city_has_three_names(files):
    partners = City.objects.filter(is_partner=True).values_list("slug", "country", "tzid")

    assert set(partners) == {("torino", "IT", "Europe/Rome"), ("nagoya", "JP", "Asia/Tokyo")}
    assert all(all(texts_of(city, "name").values()) for city in City.objects.all())
