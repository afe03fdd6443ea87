"""Objectives and the action plan: each city's staff agree for their own side."""

from functools import partial

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from iurc_portal.admin import EditableBy, PortalAdmin, PortalStackedInline
from iurc_portal.clock import PartnerSide
from iurc_portal.staff.actions import Move, MovesOfRecord
from iurc_portal.translation.languages import columns
from iurc_portal.translation.times import date_words
from programme.models import ActionItem, Objective
from programme.services import actions

State = ActionItem.State


class ActionInline(PortalStackedInline):
    model = ActionItem
    fields = [*columns("text"), "owner_torino", "owner_nagoya", "due_on"]
    autocomplete_fields = ["owner_torino", "owner_nagoya"]
    show_change_link = True
    tab = True

    def has_change_permission(self, request, obj=None):
        """What was agreed is changed on its own page, where it can be seen who had agreed to what."""
        return False


@admin.register(Objective)
class ObjectiveAdmin(PortalAdmin):
    general = (("edition", "code"), ("responsible_torino", "responsible_nagoya"), "themes", "is_sample")
    list_display = ["__str__", "edition", "responsible_torino", "responsible_nagoya"]
    list_filter = ["edition"]
    list_select_related = ["edition", "responsible_torino", "responsible_nagoya"]
    search_fields = [*columns("text"), "code"]
    autocomplete_fields = ["themes", "responsible_torino", "responsible_nagoya"]
    inlines = [ActionInline]


def _agree(side: str, obj, *, by, now):
    return actions.agree_action(obj, side=side, by=by, now=now)


def _move(state: str, obj, *, by, now):
    return actions.move_action(obj, state, by=by, now=now)


@admin.register(ActionItem)
class ActionItemAdmin(MovesOfRecord, EditableBy, PortalAdmin):
    change_form_before_template = "admin/programme/_moves.html"
    list_display = ["__str__", "objective", "due_on", "agreed", "state_badge"]
    list_filter = ["state", "objective__edition"]
    list_select_related = ["objective"]
    search_fields = [*columns("text")]
    autocomplete_fields = ["objective", "owner_torino", "owner_nagoya"]
    readonly_fields = ["agreed", "reason"]
    general = (
        "objective",
        ("owner_torino", "owner_nagoya"),
        ("due_on", "document_version"),
        "agreed",
        "reason",
        "is_sample",
    )

    @admin.display(description=_("who has agreed"))
    def agreed(self, obj):
        said = [
            f"{side.label} ({date_words(obj.agreed_at(side), 'short')})"
            for side in PartnerSide
            if obj.pk and obj.agreed_at(side)
        ]
        return " · ".join(said) or "–"

    @display(
        description=_("state"),
        ordering="state",
        label={State.DRAFT: "info", State.AGREED: "success", State.IN_PROGRESS: "warning", State.DONE: "success"},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    def moves_of(self, obj):
        told = _("Done for “%(name)s”.")
        moves = {}
        if obj.state == State.DRAFT:
            for side in PartnerSide:
                if obj.agreed_at(side) is None:
                    words = _("Agree for %(city)s") % {"city": side.label}
                    moves[f"agree_{side}"] = Move(words, partial(_agree, side.value), told)
        for state in (State.IN_PROGRESS, State.DONE):
            if state in ActionItem.NEXT[obj.state]:
                words = _("Change the state to: %(state)s") % {"state": state.label}
                moves[state.value] = Move(words, partial(_move, state.value), told)
        return moves

    def save_model(self, request, obj, form, change):
        """Another text in any language is another agreement."""
        super().save_model(request, obj, form, change)
        if change and {*columns("text"), "owner_torino", "owner_nagoya", "due_on"} & set(form.changed_data):
            fresh = actions.unsettle(obj, now=timezone.now(), by=request.user)
            for side in PartnerSide:
                setattr(obj, f"{side}_agreed_at", fresh.agreed_at(side))
