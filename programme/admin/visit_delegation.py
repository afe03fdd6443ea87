"""The delegation of a visit in protocol order: names side by side, gaps, import, invitations (P14–P16, P18)."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget

from ecosystem.imports.files import MAX_BYTES, check_size
from iurc_portal.staff.addresses import key_in
from iurc_portal.tables import XLSX, write_xlsx
from programme import delegate_import
from programme.admin.workplaces import may_change, workplace
from programme.models import Delegate, StudyVisit
from programme.services import delegates as services
from programme.services import sensitive


def may_see(user, visit: StudyVisit) -> bool:
    """The team of the host city, and staff of the guest city, whose own people these are (section 8)."""
    is_own_side = user.is_staff and user.side == visit.guest_city.slug and user.has_perm("programme.change_studyvisit")
    return may_change(user, visit) or is_own_side


class ListForm(forms.Form):
    file = forms.FileField(
        label=_("List of delegates"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx"}),
        help_text=_("XLSX or CSV, as in the template."),
    )

    def clean_file(self):
        check_size(self.cleaned_data["file"].size)
        return self.cleaned_data["file"]


@dataclass
class Line:
    delegate: Delegate
    missing: list[str]
    refusal: str


@workplace("delegation", _("delegation"), order=50, allowed=may_see)
def delegation(request, visit, context):
    """The grid. GET changes nothing; a list is shown before it is written, and written whole or not at all."""
    if request.GET.get("template") == "xlsx":
        return _template()
    now = timezone.now()
    outcome: dict[int, ValidationError | None] = {}
    page: dict[str, Any] = {"form": ListForm(), "checked": None}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "check":
            page = _check(request, visit)
        elif act == "write":
            if _written(request, visit, now=now):
                return HttpResponseRedirect(request.path)
        else:
            outcome = _act(request, visit, act, now=now)
            if not any(outcome.values()):
                return HttpResponseRedirect(request.path)
    found = Delegate.objects.filter(visit=visit).select_related("person__organisation", "track").in_protocol_order()
    lines = [_line(delegate, outcome) for delegate in found]
    status = 422 if any(outcome.values()) or page["form"].errors else 200
    extra = {
        **page,
        "lines": lines,
        "incomplete": sum(bool(line.missing) for line in lines),
        "meals": sensitive.meals_of(visit),
        "most_megabytes": MAX_BYTES // 1024 // 1024,
    }
    return TemplateResponse(request, "admin/programme/studyvisit/delegation.html", {**context, **extra}, status=status)


def _line(delegate: Delegate, outcome) -> Line:
    refusal = outcome.get(delegate.pk)
    return Line(delegate, services.missing_in(delegate), " ".join(refusal.messages) if refusal else "")


def _check(request, visit: StudyVisit) -> dict[str, Any]:
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return {"form": form, "checked": None}
    try:
        checked = delegate_import.read_list(form.cleaned_data["file"].read(), visit)
    except ValidationError as refusal:
        form.add_error("file", refusal)
        return {"form": form, "checked": None}
    return {"form": ListForm(), "checked": checked, "signed": checked.signed(visit) if checked.is_clean else ""}


def _written(request, visit: StudyVisit, *, now) -> bool:
    try:
        rows = delegate_import.rows_from(request.POST.get("rows", ""), visit)
        written = services.add_all(visit, rows, now=now, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return False
    words = ngettext("%(n)s person is now in the delegation.", "%(n)s people are now in the delegation.", len(written))
    messages.success(request, words % {"n": len(written)})
    return True


def _act(request, visit: StudyVisit, act: str, *, now) -> dict[int, ValidationError | None]:
    """Do what the pressed button says; for each delegate that was meant, the refusal or None."""
    rows = Delegate.objects.filter(visit=visit).select_related("person", "visit__host_city", "visit__guest_city")
    name, _colon, key = act.partition(":")
    if name in {"up", "down"}:
        delegate = rows.filter(pk=key_in(key)).first()
        if delegate is not None:
            services.move_in_order(delegate, up=name == "up")
        return {}
    if name == "invite":
        wanted = rows.filter(reply=Delegate.Reply.INVITED).in_protocol_order()
        outcome = services.each(wanted, services.invite_delegate, now=now, by=request.user)
    elif name == "renew" and key.isdecimal() and len(key) < 12:
        outcome = services.each(rows.filter(pk=int(key)), _renew, now=now, by=request.user)
    else:
        return {}
    count = sum(refusal is None for _delegate, refusal in outcome)
    if count:
        words = ngettext("%(n)s letter is on its way.", "%(n)s letters are on their way.", count) % {"n": count}
        messages.success(request, words)
    return {delegate.pk: refusal for delegate, refusal in outcome}


def _renew(delegate: Delegate, *, now, by=None) -> Delegate:
    return services.invite_delegate(delegate, now=now, by=by, renew=True)


def _template() -> FileResponse:
    """The list to fill in, in Japanese: whoever makes it for a delegation from Nagoya reads it."""
    file = write_xlsx(delegate_import.template(), name="代表団名簿")
    return FileResponse(file, content_type=XLSX, as_attachment=True, filename="delegation-template.xlsx")
