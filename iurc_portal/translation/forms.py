"""Text from outside for the translation desk: which part of the queue, and the texts of one record."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from iurc_portal.translation.languages import Language
from iurc_portal.translation.permissions import may_see
from iurc_portal.translation.queue import ALL_WAITING, Filter
from iurc_portal.translation.registry import kind_for, kinds
from iurc_portal.translation.status import TO_DO, Status, digest, source_of, status_of, text_in
from iurc_portal.translation.terms import marked

LONG = 120  # letters, above which a line of text gets a box of several


class QueueForm(forms.Form):
    """Language, kind and state; nonsense in one of them is told and left out of account."""

    fields: dict[str, Any]  # all of them choices
    language = forms.ChoiceField(label=_("language"), required=False, widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(label=_("kind of record"), required=False, widget=UnfoldAdminSelectWidget)
    status = forms.ChoiceField(label=_("state"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, data, *, user):
        super().__init__(data, auto_id="queue-%s")
        seen = [kind for kind in kinds() if may_see(user, kind)]
        self.fields["language"].choices = [("", _("all languages")), *Language.choices]
        self.fields["kind"].choices = [
            ("", _("all kinds")),
            *((kind.label, capfirst(kind.model._meta.verbose_name_plural)) for kind in seen),
        ]
        self.fields["status"].choices = [
            ("", _("everything to do")),
            (ALL_WAITING, _("missing or outdated")),
            *((status.value, status.label) for status in TO_DO),
        ]

    @property
    def wanted(self) -> Filter:
        self.is_valid()
        return Filter(**{name: self.cleaned_data.get(name, "") for name in self.fields})


@dataclass(frozen=True)
class Pair:
    """One field on the desk: the source on the left, the box to write in on the right."""

    name: str
    label: str
    required: bool
    source_language: str
    source: SafeString
    box: forms.BoundField
    status: Status
    theirs: str = ""  # what somebody saved meanwhile

    @property
    def source_name(self) -> str:
        return Language(self.source_language).label


class TextsForm(forms.Form):
    """The texts of a record in one language, a box for each field that has a source.

    Two hidden values a field say what the editor saw: of the text, and of its source.
    """

    def __init__(self, data=None, *, obj, language: str):
        self.obj, self.language = obj, language
        kind = kind_for(obj)
        self.names = [name for name in kind.fields if self._source(name) and source_of(obj, name) != language]
        super().__init__(data, initial={name: text_in(obj, name, language) for name in self.names}, auto_id="text-%s")
        for name in self.names:
            self.fields[name] = self._box(name)

    def _source(self, name: str) -> str:
        return text_in(self.obj, name, source_of(self.obj, name))

    def _box(self, name: str) -> forms.Field:
        column = self.obj._meta.get_field(f"{name}_{self.language}")
        long = isinstance(column, models.TextField) or len(self._source(name)) > LONG
        rows = min(24, 3 + len(self._source(name)) // 60)
        attrs = {"lang": self.language, **({"rows": rows} if long else {})}
        widget = (UnfoldAdminTextareaWidget if long else UnfoldAdminTextInputWidget)(attrs=attrs)
        box = column.formfield(widget=widget)
        box.required = False
        box.label = capfirst(self.obj._meta.get_field(name).verbose_name)
        return box

    def texts(self) -> dict[str, str]:
        """What was typed, by field; "" for an empty box."""
        return {name: self.cleaned_data[name] or "" for name in self.names}

    def columns_seen(self) -> list[str]:
        """The columns on which this page rests: the texts, and the sources beside them."""
        return [
            column
            for name in self.names
            for column in (f"{name}_{self.language}", f"{name}_{source_of(self.obj, name)}")
        ]

    def seen_now(self) -> list[tuple[str, str]]:
        """What the page shows, for its hidden fields: names and digests."""
        return [(f"seen-{column}", digest(getattr(self.obj, column) or "")) for column in self.columns_seen()]

    def seen_then(self) -> dict[str, str]:
        """What the page showed when the editor began."""
        return {column: self.data[f"seen-{column}"] for column in self.columns_seen() if f"seen-{column}" in self.data}

    def pairs(self, stale: tuple[str, ...] = ()) -> list[Pair]:
        kind, found = kind_for(self.obj), []
        for name in self.names:
            found.append(
                Pair(
                    name=name,
                    label=str(self.fields[name].label),
                    required=name in kind.required,
                    source_language=source_of(self.obj, name),
                    source=marked(self._source(name), source_of(self.obj, name)),
                    box=self[name],
                    status=status_of(self.obj, name, self.language),
                    theirs=text_in(self.obj, name, self.language) if name in stale else "",
                )
            )
        return found

    def sources(self) -> list[tuple[str, str]]:
        return [(self._source(name), source_of(self.obj, name)) for name in self.names]
