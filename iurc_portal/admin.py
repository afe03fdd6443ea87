"""What every staff page has, once: unfold's look, a tab for each language, history, import and export."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.db import models, transaction
from django.urls import translate_url
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from import_export.admin import ImportExportModelAdmin
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline, TranslationTabularInline
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from iurc_portal.search.index import postponed
from iurc_portal.staff import todo
from iurc_portal.staff.fields import AccountField, LinesField, field_names_field, languages_field
from iurc_portal.staff.filters import ToDo
from iurc_portal.staff.history import CarefulHistory
from iurc_portal.staff.spreadsheets import SPREADSHEETS
from iurc_portal.translation.chips import field_chip, language_chips
from iurc_portal.translation.languages import Language, columns, languages_filled
from iurc_portal.translation.registry import fields_in_order, kind_of
from iurc_portal.translation.services import record_texts, stored_texts
from iurc_portal.translation.status import read_records


class FriendlyLists:
    """JSON lists are typed as people write lists: one to a line, or ticked.

    No single language of a translated text is asked for: the model's constraint asks for one of the three.
    """

    line_fields: tuple[str, ...] = ("sources", "same_as", "countries", "nace")
    language_fields: tuple[str, ...] = ("languages", "contact_languages", "spoken_languages")
    account_fields: tuple[str, ...] = ()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in self.line_fields:
            help_text = {"help_text": db_field.help_text} if db_field.help_text else {}
            return LinesField(label=capfirst(db_field.verbose_name), required=False, **help_text)
        if db_field.name in self.language_fields:
            return languages_field(db_field)
        if db_field.name in self.account_fields:
            return AccountField(label=capfirst(db_field.verbose_name), required=not db_field.blank)
        if db_field.name == "to_verify":
            return field_names_field(db_field)
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(db_field, "translated_field"):
            field.required = False
        return field

    def get_search_results(self, request, queryset, search_term):
        """Who chooses a record for another is offered what that field takes, and nothing that it refuses later."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        taken = self._taken_by_the_field(request)
        return (found if taken is None else found.filter(pk__in=taken.order_by().values("pk"))), may_repeat

    def _taken_by_the_field(self, request) -> models.QuerySet | None:
        """The choices of the field that asks, where its form narrows them. Fields of inlines say nothing here."""
        if request.resolver_match is None or request.resolver_match.url_name != "autocomplete":
            return None
        field = apps.get_model(request.GET["app_label"], request.GET["model_name"])._meta.get_field(
            request.GET["field_name"]
        )
        asking = self.admin_site._registry.get(field.model)
        taken = getattr(asking and asking.formfield_for_dbfield(field, request), "queryset", None)
        return taken if taken is not None and taken.query.has_filters() else None


class ToDoLists:
    """Lists offer the tasks of the home that concern them as a filter."""

    def get_list_filter(self, request):
        declared = super().get_list_filter(request)
        return [ToDo, *declared] if todo.tasks else declared


class EditableBy:
    """What a person may change is what their queryset's ``editable_by`` says: for form, list and action alike."""

    def may_edit(self, request, obj) -> bool:
        return obj is None or self.model._default_manager.editable_by(request.user).filter(pk=obj.pk).exists()

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.may_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.may_edit(request, obj)


class ReadOnly:
    """Written by the portal itself: staff read it."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class IndexedOnce:
    """However many rows and relations a form saves, each record is indexed once, in the form's own transaction."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic(), postponed(at_once=False):
            return super().changeform_view(request, object_id, form_url, extra_context)


class FollowedTexts:
    """Forms note in the ledger of texts what they save, and say of each text in what state it is (E2).

    Only for models that their app has registered with ``register_translated``. The tick of
    ``admin/_minor_change.html`` says that a change of the source needs no new translation.
    """

    change_form_after_template = "admin/_minor_change.html"

    def records_with_texts(self, obj) -> list[models.Model]:
        """The records of which this page saves texts."""
        return [obj]

    def save_form(self, request, form, change):
        obj = super().save_form(request, form, change)
        request.texts_before = {
            (type(row), row.pk): stored_texts(row) for row in self.records_with_texts(obj) if row.pk is not None
        }
        return obj

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        for row in self.records_with_texts(form.instance):
            record_texts(
                row,
                before=request.texts_before.get((type(row), row.pk), {}),
                by=request.user,
                now=timezone.now(),
                minor="_minor_change" in request.POST,
            )

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        kind = kind_of(self.model)
        if kind is not None and obj is not None and not getattr(request, "looks_back", False):
            for column in set(columns(*kind.fields)) & set(form.base_fields):
                field = form.base_fields[column]
                field.help_text = format_html("{} {}", field_chip(obj, *column.rsplit("_", 1)), field.help_text)
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        kind = kind_of(self.model)
        if kind is not None and obj is not None and obj.pk and self.has_change_permission(request, obj):
            context["text_chips"] = language_chips(obj, desk=True)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        if kind_of(self.model) is not None:
            read_records(changelist.result_list)
        return changelist


