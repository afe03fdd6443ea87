"""A manager closes a period on the staff's pages; the other side writes its own; what is refused is said."""

from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from programme.models import ProgrammeReport, Reading
from programme.services import evidence, readings
from programme.services import programme_reports as reports
from tests.admin.conftest import member_of
from tests.factories import make_user
from tests.programme.periods import HALF, NOW, HalfYear, boss

PROOF = "https://example.org/deal"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_house(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]


@pytest.fixture
def manager(db):
    return member_of("Managers", side="torino")


@pytest.fixture
def staff_of_torino(db):
    return member_of("Staff", side="torino")


@pytest.fixture
def staff_of_nagoya(db):
    return member_of("Staff", side="nagoya", language="ja")


@pytest.fixture
def half():
    return HalfYear()


def address(report, name="change", *more):
    return reverse(f"admin:programme_programmereport_{name}", args=[report.pk, *more])


def periods_page(half):
    return f"{reverse('admin:programme_indicator_periods')}?edition={half.edition.pk}&period={HALF.slug}"


def begin(client, half):
    return client.post(
        reverse("admin:programme_programmereport_begin"), {"edition": half.edition.pk, "period": HALF.slug}
    )


def form_of(client, page):
    """What a browser would send: every field as it stands, with what this person saw of it."""
    form = client.get(page).context["form"]
    data = {}
    for bound in form:
        data[bound.html_name] = data[bound.html_initial_name] = bound.value() or ""
    return data


def words(answer):
    return [str(message) for message in answer.context["messages"]]


# --- The whole way ---------------------------------------------------------------------------------------------------


def test_a_manager_closes_a_period_and_a_correction_moves_the_live_numbers_alone(
    client,
    manager,
    half,
    django_capture_on_commit_callbacks,
):
    client.force_login(manager)
    client.post(periods_page(half), {"edition": half.edition.pk, "period": HALF.slug, "act": "propose"})
    readings.enter_reading(half.indicators["manual"], HALF, value=Decimal(1), evidence=PROOF, by=manager, now=NOW)
    ticked = [f"{reading.pk}:{reading.digest}" for reading in Reading.objects.all()]
    client.post(
        periods_page(half), {"edition": half.edition.pk, "period": HALF.slug, "act": "validate", "reading": ticked}
    )
    assert set(Reading.objects.values_list("state", flat=True)) == {"validated"}

    assert begin(client, half)["Location"] == address(ProgrammeReport.objects.get())
    report = ProgrammeReport.objects.get()
    data = form_of(client, address(report))
    texts = {"summary_it": "Fatto molto", "results_it": "Nati accordi", "next_steps_ja": "次は視察"}
    answer = client.post(address(report), data | texts | {"act": "approve"})
    assert answer["Location"] == address(report, "approve")

    page = client.get(address(report, "approve"))
    assert page.context["hindrances"] == []
    assert "Fatto molto" not in page.content.decode()
    answer = client.post(address(report, "approve"), follow=True)
    assert "La relazione è approvata" in words(answer)[0]
    report.refresh_from_db()
    assert (report.state, report.approved_by) == ("approved", manager)
    assert set(Reading.objects.values_list("state", flat=True)) == {"frozen"}

    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(report, "packs"))
    pack = report.packs.get()
    file = client.get(address(report, "pack", pack.pk))
    assert file["Content-Disposition"].startswith('attachment; filename="evidence-')
    assert b"".join(file.streaming_content)[:2] == b"PK"

    before = (report.sha256, pack.sha256, report.snapshot)
    half.correct_the_attendance()
    page = client.get(address(report))
    assert page.context["changes"] == [
        (f"I3 {half.indicators['attendance'].name}", "3", "4"),
        ("Webinar: presenze", "3", "4"),
    ]
    assert next(row for row in client.get(periods_page(half)).context["rows"] if row["differs"])["live"].value == 4
    report.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(report, "packs"))
    assert (report.sha256, report.packs.first().sha256, report.snapshot) == before

    client.post(address(report), {"act": "send"})
    report.refresh_from_db()
    assert report.state == "sent"
    client.logout()
    assert client.get(report.get_absolute_url()).status_code == 200


# --- Who does what ---------------------------------------------------------------------------------------------------


def test_the_other_side_writes_its_section_and_comments_alone(client, staff_of_nagoya, half):
    report = half.draft()
    client.force_login(staff_of_nagoya)

    fields = set(client.get(address(report)).context["form"].fields)
    data = form_of(client, address(report))
    client.post(address(report), data | {"section_nagoya_ja": "名古屋より", "summary_it": "Altro"})

    assert fields == {f"{name}_{code}" for name in ("section_nagoya", "internal_note") for code in ("it", "en", "ja")}
    report.refresh_from_db()
    assert (report.section_nagoya_ja, report.summary_it) == ("名古屋より", "summary it")


def test_staff_read_the_pack_and_neither_approve_send_nor_make_it(client, staff_of_torino, half):
    report = half.approved()
    pack = evidence.ask_for_pack(report, by=boss(), now=NOW)
    evidence.make(pack.pk, clock=lambda: NOW)
    client.force_login(staff_of_torino)

    assert client.get(address(report, "pack", pack.pk)).status_code == 200
    assert client.get(address(report, "paper", "ja")).content.startswith(b"%PDF-")
    assert client.get(address(report, "approve")).status_code == 403
    assert client.post(address(report, "approve")).status_code == 403
    assert client.post(address(report), {"act": "send"}).status_code == 403
    assert client.post(address(report, "packs")).status_code == 403
    assert report.packs.count() == 1


