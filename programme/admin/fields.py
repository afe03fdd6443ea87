"""Fields that several staff forms share: days and hours of ``iurc_portal.staff.times``, records chosen by typing."""

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from unfold.widgets import UnfoldAdminRelatedFieldWrapperWidget, UnfoldAdminTextInputWidget

from iurc_portal.staff.times import DayField, EndField, FoldField, HourField, answered_fold

__all__ = [
    "DayField",
    "EndField",
    "FoldField",
    "HourField",
    "KnownChoices",
    "PickMany",
    "PickOne",
    "TextInput",
    "answered_fold",
    "choose_by_typing",
    "remember",
]


class TextInput(UnfoldAdminTextInputWidget):
    """Unfold's text input as wide as its column."""

    def __init__(self, attrs=None):
        super().__init__({"class": "max-w-none!", **(attrs or {})})


class KnownChoices:
    """An autocomplete that is told what it shows at first, so that a page of rows asks the database once, not per row.

    ``known`` maps keys (as text) to labels.
    """

    known: dict[str, str] = {}

    def optgroups(self, name, value, attr=None):
        wanted = [str(key) for key in value if key not in self.choices.field.empty_values]
        if any(key not in self.known for key in wanted):
            return super().optgroups(name, value, attr)
        options = [
            self.create_option(name, key, self.known[key], selected=True, index=number)
            for number, key in enumerate(wanted)
        ]
        if not self.is_required and not self.allow_multiple_selected:
            options.insert(0, self.create_option(name, "", "", selected=False, index=len(options)))
        return [(None, options, 0)]


class PickOne(KnownChoices, AutocompleteSelect):
    """Choose one record by typing part of its name."""


class PickMany(KnownChoices, AutocompleteSelectMultiple):
    """Choose several records by typing part of their names."""


def choose_by_typing(field, source, *, many: bool = False, may_add: bool = False) -> None:
    """Give a form field that is not of the model the autocomplete of ``source``, a foreign key.

    Made with the form, not with the class: the widget speaks the language of the request.
    """
    widget = (PickMany if many else PickOne)(source, admin.site)
    if may_add:
        widget = UnfoldAdminRelatedFieldWrapperWidget(widget, source.remote_field, admin.site)
    field.widget = widget
    widget.is_required = field.required
    inner = widget.widget if may_add else widget
    inner.is_required = field.required
    widget.choices = inner.choices = field.choices


def remember(field, records) -> None:
    """Tell an autocomplete the labels of what it shows at first."""
    widget = getattr(field.widget, "widget", field.widget)
    if isinstance(widget, KnownChoices):
        widget.known = {str(record.pk): str(record) for record in records if record is not None}
