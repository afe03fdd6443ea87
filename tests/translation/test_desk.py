"""The translation desk: what waits, in what order, who writes what, and nothing typed is lost."""

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecosystem.models import Concept
from iurc_portal.translation.models import TextRecord
from iurc_portal.translation.queue import ALL_WAITING, Filter, count_waiting, entries
from iurc_portal.translation.registry import kinds
from iurc_portal.translation.services import mark_reviewed, record_texts
from iurc_portal.translation.status import Status, statuses_of
from tests.factories import make_event, make_organisation, make_practice, make_user
from tests.pages.html import on_one_line

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
QUEUE = reverse("admin:translation_textrecord_changelist")


def desk(organisation, language="ja", query=""):
    address = reverse("admin:translation_textrecord_desk", args=["ecosystem.organisation", organisation.pk, language])
    return f"{address}?{query}" if query else address


def typed(client, page, button="_draft", **texts):
    """What the browser sends from the desk."""
    form = client.get(page).context["form"]
    seen = dict(form.seen_now())
    return {**{name: form[name].value() or "" for name in form.names}, **seen, **texts, button: ""}


def complete(**fields):
    """An organisation of which every text is there; nobody has reviewed the translations."""
    return make_organisation(**{"summary_it": "Testo.", "summary_ja": "概要。", **fields})


def test_published_organisations_of_torino_without_japanese_come_first():
    draft = make_organisation(state="draft", summary_it="Testo.")
    nagoya = make_organisation(side="nagoya", summary_ja="概要。")
    torino = make_organisation(summary_it="Testo.")
    waiting = complete()

    found = entries(make_user(is_superuser=True))

    assert [(entry.obj, entry.language, entry.status) for entry in found[:4]] == [
        (torino, "ja", Status.MISSING),
        (nagoya, "it", Status.MISSING),
        (draft, "ja", Status.MISSING),
        (waiting, "ja", Status.DRAFT),
    ]


def test_of_equals_the_one_that_has_waited_longest_comes_first():
    young, old = make_organisation(summary_it="Testo."), make_organisation(summary_it="Testo.")
    record_texts(young, before={}, now=NOW)
    record_texts(old, before={}, now=NOW.replace(day=1))

    found = entries(make_user(is_superuser=True), Filter(language="ja"))

    assert [entry.obj for entry in found] == [old, young]


def test_the_queue_is_filtered_by_language_kind_and_state(admin_page):
    make_organisation(summary_it="Testo.")
    make_practice(title_en="A practice")
    complete()

    counts = {
        query: admin_page.get(f"{QUEUE}?{query}").context["page"].paginator.count
        for query in (
            "language=ja&kind=ecosystem.organisation",
            "language=ja&kind=ecosystem.organisation&status=missing",
            "language=ja&status=waiting",
            "language=it&kind=ecosystem.organisation&status=draft",
        )
    }

    assert list(counts.values()) == [2, 1, 2, 2]


def test_a_filter_with_nonsense_is_told_and_left_out(admin_page):
    make_organisation()

    answer = admin_page.get(f"{QUEUE}?language=xx")

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["language"]
    assert answer.context["page"].paginator.count == 2


def test_three_records_cost_the_queue_as_many_queries_as_one(admin_page):
    make_organisation()
    admin_page.get(QUEUE)
    with CaptureQueriesContext(connection) as one:
        admin_page.get(QUEUE)
    make_organisation(), make_organisation()

    with CaptureQueriesContext(connection) as three:
        admin_page.get(QUEUE)

    assert len(three) == len(one)


def test_each_number_of_the_home_is_the_length_of_the_queue_it_leads_to(admin_page):
    make_organisation(summary_it="Testo.")
    make_organisation()
    outdated = complete()
    record_texts(outdated, before={}, now=NOW)
    outdated.summary_en = "Other."
    outdated.save()

    (group,) = admin_page.get("/admin/").context["figures"]
    figures = group["figures"]

    assert {figure.name: figure.count for figure in figures} == {
        "texts-missing-ja": 2,
        "texts-missing-ja-ecosystem.organisation": 2,
        "texts-missing-it": 1,
        "texts-outdated-ja": 1,
        "texts-outdated-ja-ecosystem.organisation": 1,
        "texts-outdated-it": 1,
    }
    lengths = {figure.name: admin_page.get(figure.url).context["page"].paginator.count for figure in figures}
    assert lengths == {figure.name: figure.count for figure in figures}


