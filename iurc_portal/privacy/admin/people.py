"""People by their address: what is held of one person, a copy of it, and their erasure (events spec 13.6, 17)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.privacy import files, services
from iurc_portal.privacy.models import DataRequest
from iurc_portal.privacy.subjects import subject_of

capfirst_lazy = lazy(capfirst, str)
PERMISSION = "privacy.manage_people"


class AddressForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=UnfoldAdminTextInputWidget())


class ReasonForm(forms.Form):
    """Both acts are written down with their author and reason."""

    email = forms.EmailField(max_length=254, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=capfirst_lazy(_("reason")),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("How the person asked, for example “by letter of 3 May”. Write no address and no name here."),
    )


@admin.register(DataRequest)
class DataRequestAdmin(ReadOnly, PlainAdmin):
    """The requests, and the page that looks people up. Whose address it was is not kept once all is done."""

    list_display = ["asked_at", "kind", "way", "by", "reason", "done_at"]
    list_filter = ["kind", "way"]
    list_select_related = ["by"]
    date_hierarchy = "asked_at"
    fields = [("kind", "way"), ("asked_at", "done_at"), "email", "by", "reason"]

    def get_urls(self):
        own = [path("people/", self.admin_site.admin_view(self.people_view), name="privacy_people")]
        return [*own, *super().get_urls()]

    def people_view(self, request):
        """A POST looks an address up, makes the copy or, once it was asked about, erases.

        Looking up is no GET: no address of a person is to stand in the address of a page, nor so in a log (13.7).
        """
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        form = AddressForm(request.POST or None)
        if not form.is_bound or not form.is_valid():
            return self._page(request, form, "")
        email, act = form.cleaned_data["email"], request.POST.get("_do", "")
        return self._page(request, form, email) if act == "look" else self._act(request, form, email, act)

    def _page(self, request, form, email: str, *, reason: ReasonForm | None = None, asks: bool = False):
        subject = subject_of(email) if email else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("People by their address"),
            "form": form,
            "email": email,
            "subject": subject,
            "sections": services.held(subject) if subject is not None else [],
            "reason": reason or ReasonForm(initial={"email": email}),
            "asks": asks,
        }
        status = 422 if reason is not None and reason.errors else 200
        return TemplateResponse(request, "admin/privacy/people.html", context, status=status)

    def _act(self, request, form, email: str, act: str):
        reason, now = ReasonForm(request.POST), timezone.now()
        if not reason.is_valid():
            return self._page(request, form, email, reason=reason)
        why = reason.cleaned_data["reason"]
        if act == "copy":
            return _download(services.copy_by_staff(email=email, by=request.user, reason=why, now=now))
        if act == "erase" and "confirmed" not in request.POST:
            return self._page(request, form, email, reason=reason, asks=True)
        if act == "erase":
            self._erase(request, email, why, now=now)
        return redirect("admin:privacy_people")

    def _erase(self, request, email: str, why: str, *, now) -> None:
        try:
            asked = services.erase(
                email=email,
                way=DataRequest.Way.STAFF,
                language=request.user.language,
                by=request.user,
                reason=why,
                now=now,
            )
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return
        if asked.done_at is not None:
            self.message_user(request, _("Erased: nothing names this person any more."), messages.SUCCESS)
        else:
            told = _("The person has left what is still to come. The rest is erased once the last letters have left.")
            self.message_user(request, told, messages.SUCCESS)


def _download(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{files.NAME}.zip"'
    response["Cache-Control"] = "no-store"
    return response
