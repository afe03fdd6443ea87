"""How the initial content becomes cities, concepts, initiatives, organisations, tests and practices."""

from ecosystem.content import cities, cooperation, organisations, vocabulary
from ecosystem.models import City, Concept, GoodPractice, Initiative, Organisation, Testbed, TestRun
from iurc_portal.content.engine import Record, identify
from iurc_portal.content.reading import Documents

identify(City, "slug")
identify(Concept, "scheme", "notation")
for model in (Initiative, Organisation, Testbed, TestRun, GoodPractice):
    identify(model, "slug")


def prepare(documents: Documents) -> list[Record]:
    """Check what this app reads and return its records, each after those it points to."""
    documents.need("themes.yaml", "themes")
    documents.need("glossary.yaml", "concepts")
    documents.only("cooperation.yaml", "cooperation")
    documents.need("pillars.yaml", "pillars")
    documents.need("organisations.yaml", "organisations")
    documents.need("testbeds.yaml", "testbeds")
    documents.need("testbed_sites.yaml", "sites")
    documents.need("practices.yaml", "practices")
    themes = documents.entries("themes.yaml", "themes", "id")
    concepts = documents.entries("glossary.yaml", "concepts", "id")
    kinds_of_cooperation = documents.entries("cooperation.yaml", "cooperation", "id")
    initiatives = documents.entries("pillars.yaml", "pillars", "slug")
    known = documents.entries("organisations.yaml", "organisations", "slug")
    tests = documents.entries("testbeds.yaml", "testbeds", "slug")
    sites = documents.entries("testbed_sites.yaml", "sites", "slug")
    practices = documents.entries("practices.yaml", "practices", "slug")
    return [
        *cities.records({entry.data.get("city") for entry in (*known.values(), *tests.values(), *sites.values())}),
        *vocabulary.theme_records(themes, concepts),
        *vocabulary.glossary_records(concepts, themes),
        *vocabulary.cooperation_records(kinds_of_cooperation),
        *organisations.organisation_records(known, themes, initiatives),
        *organisations.initiative_records(initiatives, themes, known),
        *cooperation.testbed_records(sites, themes, initiatives, known),
        *cooperation.test_records(tests, sites, themes, initiatives, known),
        *cooperation.practice_records(practices, themes, known),
    ]
