"""Filters that several lists share."""

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iurc_portal.audit.words import kind_words
from iurc_portal.staff import todo
from iurc_portal.translation.languages import Language


class ToDo(admin.SimpleListFilter):
    """The tasks of the home that concern this list; the number there is the length of the list here."""

    title = _("to do")
    parameter_name = "todo"

    def lookups(self, request, model_admin):
        return [
            (task.name, task.title)
            for task in todo.tasks.values()
            if task.kind is model_admin.model and request.user.has_perm(task.permission)
        ]

    def queryset(self, request, queryset):
        """An unknown task, or one of another list, filters nothing."""
        task, share = todo.find(self.value() or "")
        if task is None or task.kind is not queryset.model or not request.user.has_perm(task.permission):
            return queryset
        return queryset.filter(pk__in=task.rows_for(request.user, timezone.now(), share).order_by().values("pk"))


class KindOfRecord(admin.SimpleListFilter):
    """Rows about records of one kind, by the name people know it under."""

    title = _("kind of record")
    parameter_name = "model"

    def lookups(self, request, model_admin):
        labels = model_admin.model._default_manager.order_by().values_list("model", flat=True).distinct()
        return sorted(((label, kind_words(label)) for label in labels), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        return queryset.filter(model=self.value()) if self.value() else queryset


def without_text(field: str, code: str) -> Q:
    """Rows whose translated ``field`` is empty in the language ``code``."""
    return Q(**{f"{field}_{code}": ""}) | Q(**{f"{field}_{code}": None})


def missing_language(field: str) -> type[admin.SimpleListFilter]:
    """A filter for lists: which language of ``field`` is not written yet."""

    class MissingLanguage(admin.SimpleListFilter):
        title = _("missing text")
        parameter_name = "missing"

        def lookups(self, request, model_admin):
            return Language.choices

        def queryset(self, request, queryset):
            code = self.value()
            return queryset.filter(without_text(field, code)) if code in Language.values else queryset

    return MissingLanguage
