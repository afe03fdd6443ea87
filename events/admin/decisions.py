"""What staff decide about requests and about the line, on one or many rows of the list (events spec 2.13, 3.11)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from events.services import registrations
from iurc_portal.staff.actions import each_row


class ReasonForm(forms.Form):
    """Why; asked for where the person at the head of the line is passed over, and always for a rejection."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget)


class RejectForm(ReasonForm):
    tell = forms.BooleanField(
        label=_("tell the person the reason"), required=False, widget=UnfoldBooleanSwitchWidget()
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


class PlaceForm(ReasonForm):
    beyond = forms.BooleanField(
        label=_("even beyond the limit (a reason is needed)"), required=False, widget=UnfoldBooleanSwitchWidget()
    )


class PriorityForm(forms.Form):
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=-100,
        max_value=100,
        initial=0,
        help_text=_("On the waiting list the higher number comes first."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )


@dataclass(frozen=True)
class Decision:
    """A decision that is asked for on its own page. ``service`` takes the registration and the cleaned ``form``."""

    title: Any
    explains: Any
    button: Any
    form: type[forms.Form]
    service: Callable[..., object]


DECISIONS = {
    "reject": Decision(
        _("Reject requests"),
        _("The reason goes into the log. Each person is told that there is no place, and the reason if you wish."),
        _("Reject"),
        RejectForm,
        registrations.reject,
    ),
    "offer": Decision(
        _("Offer places"),
        _("Each person gets a letter and some time to accept; the place is kept so long. Out of order, write why."),
        _("Offer a place"),
        ReasonForm,
        registrations.offer_place,
    ),
    "place": Decision(
        _("Give places"),
        _("Each person has the place at once and gets the invitation for the calendar. Out of order, write why."),
        _("Give a place"),
        PlaceForm,
        registrations.give_place,
    ),
    "priority": Decision(
        _("Change the order of the waiting list"),
        _("Among people of the same priority whoever asked first comes first."),
        _("Set the priority"),
        PriorityForm,
        registrations.set_priority,
    ),
}


class Decisions:
    """Actions of the list of registrations. They call the services that the public pages call."""

    decision_actions = ["approve", "reject", "reconsider", "offer", "place", "close_offer", "priority"]

    def has_moderate_permission(self, request):
        return request.user.has_perm("events.moderate_registration")

    @admin.action(description=_("Approve the selected requests"), permissions=["moderate"])
    def approve(self, request, queryset):
        in_order = queryset.select_related("event").order_by("joined_at", "pk")  # the last seats to who asked first
        each_row(self, request, in_order, partial(registrations.approve, now=timezone.now(), by=request.user))

    @admin.action(description=_("Reject the selected requests…"), permissions=["moderate"])
    def reject(self, request, queryset):
        return self._ask(request, queryset, "reject")

    @admin.action(description=_("Put rejected requests back to be decided"), permissions=["moderate"])
    def reconsider(self, request, queryset):
        each_row(self, request, queryset, partial(registrations.reconsider, now=timezone.now(), by=request.user))

    @admin.action(description=_("Waiting list: offer a place…"), permissions=["moderate"])
    def offer(self, request, queryset):
        return self._ask(request, queryset, "offer")

    @admin.action(description=_("Waiting list: give a place without an offer…"), permissions=["moderate"])
    def place(self, request, queryset):
        return self._ask(request, queryset, "place")

    @admin.action(description=_("Waiting list: take open offers back"), permissions=["moderate"])
    def close_offer(self, request, queryset):
        each_row(self, request, queryset, partial(registrations.close_offer, now=timezone.now(), by=request.user))

    @admin.action(description=_("Waiting list: set the priority…"), permissions=["moderate"])
    def priority(self, request, queryset):
        return self._ask(request, queryset, "priority")

    def _ask(self, request, queryset, name: str):
        """The page that asks; once it is answered, the decision for each row, with a message for each refusal."""
        decision = DECISIONS[name]
        form = decision.form(request.POST if "confirmed" in request.POST else None)
        if "beyond" in form.fields and not request.user.has_perm("events.override_limits"):
            del form.fields["beyond"]
        in_order = queryset.select_related("event").order_by("event", "-priority", "joined_at", "pk")
        if form.is_valid():
            decide = partial(decision.service, now=timezone.now(), by=request.user, **form.cleaned_data)
            each_row(self, request, in_order, decide)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": decision.title,
            "opts": self.opts,
            "decision": decision,
            "action": name,
            "rows": [(row, self.person(row)) for row in in_order if self.has_change_permission(request, row)],
            "form": form,
        }
        return TemplateResponse(request, "admin/events/decide.html", context)
