"""What delegates write on their own page: their row, what they tell in confidence, the passport if asked for."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.questions import refuse_controls, refuse_controls_but_lines
from iurc_portal.accounts.names import KANA
from iurc_portal.accounts.spelling import is_latin
from iurc_portal.clock import resolve_wall_clock
from iurc_portal.staff.fields import COMMON_LANGUAGES
from iurc_portal.staff.times import DayField, HourField
from iurc_portal.translation.languages import Language
from programme.models import Delegate, DelegateSensitive, Diet

LONGEST = 500  # characters of a free text
DAY = {"type": "date"}
PASSPORT_NUMBER = re.compile(r"[A-Z0-9]{5,15}")
PASSPORT_NAME = re.compile(r"[A-Z][A-Z ,'<-]{1,79}")
COUNTRY = re.compile(r"[A-Z]{2,3}")


def day_field(label) -> DayField:
    return DayField(label=label, required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))


def hour_field(label) -> HourField:
    return HourField(label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def long_text(label, help_text="") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[refuse_controls_but_lines],
        help_text=help_text,
    )


def short_text(label, length: int, *validators, help_text="", **attrs) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=length,
        validators=[refuse_controls, *validators],
        help_text=help_text,
        widget=forms.TextInput(attrs=attrs),
    )


class OwnRowForm(forms.Form):
    """Reply, readings of the name, post, languages, journey, photographs. Hours are those of the host city."""

    reply = forms.ChoiceField(
        label=_("Will you come?"),
        choices=[
            (Delegate.Reply.ACCEPTED.value, _("I will come")),
            (Delegate.Reply.DECLINED.value, _("I cannot come")),
        ],
        widget=forms.RadioSelect,
    )
    family_kana = short_text(_("family name, reading"), 80, KANA, lang="ja")
    given_kana = short_text(_("given name, reading"), 80, KANA, lang="ja")
    romaji = short_text(_("name in Latin letters"), 120, help_text=_("As it is to be printed, accents included."))
    title = short_text(_("title or post"), 160)
    affiliation = short_text(_("organisation"), 200)
    languages = forms.MultipleChoiceField(
        label=_("Languages you understand"),
        choices=list(COMMON_LANGUAGES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    arrival_day, arrival_hour = day_field(_("Arrival, day")), hour_field(_("Arrival, hour"))
    leaving_day, leaving_hour = day_field(_("Departure, day")), hour_field(_("Departure, hour"))
    photo_consent = forms.ChoiceField(
        label=_("May you be recognised on photographs that are published?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("You can change this at any time; pictures are then taken down the same day."),
    )
    read_in = forms.ChoiceField(choices=Language.choices, required=False, widget=forms.HiddenInput({"id": False}))

    def __init__(self, *args, delegate: Delegate, **kwargs):
        super().__init__(*args, **kwargs)
        self.delegate = delegate
        self.language = (get_language() or "en")[:2]
        self.zone = ZoneInfo(delegate.visit.host_city.tzid)
        self.initial.update(self._values() | self.initial)

    def _values(self) -> dict[str, Any]:
        delegate, person = self.delegate, self.delegate.person
        values: dict[str, Any] = {name: getattr(person, name) for name in ("family_kana", "given_kana", "romaji")}
        for name in ("title", "affiliation"):
            values[name] = getattr(delegate, f"{name}_{self.language}") or ""
        values["reply"] = delegate.reply if delegate.reply != Delegate.Reply.INVITED else None
        values["languages"] = delegate.languages or person.languages
        values["photo_consent"] = {True: "yes", False: "no"}.get(delegate.photo_consent)  # type: ignore[arg-type]
        for prefix, instant in (("arrival", delegate.arrives_at), ("leaving", delegate.leaves_at)):
            if instant is not None:
                local = instant.astimezone(self.zone)
                values[f"{prefix}_day"], values[f"{prefix}_hour"] = local.date(), local.time()
        return values

    def clean_romaji(self) -> str:
        text = " ".join(self.cleaned_data["romaji"].split())
        if not is_latin(text):
            raise ValidationError(_("Write the name in Latin letters, for example YAMADA Taro."), code="romaji")
        return text

    def clean(self):
        cleaned = super().clean()
        for prefix in ("arrival", "leaving"):
            cleaned[prefix] = self._instant(cleaned, prefix)
        if cleaned["arrival"] and cleaned["leaving"] and cleaned["leaving"] <= cleaned["arrival"]:
            self.add_error("leaving_day", ValidationError(_("The departure is before the arrival."), code="order"))
        return cleaned

    def _instant(self, cleaned, prefix: str) -> datetime | None:
        day, hour = cleaned.get(f"{prefix}_day"), cleaned.get(f"{prefix}_hour")
        if day is None or hour is None:
            if hour is not None or (day is not None and f"{prefix}_hour" not in self.errors):
                missing = f"{prefix}_day" if day is None else f"{prefix}_hour"
                if missing not in self.errors:
                    self.add_error(missing, ValidationError(_("Write day and hour."), code="required"))
            return None
        try:
            return resolve_wall_clock(datetime.combine(day, hour), self.zone.key, fold=0)
        except ValidationError as refusal:  # an hour that no clock shows
            self.add_error(f"{prefix}_hour", refusal)
            return None

    def values(self) -> dict[str, Any]:
        """What ``services.delegates.confirm_own_row`` takes."""
        cleaned = self.cleaned_data
        return {
            "reply": cleaned["reply"],
            "languages": cleaned["languages"],
            "arrives_at": cleaned["arrival"],
            "leaves_at": cleaned["leaving"],
            "photo_consent": {"yes": True, "no": False}.get(cleaned["photo_consent"]),
            "names": {name: cleaned[name] for name in ("family_kana", "given_kana", "romaji")},
            **{f"{name}_{self.language}": cleaned[name] for name in ("title", "affiliation")},
        }


class CareForm(forms.Form):
    """Diet, health, whom to call: all of it optional, none of it without consent."""

    diet = forms.MultipleChoiceField(
        label=_("What you do not eat or drink"),
        choices=Diet.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    allergies = long_text(_("Allergies"), _("What the kitchen must know."))
    mobility = long_text(_("Help with walking, seeing, hearing"), _("For example a wheelchair, no stairs, a loop."))
    emergency_name = short_text(_("Whom to call in an emergency"), 160)
    emergency_phone = short_text(_("Their telephone"), 40, type="tel")
    consent = forms.BooleanField(
        label=_("I agree that the team of the host city keeps and uses these data for this visit alone."),
        required=False,
    )
    read_in = forms.ChoiceField(choices=Language.choices, required=False, widget=forms.HiddenInput({"id": False}))

    @staticmethod
    def values_of(row: DelegateSensitive) -> dict[str, Any]:
        names = ("diet", "allergies", "mobility", "emergency_name", "emergency_phone")
        return {name: getattr(row, name) for name in names} | {"consent": row.consent_at is not None}

    def clean(self):
        cleaned = super().clean()
        given = any(cleaned.get(name) for name in self.fields if name not in {"consent", "read_in"})
        if given and not cleaned.get("consent"):
            words = _("Tick that you agree, or leave the fields empty: without your consent we keep nothing of this.")
            self.add_error("consent", ValidationError(words, code="consent"))
        return cleaned


class PassportForm(forms.Form):
    """Typed from the passport; never a picture of it."""

    passport_spelling = short_text(
        _("Name as in the passport"), 80, help_text=_("In capitals, as on the page with the photograph.")
    )
    passport_number = short_text(_("Passport number"), 20)
    passport_expiry = day_field(_("Valid until"))
    passport_country = short_text(_("Issuing country"), 3, help_text=_("Two or three letters, for example JPN."))
    read_in = forms.ChoiceField(choices=Language.choices, required=False, widget=forms.HiddenInput({"id": False}))

    def _upper(self, name: str, pattern: re.Pattern, words) -> str:
        text = " ".join(self.cleaned_data[name].upper().split())
        text = text.replace(" ", "") if name == "passport_number" else text
        if text and not pattern.fullmatch(text):
            raise ValidationError(words, code="passport")
        return text

    def clean_passport_spelling(self) -> str:
        words = _("Write the name in capital Latin letters, as in the passport: YAMADA TARO.")
        return self._upper("passport_spelling", PASSPORT_NAME, words)

    def clean_passport_number(self) -> str:
        return self._upper("passport_number", PASSPORT_NUMBER, _("Write letters and digits, as in the passport."))

    def clean_passport_country(self) -> str:
        return self._upper("passport_country", COUNTRY, _("Write two or three letters, for example JPN or ITA."))

    def values(self) -> dict[str, str]:
        expiry = self.cleaned_data["passport_expiry"]
        names = ("passport_spelling", "passport_number", "passport_country")
        return {name: self.cleaned_data[name] for name in names} | {
            "passport_expiry": expiry.isoformat() if expiry else ""
        }
