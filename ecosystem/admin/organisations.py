"""Organisations: one page for texts, facts, part in the initiatives, contacts and who may speak for them."""

from django.contrib import admin
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from unfold.decorators import display

from ecosystem.admin.freshness import Freshness, FreshnessActions, VerificationInline
from ecosystem.admin.imports import FromImport, ImportsOrganisations
from ecosystem.admin.listings import ListingInline
from ecosystem.admin.merging import MergesOrganisations
from ecosystem.admin.optouts import OptsOut
from ecosystem.admin.resources import OrganisationResource
from ecosystem.models import ContactPoint, Membership, Organisation, OrganisationInitiative
from ecosystem.readiness import readiness
from ecosystem.services import publication
from ecosystem.services.optouts import opt_out_of
from iurc_portal.admin import EditableBy, PlainTabularInline, PortalAdmin, PortalStackedInline, page_links
from iurc_portal.clock import PartnerSide
from iurc_portal.staff.actions import Move, MovesOfRecord, each_row
from iurc_portal.staff.filters import missing_language
from iurc_portal.staff.slugs import SlugFromName
from iurc_portal.translation.chips import desk_address
from iurc_portal.translation.languages import columns
from iurc_portal.translation.status import read_records

BADGES = {
    "published": "success",
    "unlisted": "warning",
    "draft": "info",
    "in_review": "info",
    "archived": "danger",
}


def step_address(organisation, step) -> str:
    """Where the step is done: texts in Japanese at the translation desk, facts in their field of the form."""
    if step.field.endswith("_ja"):
        return desk_address(organisation, "ja")
    if step.field == "listings":
        return reverse("admin:ecosystem_organisation_change", args=[organisation.pk]) + "#listings"
    return f"{reverse('admin:ecosystem_organisation_change', args=[organisation.pk])}#id_{step.field}"


class PartInline(PlainTabularInline):
    model = OrganisationInitiative
    autocomplete_fields = ["initiative"]
    tab = True


class ContactPointInline(PortalStackedInline):
    model = ContactPoint
    fields = [*columns("label"), ("email", "phone"), "languages", "is_public"]
    tab = True


class MembershipInline(PlainTabularInline):
    model = Membership
    account_fields = ("user",)
    tab = True


