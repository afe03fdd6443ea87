"""Facts that Japanese readers expect in the table of a company, and the pictures of a profile."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem import classification
from iurc_portal.pictures import PictureField
from iurc_portal.translation.languages import columns

KATAKANA = RegexValidator(
    r"^[ァ-ヺー・ヽヾ ]*$", _("Write the reading in katakana, for example トリノコウカダイガク."), code="kana"
)
PICTURES = ("logo", "photo")


class KanaField(models.CharField):
    """Katakana after NFKC: half-width letters become full-width ones, the ideographic space a plain one."""

    default_validators = [KATAKANA]

    def to_python(self, value):
        value = super().to_python(value)
        return " ".join(unicodedata.normalize("NFKC", value).split()) if value else value

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def validate_nace(value) -> None:
    """Refuse what is not a list of codes of NACE Rev. 2.1. Raises ``ValidationError``."""
    for code in value if isinstance(value, list) else [value]:
        if not classification.is_nace(code):
            raise ValidationError(
                _("“%(code)s” is no NACE 2.1 code. Write two digits, or more after a point, for example 62 or 62.10."),
                code="nace",
                params={"code": code},
            )


class CompanyFacts(models.Model):
    """What a company table says. All optional: what is not stated is said to be so."""

    class SizeBand(models.TextChoices):
        """By staff numbers: the steps of the European definition of small and medium enterprises, and one above."""

        MICRO = "1-9", _("1–9 people")
        SMALL = "10-49", _("10–49 people")
        MEDIUM = "50-249", _("50–249 people")
        LARGE = "250-999", _("250–999 people")
        VERY_LARGE = "1000+", _("1,000 people or more")

    class Currency(models.TextChoices):
        EURO = "EUR", _("euro")
        YEN = "JPY", _("yen")
        DOLLAR = "USD", _("US dollars")
        POUND = "GBP", _("pounds sterling")
        FRANC = "CHF", _("Swiss francs")

    size_band = models.CharField(pgettext_lazy("of a company", "staff"), max_length=8, choices=SizeBand, blank=True)
    capital = models.PositiveBigIntegerField(
        _("capital"), null=True, blank=True, help_text=_("Paid-up capital in whole euros, yen…")
    )
    capital_currency = models.CharField(_("currency of the capital"), max_length=3, choices=Currency, blank=True)
    representative = models.CharField(
        _("representative"), max_length=120, blank=True, help_text=_("Title and name, for example CEO Anna Rossi.")
    )
    representative_consent_on = models.DateField(
        _("consent of the representative"),
        null=True,
        blank=True,
        help_text=_("The day on which they agreed. Without it the name is not shown."),
    )
    registry_id = models.CharField(
        _("number in the register of companies"),
        max_length=40,
        blank=True,
        help_text=_("In Italy the tax code, in Japan the corporate number of 13 digits."),
    )
    registry_country = models.CharField(
        _("country of the register"),
        max_length=2,
        blank=True,
        validators=[
            RegexValidator(r"^[A-Z]{2}$", _("Write the country in two capital letters, for example IT or JP."))
        ],
    )
    nace = models.JSONField(
        _("activity (NACE 2.1)"),
        default=list,
        blank=True,
        validators=[validate_nace],
        help_text=_("One code to a line, the main one first, for example 62.10."),
    )
    open_to_japan_since = models.PositiveSmallIntegerField(
        _("open to Japan since"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1850), MaxValueValidator(2100)],
        help_text=_("A year."),
    )
    open_to_japan_how = models.TextField(
        _("how it works with Japan"),
        blank=True,
        help_text=_("For example: an office in Nagoya, customers in Japan, staff who speak Japanese."),
    )
    logo = PictureField(_("logo"), blank=True)
    logo_alt = models.CharField(_("logo in words"), max_length=200, blank=True)
    logo_credit = models.CharField(_("whose the logo is"), max_length=200, blank=True)
    photo = PictureField(_("photo"), blank=True)
    photo_alt = models.CharField(_("photo in words"), max_length=200, blank=True)
    photo_credit = models.CharField(_("whose the photo is"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def clean_fields(self, exclude=None):
        """A number of a register is one however it was typed."""
        self.registry_id = normal_number(self.registry_id)
        self.registry_country = normal_number(self.registry_country)
        super().clean_fields(exclude=exclude)

    def clean(self):
        super().clean()
        errors = {}
        for picture in PICTURES:
            if getattr(self, picture) and not any(getattr(self, column) for column in columns(f"{picture}_alt")):
                errors[picture] = ValidationError(
                    _("Say in words what the picture shows, in one language at least."), code="alt"
                )
        if errors:
            raise ValidationError(errors)

    @property
    def public_representative(self) -> str:
        """The representative's name where they have agreed to be named, else nothing (ecosystem spec 6)."""
        return self.representative if self.representative_consent_on else ""

    @property
    def activities(self) -> list[classification.Activity]:
        """The NACE codes with what other classifications call them."""
        return [classification.activity(code) for code in self.nace if classification.is_nace(code)]


def normal_number(typed: str) -> str:
    """A number of a register, or the code of its country, without spaces, full-width and small letters."""
    return "".join(unicodedata.normalize("NFKC", typed).split()).upper()


def facts_constraints(model: str) -> list[models.BaseConstraint]:
    """The promises of ``CompanyFacts``, for a model's ``Meta.constraints``."""
    return [
        models.UniqueConstraint(
            fields=["registry_country", "registry_id"],
            condition=~Q(registry_id=""),
            name=f"{model}_registered_once",
            violation_error_message=_("Another organisation has this number in the register of companies."),
        ),
        models.CheckConstraint(
            name=f"{model}_registered_in_a_country",
            condition=Q(registry_id="") | ~Q(registry_country=""),
            violation_error_message=_("Write the country of the register, too: IT, JP…"),
        ),
        models.CheckConstraint(
            name=f"{model}_capital_in_a_currency",
            condition=Q(capital=None) | ~Q(capital_currency=""),
            violation_error_message=_("Choose the currency of the capital."),
        ),
    ]