class PlainAdmin(IndexedOnce, ToDoLists, FriendlyLists, ModelAdmin):
    """For records without translated texts."""

    compressed_fields = True
    warn_unsaved_form = True
    list_fullwidth = True


class PortalAdmin(
    FollowedTexts,
    CarefulHistory,
    IndexedOnce,
    ToDoLists,
    FriendlyLists,
    ModelAdmin,
    TranslationAdmin,
    SimpleHistoryAdmin,
    ImportExportModelAdmin,
):
    """For records with translated texts; with a history where the app's ``translation.py`` keeps one.

    The order of the bases is the one that works: unfold's templates first, then modeltranslation's columns.
    ``general`` lists the fields that have no language, ``more_tabs`` further tabs as (title, fields); the translated
    fields follow, a tab a language. Import needs ``resource_classes``: a spreadsheet changes only what they name.
    """

    formats = SPREADSHEETS
    import_form_class = ImportForm
    export_form_class = ExportForm
    compressed_fields = True
    warn_unsaved_form = True
    list_fullwidth = True
    general: tuple = ()
    more_tabs: tuple[tuple[str, tuple], ...] = ()

    def __init__(self, model, admin_site):
        super().__init__(model, admin_site)
        self.keeps_history = hasattr(model._meta, "simple_history_manager_attribute")
        if not self.keeps_history:
            self.object_history_template = None

    def history_view(self, request, object_id, extra_context=None):
        view = super().history_view if self.keeps_history else super(SimpleHistoryAdmin, self).history_view
        return view(request, object_id, extra_context)

    def has_import_permission(self, request):
        return bool(self.resource_classes) and super().has_import_permission(request)

    def get_fieldsets(self, request, obj=None):
        if not self.general:
            return super().get_fieldsets(request, obj)
        translated = self.translated_fields
        tabs = [(pgettext_lazy("tab", "Facts"), {"classes": ["tab"], "fields": list(self.general)})]
        if obj is None and set(flatten(self.general)) <= set(self.get_readonly_fields(request, obj)):
            tabs = []  # of what is new there is nothing to tell yet: begin with the first thing to write
        for code, name in Language.choices:
            fields = [f"{field}_{code}" for field in translated]
            tabs.append((name, {"classes": ["tab"], "fields": fields}))
        tabs += [(title, {"classes": ["tab"], "fields": list(fields)}) for title, fields in self.more_tabs]
        return tabs

    @property
    def translated_fields(self) -> list[str]:
        """The fields with a language, in the order in which people read them."""
        return fields_in_order(self.model)

    @property
    def main_text(self) -> str:
        """The translated field by which people know a record: its name or title."""
        fields = self.translated_fields
        return next((name for name in ("name", "title", "pref_label", "label", "text") if name in fields), fields[0])

    def get_search_fields(self, request):
        declared = super().get_search_fields(request)
        return declared or [f"{self.main_text}_{code}" for code in Language.values]

    @staticmethod
    def languages_shown(obj, field: str):
        """In what state a record is in each language or, where that is not followed, in which ``field`` is written."""
        if kind_of(type(obj)) is not None:
            return language_chips(obj)
        filled = languages_filled(obj, field)
        marks = [
            ("✓", gettext("written")) if code in filled else ("–", gettext("missing")) for code in Language.values
        ]
        words = format_html_join(
            " ",
            '<span class="{}" title="{}">{}{}</span>',
            [
                ("" if mark == "✓" else "opacity-50", words, code.upper(), mark)
                for code, (mark, words) in zip(Language.values, marks, strict=True)
            ],
        )
        return format_html('<span class="whitespace-nowrap">{}</span>', words)


class PortalStackedInline(FriendlyLists, StackedInline, TranslationStackedInline):
    extra = 0


class PortalTabularInline(FriendlyLists, TabularInline, TranslationTabularInline):
    extra = 0
    hide_title = True  # it would only repeat what the row says


class PlainTabularInline(FriendlyLists, TabularInline):
    extra = 0
    hide_title = True


def column_in(model: type[models.Model], field: str, code: str):
    """A list's column with ``field`` in one language, marked as such: screen readers and fonts need to know."""
    name = f"{field}_{code}"

    @admin.display(description=model._meta.get_field(name).verbose_name, ordering=name, empty_value="–")
    def shown(obj):
        text = getattr(obj, name)
        return format_html('<span lang="{}">{}</span>', code, text) if text else None

    shown.__name__ = name
    return shown


def page_links(obj):
    """Links to the public page of ``obj`` in the three languages, for its staff page."""
    if obj is None or obj.pk is None:
        return "–"
    return links_in_languages(obj.get_absolute_url())


def links_in_languages(address: str):
    return format_html_join(
        " · ",
        '<a class="text-primary-600 underline dark:text-primary-400" href="{}" target="_blank" rel="noopener"'
        ' lang="{}">{}</a>',
        [(translate_url(address, code), code, name) for code, name in Language.choices],
    )
