"""The index follows the records, and the vocabulary, whatever saves them."""

from contextlib import nullcontext

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecosystem.filters import OrganisationFilter
from ecosystem.models import City, Concept, Organisation
from iurc_portal.search.check import faults
from iurc_portal.search.index import postponed
from iurc_portal.search.models import Document, Term
from iurc_portal.search.tasks import tend_the_index
from tests.factories import make_city, make_initiative, make_listing, make_organisation, make_theme, make_track
from tests.search.test_service import make_concept, names

pytestmark = pytest.mark.django_db


def test_a_change_is_found_at_once_and_the_old_words_are_not():
    organisation = make_organisation(name_en="Before")
    organisation.name_en = "After"
    organisation.save()

    assert (names("before"), names("after")) == ([], ["After"])


@pytest.mark.parametrize("state", ["draft", "in_review", "unlisted", "archived"])
def test_what_is_no_longer_public_leaves_no_ghost(state):
    organisation = make_organisation(name_en="Robots")
    organisation.state = state
    organisation.save()

    assert names("robots") == []


def test_what_is_deleted_leaves_no_ghost():
    make_organisation(name_en="Robots").delete()

    assert names("robots") == []
    assert not Document.objects.filter(kind="organisations").exists()


def test_a_city_with_a_new_name_is_found_by_it():
    city = make_city("ivrea")
    make_organisation(name_en="Robots", city=city)
    city.name_ja = "イヴレーア"
    city.save()

    assert names("イブレーア") == ["Robots"]


def test_a_theme_with_a_new_name_is_found_by_it():
    theme = make_theme("mobility")
    make_organisation(name_en="Robots", themes=[theme])
    theme.pref_label_it = "Trasporti"
    theme.save()

    assert names("trasporti") == ["Robots"]


def test_an_initiative_leads_to_who_has_a_part_in_it_under_each_of_its_names():
    initiative = make_initiative(name_it="Laboratorio Brenvia", name_en="Brenvia Lab", name_ja="ブレンヴィア")
    organisation = make_organisation(name_en="Robots", initiatives=[initiative])
    organisation.parts.create(initiative=initiative, role="lead")

    found = [names(words) for words in ("laboratorio", "brenvia lab", "ブレンビア")]
    initiative.name_it = "Officina Brenvia"
    initiative.save()

    assert found == [["Robots"]] * 3
    assert (names("officina"), names("laboratorio")) == (["Robots"], [])


def test_who_leaves_an_initiative_is_not_found_by_it():
    organisation = make_organisation(name_en="Robots", initiatives=[make_initiative(name_en="Brenvia Lab")])
    organisation.parts.all()[0].delete()

    assert names("brenvia") == []


def test_a_new_word_of_the_glossary_leads_to_old_records_and_a_deleted_one_no_longer():
    concept = make_concept("hydrogen", en="hydrogen")
    make_organisation(name_en="Cells", summary_en="Hydrogen cells.")
    label = concept.labels.create(language="ja", text="水素")

    found = names("水素", "ja")
    label.delete()

    assert (found, names("水素", "ja")) == (["Cells"], [])


def test_a_word_taken_out_of_use_leads_nowhere():
    concept = make_concept("hydrogen", en="hydrogen", ja="水素")
    make_organisation(name_en="Cells", summary_en="Hydrogen cells.")
    concept.state = Concept.State.DEPRECATED
    concept.save()

    assert names("水素", "ja") == []


def test_what_changes_inside_postponed_is_found_afterwards():
    with postponed():
        make_organisation(name_en="Robots")
        inside = names("robots")

    assert (inside, names("robots")) == ([], ["Robots"])


def test_what_others_point_to_is_followed_when_the_postponement_ends():
    former, city, theme = make_city("ivrea"), make_city("chieri"), make_theme("mobility")
    make_organisation(name_en="Robots", city=city, themes=[theme])
    make_organisation(name_en="Looms", city=former)

    with postponed():
        city.name_it = "Carreum"
        city.save()
        theme.pref_label_it = "Trasporti"
        theme.save()
        Organisation.objects.get(name_en="Looms").delete()
        make_organisation(name_en="Cells", city=make_city("asti", name_it="Hasta"))

    assert (names("Carreum"), names("trasporti"), names("Hasta"), names("looms")) == (
        ["Robots"],
        ["Robots"],
        ["Cells"],
        [],
    )


