"""The registration form: one form, under a minute, on a phone (DESIGN "Registration"; events spec 15, 16.5)."""

import unicodedata
from collections.abc import Collection
from datetime import timedelta
from functools import lru_cache

from babel import Locale
from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import lazy
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from events.models import Event, EventLanguage, SeatPool
from events.questions import PREFIX as QUESTION
from events.questions import AsksQuestions
from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.names import KANA
from iurc_portal.clock import zone_of_language
from iurc_portal.privacy import consents
from iurc_portal.privacy.models import ConsentText
from iurc_portal.translation.languages import Language
from iurc_portal.translation.times import zone_place

AGE_SALT = "events.registration-form"
YOUNGEST, OLDEST = timedelta(seconds=1), timedelta(hours=12)
COUNTRY_OF_LANGUAGE = {"it": "IT", "ja": "JP"}
NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
NOT_OF_THE_PERSON = {"email", "consent", "news", "website", "began", "takes_part", "headset"}
CITY_ZONES = (("Europe/Rome", _("Torino")), ("Asia/Tokyo", _("Nagoya")))
OTHER_ZONES = (
    "UTC", "Europe/London", "Europe/Lisbon", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Athens",
    "Europe/Helsinki", "Europe/Istanbul", "Africa/Cairo", "Africa/Nairobi", "Asia/Dubai", "Asia/Kolkata",
    "Asia/Bangkok", "Asia/Jakarta", "Asia/Singapore", "Asia/Shanghai", "Asia/Taipei", "Asia/Seoul",
    "Australia/Sydney", "Pacific/Auckland", "America/Sao_Paulo", "America/New_York", "America/Chicago",
    "America/Los_Angeles",
)  # fmt: skip


def refuse_controls(value: str) -> None:
    """Refuse control characters, line breaks and lone surrogates in a line of text (events spec 15)."""
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in value):
        raise ValidationError(_("Remove the characters that cannot be printed."), code="controls")


class LineField(forms.CharField):
    """One line of text as a person types it: trimmed, without control characters."""

    default_validators = [refuse_controls]


class AddressField(forms.EmailField):
    """An e-mail address. Full-width letters, as Japanese keyboards write them, are read as plain ones."""

    default_validators = [
        EmailValidator(message=_("Enter an address like name@company.jp")),
        refuse_controls,
    ]
    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})

    def to_python(self, value):
        return unicodedata.normalize("NFKC", super().to_python(value))

    def clean(self, value):
        value = super().clean(value)
        if len(email_key(value)) > 254:  # the domain grows in its IDNA form
            raise ValidationError(_("This address is too long."), code="max_length")
        return value


class LongChoices(BaseChoiceIterator):
    """A long list of choices, put in order once a process: Django would go through a plain one at every form."""

    def __init__(self, *pairs: tuple[str, str]):
        self.pairs = pairs

    def __iter__(self):
        return iter(self.pairs)


@lru_cache
def countries(language: str) -> LongChoices:
    """Pairs (ISO 3166-1 code, name in ``language``): none, Italy and Japan first, the rest by name."""
    names = {
        code: name
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    }
    first = [(code, names.pop(code)) for code in ("IT", "JP")]
    rest = sorted(names.items(), key=lambda pair: unicodedata.normalize("NFD", pair[1]))
    return LongChoices(("", pgettext("country", "Prefer not to say")), *first, *rest)


@lru_cache
def zones(language: str) -> LongChoices:
    """Pairs (IANA name, name in ``language``): the two cities, then a zone for every part of the world."""
    return LongChoices(
        *((tzid, str(city)) for tzid, city in CITY_ZONES),
        *((tzid, zone_place(tzid, language)) for tzid in OTHER_ZONES),
    )


@lru_cache
def option_marks(pairs: tuple[tuple[str, str], ...]) -> SafeString:
    """The options of a long list, written once a process: they cost microseconds a page, not milliseconds."""
    return format_html_join("", '<option value="{}">{}</option>', pairs)


class LongSelect(forms.Select):
    """A select whose choices are one of the long lists above."""

    def render(self, name, value, attrs=None, renderer=None):
        options = str(option_marks(tuple(self.choices)))
        for chosen in self.format_value(value):
            mark = f'<option value="{escape(chosen)}"'
            options = options.replace(f"{mark}>", f"{mark} selected>", 1)
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", attributes, SafeString(options))  # nosec: every part is escaped