def test_counting_what_waits_finds_what_the_queue_finds_in_two_queries(superuser):
    make_organisation(summary_it="Testo.", source_language="it")
    make_organisation(summary_ja="概要。", state="archived")
    outdated = complete()
    record_texts(outdated, before={}, now=NOW)
    outdated.summary_en = "Other."
    outdated.save()
    make_event(name_it="Idrogeno")
    queued = entries(superuser, Filter(status=ALL_WAITING))

    with CaptureQueriesContext(connection) as captured:
        counted = count_waiting(kinds())

    assert counted == Counter((entry.kind.label, entry.language, str(entry.status)) for entry in queued)
    assert {label for label, _language, _status in counted} == {"ecosystem.organisation", "events.event"}
    assert len(captured) == 2


def test_the_source_stands_beside_the_target_with_the_words_of_the_vocabulary(admin_page):
    concept = Concept.objects.create(
        scheme="glossary",
        notation="field-trial",
        pref_label_en="field trial",
        pref_label_ja="実証実験",
        state="approved",
    )
    concept.labels.create(language="ja", text="フィールドトライアル", kind="alt")
    concept.labels.create(language="ja", text="社会実験", kind="forbidden")
    organisation = make_organisation(summary_en="We run a field trial & more.")

    answer = admin_page.get(desk(organisation))

    (pair,) = [pair for pair, _chip in answer.context["pairs"] if pair.name == "summary"]
    (term,) = answer.context["terms"]
    assert pair.source == "We run a <mark>field trial</mark> &amp; more."
    assert (term.found, term.preferred, term.others, term.avoided) == (
        "field trial",
        "実証実験",
        ("フィールドトライアル",),
        ("社会実験",),
    )


def test_a_word_to_be_avoided_is_named_after_saving(admin_page):
    concept = Concept.objects.create(
        scheme="glossary", notation="trial", pref_label_en="field trial", pref_label_ja="実証実験", state="approved"
    )
    concept.labels.create(language="ja", text="社会実験", kind="forbidden")
    organisation = make_organisation(summary_en="We run a field trial.")
    page = desk(organisation)

    answer = admin_page.post(page, typed(admin_page, page, summary="社会実験をします。"), follow=True)

    told = [str(message) for message in answer.context["messages"]]
    assert told[0] == "Il vocabolario chiede di evitare «社会実験»; preferisce «実証実験»."


def test_a_draft_is_saved_and_the_next_of_the_queue_opens(admin_page, superuser):
    first, second = make_organisation(summary_it="Testo."), make_organisation(summary_it="Testo.")
    page = desk(first, query="language=ja&status=missing")

    answer = admin_page.post(page, typed(admin_page, page, summary="概要です。"))

    first.refresh_from_db()
    line = TextRecord.objects.get(object_id=first.pk, field="summary", language="ja")
    assert first.summary_ja == "概要です。"
    assert (line.origin, line.author, line.reviewed_at) == ("human", superuser, None)
    assert answer.url == desk(second, query="language=ja&status=missing")


def test_after_the_last_of_the_queue_its_list_opens(admin_page):
    organisation = make_organisation(summary_it="Testo.")
    page = desk(organisation, query="language=ja&status=missing")

    answer = admin_page.post(page, typed(admin_page, page, summary="概要です。"))

    assert answer.url == f"{QUEUE}?language=ja&status=missing"


def test_saving_as_reviewed_names_the_reviewer(admin_page, superuser):
    organisation = complete()
    page = desk(organisation)

    admin_page.post(page, typed(admin_page, page, "_review"))

    organisation.refresh_from_db()
    line = TextRecord.objects.get(field="summary", language="ja")
    assert statuses_of(organisation)["ja"] == Status.REVIEWED
    assert line.reviewer == superuser


