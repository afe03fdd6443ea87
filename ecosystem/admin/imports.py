"""The workplace of imports: upload, columns, preview with a choice for each row, writing."""

import csv

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from ecosystem.admin.import_forms import ColumnsForm, UploadForm
from ecosystem.imports.files import MAX_BYTES, MAX_ROWS
from ecosystem.imports.messages import ONLY_NOTES, words
from ecosystem.models import City, Concept, ImportBatch, ImportRow, Organisation
from ecosystem.services import imports as services
from ecosystem.tasks import write_the_rest
from iurc_portal.admin import EditableBy, PlainAdmin, ReadOnly
from iurc_portal.staff.addresses import key_in
from iurc_portal.translation.languages import columns

PER_PAGE = 50
SAMPLES = 4
State, Status, Action = ImportBatch.State, ImportRow.Status, ImportRow.Action
BADGES = {
    State.READ: "info",
    State.CHECKED: "info",
    State.WRITING: "warning",
    State.WRITTEN: "success",
    State.PUT_AWAY: "danger",
}
TO_ALL = [  # what may be chosen for all rows of a status at once
    (Status.NEW, Action.CREATE, _("Write all the new ones")),
    (Status.NEW, Action.SKIP, _("Leave out all the new ones")),
    (Status.CHANGED, Action.UPDATE, _("Take over all changes")),
    (Status.CHANGED, Action.FILL, _("Only fill gaps, in all of them")),
    (Status.CHANGED, Action.SKIP, _("Leave out all the changed ones")),
    (Status.DUPLICATE, Action.CREATE, _("Write all of them as new drafts")),
    (Status.DUPLICATE, Action.SKIP, _("Leave out all possible duplicates")),
]


class FromImport(admin.SimpleListFilter):
    """The organisations that one import wrote; its page leads here."""

    title = _("import")
    parameter_name = "import"

    def lookups(self, request, model_admin):
        batches = ImportBatch.objects.editable_by(request.user).filter(state__in=[State.WRITING, State.WRITTEN])
        return [(str(batch.pk), batch.file_name) for batch in batches[:10]]

    def queryset(self, request, queryset):
        if not (self.value() or "").isdecimal():
            return queryset
        written = ImportRow.objects.filter(batch=self.value()).exclude(written_at=None)
        return queryset.filter(pk__in=written.values("organisation"))


class ImportsOrganisations:
    """For the admin of organisations: "Import" leads to the workplace. The library's own two steps are closed."""

    def has_import_permission(self, request):
        return request.user.has_perm("ecosystem.add_organisation")

    def import_action(self, request, **kwargs):
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                batch = services.start_import(
                    data=form.cleaned_data["file"].read(),
                    file_name=form.cleaned_data["file"].name,
                    side=form.cleaned_data["side"],
                    encoding=form.cleaned_data["encoding"],
                    by=request.user,
                    now=timezone.now(),
                )
            except ValidationError as refusal:
                form.add_error("file", refusal)
            else:
                self._of_the_same_file(request, batch)
                return redirect("admin:ecosystem_importbatch_columns", batch.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import a list"),
            "form": form,
            "unfinished": ImportBatch.objects.editable_by(request.user).unfinished()[:5],
            "most_rows": MAX_ROWS,
            "most_megabytes": MAX_BYTES // 1024 // 1024,
        }
        return TemplateResponse(request, "admin/ecosystem/imports/upload.html", context)

    def process_import(self, request, **kwargs):
        raise Http404

    def _of_the_same_file(self, request, batch) -> None:
        same = ImportBatch.objects.editable_by(request.user).filter(digest=batch.digest).exclude(pk=batch.pk).first()
        if same is not None:
            told = _("This file was uploaded before. What it wrote then is shown as unchanged.")
            self.message_user(request, told, messages.INFO)


