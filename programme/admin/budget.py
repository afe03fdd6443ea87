"""The budget of an edition: lines, ceilings, what is committed and spent, and the costs behind each figure (P26)."""

from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from events.admin.exports import file_answer
from iurc_portal import tables
from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.staff.addresses import key_in
from iurc_portal.translation.languages import best_text, columns
from iurc_portal.translation.times import date_words
from programme.admin.activity_costs import page_of
from programme.admin.visit_costs import FORMS, cost_columns
from programme.budgets import Standing, standings_of, total_of
from programme.costs import committed_in_euro, totals_of
from programme.models import BudgetLine, CostLine, Edition
from programme.models.costs import COSTS_ALONG, reads_whole_budget
from programme.money import money_words

NO_LINE = "none"
PARTS = {
    "missing": gettext_lazy("without an actual amount"),
    "no_rate": gettext_lazy("in yen without a rate"),
    "spent": gettext_lazy("spent, in euro"),
    "committed": gettext_lazy("committed or spent, in euro"),
}


class OfEdition(admin.SimpleListFilter):
    """Costs of an edition: on one of its budget lines or, without one, of one of its activities."""

    title = gettext_lazy("edition")
    parameter_name = "edition"

    def lookups(self, request, model_admin):
        return [(edition.pk, str(edition)) for edition in Edition.objects.order_by("-first_day", "pk")]

    def queryset(self, request, queryset):
        return queryset.of_edition(key_in(self.value())) if self.value() else queryset


class OnLine(admin.SimpleListFilter):
    title = gettext_lazy("budget line")
    parameter_name = "line"

    def lookups(self, request, model_admin):
        lines = BudgetLine.objects.select_related("edition")
        if edition := key_in(request.GET.get("edition")):
            lines = lines.filter(edition=edition)
        return [(NO_LINE, _("on no budget line")), *((line.pk, str(line)) for line in lines)]

    def queryset(self, request, queryset):
        if self.value() == NO_LINE:
            return queryset.filter(budget_line=None)
        return queryset.filter(budget_line=key_in(self.value())) if self.value() else queryset


class Part(admin.SimpleListFilter):
    """The lines that make one of the figures of the budget."""

    title = gettext_lazy("figure")
    parameter_name = "part"

    def lookups(self, request, model_admin):
        return list(PARTS.items())

    def queryset(self, request, queryset):
        parts = {
            "missing": queryset.missing,
            "no_rate": queryset.without_rate,
            "spent": queryset.spent,
            "committed": queryset.committed,
        }
        return parts[self.value()]() if self.value() in parts else queryset


