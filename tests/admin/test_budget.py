"""The budget of an edition, the costs behind each of its figures, and costs of activities that are no visit."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from programme.costs import in_euro
from programme.models import CostLine
from tests.factories import (
    make_budget_line,
    make_edition,
    make_event,
    make_exchange,
    make_meeting,
    make_organisation,
    make_stay,
    make_visit,
    make_webinar,
)

pytestmark = pytest.mark.django_db
BUDGET = "/admin/programme/costline/budget/"
RATE = {"currency": "JPY", "rate": Decimal("160"), "rate_date": date(2026, 3, 1)}
PDF = b"%PDF-1.4\n%%EOF"


def cost(owner, payer="torino", **fields):
    line = CostLine(heading_en="Train", payer=payer, **fields)
    line.owner = owner
    if line.actual is not None and not line.receipt:
        line.no_receipt_reason = "Lost."
    line.full_clean()
    line.save()
    return line


@pytest.fixture
def admin_page(admin_page, superuser):
    """In English, as the words here are."""
    superuser.language = "en"
    superuser.save()
    return admin_page


@pytest.fixture
def edition():
    return make_edition(slug="two-years")


@pytest.fixture
def books(edition):
    """Two lines and seven costs of a visit, a webinar and an exchange, one of them on no line."""
    travel = make_budget_line(edition=edition, heading_en="Travel", ceiling=1000, order=1)
    make_budget_line(edition=edition, heading_en="Interpreters", ceiling=500, order=2)
    exchange = make_exchange(edition=edition)
    visit = make_visit(exchange=exchange)
    webinar = make_webinar(exchange=exchange, event=make_event(organizer=make_organisation(side="torino")))
    cost(visit, estimate=Decimal("900"), actual=Decimal("950.10"), budget_line=travel)
    cost(visit, "nagoya", estimate=Decimal("16000"), **RATE, budget_line=travel)
    cost(visit, "nagoya", estimate=Decimal("5000"), currency="JPY", budget_line=travel)
    cost(visit, "host", budget_line=travel)  # no amount yet
    cost(webinar, "programme", estimate=Decimal("0.10"), actual=Decimal("0.20"), budget_line=travel)
    cost(exchange, "programme", estimate=Decimal("70"))
    cost(make_visit(), estimate=Decimal("1"))  # of no edition
    return travel


def rows_of(client, url):
    return list(client.get(url).context["cl"].queryset)


def figures(page):
    """(amount or number, address, how rows make it) of every figure on the page."""
    found = []
    for row, to in (*page.context["rows"], page.context["total"]):
        found += [(row.lines, to["all"], len), (row.missing, to["missing"], len), (row.no_rate, to["no_rate"], len)]
        found += [(row.committed, to["committed"], committed), (row.spent, to["spent"], spent)]
    for _payer, _currency, one, to in page.context["sums"]:
        found += [(one.lines, to["all"], len), (one.missing, to["missing"], len)]
        found += [
            (one.estimate, to["all"], lambda rows: sum(row.estimate or 0 for row in rows)),
            (one.actual, to["all"], lambda rows: sum(row.actual or 0 for row in rows)),
        ]
    for _payer, one, to in page.context["euro"]:
        found += [(one.actual, to["spent"], spent), (one.estimate, to["all"], estimated)]
    return found


def table_of(client, form):
    content = b"".join(client.get(BUDGET, {"export": form}).streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def spent(rows):
    return sum(in_euro(row.actual, row) for row in rows)


def committed(rows):
    return sum(in_euro(row.actual if row.actual is not None else row.estimate, row) for row in rows)


def estimated(rows):
    return sum(in_euro(row.estimate, row) or 0 for row in rows)


def test_the_lines_stand_with_ceiling_committed_spent_and_left(admin_page, books):
    page = admin_page.get(BUDGET)

    told = [
        (str(row.line or "–"), row.ceiling, row.committed, row.spent, row.left, row.lines, row.missing, row.no_rate)
        for row, _to in page.context["rows"]
    ]
    d = Decimal
    assert told == [
        ("Travel", d("1000"), d("1050.30"), d("950.30"), d("-50.30"), 5, 3, 1),
        ("Interpreters", d("500"), d("0"), d("0"), d("500"), 0, 0, 0),
        ("–", d("0"), d("70"), d("0"), d("-70"), 1, 1, 0),
    ]
    total, _to = page.context["total"]
    assert (total.ceiling, total.committed, total.spent, total.lines) == (d("1500"), d("1120.30"), d("950.30"), 6)


def test_above_the_ceiling_is_said_in_words(admin_page, books):
    words = "“Travel” is €50.30 above its ceiling: raise the ceiling on the page of the edition, or take costs off."

    assert words in " ".join(admin_page.get(BUDGET).content.decode().split())
    books.ceiling = Decimal("1050.30")
    books.save()
    assert "above its ceiling" not in admin_page.get(BUDGET).content.decode()


def test_each_figure_opens_the_costs_that_make_it(admin_page, books):
    page = admin_page.get(BUDGET)

    told = [(figure, url) for figure, url, _made in figures(page)]
    made = [(how(rows_of(admin_page, url)), url) for _figure, url, how in figures(page)]

    assert made == told
    assert len(told) > 35


def test_totals_per_payer_and_currency_are_exact(admin_page, books):
    page = admin_page.get(BUDGET)

    d = Decimal
    assert [
        (str(payer), currency, one.estimate, one.actual) for payer, currency, one, _to in page.context["sums"]
    ] == [
        ("the programme", "EUR", d("70.10"), d("0.20")),
        ("City of Torino", "EUR", d("900"), d("950.10")),
        ("City of Nagoya", "JPY", d("21000"), d("0")),
        ("the hosts", "EUR", d("0"), d("0")),
    ]
    assert page.context["totals"].all_euro.estimate == d("1070.10")


def test_managers_and_torino_read_all_nagoya_what_its_own_side_answers_for(
    client, staff_of_torino, staff_of_nagoya, manager, books
):
    told = {}
    for user in (staff_of_torino, staff_of_nagoya, manager):
        client.force_login(user)
        page = client.get(BUDGET)
        told[user.email] = (page.context["total"][0].lines, page.context["reads_all"], b"1.000,00" in page.content)

    client.force_login(staff_of_nagoya)
    assert told == {
        "staff@torino.example": (6, True, True),
        "staff@nagoya.example": (2, False, False),
        "manager@torino.example": (6, True, True),
    }
    assert {row.payer for row in rows_of(client, reverse("admin:programme_costline_changelist"))} == {"nagoya"}
    assert len(table_of(client, "csv-lines")[0]) == 6  # without ceiling and what is left of it


def test_lines_and_costs_are_taken_away_as_tables(admin_page, books):
    lines = table_of(admin_page, "csv-lines")
    costs = table_of(admin_page, "csv-costs")

    assert lines[1] == ["Travel", "1050.3", "950.3", "1000", "-50.3", "5", "3", "1"]
    assert [row[1] for row in lines[1:]] == ["1050.3", "0", "70"]
    assert len(costs) == 7
    assert [row[7:9] for row in costs if row[4] == "JPY"] == [["160", "2026-03-01"], ["", ""]]
    workbook = admin_page.get(BUDGET, {"export": "xlsx-costs"})
    assert workbook["Content-Disposition"] == 'attachment; filename="costs-two-years.xlsx"'


@pytest.mark.parametrize(
    "asked", [{"export": "pdf-lines"}, {"export": "csv-people"}, {"edition": "99999"}, {"edition": "x"}]
)
def test_what_there_is_not_is_not_found(admin_page, books, asked):
    assert admin_page.get(BUDGET, asked).status_code == 404


def test_without_an_edition_the_page_says_so(admin_page):
    assert "There is no edition yet." in admin_page.get(BUDGET).content.decode()


def test_the_budget_costs_the_same_whatever_it_holds(admin_page, books):
    admin_page.get(BUDGET)
    with CaptureQueriesContext(connection) as before:
        admin_page.get(BUDGET)
    for _turn in range(5):
        cost(make_visit(exchange=make_exchange(edition=books.edition)), estimate=Decimal("1"), budget_line=books)
        cost(make_stay(exchange=make_exchange(edition=books.edition)), estimate=Decimal("1"))

    with CaptureQueriesContext(connection) as after:
        admin_page.get(BUDGET)

    assert len(after) == len(before)


# --- Costs of activities that are no visit ---------------------------------------------------------------------------


def owners():
    return {
        "exchange": make_exchange(),
        "webinar": make_webinar(event=make_event(organizer=make_organisation(side="torino"))),
        "staffexchange": make_stay(),
        "meeting": make_meeting(),
    }


def page_of(owner):
    return reverse(f"admin:programme_{owner._meta.model_name}_costs", args=[owner.pk])


def sent(**fields):
    line = {"heading_en": "Room", "payer": "torino", "currency": "EUR", **fields}
    rows = {"costs-TOTAL_FORMS": 1, "costs-INITIAL_FORMS": 1 if "id" in fields else 0}
    return rows | {f"costs-0-{name}": value for name, value in line.items()}


@pytest.mark.parametrize("kind", ["exchange", "webinar", "staffexchange", "meeting"])
def test_an_activity_carries_costs_of_its_own(client, manager, kind):
    owner = owners()[kind]
    client.force_login(manager)
    manager.language = "en"
    manager.save()

    answer = client.post(page_of(owner), sent(estimate="120.50"))

    kept = CostLine.objects.get()
    assert (answer.status_code, kept.owner, kept.estimate) == (302, owner, Decimal("120.50"))
    assert "€120.50" in client.get(page_of(owner)).content.decode()
    change = reverse(f"admin:programme_{owner._meta.model_name}_change", args=[owner.pk])
    assert page_of(owner) in client.get(change).content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"actual": "10"}, "__all__"),
        ({"currency": "JPY", "estimate": "10.5"}, "estimate"),
        ({"currency": "JPY", "estimate": "100", "rate": "160"}, "__all__"),
        ({"estimate": "-3"}, "estimate"),
        ({"payer": "somebody"}, "payer"),
    ],
)
def test_a_wrong_cost_of_an_activity_is_refused_in_words_and_nothing_is_lost(admin_page, fields, field):
    answer = admin_page.post(page_of(make_exchange()), sent(**fields))

    assert (answer.status_code, list(answer.context["formset"].forms[0].errors)) == (422, [field])
    assert CostLine.objects.count() == 0
    assert "Room" in answer.content.decode()


def test_of_what_belongs_to_both_cities_each_side_writes_what_it_pays(client, staff_of_torino, staff_of_nagoya):
    exchange = make_exchange()
    cost(exchange, "torino", estimate=Decimal("1"))
    cost(exchange, "programme", estimate=Decimal("2"))
    client.force_login(staff_of_nagoya)

    written = client.post(page_of(exchange), sent(payer="nagoya", estimate="3"))
    refused = client.post(page_of(exchange), sent(payer="programme", estimate="4"))

    assert (written.status_code, refused.status_code) == (302, 422)
    assert len(client.get(page_of(exchange)).context["formset"].queryset) == 1


def test_the_costs_of_a_webinar_are_those_of_its_own_side(client, staff_of_nagoya):
    webinar = owners()["webinar"]
    client.force_login(staff_of_nagoya)

    assert client.get(page_of(webinar)).status_code == 403
    assert client.get(page_of(webinar).replace(str(webinar.pk), "99999")).status_code == 404


def test_a_cost_is_of_exactly_one_activity():
    line = CostLine(heading_en="Room", payer="torino")
    for fields in ({}, {"visit": make_visit(), "exchange": make_exchange()}):
        for name in CostLine.OWNERS:
            setattr(line, name, fields.get(name))
        with translation.override("en"), pytest.raises(ValidationError) as told:
            line.full_clean()
        assert told.value.messages == ["A cost is of one visit or activity: choose exactly one."]
        with pytest.raises(IntegrityError), transaction.atomic():
            line.save()


def test_a_budget_line_of_another_edition_is_refused():
    line = CostLine(heading_en="Room", payer="torino", exchange=make_exchange(), budget_line=make_budget_line())

    with pytest.raises(ValidationError) as told:
        line.full_clean()

    assert [error.code for error in told.value.error_dict["budget_line"]] == ["other_edition"]


def test_the_receipt_of_an_activity_opens_and_goes_with_its_line(admin_page, django_capture_on_commit_callbacks):
    exchange = make_exchange()
    line = CostLine(heading_en="Room", payer="torino", exchange=exchange)
    line.receipt.save("r.pdf", ContentFile(PDF))
    storage, name = line.receipt.storage, line.receipt.name

    opened = b"".join(admin_page.get(page_of(exchange), {"receipt": line.pk}).streaming_content)
    with django_capture_on_commit_callbacks(execute=True):
        admin_page.post(page_of(exchange), sent(id=line.pk, DELETE="on"))

    assert opened == PDF
    assert (CostLine.objects.count(), storage.exists(name)) == (0, False)
