"""The two forms of an import: the file, and what its columns are."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from ecosystem.imports.columns import columns
from ecosystem.imports.files import ENCODINGS, check_size
from ecosystem.models import City, ImportBatch, ImportRow, Organisation
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.languages import Language


def sides_of(user) -> list[tuple[str, str]]:
    """The sides whose organisations ``user`` may write."""
    if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
        return PartnerSide.choices
    return [pair for pair in PartnerSide.choices if pair[0] == user.side]


def choice(label, choices, **more) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget(choices=choices), **more)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text=_("CSV or XLSX. One organisation a row; a column with names is enough."),
    )
    encoding = choice(
        _("Encoding of a CSV"),
        [("", _("recognise it")), *ENCODINGS.items()],
        required=False,
        help_text=_("Choose it only if the letters in the preview are wrong."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        sides = sides_of(user)
        initial = user.side or PartnerSide.TORINO
        self.fields["side"] = choice(_("City's side"), sides, initial=initial)
        self.order_fields(["file", "side", "encoding"])

    def clean_file(self):
        check_size(self.cleaned_data["file"].size)
        return self.cleaned_data["file"]


class ColumnsForm(forms.ModelForm):
    """A field for each column of the file, and the defaults for all rows."""

    has_headings = forms.BooleanField(
        label=_("The first line holds the names of the columns"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = ImportBatch
        fields = ["side", "kind", "city", "language"]

    def __init__(self, *args, user, sample: list[ImportRow], **kwargs):
        super().__init__(*args, **kwargs)
        batch = self.instance
        self.fields["side"] = choice(_("City's side"), sides_of(user))
        self.fields["kind"] = choice(_("Kind, where the row says none"), Organisation.Kind.choices)
        self.fields["language"] = choice(_("Language of the texts"), Language.choices)
        self.fields["city"] = forms.ModelChoiceField(
            City.objects.order_by("-is_partner", "name_en"),
            label=_("Seat, where the row says none"),
            required=False,
            widget=UnfoldAdminSelectWidget(),
        )
        self.fields["has_headings"].initial = bool(batch.heading_line)
        offered = [("", _("– leave it out –")), *((one.field, one.title) for one in columns().values())]
        for number, (heading, target) in enumerate(zip(batch.headings, batch.targets, strict=True)):
            title = heading or _("column %(n)s") % {"n": number + 1}
            field = self.fields[f"column-{number}"] = choice(title, offered, required=False, initial=target)
            field.sample = [row.cells[number] for row in sample if number < len(row.cells) and row.cells[number]]

    def column_fields(self):
        """The bound fields of the file's columns, in their order."""
        return [self[name] for name in self.fields if name.startswith("column-")]

    def default_fields(self):
        return [self[name] for name in ("side", "kind", "city", "language", "has_headings")]

    def clean(self):
        cleaned = super().clean()
        targets = [cleaned.get(field.name, "") for field in self.column_fields()]
        for number, target in enumerate(targets):
            if target and target in targets[:number]:
                words = _("Two columns are “%(field)s”: leave one of them out.") % {"field": columns()[target].title}
                self.add_error(f"column-{number}", words)
        if not any(target.startswith("name") or target in {"slug", "legal_name"} for target in targets):
            raise ValidationError(_("Say which column holds the names."), code="name")
        return cleaned

    def save(self, commit=True):
        batch = self.instance
        batch.targets = [self.cleaned_data[field.name] for field in self.column_fields()]
        first = batch.rows.order_by("number").first()
        if self.cleaned_data["has_headings"] and not batch.heading_line and first is not None:
            batch.heading_line = first.number
            batch.headings = [*first.cells, *[""] * (len(batch.headings) - len(first.cells))]
        elif not self.cleaned_data["has_headings"]:
            batch.heading_line = 0
        batch.save(update_fields=["targets", "heading_line", "headings", "side", "kind", "city", "language"])
        return batch
