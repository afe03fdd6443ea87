"""Transfers of good practices: the receiving side writes them, the programme confirms them."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ecosystem.models import Transfer
from ecosystem.services.transfers import confirm_transfer, may_confirm
from iurc_portal.admin import PortalAdmin, page_links
from iurc_portal.clock import PartnerSide
from iurc_portal.staff.actions import each_row
from iurc_portal.translation.languages import columns


class TransferForm(forms.ModelForm):
    """Refuses whoever is not of the receiving side. ``user`` is set by the admin."""

    user = None

    def clean(self):
        cleaned = super().clean()
        transfer = Transfer(city=cleaned.get("city"), organisation=cleaned.get("organisation"))
        if transfer.receiver is not None and not transfer.may_be_written_by(self.user):
            side = transfer.receiving_side
            name = PartnerSide(side).label if side in PartnerSide.values else str(transfer.receiver)
            words = _("A transfer is written by those who took the practice over: this one by the staff of %(side)s.")
            at = "organisation" if transfer.organisation else "city"
            self.add_error(at, ValidationError(words, "giver", {"side": name}))
        return cleaned


@admin.register(Transfer)
class TransferAdmin(PortalAdmin):
    form = TransferForm
    change_form_before_template = "admin/ecosystem/_transfer_moves.html"
    general = (
        ("state_now", "written_by"),
        "on_the_site",
        "practice",
        ("city", "organisation"),
        ("started", "started_precision"),
        ("in_use_since", "in_use_precision"),
        "proof",
    )
    list_display = ["practice", "receiver_name", "state_badge", "started", "in_use_since"]
    list_filter = ["state", "practice__city"]
    list_select_related = ["practice", "city", "organisation"]
    search_fields = [*columns("practice__title"), *columns("organisation__name")]
    autocomplete_fields = ["practice", "city", "organisation"]
    readonly_fields = ["state_now", "written_by", "on_the_site"]
    actions = ["confirm"]

    def has_change_permission(self, request, obj=None):
        """The receiving side changes what it reported; managers come to confirm, and change nothing of it."""
        return super().has_change_permission(request, obj) and (
            obj is None or self._is_writer(request, obj) or may_confirm(request.user)
        )

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or self._is_writer(request, obj))

    def has_confirm_permission(self, request):
        return may_confirm(request.user)

    @staticmethod
    def _is_writer(request, obj) -> bool:
        return Transfer.objects.writable_by(request.user).filter(pk=obj.pk).exists()

    def get_readonly_fields(self, request, obj=None):
        fixed = super().get_readonly_fields(request, obj)
        if obj is None or self._is_writer(request, obj):
            return fixed
        return [*fixed, *(name for name in self._written() if name not in fixed)]

    def _written(self) -> list[str]:
        plain = [name for row in self.general for name in (row if isinstance(row, tuple) else (row,))]
        return [*plain, *columns(*self.translated_fields)]

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.user = request.user
        return form

    def save_model(self, request, obj, form, change):
        if not change:
            obj.written_by = request.user
        super().save_model(request, obj, form, change)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        reported = obj is not None and obj.pk and obj.state == Transfer.State.REPORTED
        context["may_confirm"] = reported and may_confirm(request.user)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        if "_confirm" not in request.POST:
            return super().response_change(request, obj)
        try:
            confirm_transfer(transfer=obj, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            self.message_user(request, " ".join([gettext("Saved, but:"), *refusal.messages]), messages.WARNING)
        else:
            self.message_user(request, gettext("“%(name)s” is confirmed.") % {"name": obj}, messages.SUCCESS)
        return redirect("admin:ecosystem_transfer_change", obj.pk)

    @admin.display(description=_("received by"))
    def receiver_name(self, obj):
        return str(obj.receiver)

    @display(description=_("state"), ordering="state", label={"reported": "info", "confirmed": "success"})
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display()

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj.practice) if obj.practice_id else "–"

    @admin.action(description=_("Confirm the selected transfers"), permissions=["confirm"])
    def confirm(self, request, queryset):
        now = timezone.now()
        each_row(self, request, queryset, lambda row: confirm_transfer(transfer=row, by=request.user, now=now))
