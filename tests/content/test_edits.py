"""The same twice over, and never over what a person edited."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecosystem.models import Concept, ConceptLabel, Initiative, Organisation, TestRun
from ecosystem.services.optouts import record_opt_out
from iurc_portal.audit.models import Transition
from iurc_portal.content.reading import ContentError
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.status import Status, statuses_of
from tests.content.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_content")]
ORGANISATIONS, GLOSSARY = "organisations.yaml", "glossary.yaml"


def outcomes(report):
    """Everything but "unchanged", by kind."""
    found = {
        kind: {word: n for word, n in count.items() if word != "unchanged"} for kind, count in report.counts.items()
    }
    return {kind: count for kind, count in found.items() if count}


def test_a_second_run_writes_nothing(folder):
    changed = Organisation.objects.get(slug="i3p").updated_at

    with CaptureQueriesContext(connection) as queries:
        report = folder.load()

    assert outcomes(report) == {}
    writing = ("INSERT", "UPDATE", "DELETE")
    assert [query["sql"] for query in queries if query["sql"].startswith(writing)] == []
    assert Organisation.objects.get(slug="i3p").updated_at == changed
    assert len(queries) < 40  # a few per kind, however many records


def test_new_records_with_states_begin_in_the_log(folder):
    organisation = Organisation.objects.get(slug="i3p")

    assert [(t.from_state, t.to_state, t.reason) for t in Transition.objects.of(organisation)] == [
        ("", "published", "initial content")
    ]


def test_its_texts_are_imported_ones_that_nobody_has_reviewed(folder):
    organisation = Organisation.objects.get(slug="i3p")

    lines = TextRecord.objects.of(Organisation, organisation.pk).filter(field="summary")

    assert {line.language: (line.origin, line.author) for line in lines} == dict.fromkeys(
        ("it", "en", "ja"), ("imported", None)
    )
    assert statuses_of(organisation) == {"it": Status.DRAFT, "en": Status.SOURCE, "ja": Status.DRAFT}


def test_a_source_that_has_changed_in_a_file_makes_its_translations_outdated(folder):
    organisation = Organisation.objects.get(slug="i3p")
    folder.change(ORGANISATIONS, f"en: {organisation.summary_en[:20]}", f"en: Newly, {organisation.summary_en[:20]}")

    folder.load()

    organisation.refresh_from_db()
    assert organisation.summary_en.startswith("Newly, ")
    assert statuses_of(organisation) == {"it": Status.OUTDATED, "en": Status.SOURCE, "ja": Status.OUTDATED}


def test_what_has_changed_in_a_file_is_written_field_by_field(folder):
    former = Organisation.objects.get(slug="i3p").updated_at
    folder.change(ORGANISATIONS, "address: Corso Castelfidardo 30/A", "address: Corso Castelfidardo 34/D")

    report = folder.load()

    organisation = Organisation.objects.get(slug="i3p")
    assert outcomes(report) == {"organisations": {"updated": 1}}
    assert organisation.address_it == "Corso Castelfidardo 34/D"
    assert organisation.updated_at > former


def test_a_field_a_person_edited_is_kept_and_the_others_follow_the_file(folder):
    Organisation.objects.filter(slug="citta-di-torino").update(name_ja="トリノ", summary_it="Scritto da noi.")
    folder.change(ORGANISATIONS, "name_ja: トリノ市", "name_ja: トリノ市役所")
    folder.change(ORGANISATIONS, "website: https://www.comune.torino.it", "website: https://www.comune.torino.it/it")

    report = folder.load()

    organisation = Organisation.objects.get(slug="citta-di-torino")
    assert organisation.name_ja == "トリノ"
    assert organisation.summary_it == "Scritto da noi."
    assert organisation.website == "https://www.comune.torino.it/it"
    assert report.kept == [
        "organisations.yaml: citta-di-torino: name_ja",
        "organisations.yaml: citta-di-torino: summary_it",
    ]


def test_an_edit_is_kept_in_every_later_run(folder):
    Organisation.objects.filter(slug="i3p").update(state="unlisted")

    folder.load()
    report = folder.load()

    assert Organisation.objects.get(slug="i3p").state == "unlisted"
    assert outcomes(report) == {"organisations": {"kept": 1}}


def test_themes_and_child_rows_a_person_edited_are_kept_as_a_whole(folder):
    Organisation.objects.get(slug="i3p").themes.set(Concept.objects.filter(scheme="theme", notation="water"))
    Initiative.objects.get(slug="seed").figures.first().delete()
    concept = Concept.objects.get(scheme="glossary", notation="testbed")
    ConceptLabel.objects.create(concept=concept, language="it", text="campo prova")
    folder.change(GLOSSARY, "        - area di test\n", "        - area per i test\n")

    report = folder.load()

    assert [theme.notation for theme in Organisation.objects.get(slug="i3p").themes.all()] == ["water"]
    assert set(concept.labels.filter(language="it").values_list("text", flat=True)) == {
        "area di test",
        "banco di prova",
        "campo prova",
    }
    assert report.kept == [
        "glossary.yaml: glossary:testbed: labels",
        "organisations.yaml: i3p: themes",
        "pillars.yaml: seed: figures",
    ]


def test_a_reading_added_to_a_synonym_makes_the_synonyms_theirs(folder):
    label = ConceptLabel.objects.get(concept__notation="testbed", text="実証フィールド")
    ConceptLabel.objects.filter(pk=label.pk).update(reading="ジッショウフィールド")
    folder.change(GLOSSARY, "        - area di test\n", "        - area per i test\n")

    report = folder.load()

    assert report.kept == ["glossary.yaml: glossary:testbed: labels"]
    assert ConceptLabel.objects.get(pk=label.pk).reading == "ジッショウフィールド"


def test_child_rows_nobody_edited_follow_the_file(folder):
    folder.change(GLOSSARY, "        - area di test\n        - banco di prova\n", "        - campo prova\n")

    report = folder.load()

    concept = Concept.objects.get(scheme="glossary", notation="testbed")
    assert [label.text for label in concept.labels.filter(language="it")] == ["campo prova"]
    assert outcomes(report) == {"glossary concepts": {"updated": 1}}


def test_the_last_synonym_can_be_taken_away_in_the_file(folder):
    folder.change(GLOSSARY, "      en:\n        - city innovation\n", "      en: []\n")
    folder.change(GLOSSARY, "        - アーバンイノベーション\n        - 都市の革新\n", "        []\n")

    folder.load()

    assert not ConceptLabel.objects.filter(concept__notation="urban-innovation").exists()


def test_what_a_person_deleted_is_not_made_again(folder):
    TestRun.objects.filter(slug="doralab").delete()

    report = folder.load()

    assert not TestRun.objects.filter(slug="doralab").exists()
    assert outcomes(report) == {"tests": {"kept": 1}}
    assert report.kept == ["testbeds.yaml: doralab: deleted by a person"]


def test_what_pointed_to_a_deleted_record_does_without_it(folder):
    Concept.objects.get(scheme="theme", notation="water").delete()
    Concept.objects.get(scheme="glossary", notation="urban-innovation").delete()
    Initiative.objects.get(slug="seed").delete()

    report = folder.load()

    assert outcomes(report) == {
        "themes": {"kept": 1},
        "glossary concepts": {"kept": 1},
        "initiatives": {"kept": 1},
    }


def test_what_a_person_renamed_is_found_again(folder):
    Organisation.objects.filter(slug="i3p").update(slug="i3p-polito")
    folder.change(ORGANISATIONS, "address: Corso Castelfidardo 30/A", "address: Corso Castelfidardo 34/D")

    folder.load()

    organisation = Organisation.objects.get(slug="i3p-polito")
    assert organisation.address_it == "Corso Castelfidardo 34/D"
    assert not Organisation.objects.filter(slug="i3p").exists()


def test_a_mistake_in_a_later_version_leaves_the_database_as_it_was(folder):
    folder.change(ORGANISATIONS, "address: Corso Castelfidardo 30/A", "address: Corso Castelfidardo 34/D")
    folder.change("programme.yaml", "    - Vietnam\n", "    - Viet\n")

    with pytest.raises(ContentError):
        folder.load()

    assert Organisation.objects.get(slug="i3p").address_it == "Corso Castelfidardo 30/A"


def test_who_asked_not_to_be_listed_is_not_published_by_the_content(folder):
    asked = Organisation.objects.get(slug="toolbox-coworking")
    record_opt_out(organisation=asked, asked_by="owner", asked_on=NOW.date(), by=None, now=NOW)
    folder.change(ORGANISATIONS, "slug: toolbox-coworking", "slug: toolbox-again")

    folder.load()

    states = Organisation.objects.filter(slug__startswith="toolbox").values_list("slug", "state")
    assert dict(states) == {"toolbox-coworking": "unlisted", "toolbox-again": "draft"}
