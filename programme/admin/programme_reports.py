"""The report of a period: written by both sides, looked at before it is frozen, approved, sent, packed (P28, P29)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.documents import DocumentsUnavailable
from iurc_portal.office_files import saved_response
from iurc_portal.pages.private import no_leaks
from iurc_portal.pdf_files import made_pdf_response
from iurc_portal.staff.addresses import key_in
from iurc_portal.translation.languages import CODES, Language, columns
from programme.indicators.periods import Period
from programme.models import Edition, EvidencePack, ProgrammeReport
from programme.models.costs import reads_whole_budget
from programme.models.programme_reports import REPORT_TEXTS
from programme.reporting.paper import pdf_of_report
from programme.reporting.telling import texts_told, told
from programme.services import evidence, report_changes
from programme.services import programme_reports as reports

PACKS_SHOWN = 10


class ReportForm(forms.ModelForm):
    """The texts that this person writes. What somebody else has saved meanwhile is never written over unseen."""

    class Meta:
        model = ProgrammeReport
        fields = list(columns(*REPORT_TEXTS))
        widgets = {column: UnfoldAdminTextareaWidget(attrs={"rows": 6}) for column in columns(*REPORT_TEXTS)}

    def __init__(self, *args, allowed: tuple[str, ...], **kwargs):
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name.rpartition("_")[0] not in allowed]:
            del self.fields[name]
        for field in self.fields.values():
            field.required = False
            field.show_hidden_initial = True  # what this person saw is compared, not what stands there by now

    def clean(self):
        cleaned = super().clean()
        for name in self.changed_data:
            seen, now = _lines(self.data.get(self[name].html_initial_name)), _lines(self.initial.get(name))
            if seen != now and _lines(cleaned.get(name)) != now:
                words = _("Somebody has changed this text since you opened the page. It now says: “%(text)s”")
                self.add_error(name, ValidationError(words, code="changed", params={"text": self.initial[name]}))
        return cleaned


def _lines(text) -> list[str]:
    return (text or "").strip().splitlines()


@admin.register(ProgrammeReport)
class ProgrammeReportAdmin(ReadOnly, PlainAdmin):
    """The list of all versions; a report's own page is its workplace."""

    list_display = ["edition", "period_words", "version", "state_badge", "approved_at", "sent_on"]
    list_display_links = ["edition", "period_words"]
    list_filter = ["state", "edition"]
    list_select_related = ["edition"]

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    @admin.display(description=_("period"), ordering="last_day")
    def period_words(self, obj):
        return obj.period.words()

    @display(
        description=_("state"), ordering="state", label={"draft": "warning", "approved": "info", "sent": "success"}
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    def get_urls(self):
        def own(route, view, name):
            return path(route, self.admin_site.admin_view(view), name=f"programme_programmereport_{name}")

        return [
            own("begin/", self.begin_view, "begin"),
            own("<int:object_id>/approve/", self.approve_view, "approve"),
            own("<int:object_id>/paper/<slug:language>/", self.paper_view, "paper"),
            own("<int:object_id>/packs/", self.packs_view, "packs"),
            own("<int:object_id>/packs/<int:pack>/", self.pack_view, "pack"),
            *super().get_urls(),
        ]

    def _report(self, request, object_id) -> ProgrammeReport:
        """What this person may see; 404 for anything else."""
        if not request.user.has_perm("programme.view_programmereport"):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("edition", "approved_by")
        return get_object_or_404(rows, pk=object_id)

    # --- Begun ---

    @method_decorator(require_POST)
    def begin_view(self, request):
        """The draft of a period; asked twice it is the same."""
        if not reports.texts_of_user(request.user):
            raise PermissionDenied
        period = Period.parse(request.POST.get("period", ""))
        edition = Edition.objects.filter(pk=key_in(request.POST.get("edition"))).first()
        if edition is None or period is None:
            raise Http404("no such period")
        try:
            report = reports.begin_report(edition, period, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(f"{reverse('admin:programme_indicator_periods')}?edition={edition.pk}")
        return redirect("admin:programme_programmereport_change", report.pk)

    # --- The workplace ---

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if object_id is None:
            raise PermissionDenied
        report = self._report(request, key_in(str(object_id)))
        allowed = () if report.is_frozen else reports.texts_of_user(request.user)
        form = ReportForm(request.POST or None, instance=report, allowed=allowed) if allowed else None
        if request.method == "POST":
            if request.POST.get("act") == "send":
                return self._send(request, report)
            if form is None:
                raise PermissionDenied
            if form.is_valid():
                return self._write(request, report, form)
        context = self._context(request, report) | {"form": form, "allowed": allowed}
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/programme/report/report.html", context, status=status)

    def _context(self, request, report: ProgrammeReport) -> dict:
        facts = report.snapshot if report.is_frozen else report_changes.live_facts(report)
        own = reports.reports_of(report.edition, report.period).order_by("-version")
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Report of the programme"),
            "report": report,
            "told": told(facts),
            "texts": texts_told(report.snapshot["texts"]) if report.is_frozen else [],
            "changes": report_changes.told_changes(report) if report.is_frozen else [],
            "versions": [one for one in own if one.pk != report.pk],
            "has_draft": any(not one.is_frozen for one in own),
            "hindrances": [] if report.is_frozen else reports.hindrances(report, now=timezone.now()),
            "languages": Language.choices,
            "may_write": bool(reports.texts_of_user(request.user)),
            "may_approve": reports.may_approve(request.user),
            **self._packs(request, report),
        }

    @staticmethod
    def _packs(request, report: ProgrammeReport) -> dict:
        packs = list(report.packs.select_related("asked_by")[:PACKS_SHOWN])
        for pack in packs:
            pack.report = report
        return {
            "report": report,
            "packs": packs,
            "is_busy": any(pack.state == EvidencePack.State.WAITING for pack in packs),
            "may_approve": reports.may_approve(request.user),
            "may_download": reads_whole_budget(request.user),
        }

    def _write(self, request, report: ProgrammeReport, form: ReportForm):
        try:
            reports.write_report(
                report, {name: form.cleaned_data[name] for name in form.changed_data}, by=request.user
            )
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(request.path)
        messages.success(request, _("Saved."))
        if request.POST.get("act") == "approve":
            return redirect("admin:programme_programmereport_approve", report.pk)
        return redirect(request.path)

    def _send(self, request, report: ProgrammeReport):
        if not reports.may_approve(request.user):
            raise PermissionDenied
        try:
            reports.send_report(report, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("The report is public now, in three languages."))
        return redirect(request.path)

    # --- Approved ---

    def approve_view(self, request, object_id):
        """What approving does, and what keeps it from being done; the button is a POST."""
        report = self._report(request, object_id)
        if not reports.may_approve(request.user):
            raise PermissionDenied
        now = timezone.now()
        if request.method == "POST":
            try:
                reports.approve_report(report, by=request.user, now=now)
            except ValidationError as refusal:
                messages.error(request, " ".join(refusal.messages))
                return redirect(request.path)
            messages.success(request, _("The report is approved: texts, readings and records stay as they are now."))
            return redirect("admin:programme_programmereport_change", report.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Approve the report"),
            "report": report,
            "hindrances": [] if report.is_frozen else reports.hindrances(report, now=now),
            "told": None if report.is_frozen else told(report_changes.live_facts(report)),
            "gaps": [
                (report.text_title(name), [Language(code).label for code in lacking])
                for name, lacking in reports.written_in(report).items()
            ],
        }
        return TemplateResponse(request, "admin/programme/report/approve.html", context)

    @method_decorator(require_safe)
    def paper_view(self, request, object_id, language):
        """The PDF of an approved report in one language."""
        report = self._report(request, object_id)
        if not report.is_frozen or language not in CODES:
            raise Http404("there is no such paper")
        try:
            pdf = pdf_of_report(report, language)
        except DocumentsUnavailable:
            messages.error(request, _("PDF files cannot be made on this server at the moment."))
            return redirect("admin:programme_programmereport_change", report.pk)
        return no_leaks(made_pdf_response(pdf, name=report.file_name(language)))

    # --- The evidence pack ---

    def packs_view(self, request, object_id):
        """GET: how far the packs are, for whoever looks again. POST: one is to be made."""
        report = self._report(request, object_id)
        if request.method == "POST":
            if not reports.may_approve(request.user):
                raise PermissionDenied
            try:
                evidence.ask_for_pack(report, by=request.user, now=timezone.now())
            except ValidationError as refusal:
                messages.error(request, " ".join(refusal.messages))
            return HttpResponseRedirect(f"{reverse('admin:programme_programmereport_change', args=[report.pk])}#packs")
        context = {**self.admin_site.each_context(request), **self._packs(request, report)}
        return TemplateResponse(request, "admin/programme/report/_packs.html", context)

    @method_decorator(require_safe)
    def pack_view(self, request, object_id, pack):
        """The ZIP file: it names nobody, and holds all costs, so that it is for those who read the whole budget."""
        report = self._report(request, object_id)
        if not reads_whole_budget(request.user):
            raise Http404("the pack holds the costs of both sides")
        row = get_object_or_404(report.packs.filter(state=EvidencePack.State.READY), pk=pack)
        row.report = report
        try:
            return no_leaks(saved_response(row.file, name=row.file_name))
        except FileNotFoundError as error:
            raise Http404("its file is gone") from error
