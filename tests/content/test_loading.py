"""All or nothing: every mistake is named, and nothing is half-loaded."""

import pytest
from django.core.management import CommandError, call_command

from ecosystem.models import City, Organisation
from iurc_portal.content.models import ContentRecord
from iurc_portal.content.reading import ContentError
from programme.models import Edition

pytestmark = pytest.mark.django_db
ORGANISATIONS, GLOSSARY, PILLARS = "organisations.yaml", "glossary.yaml", "pillars.yaml"


def problems_of(folder):
    with pytest.raises(ContentError) as caught:
        folder.load()
    return caught.value.problems


def test_the_counts_are_those_of_the_files(folder):
    report = folder.load()

    assert {kind: dict(count) for kind, count in report.counts.items()} == {
        "cities": {"created": 19},
        "themes": {"created": 20},
        "glossary concepts": {"created": 181},
        "kinds of cooperation": {"created": 9},
        "organisations": {"created": 166},
        "initiatives": {"created": 4},
        "testbeds": {"created": 8},
        "tests": {"created": 27},
        "practices": {"created": 11},
        "consents": {"created": 1},
        "editions": {"created": 1},
        "phases": {"created": 3},
        "dated events": {"created": 24},
        "figures": {"created": 5},
        "texts": {"created": 3},
    }


def test_what_a_person_made_before_under_the_same_address_is_theirs(folder):
    City.objects.create(slug="torino", name_it="Torino", country="IT", tzid="Europe/Rome", is_partner=True)
    Edition.objects.create(slug="torino-nagoya", name_it="La nostra edizione")

    folder.load()

    edition = Edition.objects.get()
    assert (edition.name_it, edition.objective_en) == ("La nostra edizione", None)


def test_a_dry_run_counts_and_writes_nothing(folder):
    report = folder.load(dry_run=True)

    assert report.counts["organisations"]["created"] == 166
    assert not Organisation.objects.exists()
    assert not ContentRecord.objects.exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "themes.yaml",
            "  - id: water\n",
            "  - id: water\n    label: [\n",
            "themes.yaml: line 161: the YAML is broken: ",
        ),
        (
            ORGANISATIONS,
            "    themes:\n      - public-innovation\n",
            "    themes:\n      - public-invention\n",
            "organisations.yaml: citta-di-torino: themes: “public-invention” is not a known theme. "
            "Correct it, or add the theme.",
        ),
        (
            ORGANISATIONS,
            "    latitude: 45.0733\n",
            "    latitude: 145.0733\n",
            "organisations.yaml: citta-di-torino: latitude: 145.0733 is not between -90 and 90 degrees.",
        ),
        (
            ORGANISATIONS,
            "    longitude: 7.6822\n",
            "    longitude: null\n",
            "organisations.yaml: citta-di-torino: latitude: stands without its pair. "
            "Give both latitude and longitude, or neither.",
        ),
        (
            ORGANISATIONS,
            "- slug: citta-metropolitana-di-torino",
            "- slug: citta-di-torino",
            "organisations.yaml: citta-di-torino: slug: is used twice. Give one of the two records another name.",
        ),
        (
            ORGANISATIONS,
            "    name: City of Torino\n",
            "",
            "organisations.yaml: citta-di-torino: name: is missing. A text is needed.",
        ),
        (
            ORGANISATIONS,
            "    kind: public_body\n",
            "    kind: town_hall\n",
            "organisations.yaml: citta-di-torino: kind: “town_hall” is not known. Write one of: ",
        ),
        (
            ORGANISATIONS,
            "    website: https://www.comune.torino.it\n",
            "    website: www.comune.torino.it\n",
            "organisations.yaml: citta-di-torino: website: “www.comune.torino.it” is not a web address. "
            "Write it with http:// or https://.",
        ),
        (
            ORGANISATIONS,
            "    website: https://www.comune.torino.it\n",
            "    web_site: https://www.comune.torino.it\n",
            "organisations.yaml: citta-di-torino: web_site: unknown field. Known are: ",
        ),
        (
            ORGANISATIONS,
            "    city: Torino\n",
            "    city: Turin\n",
            "organisations.yaml: citta-di-torino: city: “Turin” is not a known city. "
            "Correct it, or add it to ecosystem/content/cities.py.",
        ),
        (
            ORGANISATIONS,
            "    name: City of Torino\n",
            f"    name: {'City ' * 50}\n",
            "organisations.yaml: citta-di-torino: name_en: Ensure this value has at most 200 characters (it has 249).",
        ),
        (
            ORGANISATIONS,
            "    side: torino\n",
            "    side: torino\n    side: nagoya\n",
            "organisations.yaml: line 6: the YAML is broken: the field “side” is written twice.",
        ),
        (
            PILLARS,
            "    members:\n      - citta-metropolitana-di-torino\n",
            "    members:\n      - citta-metropolitana\n",
            "pillars.yaml: torino-social-impact: members: “citta-metropolitana” is not a known organisation. "
            "Correct it, or add the organisation.",
        ),
        (
            PILLARS,
            "        source: https://vita.it/?p=362747\n",
            "",
            "pillars.yaml: torino-social-impact: figures 1: source: is missing. A text is needed.",
        ),
        (
            GLOSSARY,
            "  - id: urban-innovation\n    broader: null\n",
            "  - id: urban-innovation\n    broader: testbed\n",
            "glossary.yaml: urban-innovation: broader: goes round in a circle: ",
        ),
        (
            GLOSSARY,
            "        - city innovation\n",
            "        - Smart City\n",
            "glossary.yaml: smart-city: label en: “smart city” is already a label of “urban-innovation”. "
            "Keep one of the two.",
        ),
        (
            "testbeds.yaml",
            "    start: 2025-10\n",
            "    start: October 2025\n",
            "testbeds.yaml: automove-shuttle: start: “October 2025” is not a date. Write 2024, 2024-11 or 2024-11-18.",
        ),
        (
            "practices.yaml",
            "    period: 2017-2020\n",
            "    period: 2020-2017\n",
            "practices.yaml: co-city: period: “2020-2017” ends before it begins.",
        ),
        (
            "programme.yaml",
            "    date: '2005-05-27'\n",
            "    date: '2005-05-32'\n",
            "programme.yaml: twinning-signed: date: “2005-05-32” is not a date. Write 2024, 2024-11 or 2024-11-18.",
        ),
        (
            "programme.yaml",
            "    - Vietnam\n",
            "    - Viet\n",
            "programme.yaml: countries: items: “Viet” is not a known country. Correct it, or add the country.",
        ),
        (
            "programme.yaml",
            "\nevents:\n",
            "\nevent:\n",
            "programme.yaml: (top): event: unknown section. Known are: ",
        ),
    ],
)
def test_a_mistake_is_named_by_file_record_and_field_and_nothing_is_loaded(folder, file, old, new, problem):
    folder.change(file, old, new)

    problems = problems_of(folder)

    assert [line for line in problems if line.startswith(problem)] != [], problems
    assert not City.objects.exists()
    assert not ContentRecord.objects.exists()


