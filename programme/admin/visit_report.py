"""The report of a visit: the draft with what happened beside it, approval, the versions before (P25)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from iurc_portal.clock import ROME
from iurc_portal.translation.languages import columns
from programme.admin.visit_questions import takes_part
from programme.admin.workplaces import may_change, workplace
from programme.models import Delegate, VisitReport
from programme.models.visit_reports import TEXTS
from programme.models.visits import OVER
from programme.services import visit_reports as reports


class ReportForm(forms.ModelForm):
    class Meta:
        model = VisitReport
        fields = list(columns(*TEXTS))
        widgets = {column: UnfoldAdminTextareaWidget(attrs={"rows": 6}) for column in columns(*TEXTS)}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False


@workplace("report", pgettext_lazy("visit", "Report"), order=95, allowed=takes_part)
def report(request, visit, context):
    """Both sides write and ask for approval; managers approve, whoever plans the visit sends what is approved."""
    rows = list(visit.reports.select_related("approved_by", "asked_by").order_by("-version"))
    draft = next((row for row in rows if not row.is_frozen), None)
    form = ReportForm(request.POST if request.method == "POST" and draft else None, instance=draft) if draft else None
    if request.method == "POST":
        answer = _act(request, visit, draft, form)
        if answer is not None:
            return answer
    latest = rows[0] if rows else None
    shown = latest.snapshot if latest is not None and latest.is_frozen else reports.facts_of(visit)
    context |= {
        "form": form,
        "draft": draft,
        "versions": [row for row in rows if row.is_frozen],
        "facts": shown,
        "roles": [Delegate.Role(role).counted(n) for role, n in shown["delegation"].items()],
        "may_approve": reports.may_approve(request.user),
        "may_send": may_change(request.user, visit),
        "may_begin": visit.state in OVER and draft is None,
        "today": timezone.now().astimezone(ROME).date(),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "admin/programme/studyvisit/report.html", context, status=status)


def _act(request, visit, draft, form):
    """Do what the pressed button says; None where the page is to be shown again with what is wrong."""
    act, now = request.POST.get("act", "save"), timezone.now()
    try:
        if act == "begin":
            reports.begin_report(visit)
        elif act == "send" and may_change(request.user, visit):
            latest = visit.reports.filter(state=VisitReport.State.APPROVED).order_by("-version").first()
            if latest is not None:
                reports.send_report(latest, by=request.user, now=now)
                messages.success(request, _("The report is sent to the leads of both sides and the applicant."))
        elif form is not None:
            if not form.is_valid():
                return None
            reports.write_report(draft, **form.cleaned_data)
            if act == "ask":
                reports.ask_for_approval(draft, by=request.user, now=now)
                messages.success(request, _("Saved. The managers of the programme find the report on their list."))
            elif act == "approve" and reports.may_approve(request.user):
                reports.approve_report(draft, by=request.user, now=now)
                messages.success(request, _("The report is approved and does not change any more."))
            else:
                messages.success(request, _("Saved."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return HttpResponseRedirect(request.path)