@admin.register(ImportBatch)
class ImportBatchAdmin(EditableBy, ReadOnly, PlainAdmin):
    """Old and unfinished imports. A batch is worked on by its own pages, never by a form of its fields."""

    list_display = ["file_name", "state_badge", "side", "rows_read", "rows_written", "by", "created_at"]
    list_filter = ["state", "side"]
    list_select_related = ["by"]
    search_fields = ["file_name"]

    def get_queryset(self, request):
        return super().get_queryset(request).editable_by(request.user)

    def get_urls(self):
        pages = {
            "columns": self.columns_view,
            "choose": self.choose_view,
            "write": self.write_view,
            "put-away": self.put_away_view,
            "refused": self.refused_view,
        }
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"ecosystem_importbatch_{name.replace('-', '_')}",
            )
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    @display(description=_("state"), ordering="state", label=BADGES)
    def state_badge(self, obj):
        return obj.state, obj.get_state_display()

    @admin.display(description=_("rows"))
    def rows_read(self, obj):
        return sum(count for name, count in obj.counts.items() if name != "written") or "–"

    @admin.display(description=_("written"))
    def rows_written(self, obj):
        return obj.counts.get("written", "–")

    # --- The pages -----------------------------------------------------------------------------------------------

    def columns_view(self, request, pk):
        """Which column fills which field, and what holds for all rows."""
        batch = self._batch(request, pk)
        if not batch.is_open:
            return self._to(batch)
        sample = list(batch.content.order_by("number")[:SAMPLES])
        form = ColumnsForm(request.POST or None, instance=batch, user=request.user, sample=sample)
        if request.method == "POST" and form.is_valid():
            form.save()
            services.check_import(batch=batch, by=request.user, now=timezone.now())
            return self._to(batch)
        context = self._context(request, batch) | {
            "title": _("Columns of the file"),
            "form": form,
            "known": sum(bool(target) for target in batch.targets),
        }
        return TemplateResponse(request, "admin/ecosystem/imports/columns.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The preview: counts, and the rows of one status or of all with what is to become of each."""
        batch = self._batch(request, object_id)
        if batch.state == State.READ:
            return redirect("admin:ecosystem_importbatch_columns", batch.pk)
        status = request.GET.get("status", "")
        rows = batch.content.order_by("number")
        rows = rows.filter(status=status) if status in Status.values else rows
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        by_status = dict(batch.content.order_by().values_list("status").annotate(Count("pk")))
        chosen = batch.content.exclude(action=Action.SKIP).filter(written_at=None).exclude(status=Status.OVERTAKEN)
        context = self._context(request, batch) | {
            "title": capfirst(_("import")) if batch.state == State.WRITTEN else _("Preview of the import"),
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "rows": self._shown(batch, list(page)),
            "status": status if status in Status.values else "",
            "tabs": [
                (value, label, by_status.get(value, 0)) for value, label in Status.choices if by_status.get(value)
            ],
            "total": sum(by_status.values()),
            "to_write": chosen.count(),
            "written": batch.counts.get("written", 0),
            "refused": by_status.get(Status.REFUSED, 0) + by_status.get(Status.OVERTAKEN, 0),
            "to_all": [(action, label) for of, action, label in TO_ALL if of == status],
            "is_open": batch.state == State.CHECKED,
        }
        return TemplateResponse(request, "admin/ecosystem/imports/preview.html", context)

    def choose_view(self, request, pk):
        """Keep the choices of one page, or make one for all rows of a status; then write, if that was the button."""
        batch = self._posted(request, pk)
        now, do = timezone.now(), request.POST.get("_do", "")
        back = redirect(f"{self._page(batch)}?{request.POST.get('_query', '')}")
        prefix = "row-"
        actions = {
            int(name.removeprefix(prefix)): value
            for name, value in request.POST.items()
            if name.startswith(prefix) and name.removeprefix(prefix).isdecimal() and len(name) < 20
        }
        try:
            services.choose(batch=batch, actions=actions, now=now)
            if do.startswith("all:"):
                status, action = request.POST.get("_status", ""), do.removeprefix("all:")
                services.choose_all(batch=batch, status=status, action=action, now=now)
            elif do == "write":
                return self._write(request, batch)
            else:
                self.message_user(request, _("Your choices are kept."), messages.SUCCESS)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        return back

    def write_view(self, request, pk):
        """Go on with an import that is half written."""
        return self._write(request, self._posted(request, pk))

    def put_away_view(self, request, pk):
        batch = self._posted(request, pk)
        try:
            services.put_away(batch=batch, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return self._to(batch)
        self.message_user(request, _("Nothing of “%(file)s” was written.") % {"file": batch}, messages.SUCCESS)
        return redirect("admin:ecosystem_importbatch_changelist")

    def refused_view(self, request, pk):
        """The refused rows as they were, with the reasons in a last column: to be corrected and uploaded again."""
        batch = self._batch(request, pk)
        response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{batch.pk}-refused.csv"'
        writer = csv.writer(response)
        writer.writerow([*map(_as_text, batch.headings), _("line"), _("what to do")])
        for row in batch.content.filter(status__in=[Status.REFUSED, Status.OVERTAKEN]).order_by("number").iterator():
            cells = [*row.cells, *[""] * (len(batch.headings) - len(row.cells))]
            reasons = [line for line, is_note in self._told(batch, row) if not is_note]
            writer.writerow([*map(_as_text, cells), row.number, _as_text(" ".join(reasons))])
        return response

    # --- Their parts ---------------------------------------------------------------------------------------------

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("ecosystem.add_organisation") and self.may_edit(request, obj)

    def has_module_permission(self, request):
        return request.user.has_perm("ecosystem.add_organisation")

    def _batch(self, request, pk) -> ImportBatch:
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch = self.get_queryset(request).filter(pk=key_in(str(pk))).first()
        if batch is None:
            raise Http404
        return batch

    def _posted(self, request, pk) -> ImportBatch:
        if request.method != "POST":
            raise Http404
        return self._batch(request, pk)

    def _page(self, batch) -> str:
        return reverse("admin:ecosystem_importbatch_change", args=[batch.pk])

    def _to(self, batch):
        return redirect(self._page(batch))

    def _context(self, request, batch) -> dict:
        return {**self.admin_site.each_context(request), "opts": self.opts, "batch": batch}

    def _write(self, request, batch):
        try:
            batch = services.write_import(batch=batch, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return self._to(batch)
        if batch.state == State.WRITING:
            write_the_rest.delay(batch.pk, request.user.pk)
            told = _("The first %(n)s rows are written; the rest follows by itself.") % {"n": batch.counts["written"]}
            self.message_user(request, told, messages.WARNING)
            return self._to(batch)
        n = batch.counts["written"]
        told = ngettext(
            "%(n)s row is written. New organisations are drafts: nothing is published.",
            "%(n)s rows are written. New organisations are drafts: nothing is published.",
            n,
        )
        self.message_user(request, told % {"n": n}, messages.SUCCESS)
        return self._to(batch)

    def _shown(self, batch, rows: list[ImportRow]) -> list[dict]:
        """What the preview says of each row; the names of records, cities and themes in three queries."""
        keys = {key for row in rows for key, _reason in row.candidates if key > 0} | {
            row.organisation_id for row in rows
        }
        records = Organisation.objects.in_bulk(keys - {None})
        names = self._names(rows)
        return [
            {
                "row": row,
                "told": self._told(batch, row),
                "changes": [self._change(name, *pair, names) for name, pair in row.changes.items()],
                "records": [
                    records[key]
                    for key in dict.fromkeys([*(key for key, _reason in row.candidates), row.organisation_id])
                    if key in records
                ],
                "choices": [(action, Action(action).label) for action in row.possible] if batch.is_open else [],
            }
            for row in rows
        ]

    @staticmethod
    def _told(batch, row) -> list[tuple[str, bool]]:
        """The messages of a row in words, each with its column and value; and whether it is only good to know."""
        lines = []
        for told in row.messages:
            column, text = told.get("column"), words(told)
            if column is not None:
                heading = batch.headings[column] if column < len(batch.headings) else ""
                text = _("%(column)s “%(value)s”: %(message)s") % {
                    "column": heading or _("column %(n)s") % {"n": column + 1},
                    "value": told["value"],
                    "message": text,
                }
            lines.append((str(text), told["code"] in ONLY_NOTES))
        return lines

    @staticmethod
    def _names(rows: list[ImportRow]) -> dict[str, dict]:
        wanted: dict[str, set] = {"city": set(), "themes": set()}
        for row in rows:
            for name in wanted.keys() & row.changes.keys():
                for value in row.changes[name]:
                    wanted[name] |= set(value) if isinstance(value, list) else {value}
        cities = City.objects.in_bulk(wanted["city"] - {"", None}) if wanted["city"] else {}
        themes = Concept.objects.in_bulk(wanted["themes"]) if wanted["themes"] else {}
        return {"city": cities, "themes": themes}

    @staticmethod
    def _change(name: str, before, after, names: dict[str, dict]) -> dict:
        field = Organisation._meta.get_field(name)

        def shown(value) -> str:
            if name in names:
                keys = value if isinstance(value, list) else [value]
                return ", ".join(str(names[name].get(key, key)) for key in keys if key)
            if isinstance(value, list):
                return ", ".join(map(str, value))
            if isinstance(value, bool):
                return str(_("yes") if value else _("no"))
            return str(dict(field.flatchoices).get(value, value)) if value not in (None, "") else ""

        language = name.rpartition("_")[2] if name in set(columns("name", "summary", "description", "address")) else ""
        return {"field": field.verbose_name, "lang": language, "before": shown(before), "after": shown(after)}


def _as_text(cell: str) -> str:
    """Cells that a spreadsheet would run begin with an apostrophe (ecosystem spec 7)."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
