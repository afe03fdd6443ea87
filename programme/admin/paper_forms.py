"""What staff say when they make a paper of a visit: languages, for whom, who signs, and on which basis names leave."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from iurc_portal.staff.times import DayInput
from iurc_portal.translation.languages import CODES, Language
from programme.models import AgendaItem, Document, HostConfirmation, PersonalDataTransfer, StudyVisit
from programme.models.documents import COUNTRY
from programme.papers import facts, seating
from programme.papers.certificates import entitled
from programme.papers.kinds import Kind
from programme.services.papers import Recipient

ALL = "all"


def in_a_language(name: str) -> forms.CharField:
    """A field for what a letter says of this visit alone, in one of its languages."""
    if name == "signatory_post":
        return forms.CharField(
            label=_("post of who signs"), max_length=160, required=False, widget=UnfoldAdminTextInputWidget
        )
    label = _("reason, and what you offer instead") if name == "reason" else _("who pays for what")
    return forms.CharField(
        label=label, max_length=2000, required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )


class PaperForm(forms.Form):
    """For one kind of paper of one visit. What was typed for the ``last`` one of each language is proposed again."""

    language = forms.ChoiceField(
        label=_("language"),
        choices=[*Language.choices, (ALL, _("all three languages"))],
        widget=UnfoldAdminSelectWidget,
    )
    about = forms.ChoiceField(label=_("for"), widget=UnfoldAdminSelectWidget)
    layout = forms.ChoiceField(
        label=_("arrangement"), required=False, choices=seating.Layout.choices, widget=UnfoldAdminSelectWidget
    )
    dated_on = forms.DateField(label=_("date on the paper"), widget=DayInput)
    protocol_number = forms.CharField(
        label=_("protocol number"), max_length=60, required=False, widget=UnfoldAdminTextInputWidget
    )
    without_number = forms.BooleanField(
        label=_("send it without a protocol number"), required=False, widget=UnfoldBooleanWidget
    )
    signatory = forms.CharField(
        label=_("who signs"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget
    )
    era = forms.BooleanField(
        label=_("Japanese era in the letter in Japanese"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("Dates such as 令和8年5月12日; otherwise 2026年5月12日. The other languages stay as they are."),
    )
    basis = forms.ChoiceField(
        label=_("legal basis for passing names on"),
        required=False,
        choices=[("", _("none: leave the names out")), *PersonalDataTransfer.Basis.choices],
        widget=UnfoldAdminSelectWidget,
    )
    recipient = forms.CharField(
        label=_("recipient"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )
    country = forms.CharField(
        label=_("country of the recipient"),
        required=False,
        validators=[COUNTRY],
        widget=UnfoldAdminTextInputWidget(attrs={"maxlength": 2}),
        help_text=_("Two letters: IT, JP …"),
    )
    is_public_body = forms.BooleanField(label=_("public body"), required=False, widget=UnfoldBooleanWidget)
    people = forms.TypedMultipleChoiceField(
        label=_("people whose explicit consent you have"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Needed for that basis alone: nobody else is named then."),
    )

    def __init__(self, *args, visit: StudyVisit, kind: Kind, last: Mapping[str, Document], **kwargs):
        super().__init__(*args, **kwargs)
        self.visit, self.kind = visit, kind
        self._leave_out()
        self.said = ()
        if kind.is_letter:
            self.said = ("signatory_post", "reason" if kind.name == "refusal" else "costs")
        for name in self.said:
            for code in CODES:
                self.fields[f"{name}_{code}"] = in_a_language(name)
                self.fields[f"{name}_{code}"].widget.attrs["lang"] = code
        self._propose(last)
        self.fields["dated_on"].initial = timezone.localdate()
        if "about" in self.fields:
            self.choices = about_choices(visit, kind)
            if kind.about == "attendee" and not self.choices:
                self.fields["about"].help_text = _("Nobody is ticked as present: certificates come from attendance.")
            self.fields["about"].choices = [
                *((key, label) for key, label, _one in self.choices),
                *([(ALL, _("all of them"))] if len(self.choices) > 1 else []),
            ]
        if "people" in self.fields:
            self.fields["people"].choices = nameable(visit)

    def _leave_out(self) -> None:
        """Fields that this kind does not need."""
        letter = {"protocol_number", "without_number", "signatory", "era"}
        transfer = {"basis", "recipient", "country", "is_public_body", "people"}
        unneeded = set() if self.kind.is_letter else letter
        unneeded |= set() if self.kind.leaves else transfer
        unneeded |= set() if self.kind.about else {"about"}
        unneeded |= set() if self.kind.about == "table" else {"layout"}
        for name in unneeded:
            self.fields.pop(name, None)

    def _who_signs(self) -> str:
        lead = self.visit.lead
        return lead.get_full_name() if lead else ""

    def _propose(self, last: Mapping[str, Document]) -> None:
        proposed: dict[str, Any] = {"signatory": self._who_signs()}
        if "reason" in self.said:
            proposed["reason_it"] = facts.reason_of_refusal(self.visit)
        for code, document in last.items():
            told = document.particulars
            proposed |= {f"{name}_{code}": told[name] for name in self.said if told.get(name)}
            proposed |= {name: told[name] for name in ("signatory", "era", "layout") if told.get(name)}
            if transfer := told.get("transfer"):
                proposed |= {name: transfer[name] for name in ("basis", "country", "is_public_body", "people")}
                proposed["recipient"] = transfer["name"]
        for name, value in proposed.items():
            if name in self.fields:
                self.fields[name].initial = value

    def clean_country(self):
        return self.cleaned_data["country"].upper()

    def clean(self):
        data = super().clean()
        letter = "protocol_number" in self.fields
        if letter and not data.get("protocol_number", "").strip() and not data.get("without_number"):
            words = _("A letter without a protocol number: write the number, or tick that it goes without.")
            self.add_error("protocol_number", ValidationError(words, code="protocol"))
        for name in self.said:
            self._check_languages(name, data)
        if data.get("basis") and not data.get("country"):
            self.add_error("country", ValidationError(_("Write the country of the recipient."), code="required"))
        return data

    def _check_languages(self, name: str, data) -> None:
        """What one of the letters says, all of them say; a refusal always says why."""
        wanted = [f"{name}_{code}" for code in self._languages()]
        filled = [column for column in wanted if data.get(column, "").strip()]
        if not filled and name != "reason":
            return
        for column in wanted:
            if column not in filled and column not in self.errors:
                words = _("Write it in every language of which you make the letter.")
                self.add_error(column, ValidationError(words, code="language"))

    def _languages(self) -> tuple[str, ...]:
        chosen = self.cleaned_data.get("language", "")
        return CODES if chosen == ALL else tuple(filter(None, [chosen]))

    # --- What was asked for ---

    def texts(self) -> list[tuple[str, str]]:
        """What the letter says in each language: the field's name and its label, for the page."""
        return [(name, str(self.fields[f"{name}_it"].label)) for name in self.said]

    @property
    def is_single(self) -> bool:
        return len(self.wanted()) == 1

    def wanted(self) -> list[dict]:
        """Language and subject of each paper, for ``services.papers.ask_for``."""
        subjects = [{}]
        if "about" in self.fields:
            key = self.cleaned_data["about"]
            subjects = [one for own, _label, one in self.choices if key in {own, ALL}]
        return [
            {"language": language, "particulars": self._particulars(language), **subject}
            for subject in subjects
            for language in self._languages()
        ]

    def _particulars(self, language: str) -> dict[str, Any]:
        data = self.cleaned_data
        said: dict[str, Any] = {name: data[f"{name}_{language}"].strip() for name in self.said}
        said["signatory"] = data.get("signatory", "").strip()
        said["era"] = language == "ja" and data.get("era", False)
        said["layout"] = data.get("layout", "")
        return {name: value for name, value in said.items() if value}

    def common(self) -> dict:
        """What all of them have in common, for the same."""
        data = self.cleaned_data
        recipient = None
        if data.get("basis"):
            recipient = Recipient(
                data["recipient"].strip(),
                data["country"],
                data["is_public_body"],
                data["basis"],
                tuple(data["people"]) if data["basis"] == PersonalDataTransfer.Basis.CONSENT else (),
            )
        return {
            "dated_on": data["dated_on"],
            "protocol_number": data.get("protocol_number", ""),
            "recipient": recipient,
        }


