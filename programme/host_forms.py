"""What hosts send from their page: an answer, or material (programme spec P10)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.questions import refuse_controls_but_lines
from iurc_portal.clock import WallClockError
from iurc_portal.office_files import ACCEPT, OfficeFormField
from iurc_portal.staff.times import DayField, FoldField, HourField, answered_fold
from iurc_portal.translation.languages import Language
from programme.host_facts import facts_of, facts_read
from programme.models import HostConfirmation, Material
from programme.services import hosts

Answer = HostConfirmation.Answer
LONGEST = 1000  # characters of a free text
CHOICES = [
    (Answer.ACCEPTED.value, _("I accept")),
    (Answer.PROPOSED.value, _("I propose another time")),
    (Answer.DECLINED.value, _("I cannot")),
]


def plain(field_class, kind: str, **attrs):
    """A field of staff's forms in the look of public pages."""
    widget = forms.TextInput(attrs={"type": kind, "autocomplete": "off", **attrs})
    return field_class(required=False, widget=widget)


def _without_tick(refusal: ValidationError) -> ValidationError:
    """Staff's form of an item has a tick for an end after midnight; this one has not, and must not speak of it."""
    if refusal.code != "ends_before":
        return refusal
    words = _("It ends at %(end)s, before or when it starts (%(start)s). Change one of the two.")
    return ValidationError(words, code=refusal.code, params=refusal.params)


class HostAnswerForm(forms.Form):
    """Hours are those of the host city. ``read`` is the item as the page showed it, signed."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=CHOICES, widget=forms.RadioSelect)
    date = DayField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    starts = HourField(label=_("From"), required=False)
    ends = HourField(label=_("To"), required=False)
    start_fold = FoldField(label=_("which of the two starts"))
    end_fold = FoldField(label=_("which of the two ends"))
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_controls_but_lines],
        help_text=_("Needed if you decline."),
    )
    needs = forms.CharField(
        label=_("What do you need from us?"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_controls_but_lines],
        help_text=_("For example a room, the list for badges, a projector."),
    )
    read = forms.CharField(required=False, widget=forms.HiddenInput)
    read_in = forms.ChoiceField(choices=Language.choices, required=False, widget=forms.HiddenInput({"id": False}))

    def __init__(self, *args, host: HostConfirmation, **kwargs):
        super().__init__(*args, **kwargs)
        self.host, self.asks_fold = host, {"starts": False, "ends": False}
        for name in ("starts", "ends"):
            self.fields[name].widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        visit = host.item.day.visit
        if visit.first_day and visit.last_day:
            limits = {"min": visit.first_day.isoformat(), "max": visit.last_day.isoformat()}
            self.fields["date"].widget.attrs.update(limits)
        self.initial.update(self._values() | self.initial)
        self.proposal: tuple[datetime, datetime] | None = None

    def _values(self) -> dict:
        """The answer as it stands; the hours of a proposal, else of the item."""
        host, event = self.host, self.host.item.event
        zone = ZoneInfo(event.tzid)
        start = (host.proposed_start or event.dtstart).astimezone(zone)
        end = (host.proposed_end or event.dtend).astimezone(zone)
        return {
            "answer": host.answer if host.answer != Answer.PENDING else None,
            "date": start.date(),
            "starts": start.time(),
            "ends": end.time(),
            "start_fold": answered_fold(start),
            "end_fold": answered_fold(end),
            "reason": host.reason,
            "needs": host.needs,
            "read": facts_of(host.item).signed(),
        }

    def fresh_read(self) -> str:
        """The item as it stands now, for a page that is shown again after it has moved."""
        return facts_of(self.host.item).signed()

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("answer") == Answer.PROPOSED:
            self._check_proposal(cleaned)
        if cleaned.get("answer") == Answer.DECLINED and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", ValidationError(_("Write why, in a few words."), code="required"))
        return cleaned

    def _check_proposal(self, cleaned) -> None:
        wanted = ("date", "starts", "ends")
        for name in wanted:
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, ValidationError(_("Write the day and the hours you propose."), code="required"))
        if any(name in self.errors for name in wanted):
            return
        try:
            self.proposal = hosts.check_proposal(
                self.host, **{name: cleaned[name] for name in (*wanted, "start_fold", "end_fold")}
            )
        except ValidationError as refusal:
            for field, errors in refusal.error_dict.items():
                self.add_error(field, [_without_tick(error) for error in errors])
                for error in errors:
                    if isinstance(error, WallClockError) and error.choices:
                        self.asks_fold[field] = True
                        self.fields[f"{field.removesuffix('s')}_fold"].offer(error.choices)

    def save(self, *, now: datetime, by=None) -> HostConfirmation:
        """Raises ``ItemChanged``, ``LinkOver``."""
        return hosts.answer_host(
            self.host,
            answer=self.cleaned_data["answer"],
            proposal=self.proposal,
            reason=self.cleaned_data["reason"],
            needs=self.cleaned_data["needs"],
            read=facts_read(self.cleaned_data["read"]) or facts_of(self.host.item),
            now=now,
            by=by,
        )


class MaterialForm(forms.Form):
    file = OfficeFormField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_("PDF, Word, PowerPoint, Excel or OpenDocument, at most 20 MB."),
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=Material.Kind.choices)
    language = forms.ChoiceField(label=_("Its language"), choices=Language.choices)
    read_in = forms.ChoiceField(choices=Language.choices, required=False, widget=forms.HiddenInput({"id": False}))
