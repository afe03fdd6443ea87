"""Testbeds, and the pairs of them that mirror each other."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ecosystem.models import City, MirrorPair, MirrorStep, Testbed, TestbedClosure
from ecosystem.services import mirrors
from ecosystem.services.testbeds import missing_for_opening, move_testbed
from iurc_portal.admin import EditableBy, PortalAdmin, PortalStackedInline, PortalTabularInline, page_links
from iurc_portal.clock import PartnerSide
from iurc_portal.staff.actions import Move, MovesOfRecord, each_row
from iurc_portal.staff.filters import missing_language
from iurc_portal.staff.slugs import SlugFromName
from iurc_portal.translation.languages import columns
from iurc_portal.translation.times import date_words

BADGES = {
    Testbed.State.DRAFT: "info",
    Testbed.State.PUBLISHED: "success",
    Testbed.State.PAUSED: "warning",
    Testbed.State.RETIRED: "danger",
}
PAIR_BADGES = {
    MirrorPair.State.PROPOSED: "info",
    MirrorPair.State.AGREED: "success",
    MirrorPair.State.ACTIVE: "success",
    MirrorPair.State.ENDED: "warning",
}


class RowsOfThePage:
    """Rows that are part of their page: whoever may change them takes them away as well."""

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


class ClosureInline(RowsOfThePage, PortalTabularInline):
    model = TestbedClosure
    tab = True


@admin.register(Testbed)
class TestbedAdmin(MovesOfRecord, EditableBy, PortalAdmin):
    form = SlugFromName
    change_form_before_template = "admin/ecosystem/_testbed_moves.html"
    general = (
        ("state_now", "on_the_site"),
        "missing",
        ("slug", "kind"),
        ("owner", "city"),
        "themes",
        "initiatives",
        "capacity",
        "languages",
    )
    more_tabs = (
        (_("Map"), (("latitude", "longitude"), "precision")),
        (_("Sources and checks"), ("sources", "as_of", "needs_check", "to_verify")),
    )
    list_display = ["name", "kind", "city", "owner", "state_badge", "languages_written"]
    list_filter = [
        "state",
        "city",
        "kind",
        missing_language("testable"),
        "needs_check",
        "initiatives",
        ("themes", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["city", "owner"]
    search_fields = [*columns("name"), *columns("place_name"), "slug"]
    autocomplete_fields = ["owner", "initiatives", "themes"]
    readonly_fields = ["state_now", "on_the_site", "missing"]
    inlines = [ClosureInline]
    actions = ["publish", "pause", "retire"]

    def get_search_results(self, request, queryset, search_term):
        """The two fields of a pair offer each city's own. What comes nevertheless is refused by the pair, in words."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        side = request.GET.get("field_name")
        return (found.filter(city__slug=side) if side in PartnerSide.values else found), may_repeat

    @display(description=_("state"), ordering="state", label={state.value: colour for state, colour in BADGES.items()})
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display()

    @admin.display(description=_("languages"))
    def languages_written(self, obj):
        return self.languages_shown(obj, "testable")

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)

    @admin.display(description=_("before it can be published"))
    def missing(self, obj):
        if obj.pk is None:
            return _("Save it first: it starts as a draft.")
        return " ".join(str(text) for text in missing_for_opening(obj)) or _("Nothing is missing.")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Staff write testbeds of their own city; managers choose."""
        if db_field.name == "city" and not request.user.has_perm("ecosystem.edit_both_sides"):
            kwargs["queryset"] = City.objects.filter(slug=request.user.side)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request):
        own = City.objects.filter(slug=request.user.side or PartnerSide.TORINO).values_list("pk", flat=True).first()
        return {"city": own, **super().get_changeform_initial_data(request)}

    def moves_of(self, obj) -> dict[str, Move]:
        def to(state):
            return lambda obj, **who: move_testbed(testbed=obj, to=state, **who)

        return {state: Move(MOVES[state][0], to(state), MOVES[state][1]) for state in sorted(obj.NEXT[obj.state])}

    @admin.action(description=_("Publish the selected testbeds"), permissions=["change"])
    def publish(self, request, queryset):
        self._move_all(request, queryset, Testbed.State.PUBLISHED)

    @admin.action(description=_("Pause the selected testbeds"), permissions=["change"])
    def pause(self, request, queryset):
        self._move_all(request, queryset, Testbed.State.PAUSED)

    @admin.action(description=_("Retire the selected testbeds"), permissions=["change"])
    def retire(self, request, queryset):
        self._move_all(request, queryset, Testbed.State.RETIRED)

    def _move_all(self, request, queryset, state):
        now = timezone.now()
        each_row(self, request, queryset, lambda row: move_testbed(testbed=row, to=state, by=request.user, now=now))


MOVES = {  # the words of the button, and what is said then
    Testbed.State.DRAFT: (_("Make it a draft again"), _("“%(name)s” is a draft again.")),
    Testbed.State.PUBLISHED: (_("Publish: open to tests"), _("“%(name)s” is open to tests.")),
    Testbed.State.PAUSED: (_("Pause"), _("“%(name)s” is paused.")),
    Testbed.State.RETIRED: (_("Retire"), _("“%(name)s” is no longer in use.")),
}


class PairForm(forms.ModelForm):
    """What stands in the way of a pair is named, with a link to it."""

    def clean(self):
        cleaned = super().clean()
        pair = MirrorPair(pk=self.instance.pk)
        for side in PartnerSide:
            setattr(pair, side, cleaned.get(side) or getattr(self.instance, side, None))
        for other in pair.other_pairs()[:1]:
            field = "torino" if other.torino_id == pair.torino_id else "nagoya"
            self.add_error(field if field in self.fields else None, ValidationError(_in_the_way(other), "taken"))
        return cleaned


def _in_the_way(other: MirrorPair):
    link = format_html(
        '<a class="underline" href="{}">{}</a>', reverse("admin:ecosystem_mirrorpair_change", args=[other.pk]), other
    )
    return format_html(gettext("There is a pair with it already: {}. Open that one, or end it first."), link)


class StepForm(forms.ModelForm):
    def validate_constraints(self):
        """The order is made anew when all steps are saved: two that change places are no conflict."""


class StepFormSet(BaseInlineFormSet):
    def validate_unique(self):
        """See ``StepForm``."""

    def in_order(self) -> list[MirrorStep]:
        """The steps to keep, as the page had them in order; new ones without a number come last."""
        kept = [form for form in self.forms if not self._should_delete_form(form)]
        kept = [form for form in kept if form.instance.pk or form.has_changed()]
        return [form.instance for form in sorted(kept, key=self._place)]

    @staticmethod
    def _place(form) -> tuple[bool, int]:
        step = form.instance
        return not (step.pk or step.order), step.order


class StepInline(RowsOfThePage, PortalStackedInline):
    model = MirrorStep
    form = StepForm
    formset = StepFormSet
    fields = [*columns("text"), ("owner_side", "done_on"), "order"]
    ordering_field = "order"
    ordering = ["order"]


@admin.register(MirrorPair)
class MirrorPairAdmin(EditableBy, PortalAdmin):
    form = PairForm
    change_form_before_template = "admin/ecosystem/_pair_moves.html"
    general = (("torino", "nagoya"), "on_the_site")
    list_display = ["pair", "state_badge", "torino_says", "nagoya_says"]
    list_filter = ["state"]
    list_select_related = ["torino", "nagoya"]
    search_fields = [*columns("torino__name"), *columns("nagoya__name")]
    autocomplete_fields = ["torino", "nagoya"]
    readonly_fields = ["on_the_site"]
    inlines = [StepInline]

    def get_readonly_fields(self, request, obj=None):
        """Once a side has agreed, it has agreed to these two."""
        fixed = obj is not None and (obj.state != obj.State.PROPOSED or obj.torino_agreed_at or obj.nagoya_agreed_at)
        return [*super().get_readonly_fields(request, obj), *(["torino", "nagoya"] if fixed else [])]

    @admin.display(description=_("mirror pair"))
    def pair(self, obj):
        return str(obj)

    @display(
        description=_("state"),
        ordering="state",
        label={state.value: colour for state, colour in PAIR_BADGES.items()},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("Torino agreed"), ordering="torino_agreed_at")
    def torino_says(self, obj):
        return _agreed_words(obj, PartnerSide.TORINO)

    @admin.display(description=_("Nagoya agreed"), ordering="nagoya_agreed_at")
    def nagoya_says(self, obj):
        return _agreed_words(obj, PartnerSide.NAGOYA)

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)

    def save_formset(self, request, form, formset, change):
        if formset.model is not MirrorStep:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)  # says what is new, changed and gone, for the log
        for step in formset.deleted_objects:
            step.delete()
        mirrors.put_in_order(pair=form.instance, steps=formset.in_order())

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.pk and self.has_change_permission(request, obj):
            context["sides"] = [
                {
                    "side": side,
                    "agreed": _agreed_words(obj, side),
                    "may_agree": obj.state == obj.State.PROPOSED
                    and obj.agreed_at(side) is None
                    and mirrors.may_agree(request.user, side),
                }
                for side in PartnerSide
            ]
            onward = obj.NEXT[obj.state] - {obj.State.AGREED}
            context["moves"] = [(state, PAIR_MOVES[state]) for state in MirrorPair.State if state in onward]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        """Save, then agree or move as the button says."""
        side, wanted = request.POST.get("_agree", ""), request.POST.get("_move", "")
        now = timezone.now()
        try:
            if side in PartnerSide.values:
                obj = mirrors.agree(pair=obj, side=side, by=request.user, now=now)
                told = gettext("Noted: %(side)s agrees.") % {"side": PartnerSide(side).label}
            elif wanted in MirrorPair.State.values:
                mirrors.move_pair(pair=obj, to=wanted, by=request.user, now=now)
                names = {"name": obj, "state": MirrorPair.State(wanted).label}
                told = gettext("“%(name)s” is now: %(state)s.") % names
            else:
                return super().response_change(request, obj)
        except ValidationError as refusal:
            self.message_user(request, " ".join([gettext("Saved, but:"), *refusal.messages]), messages.WARNING)
        else:
            self.message_user(request, told, messages.SUCCESS)
        return redirect("admin:ecosystem_mirrorpair_change", obj.pk)


PAIR_MOVES = {
    MirrorPair.State.ACTIVE: _("Make the pair active"),
    MirrorPair.State.ENDED: _("End the pair"),
}


def _agreed_words(pair: MirrorPair, side: PartnerSide) -> str:
    """The day on which ``side`` agreed, in words; a dash before."""
    agreed = pair.agreed_at(side)
    return date_words(timezone.localtime(agreed).date(), "day") if agreed else "–"
