"""What people type about an organisation: a claim, a proposal to change its profile, what it has taken over."""

import json
import re
import unicodedata

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation
from ecosystem.models.revisions import COLUMNS, TRANSLATED, plain
from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.names import KATAKANA
from iurc_portal.staff.fields import COMMON_LANGUAGES
from iurc_portal.translation.languages import Language

LONGEST = {"summary": 1200, "description": 8000}
MINE, THEIRS = "mine", "theirs"
NO_LETTER = re.compile("[\x00\ud800-\udfff]")


class ClaimForm(forms.Form):
    """Which mailbox shows that somebody belongs to the organisation, and what they do there."""

    mailbox = forms.EmailField(
        label=_("Your e-mail address at the organisation"),
        max_length=254,
        help_text=_("We mail a link to it. An address of the organisation's own domain is the quickest to check."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Enter an address like name@company.jp")},
    )
    evidence = forms.CharField(
        label=_("What you do there"),
        max_length=1000,
        help_text=_("Your role, and anything that helps us to check it, such as a page that names you."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_mailbox(self):
        """Refuse what ``email_key`` cannot compare; the address itself stays as typed."""
        address = self.cleaned_data["mailbox"]
        email_key(address)
        return address


class DayInput(forms.DateInput):
    """The browser's own picker."""

    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class TakenOverForm(forms.Form):
    """What an organisation has taken over from a good practice of the other city, in the language of the page."""

    organisation = forms.ModelChoiceField(label=_("Your organisation"), queryset=None)
    adapted = forms.CharField(
        label=_("What was adapted"),
        max_length=2000,
        help_text=_("What you did differently, and why. It is published."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    started = forms.DateField(label=_("Started"), required=False, widget=DayInput)
    in_use_since = forms.DateField(label=_("In use since"), required=False, widget=DayInput)
    proof = forms.URLField(
        label=_("Proof"),
        required=False,
        max_length=400,
        assume_scheme="https",
        help_text=_("A page or a document on the web that shows it. It is needed for the transfer to be confirmed."),
        error_messages={"invalid": _("Enter an address like https://www.company.jp")},
    )

    def __init__(self, *args, receivers, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = receivers
        if len(receivers) == 1:
            self.fields["organisation"].initial = receivers[0]

    def clean(self):
        cleaned = super().clean()
        started, used = cleaned.get("started"), cleaned.get("in_use_since")
        if started and used and used < started:
            self.add_error("in_use_since", _("It is in use before it starts: set a later day of use."))
        return cleaned


class Texts(forms.CharField):
    """The texts an editor had before them, as JSON in a hidden field. What cannot be read counts as nothing seen."""

    def __init__(self):
        super().__init__(required=False, widget=forms.HiddenInput, strip=False)

    def to_python(self, value):
        try:
            read = json.loads(super().to_python(value))
        except (ValueError, RecursionError):
            return {}
        return {name: text for name, text in read.items() if _is_text(name, text)} if isinstance(read, dict) else {}


def _is_text(name: str, value) -> bool:
    """Whether ``value`` can stand in the column ``name``. JSON can spell letters that no database holds."""
    if name == "contact_languages":
        return isinstance(value, list) and all(isinstance(code, str) and not NO_LETTER.search(code) for code in value)
    return isinstance(value, str) and not NO_LETTER.search(value)


class ProposalForm(forms.Form):
    """All that members may propose, one field a column, filled with what stands there now.

    Where somebody else changed the same field meanwhile (``contested``), a choice stands beside it.
    """

    seen = Texts()
    note = forms.CharField(
        label=_("A word to the staff"),
        required=False,
        max_length=1000,
        help_text=_("Why it changes, or where it can be checked. It is not published."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, texts: dict, public: dict, contested: tuple = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.public = public
        self.fields["seen"].initial = json.dumps(texts, ensure_ascii=False)
        seen = self.fields["seen"].to_python(self.data.get("seen", ""))
        asked = {column.name for column in COLUMNS if f"choice_{column.name}" in self.data}
        self.contested = {name: seen.get(name, texts[name]) for name in {*contested, *asked}}
        for column in COLUMNS:
            self.fields[column.name] = field = _field_of(column, texts[column.name])
            field.initial, field.label = texts[column.name], column.label
            if column.language:
                label = {"field": column.label, "language": Language(column.language).label}
                field.label = _("%(field)s in %(language)s") % label
            if column.name in self.contested:
                self.fields[f"choice_{column.name}"] = _choice()

    @classmethod
    def again(cls, refusal, *, note: str, public: dict) -> "ProposalForm":
        """The form after ``EditedMeanwhile``: both texts are there, and a choice where they differ."""
        data: MultiValueDict = MultiValueDict({"seen": [json.dumps(refusal.theirs, ensure_ascii=False)]})
        for name, text in refusal.texts.items():
            data.setlist(name, text if isinstance(text, list) else [text])
        for name in refusal.columns:
            data[f"choice_{name}"] = MINE
        data["note"] = note
        form = cls(data, texts=refusal.theirs, public=public, contested=tuple(refusal.columns))
        for name in refusal.columns:
            form.add_error(name, _("Somebody else has changed this meanwhile. Choose which text to propose."))
        return form

    @property
    def rows(self) -> list[dict]:
        """The fields as the page shows them: by subject, each with its languages."""
        rows: dict[str, dict] = {}
        for column in COLUMNS:
            row = rows.setdefault(column.field, {"label": column.label, "name": column.field, "cells": []})
            choice = f"choice_{column.name}"
            row["cells"].append(
                {
                    "field": self[column.name],
                    "language": column.language,
                    "public": _in_words(self.public[column.name]),
                    "choice": self[choice] if choice in self.fields else None,
                    "theirs": _in_words(self.contested.get(column.name, "")),
                }
            )
        return list(rows.values())

    def clean_kana(self):
        """Katakana after NFKC: half-width letters and ideographic spaces are mended, other scripts refused."""
        reading = " ".join(unicodedata.normalize("NFKC", self.cleaned_data["kana"]).split())
        try:
            KATAKANA(reading)
        except ValidationError as error:
            raise ValidationError(
                _("Write the reading in katakana, for example トリノコウカダイガク."), "kana"
            ) from error
        return reading

    def clean(self):
        cleaned = super().clean()
        names = [f"name_{code}" for code in Language.values]
        if not any(self.errors.get(name) or cleaned.get(name) for name in names):
            self.add_error("name_en", _("Write the name in one language at least."))
        return cleaned

    def texts(self) -> dict:
        """What the editor wants to propose, by column; where they chose the other text, that one."""
        cleaned, seen = self.cleaned_data, self.cleaned_data["seen"]
        texts = {}
        for column in COLUMNS:
            text = plain(cleaned[column.name], column.field)
            before = seen.get(column.name)
            same_languages = isinstance(text, list) and before is not None and sorted(text) == sorted(before)
            chose_other = cleaned.get(f"choice_{column.name}") == THEIRS and before is not None
            texts[column.name] = before if same_languages or chose_other else text
        return texts


def _choice() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Which text to propose"),
        choices=[(MINE, _("mine, as written here")), (THEIRS, _("the other one"))],
        widget=forms.RadioSelect,
    )


def _in_words(value) -> str:
    if not isinstance(value, list):
        return value
    names = Locale.parse((get_language() or "en")[:2]).languages
    return " · ".join(names.get(code, code) for code in value)


def _field_of(column, value) -> forms.Field:
    """The form field of one column; ``value`` is what stands there now, which stays possible."""
    if column.field == "contact_languages":
        names = Locale.parse((get_language() or "en")[:2]).languages
        codes = dict.fromkeys([*COMMON_LANGUAGES, *value])
        return forms.MultipleChoiceField(
            choices=[(code, names.get(code, code)) for code in codes],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    language = {"lang": column.language} if column.language else {}
    if column.field in LONGEST:
        rows = 5 if column.field == "summary" else 9
        longest = max(LONGEST[column.field], len(value))
        return forms.CharField(
            required=False, max_length=longest, widget=forms.Textarea(attrs={"rows": rows, **language})
        )
    name = column.name if column.field in TRANSLATED else column.field
    longest = Organisation._meta.get_field(name).max_length
    if column.field == "website":
        return forms.URLField(
            required=False,
            max_length=longest,
            assume_scheme="https",
            error_messages={"invalid": _("Enter an address like https://www.company.jp")},
        )
    if column.field == "kana":
        language = {"lang": "ja"}
    return forms.CharField(required=False, max_length=longest, widget=forms.TextInput(attrs=language))