def test_all_mistakes_are_named_at_once(folder):
    folder.change(ORGANISATIONS, "    name: City of Torino\n", "")
    folder.change("practices.yaml", "    period: 2017-2020\n", "    period: long ago\n")

    assert problems_of(folder) == [
        "organisations.yaml: citta-di-torino: name: is missing. A text is needed.",
        "practices.yaml: co-city: period: “long ago” is not a period. "
        "Write 2017-2020, since 2014 or since about 2006.",
    ]


def test_a_missing_file_and_a_file_nobody_reads_are_named(folder):
    (folder.path / "themes.yaml").rename(folder.path / "theme.yaml")

    assert {
        "themes.yaml: the file is missing. Put it back, or restore it from the repository.",
        "theme.yaml: nobody reads this file. Correct its name, or take it away.",
    } <= set(problems_of(folder))


def test_a_file_that_is_no_mapping_and_a_record_that_is_none_are_named(folder):
    (folder.path / "themes.yaml").write_text("- water\n", encoding="utf-8")
    folder.change("practices.yaml", "practices:\n", "practices:\n  - co-city\n")

    problems = problems_of(folder)

    assert "themes.yaml: (top): file: is not a mapping. Begin with one of: themes." in problems
    assert "practices.yaml: record 1: practices: is not a record. Write its fields below a hyphen." in problems


def test_the_texts_of_the_portal_may_be_absent(folder):
    (folder.path / "texts.yaml").unlink()

    assert "texts" not in folder.load().counts


def test_missing_japanese_only_warns(folder):
    folder.change(ORGANISATIONS, "    name_ja: トリノ市\n", "    name_ja: null\n")

    report = folder.load()

    assert ("organisations.yaml", "citta-di-torino", "name_ja", "no Japanese text") in report.warnings


def test_the_command_prints_the_counts_and_fails_with_the_list(folder, capsys):
    call_command("load_content", str(folder.path))
    printed = capsys.readouterr().out.splitlines()
    folder.change(ORGANISATIONS, "    name: City of Torino\n", "")

    with pytest.raises(CommandError) as refusal:
        call_command("load_content", str(folder.path))

    assert printed[0].split() == ["created", "updated", "unchanged", "kept-edited"]
    assert "organisations                 166            0            0            0" in printed
    assert str(refusal.value) == (
        "The content was not loaded; nothing was written. To be mended:\n"
        "  organisations.yaml: citta-di-torino: name: is missing. A text is needed."
    )


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="there is no such folder"):
        call_command("load_content", str(tmp_path / "nowhere"))


FIRST = "  - slug: citta-di-torino\n"


def test_facts_of_a_company_table_are_taken_where_a_file_has_them(folder):
    facts = (
        "    kana: トリノシ\n    size_band: 1000+\n    capital: 5000\n    capital_currency: EUR\n"
        "    nace: ['84.11']\n    open_to_japan_since: 2005\n    open_to_japan_how:\n      ja: 姉妹都市です。\n"
    )
    folder.change("organisations.yaml", FIRST, FIRST + facts)

    folder.load()

    city = Organisation.objects.get(slug="citta-di-torino")
    assert (city.kana, city.size_band, city.capital, city.capital_currency) == ("トリノシ", "1000+", 5000, "EUR")
    assert (city.nace, city.open_to_japan_since, city.open_to_japan_how_ja) == (["84.11"], 2005, "姉妹都市です。")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("kana: Torino", "kana: Write the reading in katakana, for example トリノコウカダイガク."),
        ("capital: 5000", "capital_currency: is missing. Write EUR, JPY, USD, GBP or CHF beside the capital."),
        ("registry_id: '1'", "registry_country: is missing. Write the country of the register, such as IT or JP."),
        ("size_band: many", "size_band: “many” is not known. Write one of: 1-9, 10-49, 50-249, 250-999, 1000+."),
    ],
)
def test_a_wrong_fact_is_named_with_what_to_do(folder, line, problem):
    folder.change("organisations.yaml", FIRST, f"{FIRST}    {line}\n")

    with pytest.raises(ContentError) as error:
        folder.load()

    assert [line.partition("citta-di-torino: ")[2] for line in error.value.problems] == [problem]


def test_the_name_of_a_representative_is_never_loaded(folder):
    folder.change("organisations.yaml", FIRST, f"{FIRST}    representative: Anna Rossi\n")

    with pytest.raises(ContentError, match="representative: unknown field"):
        folder.load()
