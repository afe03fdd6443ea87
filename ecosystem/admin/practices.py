"""Tests and good practices."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ecosystem.models import GoodPractice, TestRun
from ecosystem.services.practices import move_practice
from ecosystem.services.transfers import note_asked
from iurc_portal.admin import EditableBy, PortalAdmin, page_links
from iurc_portal.staff.actions import each_row
from iurc_portal.staff.filters import missing_language
from iurc_portal.staff.slugs import SlugFromTitle
from iurc_portal.translation.languages import columns

State = GoodPractice.State
BADGES = {
    State.DRAFT: "info",
    State.SUBMITTED: "info",
    State.INFO_REQUESTED: "warning",
    State.VALIDATED: "success",
    State.FEATURED: "success",
    State.RETIRED: "danger",
}


@admin.register(TestRun)
class TestRunAdmin(EditableBy, PortalAdmin):
    form = SlugFromTitle
    general = (
        ("slug", "state"),
        "on_the_site",
        ("city", "testbed"),
        ("start", "start_precision"),
        ("end", "end_precision"),
        "organisations",
        "initiatives",
        "themes",
        ("trl_in", "trl_out"),
    )
    more_tabs = (
        (_("Map"), (("latitude", "longitude"), "precision")),
        (_("Sources and checks"), ("sources", "as_of", "needs_check", "to_verify")),
    )
    list_display = ["title", "state", "city", "start", "languages", "needs_check"]
    list_filter = [
        "state",
        "city",
        missing_language("tested"),
        "needs_check",
        "initiatives",
        ("themes", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["city"]
    search_fields = [*columns("title"), "slug"]
    autocomplete_fields = ["city", "testbed", "organisations", "initiatives", "themes"]
    readonly_fields = ["on_the_site"]

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return self.languages_shown(obj, "tested")

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)


@admin.register(GoodPractice)
class GoodPracticeAdmin(EditableBy, PortalAdmin):
    form = SlugFromTitle
    general = (
        ("state_now", "on_the_site"),
        ("slug", "city"),
        ("first_year", "last_year"),
        "first_year_is_approximate",
        "transfer_asked_on",
        "organisations",
        "initiatives",
        "themes",
    )
    more_tabs = ((_("Sources and checks"), ("sources", "as_of", "needs_check", "to_verify")),)
    list_display = ["title", "state_badge", "city", "first_year", "languages", "needs_check"]
    list_filter = [
        "state",
        "city",
        missing_language("problem"),
        "needs_check",
        ("themes", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["city"]
    search_fields = [*columns("title"), "slug"]
    autocomplete_fields = ["city", "organisations", "initiatives", "themes"]
    readonly_fields = ["state_now", "on_the_site", "transfer_asked_on"]
    actions = ["submit", "ask", "validate", "feature", "retire", "asked_about_transfers"]

    def has_validate_permission(self, request):
        """The second of the two steps is the programme's, not the city's (E28)."""
        return request.user.has_perm("ecosystem.edit_both_sides")

    @display(
        description=_("state"),
        ordering="state",
        label={state.value: colour for state, colour in BADGES.items()},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display()

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return self.languages_shown(obj, "problem")

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)

    @admin.action(description=_("Submit the selected practices"), permissions=["change"])
    def submit(self, request, queryset):
        self._move_all(request, queryset, State.SUBMITTED)

    @admin.action(description=_("Ask for more information on the selected practices"), permissions=["validate"])
    def ask(self, request, queryset):
        self._move_all(request, queryset, State.INFO_REQUESTED)

    @admin.action(description=_("Validate the selected practices"), permissions=["validate"])
    def validate(self, request, queryset):
        self._move_all(request, queryset, State.VALIDATED)

    @admin.action(description=_("Put the selected practices in evidence"), permissions=["validate"])
    def feature(self, request, queryset):
        self._move_all(request, queryset, State.FEATURED)

    @admin.action(description=_("Retire the selected practices"), permissions=["validate"])
    def retire(self, request, queryset):
        self._move_all(request, queryset, State.RETIRED)

    @admin.action(description=_("Note that their contact was asked about transfers today"), permissions=["change"])
    def asked_about_transfers(self, request, queryset):
        now = timezone.now()
        each_row(self, request, queryset, lambda row: note_asked(practice=row, by=request.user, now=now))

    def _move_all(self, request, queryset, state):
        now = timezone.now()
        each_row(
            self,
            request,
            queryset,
            lambda row: move_practice(practice=row, to=state, by=request.user, now=now),
        )
