"""The two years and what came before: editions, exchanges, milestones, phases, dated events, figures."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from iurc_portal.admin import PlainAdmin, PlainTabularInline, PortalAdmin, PortalTabularInline, ReadOnly, page_links
from iurc_portal.audit.services import record_transition
from iurc_portal.staff.slugs import SlugFromName, SlugFromTitle
from iurc_portal.translation.languages import columns
from programme.admin.activity_costs import HasCosts, costs_link
from programme.admin.fields import DayField
from programme.budgets import standings_of
from programme.models import (
    BudgetLine,
    DatedEvent,
    Edition,
    Exchange,
    Indicator,
    Meeting,
    Milestone,
    Objective,
    PeopleCount,
    Phase,
    ProgrammeFigure,
    SelectedCity,
    StaffExchange,
    StudyVisit,
    Webinar,
)
from programme.models.costs import reads_whole_budget
from programme.models.editions import check_participants
from programme.money import money_words
from programme.progress import Step
from programme.services.actions import move_edition
from programme.services.clusters import keep_cities_of
from programme.services.sensitive import is_manager

SOURCES = (_("Sources"), ("sources", "to_verify", ("needs_check", "as_of")))


class MilestoneInline(PortalTabularInline):
    model = Milestone
    fields = [*columns("title"), "due_on", "done_on", "evidence"]
    tab = True


class StatefulAdmin(PortalAdmin):
    """For records whose state follows a table: one action for each state, row by row, with the log."""

    def get_actions(self, request):
        actions = super().get_actions(request)
        if self.has_change_permission(request):
            for state in self.model.State:
                actions[f"move_to_{state}"] = (self._mover(state), f"move_to_{state}", self._sentence(state))
        return actions

    @staticmethod
    def _sentence(state):
        return _("Change the state to: %(state)s") % {"state": state.label}

    @staticmethod
    def _mover(state):
        def move(model_admin, request, queryset):
            done = 0
            for record in queryset:
                try:
                    model_admin.move_record(record, state, by=request.user)
                except ValidationError as refusal:
                    model_admin.message_user(request, f"{record}: {' '.join(refusal.messages)}", messages.ERROR)
                    continue
                done += 1
            if done:
                model_admin.message_user(request, _("Done: %(count)s.") % {"count": done}, messages.SUCCESS)

        return move

    def move_record(self, record, state, *, by) -> None:
        """Move one record along its table, with the log. Raises ``ValidationError``."""
        former = record.move_to(state)
        record.save(update_fields=["state"])
        record_transition(record, from_state=former, to_state=state, now=timezone.now(), actor=by)

    @admin.display(description=_("state"), ordering="state")
    def state_now(self, obj):
        return obj.get_state_display()


class ObjectiveInline(PortalTabularInline):
    model = Objective
    fields = ["code", *columns("text"), "responsible_torino", "responsible_nagoya"]
    autocomplete_fields = ["responsible_torino", "responsible_nagoya"]
    show_change_link = True
    tab = True


class IndicatorInline(PlainTabularInline):
    """The indicators of an edition, to be opened; they are edited on their own pages."""

    model = Indicator
    fields = readonly_fields = ["code", "name", "kind", "baseline", "target", "frequency", "source"]
    can_delete = False
    show_change_link = True
    tab = True

    def has_add_permission(self, request, obj=None):
        return False


class BudgetLineInline(PortalTabularInline):
    """Ceilings; what is committed and spent follows from the costs, for who reads all of them. Managers write."""

    model = BudgetLine
    fields = ["order", *columns("heading"), "ceiling", "how_it_stands"]
    readonly_fields = ["how_it_stands"]
    tab = True

    def get_queryset(self, request):
        self.standings: dict = {}
        return super().get_queryset(request)

    def get_fields(self, request, obj=None):
        """Staff who read their own side alone are told no sum of both (programme spec 8)."""
        fields = super().get_fields(request, obj)
        return fields if reads_whole_budget(request.user) else [name for name in fields if name != "how_it_stands"]

    def get_formset(self, request, obj=None, **kwargs):
        self.standings = {one.line.pk: one for one in standings_of(obj) if one.line} if obj is not None else {}
        return super().get_formset(request, obj, **kwargs)

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and is_manager(request.user)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and is_manager(request.user)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and is_manager(request.user)

    @admin.display(description=_("committed and spent"))
    def how_it_stands(self, obj):
        standing = self.standings.get(obj.pk)
        if standing is None:
            return "–"
        words = {
            "committed": money_words(standing.committed, "EUR"),
            "spent": money_words(standing.spent, "EUR"),
            "left": money_words(standing.left, "EUR"),
        }
        told = [gettext("Committed %(committed)s, spent %(spent)s, left %(left)s.") % words]
        if standing.is_above:
            told.append(gettext("Above the ceiling: raise it or take costs off."))
        if standing.no_rate:
            told.append(gettext("Lines in yen without a rate, in no sum: %(n)s.") % {"n": standing.no_rate})
        return " ".join(told)


class EditionForm(SlugFromName):
    first_day = DayField(label=_("first day"), required=False)
    last_day = DayField(label=_("last day"), required=False)


@admin.register(Edition)
class EditionAdmin(StatefulAdmin):
    form = EditionForm
    change_form_before_template = "admin/programme/edition/_readings.html"
    general = (
        ("slug", "state_now"),
        ("first_day", "last_day"),
        "cities",
        ("contract_reference", "archive_years"),
        ("duration_years", "partner_city_count", "study_visit_count"),
        "website",
    )
    more_tabs = (SOURCES,)
    list_display = ["name", "state_now", "first_day", "last_day", "study_visit_count"]
    search_fields = [*columns("name"), "slug"]
    readonly_fields = ["state_now"]
    autocomplete_fields = ["cities"]
    inlines = [ObjectiveInline, MilestoneInline, IndicatorInline, BudgetLineInline]

    def move_record(self, record, state, *, by) -> None:
        move_edition(record, state, now=timezone.now(), by=by)


class VisitInline(PlainTabularInline):
    """The visits of a strand, to be opened; they are edited on their own pages."""

    model = StudyVisit
    fields = readonly_fields = ["title", "state", "first_day", "last_day"]
    can_delete = False
    show_change_link = True
    tab = True

    def has_add_permission(self, request, obj=None):
        return False


class WebinarInline(PlainTabularInline):
    model = Webinar
    fields = readonly_fields = ["event"]
    can_delete = False
    show_change_link = True
    tab = True

    def has_add_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("event")


class ExchangeForm(SlugFromTitle):
    """What several rows must agree on: the cities and their cluster, the objectives and their edition."""

    def clean(self):
        cleaned = super().clean()
        try:
            if "cities" in cleaned:
                check_participants(list(cleaned["cities"]), cleaned.get("cluster"))
        except ValidationError as refusal:
            self.add_error("cities", refusal)
        edition = cleaned.get("edition")
        for objective in cleaned.get("objectives") or ():
            if edition is not None and objective.edition_id != edition.pk:
                words = _("The objective %(objective)s belongs to another edition: choose one of this edition.")
                self.add_error("objectives", ValidationError(words, "other_edition", {"objective": objective}))
        return cleaned


class StayInline(VisitInline):
    model = StaffExchange
    fields = readonly_fields = ["sending", "hosting", "state", "first_day", "last_day"]


class MeetingInline(WebinarInline):
    model = Meeting
    fields = readonly_fields = ["organisation_torino", "organisation_nagoya", "event", "outcome"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organisation_torino", "organisation_nagoya")


@admin.register(Exchange)
class ExchangeAdmin(HasCosts, StatefulAdmin):
    form = ExchangeForm
    general = (
        ("slug", "state_now"),
        ("edition", "cluster"),
        "cities",
        "objectives",
        ("lead_torino", "lead_nagoya"),
        "initiatives",
        "themes",
        ("practices", "transfers"),
        "costs_shown",
        ("is_sample", "on_the_site"),
    )
    list_display = ["title", "edition", "cluster", "state_now"]
    list_filter = ["state", "edition", "cluster", "themes"]
    list_select_related = ["edition", "cluster"]
    search_fields = [*columns("title"), "slug"]
    autocomplete_fields = ["themes", "cities", "objectives", "practices", "transfers"]
    readonly_fields = ["state_now", "costs_shown", "on_the_site"]
    inlines = [WebinarInline, VisitInline, StayInline, MeetingInline]

    def save_related(self, request, form, formsets, change):
        """Other cities take part now: the events of the exchange tell their time."""
        super().save_related(request, form, formsets, change)
        keep_cities_of(form.instance)

    @admin.display(description=pgettext_lazy("visit", "Costs"))
    def costs_shown(self, obj):
        return costs_link(obj)

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)


@admin.register(Milestone)
class MilestoneAdmin(PortalAdmin):
    general = (("edition", "objective"), ("due_on", "done_on"), "evidence", "is_sample")
    autocomplete_fields = ["objective"]
    more_tabs = (SOURCES,)
    list_display = ["title", "due_on", "done_on", "how_it_stands"]
    list_filter = ["edition"]
    search_fields = [*columns("title")]
    date_hierarchy = "due_on"

    @display(description=_("state"), label={"done": "success", "late": "danger", "planned": "info"})
    def how_it_stands(self, obj):
        late = obj.is_late(today=timezone.localdate())
        state = "done" if obj.done_on else "late" if late else "planned"
        return state, Step.LABELS[state]


class SelectedCityInline(PortalTabularInline):
    model = SelectedCity
    ordering_field = "order"
    tab = True


@admin.register(Phase)
class PhaseAdmin(PortalAdmin):
    form = SlugFromName
    general = ("slug", ("first_year", "last_year"), "countries")
    more_tabs = (SOURCES,)
    list_display = ["name", "first_year", "last_year"]
    search_fields = [*columns("name")]
    inlines = [SelectedCityInline]


@admin.register(DatedEvent)
class DatedEventAdmin(PortalAdmin):
    form = SlugFromTitle
    general = ("slug", "kind", ("date", "end_date", "date_precision"))
    more_tabs = (SOURCES,)
    list_display = ["title", "kind", "date", "needs_check", "languages"]
    list_filter = ["kind", "needs_check"]
    search_fields = [*columns("title", "description")]
    date_hierarchy = "date"

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return self.languages_shown(obj, "title")


class FigureForm(SlugFromTitle):
    slug_source = "label"
    value = forms.DecimalField(label=_("value"), max_digits=16, decimal_places=2)


@admin.register(ProgrammeFigure)
class ProgrammeFigureAdmin(PortalAdmin):
    form = FigureForm
    general = ("slug", ("side", "order"), ("value", "year"))
    more_tabs = (SOURCES,)
    list_display = ["label", "value", "year", "side", "order"]
    list_filter = ["side", "year"]
    search_fields = [*columns("label")]


@admin.register(PeopleCount)
class PeopleCountAdmin(ReadOnly, PlainAdmin):
    """What stays of the people of old visits: numbers, which nobody writes here."""

    list_display = ["visit", "part", "side", "helix", "country", "presence", "number"]
    list_filter = ["part", "side", "helix", "presence"]
    list_select_related = ["visit"]
