"""Taking the participants away, and the log of who did (events spec 11.1–11.6)."""

from datetime import date
from itertools import islice

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from events import exports
from events.models import ParticipantExport
from events.services import exports as files
from iurc_portal import tables
from iurc_portal.admin import PlainAdmin, ReadOnly

FORMS = [
    ("xlsx", _("Excel workbook (.xlsx)")),
    ("csv", _("CSV, UTF-8")),
    ("csv-cp932", _("CSV, Shift-JIS (CP932), for older Japanese programs")),
    ("json", _("JSON, for programs")),
]
KINDS = {  # content type and ending of each
    "xlsx": (tables.XLSX, "xlsx"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "csv-cp932": ("text/csv; charset=Shift_JIS", "csv"),
    "json": ("application/json", "json"),
}
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
        asked = ParticipantExport(
            at=timezone.now(),
            by=request.user,
            query=request.META.get("QUERY_STRING", ""),
            form=data["form"],
            stable=data["stable"],
            language=language,
            sensitive=data["reason"].strip() if data["sensitive"] else "",
        )

        def table() -> tables.Table:
            return files.table_of(
                request.user,
                rows,
                rows.iterator(chunk_size=exports.CHUNK),
                language=language,
                stable=data["stable"] or data["form"] == "json",
                sensitive=data["sensitive"],
            )

        if data["form"] == "csv-cp932" and not data["without"]:
            lacking = list(tables.unwritable(table(), "cp932"))
            if lacking:
                return self._ask_how(request, form, rows, lacking=lacking)
        asked.number = rows.count()
        if files.is_large(asked.number):
            files.ask_for(asked, list(rows.values_list("pk", flat=True)))
            words = gettext("The file is being made. You get an e-mail as soon as it is here; it is kept for a week.")
            self.message_user(request, words, messages.SUCCESS)
            return redirect("admin:events_participantexport_changelist")
        asked.save()
        name = _name(timezone.localdate())
        return file_answer(table(), data["form"], name=name, title=gettext("Participants"))

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
        response = FileResponse(tables.write_xlsx(table, name=title))
    else:
        response = StreamingHttpResponse(files.stream(table, form))
    return _as_download(response, form, name)


def _name(day: date) -> str:
    return f"participants-{day:%Y%m%d}"


def _as_download(response, form: str, name: str):
    content_type, ending = KINDS[form]
    response["Content-Type"] = content_type
    response["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response["Cache-Control"] = "no-store"
    return response


@admin.register(ParticipantExport)
class ParticipantExportAdmin(ReadOnly, PlainAdmin):
    """Who took which list away, and one's own files that a task has made: read, never written."""

    list_display = ["at", "by", "form", "number", "state_badge", "fetch", "has_sensitive"]
    list_select_related = ["by"]
    list_filter = ["form", "state"]
    search_fields = ["by__email", "query", "sensitive"]
    date_hierarchy = "at"
    fields = [("at", "by"), ("form", "number"), ("state_now", "fetch"), "query", "sensitive"]
    readonly_fields = ["state_now", "fetch"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        download = path("<int:pk>/download/", wrap(self.download), name="events_participantexport_download")
        return [download, *super().get_urls()]

    def get_queryset(self, request):
        own = ExpressionWrapper(Q(by=request.user.pk), output_field=BooleanField())
        return super().get_queryset(request).seen_by(request.user).annotate(is_own=own)

    def download(self, request, pk):
        """The file, for who asked for it and may still export (11.4)."""
        if not request.user.has_perm("events.export_registration"):
            raise PermissionDenied
        export = get_object_or_404(ParticipantExport, pk=pk, by=request.user, state=ParticipantExport.State.READY)
        content = bytes(export.file.content)
        return _as_download(HttpResponse(content), export.form, _name(timezone.localdate(export.at)))

    @display(
        description=_("state"),
        ordering="state",
        label={"handed_out": "info", "waiting": "warning", "ready": "success", "failed": "danger"},
    )
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("state"))
    def state_now(self, obj):
        return obj.get_state_display()

    @admin.display(description=pgettext_lazy("column", "File"))
    def fetch(self, obj):
        """The link, for the author alone, and until when it leads somewhere."""
        until = files.kept_until(obj)
        if until is None or not obj.is_own:
            return "–"
        link = '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a> {}'
        address = reverse("admin:events_participantexport_download", args=[obj.pk])
        day = gettext("until %(day)s") % {"day": date_format(timezone.localtime(until), "SHORT_DATE_FORMAT")}
        return format_html(link, address, gettext("Download"), day)

    @admin.display(description=pgettext_lazy("column", "Sensitive answers"), boolean=True)
    def has_sensitive(self, obj):
        return bool(obj.sensitive)