class RegistrationForm(AsksQuestions, forms.Form):
    """What a person says to get a place. Only names, address and consent are required, and what the event asks."""

    given_name = LineField(
        label=_("First name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = LineField(
        label=_("Surname"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    family_kana = LineField(label=_("Surname, reading"), max_length=80, required=False, validators=[KANA])
    given_kana = LineField(label=_("First name, reading"), max_length=80, required=False, validators=[KANA])
    romaji = LineField(
        label=_("Name in Latin letters"),
        max_length=120,
        required=False,
        help_text=_("As in your passport, for example YAMADA Taro: for readers of Italian and English."),
    )
    email = AddressField(label=_("E-mail"), max_length=254)
    company = LineField(
        label=_("Organisation"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    job_title = LineField(
        label=_("Role"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    country = forms.ChoiceField(
        label=_("Country"), required=False, widget=LongSelect(attrs={"autocomplete": "country"})
    )
    language = forms.ChoiceField(label=_("Language of messages"), choices=Language.choices)
    tzid = forms.ChoiceField(label=_("Times in the mail"), widget=LongSelect)
    interpretation = forms.ChoiceField(label=_("Interpretation"), required=False)
    takes_part = forms.ChoiceField(label=_("How you take part"))
    headset = forms.BooleanField(label=_("I need a headset for the interpretation"), required=False)
    access_needs = LineField(
        label=_("Access needs"),
        max_length=400,
        required=False,
        help_text=_("For example sign language or captions. Deleted 30 days after the event."),
    )
    consent = forms.BooleanField(
        label=_("I have read the privacy notice"),
        help_text=lazy(format_html, str)(
            '<a href="{}">{}</a>', reverse_lazy("text", args=["privacy"]), _("Read the privacy notice")
        ),
        error_messages={"required": _("Tick the box to register: without it we may not keep your address.")},
    )
    news = forms.BooleanField(
        label=_("Write to me about new webinars and events, too"),
        required=False,
        help_text=_("A choice of its own: you confirm it by a message, and end it with one click."),
    )
    website = forms.CharField(required=False)
    consent_version = forms.CharField(required=False, widget=forms.HiddenInput)  # of the text that was shown
    began = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, event: Event, user=None, full: Collection[str] = (), **kwargs):
        """``full`` are the kinds of seats of which none is left: the choice says so."""
        language = (get_language() or "en")[:2]
        initial = self._person(user) if user is not None and user.is_authenticated else {}
        kwargs["initial"] = {
            "language": language,
            "tzid": zone_of_language(language),
            "country": COUNTRY_OF_LANGUAGE.get(language, ""),
            **initial,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        self.page_language = language
        self.fields["country"].choices = countries(language)
        self.fields["tzid"].choices = zones(language)
        self._offer_interpretation(event)
        self._offer_seats(event, full)
        if language == "ja":
            self.order_fields(["family_name", "given_name"])
        else:
            del self.fields["family_kana"], self.fields["given_kana"], self.fields["romaji"]
        self.consent_text = consents.text_for(
            ConsentText.Kind.REGISTRATION,
            now=timezone.now(),
            version=self.data.get(self.add_prefix("consent_version"), ""),
        )
        self.ask(event)

    @staticmethod
    def _person(user) -> dict[str, str]:
        names = ("given_name", "family_name", "family_kana", "given_kana", "romaji", "email", "language", "tzid")
        return {name: getattr(user, name) for name in names}

    def _offer_interpretation(self, event: Event) -> None:
        offered = [row.language for row in event.languages.all() if row.role == EventLanguage.Role.INTERPRETED]
        if not offered:
            del self.fields["interpretation"]
            return
        names = Locale.parse(self.page_language).languages
        self.fields["interpretation"].choices = [
            ("", _("I do not need it")),
            *((code, names.get(code, code)) for code in offered),
        ]

    def _offer_seats(self, event: Event, full: Collection[str]) -> None:
        """Ask in the room or online where visitors can choose, and for a headset where there are some."""
        kinds = {pool.kind: pool for pool in event.seat_pools.all()}
        if SeatPool.Kind.HEADSET not in kinds:
            del self.fields["headset"]
        public = [kind for kind in SeatPool.FOR_EVERYBODY if kind in kinds]
        if len(public) > 1:
            booked = _("Fully booked: waiting list") if event.waiting_list else _("Fully booked")
            labels = {kind: str(kinds[kind].get_kind_display()) for kind in public}
            self.fields["takes_part"].choices = [
                (kind, " – ".join([label, str(booked)]) if kind in full else label) for kind, label in labels.items()
            ]
            self.fields["takes_part"].initial = next((kind for kind in public if kind not in full), public[0])
        else:
            del self.fields["takes_part"]

    def wanted_seats(self) -> list[str]:
        """Kinds of seats that were asked for; see ``SeatPool``."""
        chosen = [self.cleaned_data["takes_part"]] if self.cleaned_data.get("takes_part") else []
        return [*chosen, SeatPool.Kind.HEADSET] if self.cleaned_data.get("headset") else chosen

    @property
    def fresh_age(self) -> str:
        """A signed mark of when this form was shown; see ``_check_age``."""
        return signing.TimestampSigner(salt=AGE_SALT).sign("shown")

    @property
    def name_fields(self):
        """The pair of names in the reader's order: family name first in Japanese."""
        order = ("family_name", "given_name") if self.page_language == "ja" else ("given_name", "family_name")
        return [self[name] for name in order]

    @property
    def reading_fields(self):
        return [self[name] for name in ("family_kana", "given_kana") if name in self.fields]

    @property
    def other_fields(self):
        names = (
            *("takes_part", "company", "job_title", "country", "language", "tzid"),
            *("interpretation", "headset", "access_needs"),
        )
        return [self[name] for name in names if name in self.fields]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("website"):
            raise ValidationError(_("Leave the last field empty and press the button again."), code="robot")
        self._check_age(self.data.get(self.add_prefix("began"), ""))
        return cleaned

    def _check_age(self, mark: str) -> None:
        """Robots answer at once or with an old form; people are asked to press again, and keep what they wrote."""
        if not settings.RATE_LIMITS:
            return
        signer = signing.TimestampSigner(salt=AGE_SALT)
        try:
            signer.unsign(mark, max_age=OLDEST)
        except signing.BadSignature as error:
            raise ValidationError(
                _("This form was open for a long time. Look it over and press the button again."), code="old_form"
            ) from error
        try:
            signer.unsign(mark, max_age=YOUNGEST)
        except signing.SignatureExpired:
            return
        raise ValidationError(_("That was very quick. Please press the button once more."), code="quick_form")

    def person(self) -> dict[str, str]:
        """What the service keeps of the person, without traps and ``answers()``, and which text they saw."""
        kept = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in NOT_OF_THE_PERSON and not name.startswith(QUESTION)
        }
        return {**kept, "consent_version": self.consent_text.mark if self.consent_text is not None else ""}
