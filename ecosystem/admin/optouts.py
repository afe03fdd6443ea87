"""“Do not list us”: written down on the organisation's page, lifted by managers."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from ecosystem.models import ListingOptOut, Organisation
from ecosystem.services import optouts
from iurc_portal.admin import PlainAdmin, ReadOnly

LIFT = "ecosystem.lift_listingoptout"


class OptOutForm(forms.ModelForm):
    class Meta:
        model = ListingOptOut
        fields = ["asked_by", "asked_on", "reason"]
        widgets = {
            "asked_by": UnfoldAdminTextInputWidget(),
            "asked_on": UnfoldAdminDateWidget(),
            "reason": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }

    def clean_asked_on(self):
        day = self.cleaned_data["asked_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day


class LiftForm(forms.Form):
    because = forms.CharField(
        label=_("Why it is lifted"), max_length=2_000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class OptsOut:
    """For the admin of organisations: the page on which a request is written down."""

    def get_urls(self):
        own = path(
            "<int:pk>/do-not-list/",
            self.admin_site.admin_view(self.opt_out_view),
            name="ecosystem_organisation_opt_out",
        )
        return [own, *super().get_urls()]

    def opt_out_view(self, request, pk):
        """GET asks once, POST takes the profile out of the lists and remembers."""
        organisation = Organisation.objects.filter(pk=pk).first()
        if organisation is None:
            raise Http404
        if not self.has_change_permission(request, organisation):
            raise PermissionDenied
        form = OptOutForm(request.POST or None, initial={"asked_on": timezone.localdate()})
        if request.method == "POST" and form.is_valid():
            try:
                optouts.record_opt_out(
                    organisation=organisation, by=request.user, now=timezone.now(), **form.cleaned_data
                )
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                told = _("“%(name)s” is out of the lists, and no import will bring it back.")
                self.message_user(request, told % {"name": organisation}, messages.SUCCESS)
                return redirect("admin:ecosystem_organisation_change", organisation.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Do not list"),
            "organisation": organisation,
            "form": form,
        }
        return TemplateResponse(request, "admin/ecosystem/opt_out.html", context)


@admin.register(ListingOptOut)
class ListingOptOutAdmin(ReadOnly, PlainAdmin):
    """The requests, for those who may lift them."""

    change_form_before_template = "admin/ecosystem/_lift.html"
    list_display = ["organisation_or_none", "asked_on", "asked_by", "recorded_by", "is_lifted"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organisation", "recorded_by"]
    fields = [
        ("organisation", "asked_on"),
        "asked_by",
        "reason",
        ("recorded_by", "recorded_at"),
        "known_by",
        ("lifted_by", "lifted_at"),
        "lifted_because",
    ]

    def get_urls(self):
        own = path("<int:pk>/lift/", self.admin_site.admin_view(self.lift_view), name="ecosystem_listingoptout_lift")
        return [own, *super().get_urls()]

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(LIFT)

    def has_module_permission(self, request):
        return request.user.has_perm(LIFT)

    def get_readonly_fields(self, request, obj=None):
        return ["known_by"]

    @admin.display(description=_("organisation"))
    def organisation_or_none(self, obj):
        return str(obj)

    @admin.display(description=_("lifted"), boolean=True)
    def is_lifted(self, obj):
        return obj.lifted_at is not None

    @admin.display(description=_("known again by"))
    def known_by(self, obj):
        return ", ".join(str(one.get_kind_display()) for one in obj.fingerprints.all())

    def lift_view(self, request, pk):
        """GET asks for the reason, POST lifts."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        opt_out = ListingOptOut.objects.select_related("organisation").filter(pk=pk, lifted_at=None).first()
        if opt_out is None:
            raise Http404
        form = LiftForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                optouts.lift_opt_out(
                    opt_out=opt_out, because=form.cleaned_data["because"], by=request.user, now=timezone.now()
                )
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            else:
                self.message_user(request, _("Lifted. Nothing is published by this."), messages.SUCCESS)
            return redirect("admin:ecosystem_listingoptout_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Lift a request not to be listed"),
            "opt_out": opt_out,
            "form": form,
        }
        return TemplateResponse(request, "admin/ecosystem/lift.html", context)
