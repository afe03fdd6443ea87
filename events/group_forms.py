"""Naming the members of a group: typed row by row, or read from a spreadsheet into the same rows (2.18, 11.8)."""

from collections.abc import Iterable, Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.delegations import MAX_BYTES, Row, read_members
from events.forms import AddressField, LineField, RegistrationForm
from events.services.groups import NAMES, Member
from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.names import KATAKANA
from iurc_portal.translation.languages import Language

PREFIX = "member"
EMPTY_ROWS = 3
MORE_ROWS = 5


class MemberForm(forms.Form):
    """One person whom the lead names. What is not shown in the page (readings, organisation) comes from a file."""

    given_name = LineField(label=_("First name"), max_length=80)
    family_name = LineField(label=_("Surname"), max_length=80)
    email = AddressField(label=_("E-mail"), max_length=254)
    language = forms.ChoiceField(label=_("Language of messages"), choices=Language.choices)
    family_kana = LineField(
        label=_("Surname, reading"), max_length=80, required=False, validators=[KATAKANA], widget=forms.HiddenInput
    )
    given_kana = LineField(
        label=_("First name, reading"), max_length=80, required=False, validators=[KATAKANA], widget=forms.HiddenInput
    )
    company = LineField(label=_("Organisation"), max_length=160, required=False, widget=forms.HiddenInput)
    job_title = LineField(label=_("Role"), max_length=120, required=False, widget=forms.HiddenInput)
    line = forms.IntegerField(required=False, widget=forms.HiddenInput)  # in the file it was read from

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        language = (get_language() or "en")[:2]
        self.fields["language"].initial = language
        if language == "ja":
            self.order_fields(["family_name", "given_name"])
        for name in ("given_name", "family_name", "email"):
            # Browsers would offer the lead's own data in every row.
            self.fields[name].widget.attrs["autocomplete"] = "off"
        for name in ("family_kana", "given_kana", "company", "job_title"):
            if self.is_bound and self.errors.get(name):  # what is wrong must be seen to be mended
                self.fields[name].widget = forms.TextInput()

    def has_changed(self) -> bool:
        """A row whose name and address were emptied names nobody, whatever a file said beside them."""
        return bool({"given_name", "family_name", "email"} & set(self.changed_data))

    @property
    def line_number(self) -> str:
        return str(self["line"].value() or "")

    def member(self) -> Member:
        data = self.cleaned_data
        return Member(
            email=data["email"], language=data["language"], person={name: data.get(name, "") for name in NAMES}
        )


class MembersFormSet(BaseFormSet):
    """The rows of a group. Empty ones count for nothing; an address stands in one row only.

    ``lead_email`` is what the lead typed, ``limit`` how many rows the event allows.
    """

    lead_email = ""

    def clean(self):
        seen = {email_key(self.lead_email)} if self.lead_email else set()
        for form in self.forms:
            email = form.cleaned_data.get("email") if hasattr(form, "cleaned_data") else None
            if not email:
                continue
            if email_key(email) in seen:
                words = _("This address stands in another row, too: each person needs one of their own.")
                form.add_error("email", ValidationError(words, code="twice"))
            seen.add(email_key(email))

    def members(self) -> list[Member]:
        return [form.member() for form in self.forms if form.cleaned_data]

    @property
    def problems(self) -> list[tuple[str, str, str, str]]:
        """What is wrong, by row and column: row in words, label of the column, message, id of the field."""
        found = []
        for number, form in enumerate(self.forms, start=1):
            for name, errors in form.errors.items():
                row = (
                    _("Line %(line)s of the file") % {"line": form.line_number}
                    if form.line_number
                    else _("Person %(number)s") % {"number": number}
                )
                label = form.fields[name].label if name in form.fields else ""
                found.append((str(row), str(label), str(errors[0]), form[name].auto_id if label else ""))
        return found


def members_formset(
    data=None, *, limit: int, rows: Sequence[Row] | None = None, lead_email: str = "", more: bool = False
) -> MembersFormSet:
    """The rows of a page: those posted in ``data``, or those of a file.

    ``limit`` is the number of members; rows of a file beyond it are shown, and refused by their number. With ``more``
    the posted rows come back with empty ones below.
    """
    extra = EMPTY_ROWS
    if rows is not None:
        data = _as_posted(rows)
    shown = _posted_rows(data) if data is not None else 0
    kind = formset_factory(
        MemberForm,
        formset=MembersFormSet,
        extra=min(extra, limit),
        max_num=max(limit, shown),
        absolute_max=1000,
        validate_max=False,
    )
    if more and data is not None:
        data = data.copy()
        data[f"{PREFIX}-TOTAL_FORMS"] = str(min(shown + MORE_ROWS, limit))
    formset = kind(data, prefix=PREFIX)
    formset.lead_email = lead_email
    return formset


def _posted_rows(data) -> int:
    try:
        return min(int(data.get(f"{PREFIX}-TOTAL_FORMS", 0)), 1000)
    except ValueError:
        return 0


def _as_posted(rows: Iterable[Row]) -> dict[str, str]:
    """Rows of a file as a browser would send them."""
    data = {}
    number = -1
    language = (get_language() or "en")[:2]
    for number, row in enumerate(rows):
        cells = {"language": language, **row.cells, "line": str(row.line)}
        data |= {f"{PREFIX}-{number}-{name}": cell for name, cell in cells.items()}
    return data | {f"{PREFIX}-TOTAL_FORMS": str(number + 1), f"{PREFIX}-INITIAL_FORMS": "0"}


class FileForm(forms.Form):
    """A spreadsheet instead of typing. ``rows`` are its people once it is valid."""

    file = forms.FileField(
        label=_("List of the people"),
        required=False,
        help_text=_("XLSX or CSV with the columns Surname, First name, E-mail and Language."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.tsv,.txt"}),
    )

    rows: list[Row] | None = None

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file is None:
            raise ValidationError(_("Choose a file first."), code="required")
        if file.size > MAX_BYTES:
            raise ValidationError(_("The file is larger than 1 MB: divide it."), code="large")
        self.rows = read_members(file.read())
        return file


class LeadForm(RegistrationForm):
    """The lead's own part of the page: what anybody says to get a place, and the name of the group."""

    group_name = LineField(
        label=_("Name of the group"), max_length=160, required=False, help_text=_("For example of your organisation.")
    )

    def person(self) -> dict[str, str]:
        return {name: value for name, value in super().person().items() if name != "group_name"}
