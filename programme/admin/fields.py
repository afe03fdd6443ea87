"""Fields that several staff forms share: days and hours as people type them, addresses made from titles."""

import unicodedata

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.utils.translation import gettext_lazy as _
from unfold.widgets import BASE_INPUT_CLASSES, UnfoldAdminRelatedFieldWrapperWidget, UnfoldAdminTextInputWidget


class DayInput(forms.DateInput):
    """The browser's own picker, which speaks the reader's language and works on a phone."""

    input_type = "date"

    def __init__(self):
        super().__init__(attrs={"class": " ".join(BASE_INPUT_CLASSES)}, format="%Y-%m-%d")


class HourInput(forms.TimeInput):
    """Hours typed on 24 hours, whatever the browser's habit."""

    def __init__(self):
        attrs = {"class": " ".join(BASE_INPUT_CLASSES), "inputmode": "numeric", "placeholder": "09:30", "maxlength": 8}
        super().__init__(attrs=attrs, format="%H:%M")


def _plain(value):
    """Full-width digits and signs as half-width ones, so that a Japanese keyboard is understood."""
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value


class DayField(forms.DateField):
    """A date. Full-width digits are read; a Japanese era is refused with an example."""

    widget = DayInput
    default_error_messages = {"invalid": _("Write the day in the western calendar, for example 2026-03-04.")}

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y", "%Y/%m/%d", "%d.%m.%Y"], **kwargs)

    def to_python(self, value):
        return super().to_python(_plain(value))


class HourField(forms.TimeField):
    """A time on the wall, hours and minutes: 09:30, 9.30, 930 or 9."""

    widget = HourInput
    default_error_messages = {"invalid": _("Write the time on 24 hours, for example 09:30.")}

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%H:%M", "%H:%M:%S", "%H.%M"], **kwargs)

    def to_python(self, value):
        value = _plain(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) in {1, 2, 3, 4}:
            hours, minutes = (value, "00") if len(value) <= 2 else (value[:-2], value[-2:])
            value = f"{hours}:{minutes}"
        return super().to_python(value)


class FoldField(forms.TypedChoiceField):
    """Which of the two times is meant when clocks go back; shown only when the question comes up."""

    def __init__(self, **kwargs):
        choices = [("", "–"), ("0", _("the first time")), ("1", _("the second time"))]
        super().__init__(choices=choices, coerce=int, empty_value=None, required=False, **kwargs)


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
