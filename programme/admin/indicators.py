"""Indicators, and the readings of a period: proposed, with the records behind them, validated by managers (P27)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from iurc_portal.admin import PlainAdmin, PortalAdmin, ReadOnly
from iurc_portal.clock import ROME
from iurc_portal.staff.addresses import key_in
from iurc_portal.translation.languages import columns
from programme.indicators.counting import Scope, parts_of
from programme.indicators.periods import Period, no_periods_words, periods_of
from programme.indicators.queries import key_choices, query_of
from programme.models import Edition, Indicator, Reading
from programme.money import AmountField
from programme.services import programme_reports, readings
from programme.services.programme_reports import periods_to_report
from programme.services.sensitive import is_manager

ROWS_PER_PAGE = 50


class IndicatorForm(forms.ModelForm):
    """What the portal counts is chosen from the list; a number by hand has nothing to choose."""

    key = forms.ChoiceField(label=_("what is counted"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].choices = [("", _("nothing: it is entered by hand")), *key_choices()]


@admin.register(Indicator)
class IndicatorAdmin(PortalAdmin):
    form = IndicatorForm
    general = (
        ("edition", "code"),
        ("kind", "frequency"),
        ("source", "key"),
        ("baseline", "target"),
        "objective",
        ("is_key", "is_sample"),
    )
    list_display = ["__str__", "edition", "kind", "source_badge", "baseline", "target"]
    list_filter = ["edition", "kind", "source", "frequency"]
    list_select_related = ["edition"]
    search_fields = [*columns("name"), "code"]
    autocomplete_fields = ["objective"]

    @display(description=_("source"), ordering="source", label={"query": "info", "manual": "warning"})
    def source_badge(self, obj):
        return obj.source, obj.get_source_display()

    def get_urls(self):
        rows = path(
            "<path:object_id>/rows/",
            self.admin_site.admin_view(self.rows_view),
            name="programme_indicator_rows",
        )
        period = path("periods/", self.admin_site.admin_view(period_view), name="programme_indicator_periods")
        return [rows, period, *super().get_urls()]

    def rows_view(self, request, object_id):
        """The records behind the number at the end of a period, a page at a time; their sum is the number."""
        indicator = self.get_object(request, object_id)
        if indicator is None or not self.has_view_permission(request, indicator):
            raise Http404
        period = Period.parse(request.GET.get("period", ""))
        until = period.last_day if period else timezone.now().astimezone(ROME).date()
        rows = readings.rows_behind(indicator, until)
        query = query_of(indicator.key)
        if rows is None or query is None:
            raise Http404
        scope = Scope(indicator.edition, until)
        value = readings.live_values([indicator], indicator.edition, until)[indicator.pk]
        found = parts_of(query, scope)
        parts = [
            (split.title, [(split.words(name), number) for name, number in sorted(found[split.name].items())])
            for split in query.splits
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(indicator),
            "indicator": indicator,
            "query": query,
            "until": until,
            "period": period,
            "value": value,
            "parts": parts,
            "page": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        }
        return TemplateResponse(request, "admin/programme/edition/rows.html", context)


class ManualForm(forms.Form):
    """A number that people enter, with its evidence."""

    value = AmountField(label=_("value"))
    evidence = forms.URLField(label=_("evidence"), max_length=400, assume_scheme="https")
    comment = forms.CharField(label=_("comment"), required=False, max_length=1000)


def period_view(request):
    """The readings of one period of an edition: what is proposed, what stands, what was corrected since."""
    if not request.user.has_perm("programme.view_reading"):
        raise PermissionDenied
    edition = _edition_of(request)
    periods = periods_to_report(edition) if edition else []
    period = Period.parse(request.GET.get("period", "") or request.POST.get("period", ""))
    if period not in periods:
        today = timezone.now().astimezone(ROME).date()
        over = [one for one in periods if one.is_over(today)]
        period = (over or periods)[-1] if over else (periods or [None])[0]
    if request.method == "POST":
        if edition is None or period is None:
            raise Http404
        if not request.user.has_perm("programme.change_reading"):
            raise PermissionDenied
        _act(request, edition, period)
        address = reverse("admin:programme_indicator_periods")
        return HttpResponseRedirect(f"{address}?edition={edition.pk}&period={period.slug}")
    context = {
        **admin.site.each_context(request),
        "title": _("Indicators by period"),
        "editions": Edition.objects.order_by("-first_day", "pk"),
        "edition": edition,
        "periods": periods,
        "period": period,
        "no_periods": no_periods_words(edition) if edition and not periods else "",
        "rows": _rows_of(edition, period) if edition and period else [],
        "reports": programme_reports.reports_of(edition, period).order_by("-version") if edition and period else [],
        "may_report": bool(programme_reports.texts_of_user(request.user)),
        "may_change": request.user.has_perm("programme.change_reading"),
        "may_validate": readings.may_validate(request.user),
        "is_manager": is_manager(request.user),
    }
    return TemplateResponse(request, "admin/programme/edition/readings.html", context)


def _edition_of(request) -> Edition | None:
    wanted = request.GET.get("edition", "") or request.POST.get("edition", "")
    if not wanted:
        return Edition.objects.current()
    found = Edition.objects.filter(pk=key_in(wanted)).first()
    if found is None:
        raise Http404
    return found


def _rows_of(edition: Edition, period: Period) -> list[dict]:
    """An indicator a row: what the portal counts now, the reading that stands, progress on it. Three queries."""
    indicators = [one for one in edition.indicators.order_by("code") if period in periods_of(edition, one.frequency)]
    live = readings.live_values(indicators, edition, period.last_day)
    standing = {reading.indicator_id: reading for reading in readings.readings_of(edition, period)}
    rows = []
    for indicator in indicators:
        reading, now = standing.get(indicator.pk), live.get(indicator.pk)
        value = reading.value if reading is not None else now.value if now else None
        progress = indicator.progress(value)
        differs = reading is not None and now is not None and now.value != reading.value
        rows.append(
            {
                "indicator": indicator,
                "live": now,
                "reading": reading,
                "percent": round(progress * 100) if progress is not None else None,
                "differs": differs,
                "may_enter": not indicator.is_counted and (reading is None or reading.state == Reading.State.DRAFT),
            }
        )
    return rows


def _act(request, edition: Edition, period: Period) -> None:
    """Do what the pressed button says, row by row, and tell what was refused."""
    act, _colon, key = request.POST.get("act", "").partition(":")
    now, by = timezone.now(), request.user
    try:
        if act == "propose":
            made = readings.propose_readings(edition, period, by=by, now=now)
            messages.success(request, _("Readings proposed: %(n)s.") % {"n": len(made)})
        elif act == "renew":
            made = readings.renew_readings(edition, period, by=by, now=now)
            messages.success(request, _("New drafts beside the frozen readings: %(n)s.") % {"n": len(made)})
        elif act == "validate":
            _validate(request, edition, period)
        elif act == "reopen":
            reading = readings.readings_of(edition, period).filter(pk=key_in(key)).first()
            if reading is not None:
                readings.reopen_reading(reading, by=by, now=now)
        elif act == "enter":
            _enter(request, edition, period, key)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))


def _validate(request, edition: Edition, period: Period) -> None:
    parts = (typed.partition(":") for typed in request.POST.getlist("reading"))
    chosen = {key_in(key): shown for key, _colon, shown in parts}
    done = 0
    for reading in readings.readings_of(edition, period).filter(pk__in=chosen, state=Reading.State.DRAFT):
        try:
            readings.validate_reading(reading, by=request.user, now=timezone.now(), shown=chosen[reading.pk])
        except ValidationError as refusal:
            messages.error(request, f"{reading.indicator}: {' '.join(refusal.messages)}")
        else:
            done += 1
    if done or not chosen:
        messages.success(request, _("Readings validated: %(n)s.") % {"n": done})


def _enter(request, edition: Edition, period: Period, key: str) -> None:
    indicator = edition.indicators.filter(pk=key_in(key)).first()
    if indicator is None:
        return
    form = ManualForm({name: request.POST.get(f"{name}-{indicator.pk}", "") for name in ManualForm.base_fields})
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{indicator}, {form.fields[name].label}: {' '.join(errors)}")
        return
    readings.enter_reading(indicator, period, **form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, _("Saved."))


@admin.register(Reading)
class ReadingAdmin(ReadOnly, PlainAdmin):
    """The list of all readings; they are written on the page of their period."""

    list_display = ["indicator", "first_day", "last_day", "value", "state_badge", "version"]
    list_filter = ["state", "indicator__edition"]
    list_select_related = ["indicator"]
    search_fields = ["indicator__code", *(f"indicator__{column}" for column in columns("name"))]
    fields = [
        "indicator",
        ("first_day", "last_day", "version"),
        ("value", "state"),
        "evidence",
        "comment",
        ("entered_by", "entered_at"),
        ("validated_by", "validated_at"),
        "frozen_at",
    ]

    @display(
        description=_("state"),
        ordering="state",
        label={"draft": "warning", "validated": "success", "frozen": "info"},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()