@admin.register(Organisation)
class OrganisationAdmin(
    MovesOfRecord, FreshnessActions, ImportsOrganisations, MergesOrganisations, OptsOut, EditableBy, PortalAdmin
):
    form = SlugFromName
    change_form_before_template = "admin/ecosystem/_organisation_moves.html"
    resource_classes = [OrganisationResource]
    general = (
        ("state_now", "on_the_site"),
        ("missing", "ready_for_japan"),
        ("slug", "kind"),
        ("side", "city"),
        ("activity", "founded_year"),
        "themes",
        "website",
        ("legal_name", "kana"),
        "name_ja_suggested",
        "contact_languages",
        ("open_to_japan", "open_to_japan_since"),
        "is_programme",
        "source_language",
    )
    more_tabs = (
        (
            _("Company table"),
            (
                ("size_band", "nace"),
                ("capital", "capital_currency"),
                ("representative", "representative_consent_on"),
                ("registry_id", "registry_country"),
            ),
        ),
        (_("Pictures"), (("logo", "logo_credit"), ("photo", "photo_credit"))),
        (_("Map"), (("latitude", "longitude"), "precision")),
        (_("Sources and checks"), ("sources", "same_as", ("as_of", "verified_on"), "needs_check", "to_verify")),
    )
    list_display = [
        "name",
        "kind",
        "city",
        "state_badge",
        "languages",
        "ready",
        "verified_on",
        "to_be_verified",
    ]
    list_filter = [
        "side",
        "state",
        "kind",
        Freshness,
        missing_language("summary"),
        "activity",
        "needs_check",
        "initiatives",
        ("themes", admin.RelatedOnlyFieldListFilter),
        FromImport,
    ]
    list_select_related = ["city"]
    search_fields = [*columns("name"), "legal_name", "name_ja_suggested", "kana", "website", "slug"]
    autocomplete_fields = ["city", "themes"]
    readonly_fields = ["state_now", "on_the_site", "missing", "ready_for_japan", "verified_on"]
    inlines = [ListingInline, PartInline, ContactPointInline, MembershipInline, VerificationInline]
    actions = [
        "publish",
        "unlist",
        "archive",
        "reopen",
        "mark_verified",
        "mark_verified_by_document",
        "ask_to_confirm",
        "merge",
    ]
    list_per_page = 50

    @display(
        description=_("state"),
        ordering="state",
        label=BADGES,
    )
    def state_badge(self, obj):
        if obj.merged_into_id is not None:
            return obj.State.ARCHIVED, _("merged")
        return obj.state, obj.get_state_display()

    def get_search_results(self, request, queryset, search_term):
        """Whoever chooses an organisation for another record is not offered what was merged."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        return (found.filter(merged_into=None) if "field_name" in request.GET else found), may_repeat

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """Staff write profiles of their own city; managers choose."""
        if db_field.name == "side" and not request.user.has_perm("ecosystem.edit_both_sides"):
            kwargs["choices"] = [pair for pair in PartnerSide.choices if pair[0] == request.user.side]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.pk:
            # The page works the score out once for each tab: what it asks is read here, not once more each time.
            prefetch_related_objects([obj], "listings", "themes")
            read_records(obj.listings.all())
            context |= self.duplicates_and_merges(request, obj)
            context["opt_out"] = opt_out_of(obj)
        if obj is not None and obj.pk and self.has_change_permission(request, obj):
            context["may_opt_out"] = context["opt_out"] is None
            context["missing"] = publication.missing_for_publication(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def moves_of(self, obj) -> dict[str, Move]:
        def with_service(service):
            return lambda obj, **who: service(organisation=obj, **who)

        state, possible = obj.State, {}
        if state.PUBLISHED in obj.NEXT[obj.state]:
            publish = with_service(publication.publish_organisation)
            possible["publish"] = Move(_("Publish"), publish, _("“%(name)s” is published."))
        if state.UNLISTED in obj.NEXT[obj.state]:
            unlist = with_service(publication.unlist_organisation)
            possible["unlist"] = Move(_("Take out of the lists"), unlist, _("“%(name)s” is no longer in the lists."))
        told = _("“%(name)s” is marked as checked today.")
        possible["verify"] = Move(_("Mark as checked today"), with_service(publication.verify_organisation), told)
        return possible

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display()

    @admin.display(description=_("languages"))
    def languages(self, obj):
        return self.languages_shown(obj, "summary")

    @admin.display(description=_("ready for Japanese readers"))
    def ready_for_japan(self, obj):
        """The score, and the step that costs least with the place where it is done (E24)."""
        if obj.pk is None:
            return "–"
        found = readiness(obj, today=timezone.localdate())
        step = found.next_step
        if step is None:
            return format_html("{} / 100", found.score)
        return format_html(
            '{} / 100<br>{} <a class="underline" href="{}">{}</a> ({})',
            found.score,
            _("Next:"),
            step_address(obj, step),
            step.title,
            ngettext("%(n)s minute", "%(n)s minutes", step.minutes) % {"n": step.minutes},
        )

    @admin.display(description=pgettext_lazy("column", "ready for Japan"))
    def ready(self, obj):
        found = readiness(obj, today=timezone.localdate())
        step = found.next_step
        if step is None:
            return str(found.score)
        return format_html(
            '<span class="staff-step">{} · <a class="underline" href="{}">{}</a></span>',
            found.score,
            step_address(obj, step),
            step.title,
        )

    @display(description=_("to verify"), label={"to_verify": "warning"})
    def to_be_verified(self, obj):
        return ("to_verify", _("to verify")) if obj.needs_check or obj.to_verify else None

    def get_changelist_instance(self, request):
        """With the listings of the page's rows and what is known of their texts, for the score: two queries."""
        changelist = super().get_changelist_instance(request)
        prefetch_related_objects(changelist.result_list, "listings")
        read_records(listing for organisation in changelist.result_list for listing in organisation.listings.all())
        return changelist

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)

    @admin.display(description=_("before it can be published"))
    def missing(self, obj):
        if obj.pk is None:
            return _("Save it first: it starts as a draft.")
        return " ".join(str(text) for text in publication.missing_for_publication(obj)) or _("Nothing is missing.")

    @admin.action(description=_("Publish the selected organisations"), permissions=["change"])
    def publish(self, request, queryset):
        self._each(request, queryset, publication.publish_organisation)

    @admin.action(description=_("Take the selected organisations out of the lists"), permissions=["change"])
    def unlist(self, request, queryset):
        self._each(request, queryset, publication.unlist_organisation)

    @admin.action(description=_("Archive the selected organisations"), permissions=["change"])
    def archive(self, request, queryset):
        self._each(request, queryset, publication.archive_organisation)

    @admin.action(description=_("Make drafts of the selected archived organisations"), permissions=["delete"])
    def reopen(self, request, queryset):
        self._each(request, queryset, publication.reopen_organisation)

    @admin.action(description=_("Mark the selected organisations as checked today"), permissions=["change"])
    def mark_verified(self, request, queryset):
        self._each(request, queryset, publication.verify_organisation)

    def _each(self, request, queryset, service):
        now = timezone.now()
        each_row(self, request, queryset, lambda row: service(organisation=row, by=request.user, now=now))
