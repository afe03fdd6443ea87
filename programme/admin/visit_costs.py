"""What a visit costs and who pays, presents included; totals, receipts, a table to take away (P26)."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from events.admin.exports import file_answer
from iurc_portal import tables
from iurc_portal.pdf_files import PdfFormField, pdf_response
from iurc_portal.staff.addresses import key_in
from iurc_portal.translation.languages import best_text, columns
from programme.admin.fields import DayField, TextInput
from programme.admin.visit_questions import takes_part
from programme.admin.workplaces import workplace
from programme.costs import in_euro, totals_of
from programme.models import BudgetLine, CostLine, Exchange, Gift
from programme.money import AmountField
from programme.services.costs import save_costs

FORMS = {"csv", "xlsx"}


class Amount(AmountField):
    """As the admin dresses its text fields."""

    widget = TextInput


class CostForm(forms.ModelForm):
    estimate = Amount(label=pgettext_lazy("cost", "estimate"), required=False)
    actual = Amount(label=pgettext_lazy("cost", "actual"), required=False)
    rate = Amount(label=gettext_lazy("yen for one euro"), required=False, places=4, most=Decimal("99999"))
    rate_date = DayField(label=gettext_lazy("rate of the day"), required=False)
    receipt = PdfFormField(
        label=gettext_lazy("receipt"),
        required=False,
        help_text=gettext_lazy("PDF, at most 20 MB."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".pdf,application/pdf"}),
    )

    class Meta:
        model = CostLine
        fields = [
            *columns("heading"),
            "budget_line",
            "payer",
            "currency",
            "estimate",
            "actual",
            "rate",
            "rate_date",
            "receipt",
            "no_receipt_reason",
        ]
        widgets = {
            **{name: UnfoldAdminSelectWidget() for name in ("budget_line", "payer", "currency")},
            **{column: TextInput() for column in columns("heading")},
            "no_receipt_reason": TextInput(),
        }

    def __init__(self, *args, payers=None, budget_lines=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["budget_line"].choices = [("", "–"), *budget_lines]
        self.fields["budget_line"].queryset = BudgetLine.objects.filter(pk__in=[key for key, _words in budget_lines])
        self.fields["budget_line"].widget.choices = [("", "–"), *budget_lines]
        for column in columns("heading"):
            self.fields[column].required = False
        if payers is not None:
            kept = [choice for choice in self.fields["payer"].choices if choice[0] in {"", *payers}]
            self.fields["payer"].choices = kept

    @property
    def euro(self) -> Decimal | None:
        """What the line is worth in euro: its actual amount, else its estimate."""
        line = self.instance
        return in_euro(line.actual if line.actual is not None else line.estimate, line) if line.pk else None


class GiftForm(forms.ModelForm):
    value = Amount(label=gettext_lazy("value"))
    declared_on = DayField(label=gettext_lazy("declared on"), required=False)

    class Meta:
        model = Gift
        fields = [*columns("item"), "giver", "receiver", "value", "currency", "declared_on"]
        widgets = {
            **{name: TextInput() for name in ("giver", "receiver", *columns("item"))},
            "currency": UnfoldAdminSelectWidget(),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for column in columns("item"):
            self.fields[column].required = False


CostFormSet = forms.modelformset_factory(CostLine, form=CostForm, extra=1, can_delete=True)
GiftFormSet = forms.modelformset_factory(Gift, form=GiftForm, extra=0, can_delete=True)


@workplace("costs", pgettext_lazy("visit", "Costs"), order=90, allowed=takes_part)
def costs(request, visit, context):
    """The lines with their receipts, the presents, the totals; of the guests' staff those that their side pays."""
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    gifts = GiftFormSet(*sent, queryset=visit.gifts.order_by("pk"), prefix="gifts")
    return costs_page(request, visit, context | {"gifts": gifts}, "admin/programme/studyvisit/costs.html", gifts)


def costs_page(request, owner, context, template: str, gifts=None):
    """The costs of a visit or of another activity: shown, written, and taken away as a table."""
    lines = owner.costs.editable_by(request.user).order_by("pk")
    if "receipt" in request.GET:
        return receipt_answer(lines, request.GET["receipt"])
    if "export" in request.GET:
        return _take_away(owner, lines, request.GET["export"])
    is_post = request.method == "POST"
    sent = (request.POST, request.FILES) if is_post else (None, None)
    exchange = owner if isinstance(owner, Exchange) else owner.exchange
    budget = BudgetLine.objects.filter(edition=exchange.edition_id) if exchange else ()
    form_kwargs = {
        "payers": CostLine.payers_open_to(request.user, owner),
        "budget_lines": [(line.pk, str(line)) for line in budget],
    }
    formset = CostFormSet(*sent, queryset=lines, prefix="costs", form_kwargs=form_kwargs)
    if is_post and all(one.is_valid() for one in (formset, gifts) if one is not None):
        both = [one for one in (formset, gifts) if one is not None]
        for one in both:
            one.save(commit=False)
        changed = [row for one in both for row in (*one.new_objects, *(pair[0] for pair in one.changed_objects))]
        save_costs(owner, saved=changed, removed=[row for one in both for row in one.deleted_objects])
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(request.path)
    totals = totals_of(lines)
    names = dict(CostLine.Payer.choices)
    context |= {
        "formset": formset,
        "totals": totals,
        "sums": [(names[payer], currency, one) for (payer, currency), one in totals.by_payer.items()],
        "euro": [(names[payer], one) for payer, one in totals.euro.items()],
    }
    return TemplateResponse(request, template, context, status=422 if is_post else 200)


def receipt_answer(lines, key: str):
    line = lines.filter(pk=key_in(key)).first()
    if line is None or not line.receipt:
        raise Http404("no receipt")
    try:
        return pdf_response(line.receipt, name=f"receipt-{line.pk}.pdf")
    except FileNotFoundError as gone:
        raise Http404("no file") from gone


def _take_away(owner, lines, form: str):
    if form not in FORMS:
        raise Http404("no such form")
    table = tables.Table(cost_columns(), lines)
    name = getattr(owner, "slug", "") or f"{owner._meta.model_name}-{owner.pk}"
    return file_answer(table, form, name=f"costs-{name}", title=pgettext("sheet of a workbook", "Costs"))


def cost_columns() -> list[tables.Column]:
    """What a table of costs holds. Amounts are decimals in their own currency."""
    return [
        tables.Column("heading", pgettext("cost", "What for"), lambda line: best_text(line, "heading")[0]),
        tables.Column("payer", _("Who pays"), lambda line: line.payer, lambda line: str(line.get_payer_display())),
        tables.Column("currency", _("Currency"), lambda line: line.currency),
        tables.Column("estimate", pgettext("cost", "Estimate"), lambda line: _number(line.estimate)),
        tables.Column("actual", pgettext("cost", "Actual"), lambda line: _number(line.actual)),
        tables.Column("rate", _("Yen for one euro"), lambda line: _number(line.rate)),
        tables.Column("rate_date", _("Date of the rate"), lambda line: line.rate_date),
        tables.Column("estimate_eur", _("Estimate in euro"), lambda line: _number(in_euro(line.estimate, line))),
        tables.Column("actual_eur", _("Actual in euro"), lambda line: _number(in_euro(line.actual, line))),
        tables.Column("has_receipt", _("Receipt"), lambda line: bool(line.receipt)),
        tables.Column("no_receipt_reason", _("Why there is no receipt"), lambda line: line.no_receipt_reason),
    ]


def _number(amount: Decimal | None) -> float | int | None:
    """A cell that spreadsheets add up: whole numbers as such, others as the nearest double, which shows the same."""
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)