def test_nobody_is_looked_for_who_might_point_to_what_has_just_been_made(django_assert_num_queries):
    city = City(slug="ivrea", name_it="Ivrea", country="IT", tzid="Europe/Rome")

    with django_assert_num_queries(1):
        city.save()


def test_where_nobody_points_to_a_change_nothing_is_read_to_index_it(django_assert_num_queries):
    track = make_track()

    with django_assert_num_queries(2):  # the row, and which events are on this track
        track.save()


def test_a_bulk_write_is_found_after_a_reindex_and_the_check_says_so_before(capsys):
    make_organisation(name_en="Before")
    Organisation.objects.update(name_en="After")

    with pytest.raises(CommandError):
        call_command("search_check")
    call_command("search_reindex", verbosity=0)
    call_command("search_check")

    assert names("after") == ["After"]


def test_a_reindex_that_was_killed_goes_on_where_it_was(monkeypatch, capsys):
    for n in range(6):
        make_organisation(name_en=f"Robots {n}")
    Document.objects.filter(kind="organisations").update(analyser_version=0)
    from iurc_portal.search.management.commands import search_reindex

    real, written = search_reindex.reindex_many, []

    def dies_after_two(kind, ids, **more):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(real(kind, ids, **more))
        return written[-1]

    monkeypatch.setattr(search_reindex, "reindex_many", dies_after_two)
    with pytest.raises(KeyboardInterrupt):
        call_command("search_reindex", kind="organisations", stale=True, batch=2)
    monkeypatch.setattr(search_reindex, "reindex_many", real)
    capsys.readouterr()

    call_command("search_reindex", kind="organisations", stale=True, batch=2)

    assert written == [2, 2]
    assert capsys.readouterr().out.split() == ["organisations", "2", "written", "0", "taken", "out"]
    assert len(names("robots")) == 6


def test_a_dry_run_of_the_reindex_writes_nothing(capsys):
    make_organisation()
    Document.objects.all().delete()

    call_command("search_reindex", dry_run=True)

    assert Document.objects.count() == 0
    assert capsys.readouterr().out.endswith("Nothing was written (--dry-run).\n")


@pytest.mark.parametrize("options", [{"kind": "dragons"}, {"batch": 0}])
def test_a_reindex_of_nonsense_is_refused(options):
    with pytest.raises(CommandError):
        call_command("search_reindex", **options)


KEYS = {
    "theme": ["mobility", "energy", "not-stated"],
    "kind": ["company", "university"],
    "side": ["torino", "nagoya"],
    "initiative": ["seed", "not-stated"],
    "language": ["ja", "en", "not-stated"],
    "city": ["torino", "nagoya"],
    "open_to_japan": ["yes"],
    "offers": ["technology", "not-stated"],
    "seeks": ["technology", "not-stated"],
    "q": ["robots", "robots drones", "水素", "robotz"],
}


@pytest.fixture
def varied():
    themes = [make_theme("mobility"), make_theme("energy")]
    seed = make_initiative(slug="seed")
    cities = [make_city("torino"), make_city("nagoya")]
    for n in range(16):
        organisation = make_organisation(
            city=cities[n % 3 == 0],
            open_to_japan=n % 5 == 0,
            name_en=f"{'Robots' if n % 2 else 'Drones'} {n}",
            summary_ja="水素" if n % 3 == 0 else "",
            kind="company" if n % 4 < 2 else "university",
            side="torino" if n % 5 else "nagoya",
            themes=[theme for place, theme in enumerate(themes) if n >> place & 1],
            initiatives=[seed] if n % 7 == 0 else [],
            contact_languages=["ja"] if n % 4 == 0 else ["ja", "en"] if n % 4 == 1 else [],
        )
        if n % 3:
            make_listing(organisation, direction="offer" if n % 2 else "need")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(list(KEYS)), st.integers(0, 7), max_size=4), st.sampled_from(["it", "ja"]))
