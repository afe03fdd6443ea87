"""Taking the participants away, and the log of who did (events spec 11.1–11.6)."""

from itertools import islice

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from events import exports
from events.models import ParticipantExport
from iurc_portal import tables
from iurc_portal.admin import PlainAdmin, ReadOnly

FORMS = [
    ("xlsx", _("Excel workbook (.xlsx)")),
    ("csv", _("CSV, UTF-8")),
    ("csv-cp932", _("CSV, Shift-JIS (CP932), for older Japanese programs")),
    ("json", _("JSON, for programs")),
]
NAMED_AT_MOST = 200  # rows that CP932 cannot hold, by name; how many more there are is said


class ExportForm(forms.Form):
    form = forms.ChoiceField(label=_("File"), choices=FORMS, widget=UnfoldAdminSelectWidget(choices=FORMS))
    stable = forms.BooleanField(
        label=_("Names of fields for programs"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("The same in every language, with codes instead of words. Without it: titles in your language."),
    )
    sensitive = forms.BooleanField(
        label=_("With access needs and other sensitive answers"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    reason = forms.CharField(
        label=_("Why you need them"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget
    )
    without = forms.BooleanField(required=False, widget=forms.HiddenInput)  # go on without what CP932 cannot hold

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("sensitive") and not cleaned.get("reason", "").strip():
            self.add_error("reason", ValidationError(_("Say why: it is kept in the log."), code="required"))
        return cleaned


class ExportsParticipants(ExportMixin):
    """The "Export" button of the list of registrations: what the list shows, as far as this person organises it."""

    def has_export_permission(self, request):
        return request.user.has_perm("events.export_registration")

    def export_action(self, request):
        if not self.has_export_permission(request):
            raise PermissionDenied
        language = (get_language() or "en")[:2]
        try:
            shown = self.get_export_queryset(request)
        except IncorrectLookupParameters:
            self.message_user(request, gettext("This filter is not known: all rows are shown."), messages.WARNING)
            return redirect("admin:events_registration_changelist")
        rows = exports.rows_for(request.user, shown, language=language)
        form = ExportForm(request.POST or None, initial={"form": "xlsx"})
        if not form.is_valid():
            return self._ask_how(request, form, rows)
        data = form.cleaned_data
        columns = exports.columns_for(rows, language=language, sensitive=data["sensitive"])
        table = tables.Table(
            columns,
            rows.iterator(chunk_size=exports.CHUNK),
            stable=data["stable"] or data["form"] == "json",
            tzid=request.user.tzid,
        )
        if data["form"] == "csv-cp932" and not data["without"]:
            lacking = list(tables.unwritable(table, "cp932"))
            if lacking:
                return self._ask_how(request, form, rows, lacking=lacking)
            table = tables.Table(columns, rows.iterator(chunk_size=exports.CHUNK), table.stable, table.tzid)
        ParticipantExport.objects.create(
            at=timezone.now(),
            by=request.user,
            query=request.META.get("QUERY_STRING", ""),
            form=data["form"],
            number=rows.count(),
            sensitive=data["reason"].strip() if data["sensitive"] else "",
        )
        name = f"participants-{timezone.localdate():%Y%m%d}"
        return file_answer(table, data["form"], name=name, title=gettext("Participants"))

    def _ask_how(self, request, form, rows, *, lacking=()):
        language = (get_language() or "en")[:2]
        named = [
            (row.display_name(language) or row.email, row.event, letters)
            for row, letters in islice(lacking, NAMED_AT_MOST)
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Export participants"),
            "opts": self.opts,
            "form": form,
            "number": rows.count(),
            "query": request.META.get("QUERY_STRING", ""),
            "lacking": named,
            "more": max(len(lacking) - NAMED_AT_MOST, 0),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/events/export.html", context)


def file_answer(table: tables.Table, form: str, *, name: str, title: str):
    """``table`` as a download called ``name``: rows go out while they are read; a workbook, whose sheet bears
    ``title``, is written whole into a temporary file first. ``form`` is one of ``FORMS``."""
    if form == "xlsx":
        file = tables.write_xlsx(table, name=title)
        response = FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=tables.XLSX)
    elif form == "json":
        response = StreamingHttpResponse(tables.write_json(table), content_type="application/json")
    else:
        encoding, charset = ("cp932", "Shift_JIS") if form == "csv-cp932" else ("utf-8", "utf-8")
        rows = tables.write_csv(table, encoding=encoding)
        response = StreamingHttpResponse(rows, content_type=f"text/csv; charset={charset}")
    if form != "xlsx":
        response["Content-Disposition"] = f'attachment; filename="{name}.{form.partition("-")[0]}"'
    response["Cache-Control"] = "no-store"
    return response


@admin.register(ParticipantExport)
class ParticipantExportAdmin(ReadOnly, PlainAdmin):
    """Who took which list away: read, never written."""

    list_display = ["at", "by", "form", "number", "query", "has_sensitive"]
    list_select_related = ["by"]
    list_filter = ["form"]
    search_fields = ["by__email", "query", "sensitive"]
    date_hierarchy = "at"
    fields = [("at", "by"), ("form", "number"), "query", "sensitive"]

    @admin.display(description=pgettext_lazy("column", "Sensitive answers"), boolean=True)
    def has_sensitive(self, obj):
        return bool(obj.sensitive)