def test_a_reading_that_changed_after_the_look_is_looked_at_again(client, manager, half):
    client.force_login(manager)
    client.post(periods_page(half), {"edition": half.edition.pk, "period": HALF.slug, "act": "propose"})
    readings.enter_reading(half.indicators["manual"], HALF, value=Decimal(1), evidence=PROOF, by=manager, now=NOW)
    page = client.get(periods_page(half), {"edition": half.edition.pk, "period": HALF.slug}).content.decode()
    reading = Reading.objects.get(indicator=half.indicators["manual"])
    ticked = f"{reading.pk}:{reading.digest}"
    readings.enter_reading(half.indicators["manual"], HALF, value=Decimal(9), evidence=PROOF, by=manager, now=NOW)

    answer = client.post(
        periods_page(half),
        {"edition": half.edition.pk, "period": HALF.slug, "act": "validate", "reading": [ticked]},
        follow=True,
    )

    assert f'value="{ticked}"' in page
    assert "Questo è cambiato da quando la pagina è stata aperta" in answer.content.decode()
    reading.refresh_from_db()
    assert (reading.state, reading.value) == ("draft", Decimal(9))


def test_staff_of_the_other_city_download_no_pack_with_costs_that_are_not_theirs(client, staff_of_nagoya, half):
    report = half.approved()
    pack = evidence.ask_for_pack(report, by=boss(), now=NOW)
    evidence.make(pack.pk, clock=lambda: NOW)
    client.force_login(staff_of_nagoya)

    page = client.get(address(report)).content.decode()

    assert client.get(address(report, "pack", pack.pk)).status_code == 404
    assert address(report, "pack", pack.pk) not in page
    assert client.get(address(report, "paper", "ja")).status_code == 200


def test_whoever_is_no_staff_finds_nothing(client, half):
    report = half.approved()
    client.force_login(make_user())

    assert client.get(address(report)).status_code == 302
    assert client.get(address(report, "paper", "it")).status_code in {302, 403}


def test_there_is_no_paper_of_a_draft_and_none_in_another_language(client, manager, half):
    client.force_login(manager)
    draft = half.draft()

    assert client.get(address(draft, "paper", "it")).status_code == 404
    half.validate()
    report = reports.approve_report(draft, by=manager, now=NOW)
    assert client.get(address(report, "paper", "fr")).status_code == 404
    assert client.get(address(report, "pack", 4711)).status_code == 404
    assert client.get("/admin/programme/programmereport/x1/change/").status_code == 404
    assert client.get("/admin/programme/programmereport/999999/change/").status_code == 404


# --- What is refused -------------------------------------------------------------------------------------------------


def test_what_hinders_the_approval_stands_on_both_pages_and_the_button_refuses_in_words(
    client,
    manager,
    half,
):
    client.force_login(manager)
    report = half.draft()

    page = client.get(address(report)).content.decode()
    approve = client.get(address(report, "approve"))
    (hindrance,) = approve.context["hindrances"]
    assert hindrance in unescape(page)
    answer = client.post(address(report, "approve"), follow=True)
    assert words(answer) == approve.context["hindrances"]
    assert ProgrammeReport.objects.get().state == "draft"


def test_approving_twice_says_so(client, manager, half):
    client.force_login(manager)
    report = half.approved()

    answer = client.post(address(report, "approve"), follow=True)

    assert "già approvata" in words(answer)[0]
    assert client.get(address(report, "approve")).status_code == 200


def test_a_text_that_somebody_else_saved_meanwhile_is_not_written_over(client, manager, half):
    client.force_login(manager)
    report = half.draft()
    data = form_of(client, address(report))
    reports.write_report(report, {"summary_it": "Di un'altra persona", "results_it": "Pure questo"}, by=boss())

    refused = client.post(address(report), data | {"summary_it": "Il mio"})
    report.refresh_from_db()
    assert refused.status_code == 422
    assert "Di un&#x27;altra persona" in refused.content.decode()
    assert "Il mio" in refused.content.decode()
    assert report.summary_it == "Di un'altra persona"

    client.post(address(report), data | {"next_steps_it": "Solo questo"})
    report.refresh_from_db()
    assert (report.summary_it, report.results_it) == ("Di un'altra persona", "Pure questo")
    assert report.next_steps_it == "Solo questo"


def test_odd_periods_are_not_found_and_a_period_of_no_indicator_is_refused_in_words(client, manager, half):
    client.force_login(manager)
    page = reverse("admin:programme_programmereport_begin")

    for data in ({}, {"edition": half.edition.pk}, {"edition": "9" * 40, "period": HALF.slug}, {"edition": "x"}):
        assert client.post(page, data).status_code == 404
    answer = client.post(page, {"edition": half.edition.pk, "period": "2026-02-01_2026-02-02"}, follow=True)
    assert "non è un periodo" in words(answer)[0]
    assert not ProgrammeReport.objects.exists()


def test_the_progress_of_a_pack_is_seen_and_looked_at_again_until_it_is_there(client, manager, half):
    client.force_login(manager)
    report = half.approved()
    pack = evidence.ask_for_pack(report, by=manager, now=NOW)
    type(pack).objects.update(steps_done=2)

    busy = client.get(address(report, "packs")).content.decode()
    assert 'value="2"' in busy
    assert f'hx-get="{address(report, "packs")}"' in busy
    type(pack).objects.update(steps_done=0)
    evidence.make(pack.pk, clock=lambda: NOW)
    ready = client.get(address(report, "packs")).content.decode()
    assert "hx-get" not in ready
    assert address(report, "pack", pack.pk) in ready


def test_a_correction_is_begun_from_the_report(client, manager, half):
    client.force_login(manager)
    half.approved()

    answer = begin(client, half)

    draft = ProgrammeReport.objects.get(version=2)
    assert answer["Location"] == address(draft)
    assert "Versione 1" in client.get(address(draft)).content.decode()