@admin.register(CostLine)
class CostLineAdmin(ReadOnly, PlainAdmin):
    """All costs, to be searched and added up; they are written on the page of their visit or activity."""

    list_display = ["what_for", "of_what", "line_shown", "payer", "estimated", "spent", "in_euro_shown", "rate_shown"]
    list_filter = [OfEdition, OnLine, Part, "payer", "currency"]
    list_select_related = COSTS_ALONG
    search_fields = [*columns("heading"), "no_receipt_reason"]
    fields = [
        ("what_for", "of_what"),
        ("line_shown", "payer"),
        ("estimated", "spent"),
        ("rate_shown", "in_euro_shown"),
        ("receipt_shown", "no_receipt_reason"),
    ]
    readonly_fields = [
        *("what_for", "of_what", "line_shown", "estimated", "spent", "rate_shown", "in_euro_shown", "receipt_shown"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).readable_by(request.user)

    def get_urls(self):
        budget = path("budget/", self.admin_site.admin_view(budget_view), name="programme_budget")
        return [budget, *super().get_urls()]

    @admin.display(description=pgettext_lazy("cost", "what for"), ordering="heading")
    def what_for(self, obj):
        text, language = best_text(obj, "heading")
        return format_html('<span lang="{}">{}</span>', language, text)

    @admin.display(description=gettext_lazy("visit or activity"))
    def of_what(self, obj):
        return format_html('<a href="{}">{}</a>', page_of(obj), obj.owner)

    @admin.display(description=gettext_lazy("budget line"), ordering="budget_line")
    def line_shown(self, obj):
        return str(obj.budget_line) if obj.budget_line else "–"

    @admin.display(description=pgettext_lazy("cost", "estimate"), ordering="estimate")
    def estimated(self, obj):
        return money_words(obj.estimate, obj.currency)

    @admin.display(description=pgettext_lazy("cost", "actual"), ordering="actual")
    def spent(self, obj):
        return money_words(obj.actual, obj.currency)

    @admin.display(description=gettext_lazy("in euro"))
    def in_euro_shown(self, obj):
        return money_words(committed_in_euro(obj), "EUR")

    @admin.display(description=gettext_lazy("yen for one euro"), ordering="rate_date")
    def rate_shown(self, obj):
        return f"{number_format(obj.rate.normalize())} ({date_words(obj.rate_date, 'short')})" if obj.rate else "–"

    @admin.display(description=gettext_lazy("receipt"))
    def receipt_shown(self, obj):
        """Receipts may name people: the page of the costs opens them for those who write the line."""
        if not obj.receipt:
            return "–"
        return format_html('<a href="{}?receipt={}">{}</a>', page_of(obj), obj.pk, _("Open the receipt"))


def list_of_costs(edition: Edition, **more) -> str:
    """The address of the list of the costs of ``edition`` under further filters."""
    asked = {"edition": edition.pk, **more}
    return f"{reverse('admin:programme_costline_changelist')}?{urlencode(asked)}"


def budget_view(request):
    """How the lines of an edition stand, its totals per payer and currency; each figure opens its costs.

    Staff who read their own side alone see the sums of what it answers for, beside no ceiling. A constant number of
    queries.
    """
    if not request.user.has_perm("programme.view_costline"):
        raise PermissionDenied
    wanted = request.GET.get("edition", "")
    edition = Edition.objects.filter(pk=key_in(wanted)).first() if wanted else Edition.objects.current()
    if wanted and edition is None:
        raise Http404
    costs = list(_costs_of(edition, request.user)) if edition else []
    rows = standings_of(edition, costs) if edition else []
    if edition and "export" in request.GET:
        return _take_away(request, edition, rows, costs)
    context = {
        **admin.site.each_context(request),
        "title": pgettext("programme", "Budget"),
        "editions": Edition.objects.order_by("-first_day", "pk"),
        "edition": edition,
        "reads_all": reads_whole_budget(request.user),
        **(_figures(edition, rows, costs) if edition else {}),
    }
    return TemplateResponse(request, "admin/programme/edition/budget.html", context)


def _costs_of(edition: Edition, user):
    return CostLine.objects.readable_by(user).of_edition(edition).select_related(*COSTS_ALONG).order_by("pk")


def _figures(edition: Edition, rows: list[Standing], costs: list[CostLine]) -> dict:
    totals = totals_of(costs)
    names = dict(CostLine.Payer.choices)
    return {
        "rows": [(row, _addresses(edition, line=row.line.pk if row.line else NO_LINE)) for row in rows],
        "total": (total_of(rows), _addresses(edition)),
        "above": [row for row in rows if row.is_above],
        "sums": [
            (names[payer], currency, one, _addresses(edition, payer__exact=payer, currency__exact=currency))
            for (payer, currency), one in totals.by_payer.items()
        ],
        "euro": [(names[payer], one, _addresses(edition, payer__exact=payer)) for payer, one in totals.euro.items()],
        "totals": totals,
    }


def _addresses(edition: Edition, **more) -> dict[str, str]:
    """The lists behind the figures of one row: all of its costs, and those of each part."""
    parts = {part: list_of_costs(edition, **more, part=part) for part in PARTS}
    return {"all": list_of_costs(edition, **more), **parts}


def _take_away(request, edition: Edition, rows: list[Standing], costs: list[CostLine]):
    """The lines or the costs as a table; amounts are numbers, rates stand with their days."""
    form, _dash, what = request.GET["export"].partition("-")
    if form not in FORMS or what not in {"lines", "costs"}:
        raise Http404("no such form")
    if what == "costs":
        own = [
            tables.Column("of", _("Visit or activity"), lambda cost: str(cost.owner)),
            tables.Column("budget_line", _("Budget line"), lambda cost: str(cost.budget_line or "")),
        ]
        table = tables.Table([*own, *cost_columns()], costs)
        return file_answer(table, form, name=f"costs-{edition.slug}", title=pgettext("sheet of a workbook", "Costs"))
    table = tables.Table(_line_columns(whole=reads_whole_budget(request.user)), rows)
    return file_answer(table, form, name=f"budget-{edition.slug}", title=pgettext("programme", "Budget"))


def _line_columns(*, whole: bool) -> list[tables.Column]:
    """What a table of budget lines holds, in euro; ceilings for those who read all costs."""
    ceilings = [
        tables.Column("ceiling_eur", _("Ceiling in euro"), lambda row: _cell(row.ceiling) if row.line else None),
        tables.Column("left_eur", _("Left in euro"), lambda row: _cell(row.left) if row.line else None),
    ]
    return [
        tables.Column("heading", _("Budget line"), lambda row: str(row.line or _("on no budget line"))),
        tables.Column("committed_eur", _("Committed in euro"), lambda row: _cell(row.committed)),
        tables.Column("spent_eur", _("Spent in euro"), lambda row: _cell(row.spent)),
        *(ceilings if whole else []),
        tables.Column("lines", _("Cost lines"), lambda row: row.lines),
        tables.Column("missing", _("Actual amounts missing"), lambda row: row.missing),
        tables.Column("no_rate", _("Without a rate"), lambda row: row.no_rate),
    ]


def _cell(amount):
    return int(amount) if amount == amount.to_integral_value() else float(amount)
