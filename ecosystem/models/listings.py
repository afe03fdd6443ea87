"""What an organisation offers and what it looks for, for a time that ends by itself."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models.organisations import Organisation, told_at
from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.constraints import some_language

# Technology readiness levels as Horizon Europe defines them (General Annexes, part B), in short and plain words.
TRL_WORDS = {
    1: _("the basic principles have been observed"),
    2: _("the concept has been worked out"),
    3: _("a first experiment shows that it can work"),
    4: _("it works in the laboratory"),
    5: _("it works in conditions close to real ones"),
    6: _("it has been demonstrated in conditions close to real ones"),
    7: _("a prototype has been demonstrated in real use"),
    8: _("it is complete and qualified"),
    9: _("it is proven in real use"),
}


class TrlBand(models.TextChoices):
    """Three steps that a reader can choose between; the value is the range of levels."""

    RESEARCH = "1-3", _("in research (TRL 1–3)")
    TRIAL = "4-6", _("being tried out (TRL 4–6)")
    MARKET = "7-9", _("close to the market or on it (TRL 7–9)")


class Region(models.TextChoices):
    """Where a partner is sought."""

    NAGOYA = "nagoya", _("Nagoya and Aichi")
    JAPAN = "japan", _("all of Japan")
    TORINO = "torino", _("Torino and Piemonte")
    ITALY = "italy", _("all of Italy")
    EUROPE = "europe", _("Europe")
    WORLD = "world", _("anywhere")


def a_year_after(day: date) -> date:
    """The same day of the next year; 28 February after a 29th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def validate_regions(value) -> None:
    """Refuse what is not a list of codes of ``Region``. Raises ``ValidationError``."""
    unknown = [code for code in value if code not in Region.values] if isinstance(value, list) else [value]
    if unknown:
        raise ValidationError(
            _("“%(value)s” is not a region of the list."), code="region", params={"value": unknown[0]}
        )


class ListingQuerySet(models.QuerySet):
    def current(self, *, today: date):
        """Published and not past their date, whether or not the night's task has run."""
        return self.filter(state=Listing.State.PUBLISHED, valid_until__gte=today)

    def listed(self, *, today: date):
        """What stands in public lists: current, of an organisation that is in them itself."""
        return self.current(today=today).filter(
            told_at("organisation") & ~Q(organisation__activity=Organisation.Activity.CLOSED)
        )

    def past(self, *, today: date):
        """Still called published, but past their date."""
        return self.filter(state=Listing.State.PUBLISHED, valid_until__lt=today)

    def ending(self, *, today: date, by: date):
        """Current ones whose last day is ``by`` or before: soon to be renewed, or not."""
        return self.current(today=today).filter(valid_until__lte=by)

    def editable_by(self, user):
        """Staff edit the listings of their own city's organisations, managers all (ecosystem spec 8)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("ecosystem.change_listing"):
            return self.filter(organisation__side=user.side)
        return self.none()


class Listing(StateMachine):
    """schema.org Offer, or Demand. ``valid_until`` is the last day on which it is shown, at most a year ahead."""

    class Direction(models.TextChoices):
        OFFER = "offer", pgettext_lazy("listing", "offer")
        NEED = "need", pgettext_lazy("listing", "need")

    class Type(models.TextChoices):
        PRODUCT = "product", pgettext_lazy("listing", "product")
        TECHNOLOGY = "technology", pgettext_lazy("listing", "technology")
        RESEARCH = "research", pgettext_lazy("listing", "research")
        INVESTMENT = "investment", pgettext_lazy("listing", "investment")
        TEST_SITE = "test_site", pgettext_lazy("listing", "place to test")
        DISTRIBUTION = "distribution", pgettext_lazy("listing", "distribution")
        SERVICE = "service", pgettext_lazy("listing", "service")

    class Stage(models.TextChoices):
        IDEA = "idea", pgettext_lazy("stage", "an idea")
        PROTOTYPE = "prototype", pgettext_lazy("stage", "a prototype")
        PILOT = "pilot", pgettext_lazy("stage", "in a pilot with first users")
        MARKET = "market", pgettext_lazy("stage", "on sale")
        SCALE = "scale", pgettext_lazy("stage", "widely used")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", pgettext_lazy("listing", "published")
        EXPIRED = "expired", pgettext_lazy("listing", "ended")
        WITHDRAWN = "withdrawn", pgettext_lazy("listing", "withdrawn")

    NEXT = {
        "draft": {"published"},
        "published": {"expired", "withdrawn"},
        "expired": {"published", "withdrawn"},
        "withdrawn": {"published"},
    }

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="listings"
    )
    direction = models.CharField(_("offer or need"), max_length=5, choices=Direction)
    type = models.CharField(pgettext_lazy("of a listing", "type"), max_length=12, choices=Type)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(
        _("text"), blank=True, help_text=_("What it is, what it is good for, and what exists already.")
    )
    wanted_partner = models.TextField(
        _("partner sought"), blank=True, help_text=_("Who should answer: what kind of company, for what.")
    )
    trl = models.PositiveSmallIntegerField(
        _("TRL"),
        null=True,
        blank=True,
        choices=[(level, level) for level in TRL_WORDS],
        help_text=_("Technology readiness level, 1 to 9. Readers see it in words."),
    )
    stage = models.CharField(_("how far it is"), max_length=9, choices=Stage, blank=True)
    cooperation = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("kinds of cooperation"),
        blank=True,
        related_name="listings",
        limit_choices_to={"scheme": "cooperation"},
    )
    regions = models.JSONField(_("where a partner is sought"), default=list, blank=True, validators=[validate_regions])
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day on the site, at most a year from now.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer or need")
        verbose_name_plural = _("offers and needs")
        ordering = ["-valid_until", "-pk"]
        constraints = [
            some_language("listing", "title"),
            models.CheckConstraint(
                name="listing_trl_in_range",
                condition=Q(trl=None) | Q(trl__gte=1, trl__lte=9),
                violation_error_message=_("TRL goes from 1 to 9."),
            ),
            models.CheckConstraint(
                name="listing_published_until_a_day",
                condition=~Q(state="published") | Q(valid_until__isnull=False),
                violation_error_message=_("Write until which day it is valid."),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "valid_until"], name="listing_current")]

    def __str__(self):
        return self.title or f"{self.get_direction_display()} {self.pk}"

    def get_absolute_url(self):
        return reverse(f"ecosystem:{self.direction}", args=[self.pk])

    @property
    def trl_words(self) -> str:
        return str(TRL_WORDS.get(self.trl, ""))

    @property
    def trl_band(self) -> str:
        return next((band for band in TrlBand.values if self.trl and self.trl <= int(band[-1])), "")

    @property
    def regions_words(self) -> list[str]:
        return [str(Region(code).label) for code in self.regions if code in Region.values]

    def is_current(self, *, today: date) -> bool:
        return self.state == self.State.PUBLISHED and self.valid_until is not None and self.valid_until >= today

    def check_validity(self, *, today: date) -> None:
        """Refuse a last day that is missing, past, or more than a year after ``today``. Raises ``ValidationError``."""
        longest = a_year_after(today)
        if self.valid_until is None:
            raise ValidationError({"valid_until": ValidationError(_("Write until which day it is valid."), "needed")})
        if not today <= self.valid_until <= longest:
            words = _("Choose a day between today and %(last)s: what is older than a year is asked anew.")
            raise ValidationError({"valid_until": ValidationError(words, "validity", {"last": f"{longest:%d/%m/%Y}"})})
