"""The documented history of two cities: phases of the European programme, dated events, figures."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models.sourcing import Sourced
from ecosystem.models.tests import DatePrecision
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.constraints import some_language


class Phase(Sourced):
    """A phase of the European programme: IUC, IURC 1, IURC 2. ``last_year`` empty means it goes on."""

    slug = models.SlugField(_("address of the page"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)
    countries = models.JSONField(
        _("countries"),
        default=list,
        blank=True,
        help_text=_("ISO 3166-1 codes of the partner countries outside the EU."),
    )
    cities_note = models.TextField(_("about the selected cities"), blank=True)

    class Meta:
        verbose_name = _("phase of the programme")
        verbose_name_plural = _("phases of the programme")
        ordering = ["first_year", "pk"]
        constraints = [
            some_language("phase"),
            models.CheckConstraint(
                name="phase_years_in_order", condition=Q(last_year=None) | Q(last_year__gte=F("first_year"))
            ),
        ]

    def __str__(self):
        return self.name or self.slug


class SelectedCity(models.Model):
    """A city selected for a phase, in Europe or in Japan. The English name is the one of the selection."""

    class Region(models.TextChoices):
        EUROPE = "europe", _("Europe")
        JAPAN = "japan", _("Japan")

    phase = models.ForeignKey(Phase, verbose_name=_("phase"), on_delete=models.CASCADE, related_name="selected_cities")
    region = models.CharField(_("region"), max_length=6, choices=Region)
    name = models.CharField(_("name"), max_length=120)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("selected city")
        verbose_name_plural = _("selected cities")
        ordering = ["phase", "region", "order"]
        constraints = [
            models.UniqueConstraint(fields=["phase", "name_en"], name="selectedcity_once"),
            some_language("selectedcity"),
        ]

    def __str__(self):
        return self.name


class DatedEventQuerySet(models.QuerySet):
    def between_the_cities(self):
        """Leaves out what other pairs of cities did, which is background."""
        return self.exclude(kind=DatedEvent.Kind.OTHER_PAIR)


class DatedEvent(Sourced):
    """Something documented, with a date that may be known to the day, the month or the year only.

    Not an ``events.Event``: nobody attends it and it has no hour. ``date`` is the first day it may be.
    """

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", pgettext_lazy("history", "agreement")
        VISIT = "visit", pgettext_lazy("history", "visit")
        STUDY_VISIT = "study_visit", pgettext_lazy("history", "study visit")
        WEBINAR = "webinar", pgettext_lazy("history", "webinar or seminar")
        EVENT = "event", pgettext_lazy("history", "event")
        MILESTONE = "milestone", pgettext_lazy("history", "milestone")
        ANNIVERSARY = "anniversary", pgettext_lazy("history", "anniversary")
        CULTURE = "culture", pgettext_lazy("history", "culture")
        OTHER_PAIR = "other_pair", pgettext_lazy("history", "another pair of cities")

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    date = models.DateField(_("date"))
    end_date = models.DateField(_("last day"), null=True, blank=True)
    date_precision = models.CharField(_("precision"), max_length=5, choices=DatePrecision, default=DatePrecision.DAY)
    title = models.CharField(_("title"), max_length=240)
    description = models.TextField(_("description"), blank=True)
    place = models.CharField(_("place"), max_length=160, blank=True)

    objects = DatedEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("dated event")
        verbose_name_plural = _("dated events")
        ordering = ["date", "pk"]
        constraints = [
            some_language("datedevent", "title"),
            models.CheckConstraint(
                name="datedevent_ends_after_it_starts",
                condition=Q(end_date=None) | Q(end_date__gte=F("date")),
                violation_error_message=_("The last day is before the first: set a later last day."),
            ),
        ]

    def __str__(self):
        return self.title or self.slug


class ProgrammeFigure(Sourced):
    """A public number about Japan and Piedmont, with its year and source."""

    slug = models.SlugField(_("address of the page"), unique=True)
    side = models.CharField(_("city's side"), max_length=6, choices=PartnerSide, default=PartnerSide.TORINO)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=2)
    label = models.CharField(_("label"), max_length=240)
    year = models.PositiveSmallIntegerField(_("year"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["order", "pk"]
        constraints = [some_language("programmefigure", "label")]

    def __str__(self):
        return self.label or self.slug