def test_every_count_is_what_a_click_yields(varied, chosen, language):
    from django.http import QueryDict
    from django.utils import translation

    query = QueryDict(mutable=True)
    for name, bits in chosen.items():
        keys = KEYS[name]
        query.setlist(
            name, [keys[bits % len(keys)]] if name == "q" else [k for n, k in enumerate(keys) if bits >> n & 1]
        )
    with translation.override(language):
        filterset = OrganisationFilter(query, queryset=Organisation.objects.all())
        counted = filterset.counted()
        for facet, values in counted:
            for value in values:
                alone = query.copy()
                alone.setlist(facet.name, [value.key])
                clicked = OrganisationFilter(alone, queryset=Organisation.objects.all())
                found = clicked.results().count()
                assert found == value.count, (facet.name, value.key, query.urlencode())
                assert len(clicked.results()[0:50]) == found


def test_what_changed_behind_the_index_s_back_is_stale(capsys):
    make_organisation(name_en="Pianca")
    changed = make_organisation(name_en="Rossi")
    type(changed).objects.filter(pk=changed.pk).update(name_en="Bianchi")

    call_command("search_reindex", kind="organisations", stale=True)

    assert "organisations          1 written       0 taken out" in capsys.readouterr().out
    assert [names(word) for word in ("Pianca", "Rossi", "Bianchi")] == [["Pianca"], [], ["Bianchi"]]


def test_the_nightly_task_mends_drift_and_forgets_words_that_nobody_may_see():
    public = make_organisation(name_en="Zenitram")
    make_organisation(name_en="Zenitraf", state="draft")
    type(public).objects.filter(pk=public.pk).update(name_en="Zenitrom")

    tend_the_index()

    assert set(Term.objects.filter(text__startswith="zenitr").values_list("text", flat=True)) == {"zenitrom"}


def test_words_of_drafts_do_not_spoil_corrections():
    make_organisation(name_en="Zenitram")
    make_organisation(name_en="Zenitraf", state="draft")

    assert names("zenitrax") == ["Zenitram"]


@pytest.mark.django_db(transaction=True)
def test_a_new_city_cuts_the_texts_that_name_it_anew():
    make_organisation(name_en="Workshop", summary_ja="豊田市の工房です。")
    assert names("豊田市") == ["Workshop"]

    city = make_city("toyota", name_ja="豊田")
    assert (names("豊田市"), faults(sample=10)) == (["Workshop"], [])

    city.delete()
    assert (names("豊田市"), faults(sample=10)) == (["Workshop"], [])


def test_the_themes_of_a_very_long_record_are_found():
    words = " ".join(f"parola{n}" for n in range(9000))
    theme = make_theme("hydrogen", pref_label_en="Hydrogen", pref_label_ja="水素")
    texts = {f"description_{code}": words for code in ("it", "en", "ja")}
    make_organisation(name_en="Long", summary_en="Short.", themes=[theme], **texts)

    assert (names("水素"), names("parola7999")) == (["Long"], ["Long"])


@pytest.mark.parametrize("save", ["at once", "with a form"])
@pytest.mark.django_db(transaction=True)
def test_many_followers_of_a_change_are_left_to_a_task(save, monkeypatch):
    from iurc_portal.search import index, tasks

    monkeypatch.setattr(index, "FEW_FOLLOWERS", 2)
    city = make_city("ivrea")
    for n in range(3):
        make_organisation(name_en=f"Robots {n}", city=city)
    left = []
    monkeypatch.setattr(tasks.write_records, "delay", lambda *task: left.append(task))

    city.name_it = "Eporedia"
    with postponed(at_once=False) if save == "with a form" else nullcontext():
        city.save()
    before = names("Eporedia")
    for task in left:
        tasks.write_records(*task)

    assert (before, len(left), len(names("Eporedia"))) == ([], 1, 3)


@pytest.mark.django_db(transaction=True)
def test_a_place_that_a_form_adds_to_the_gazetteer_is_left_to_a_task(monkeypatch):
    from iurc_portal.search import tasks

    make_organisation(name_en="Workshop", summary_ja="豊田市の工房です。")
    left = []
    monkeypatch.setattr(tasks.write_stale, "delay", lambda: left.append(1))

    with postponed(at_once=False):
        make_city("toyota", name_ja="豊田")
    tasks.write_stale()

    assert (left, names("豊田市"), faults(sample=10)) == ([1], ["Workshop"], [])