def about_choices(visit: StudyVisit, kind: Kind) -> list[tuple[str, str, dict]]:
    """Whom or what a copy may be about: key, words, and the argument of the service."""
    if kind.about == "guest":
        people = [delegate.person for delegate in facts.delegation(visit)]
    elif kind.about == "attendee":
        people = [delegate.person for delegate in entitled(visit)]
    elif kind.about == "interpreter":
        people = facts.interpreters(visit)
    else:
        items = facts.with_everything(AgendaItem.objects.filter(day__visit=visit))
        days = facts.days_of(visit, list(items))
        return [
            (str(slot.item.pk), f"{slot.host.start:%d/%m %H:%M} {slot.event}", {"item": slot.item})
            for day in days
            for slot in day.slots
            if (kind.about != "table" and (slot.item.receiving or slot.item.organisation_id))
            or (kind.about == "table" and slot.item.kind in seating.AT_A_TABLE)
        ]
    return [(str(person.pk), str(person), {"person": person}) for person in people]


def nameable(visit: StudyVisit) -> list[tuple[int, str]]:
    """Everybody whom papers of the visit may name: delegates in protocol order, hosts, interpreters."""
    people = {delegate.person_id: delegate.person for delegate in facts.delegation(visit)}
    hosts = HostConfirmation.objects.filter(item__day__visit=visit).exclude(answer="declined").select_related("person")
    people |= {host.person_id: host.person for host in hosts if host.person_id not in people}
    people |= {person.pk: person for person in facts.interpreters(visit)}
    return [(pk, str(person)) for pk, person in people.items()]