def test_what_was_typed_is_kept_when_somebody_saved_meanwhile(admin_page):
    organisation = make_organisation()
    page = desk(organisation)
    sent = typed(admin_page, page, summary="私の概要。")
    type(organisation).objects.filter(pk=organisation.pk).update(summary_ja="同僚の概要。")

    answer = admin_page.post(page, sent)

    organisation.refresh_from_db()
    (pair,) = [pair for pair, _chip in answer.context["pairs"] if pair.name == "summary"]
    assert organisation.summary_ja == "同僚の概要。"
    assert (pair.box.value(), pair.theirs) == ("私の概要。", "同僚の概要。")
    assert [error.code for error in answer.context["form"].non_field_errors().as_data()] == ["stale"]


def test_after_the_warning_the_same_text_is_saved(admin_page):
    organisation = make_organisation()
    page = desk(organisation)
    sent = typed(admin_page, page, summary="私の概要。")
    type(organisation).objects.filter(pk=organisation.pk).update(summary_ja="同僚の概要。")
    shown = admin_page.post(page, sent).content.decode()
    seen = dict(re.findall(r'type="hidden" name="(seen-\w+)" value="(\w+)"', on_one_line(shown)))

    admin_page.post(page, {**sent, **seen})

    organisation.refresh_from_db()
    assert organisation.summary_ja == "私の概要。"


def test_a_source_that_changed_meanwhile_is_shown_before_anything_is_saved(admin_page):
    organisation = make_organisation(summary_en="Trains.")
    page = desk(organisation)
    sent = typed(admin_page, page, "_review", summary="電車。")
    type(organisation).objects.filter(pk=organisation.pk).update(summary_en="Trams.")

    answer = admin_page.post(page, sent)

    organisation.refresh_from_db()
    assert not organisation.summary_ja
    assert next(pair.source for pair, _chip in answer.context["pairs"] if pair.name == "summary") == "Trams."


def test_a_text_too_long_for_its_column_is_refused_at_its_box(admin_page):
    organisation = make_organisation()
    page = desk(organisation)

    answer = admin_page.post(page, typed(admin_page, page, name="名" * 201))

    assert list(answer.context["form"].errors) == ["name"]
    assert answer.context["form"]["name"].value() == "名" * 201


@pytest.mark.parametrize(
    ("language", "staff", "saved"),
    [
        ("ja", "staff_of_nagoya", True),
        ("en", "staff_of_nagoya", True),
        ("it", "staff_of_nagoya", False),
        ("it", "staff_of_torino", True),
        ("ja", "staff_of_torino", False),
        ("ja", "manager", True),
    ],
)
def test_each_city_reviews_its_own_language_and_english(client, request, language, staff, saved):
    source = "it" if language == "en" else "en"
    texts = {"summary_en": "", f"summary_{source}": "Source", f"summary_{language}": "Text"}
    organisation = make_organisation(source_language=source, **texts)
    client.force_login(request.getfixturevalue(staff))
    page = desk(organisation, language)

    answer = client.post(page, typed(client, page, "_review"))

    organisation.refresh_from_db()
    assert answer.status_code == (302 if saved else 403)
    assert (statuses_of(organisation)[language] == Status.REVIEWED) is saved


def test_staff_of_torino_write_a_japanese_draft_of_their_own_organisations_only(client, staff_of_torino):
    own, other = make_organisation(), make_organisation(side="nagoya")
    client.force_login(staff_of_torino)

    codes = [client.post(desk(row), typed(client, desk(row), summary="概要。")).status_code for row in (own, other)]

    assert codes == [302, 403]


def test_what_nobody_follows_has_no_desk(admin_page):
    organisation = make_organisation()
    pages = [
        "/admin/translation/textrecord/ecosystem.city/1/ja/",
        desk(organisation, "fr"),
        "/admin/translation/textrecord/ecosystem.organisation/999999/ja/",
    ]

    assert [admin_page.get(page).status_code for page in pages] == [404, 404, 404]


def test_reviewing_reads_nothing_into_an_empty_text():
    organisation = make_organisation()

    mark_reviewed(organisation, language="ja", fields=["summary"], by=make_user(), now=NOW)

    assert not TextRecord.objects.exists()
