"""The two years and what came before: editions, exchanges, milestones, phases, dated events, figures."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from iurc_portal.admin import PlainAdmin, PlainTabularInline, PortalAdmin, PortalTabularInline, ReadOnly, page_links
from iurc_portal.audit.services import record_transition
from iurc_portal.staff.slugs import SlugFromName, SlugFromTitle
from iurc_portal.translation.languages import columns
from programme.models import (
    DatedEvent,
    Edition,
    Exchange,
    Milestone,
    PeopleCount,
    Phase,
    ProgrammeFigure,
    SelectedCity,
    StudyVisit,
    Webinar,
)
from programme.progress import Step

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
                    former = record.move_to(state)
                except ValidationError as refusal:
                    model_admin.message_user(request, f"{record}: {' '.join(refusal.messages)}", messages.ERROR)
                    continue
                record.save(update_fields=["state"])
                record_transition(record, from_state=former, to_state=state, now=timezone.now(), actor=request.user)
                done += 1
            if done:
                model_admin.message_user(request, _("Done: %(count)s.") % {"count": done}, messages.SUCCESS)

        return move

    @admin.display(description=_("state"), ordering="state")
    def state_now(self, obj):
        return obj.get_state_display()


@admin.register(Edition)
class EditionAdmin(StatefulAdmin):
    form = SlugFromName
    general = (
        ("slug", "state_now"),
        ("first_day", "last_day"),
        ("duration_years", "partner_city_count", "study_visit_count"),
        ("website", "archive_years"),
    )
    more_tabs = (SOURCES,)
    list_display = ["name", "state_now", "first_day", "last_day", "study_visit_count"]
    search_fields = [*columns("name"), "slug"]
    readonly_fields = ["state_now"]
    inlines = [MilestoneInline]


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


@admin.register(Exchange)
class ExchangeAdmin(StatefulAdmin):
    form = SlugFromTitle
    general = (("slug", "state_now"), "edition", "initiatives", "themes", ("is_sample", "on_the_site"))
    list_display = ["title", "edition", "state_now"]
    list_filter = ["state", "edition", "themes"]
    list_select_related = ["edition"]
    search_fields = [*columns("title"), "slug"]
    autocomplete_fields = ["themes"]
    readonly_fields = ["state_now", "on_the_site"]
    inlines = [WebinarInline, VisitInline]

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)


@admin.register(Milestone)
class MilestoneAdmin(PortalAdmin):
    general = ("edition", ("due_on", "done_on"), "evidence", "is_sample")
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
