"""Cities, their closed days, and places where something can happen, with their opening hours."""

from datetime import time

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models.sourcing import Located, point_constraints
from iurc_portal.clock import validate_tzid
from iurc_portal.translation.constraints import some_language


class City(Located):
    """A city. Only Torino and Nagoya are partners; others are seats of organisations or members of clusters."""

    slug = models.SlugField(_("address of the page"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1, two letters."))
    tzid = models.CharField(_("time zone"), max_length=64, validators=[validate_tzid])
    is_partner = models.BooleanField(_("partner city"), default=False)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["-is_partner", "slug"]
        constraints = [
            some_language("city"),
            models.CheckConstraint(
                name="city_partner_is_torino_or_nagoya",
                condition=Q(is_partner=False) | Q(slug__in=["torino", "nagoya"]),
                violation_error_message=_("Only Torino and Nagoya are partner cities."),
            ),
            *point_constraints("city"),
        ]

    def __str__(self):
        return self.name or self.slug


class CityNumber(models.Model):
    """A telephone that visitors of a city may need, besides the emergency numbers of its country."""

    class Kind(models.TextChoices):
        HOSPITAL = "hospital", _("hospital")
        CONSULATE = "consulate", _("consulate or embassy")
        DOCTOR = "doctor", _("doctor on call")
        OTHER = "other", pgettext_lazy("telephone", "other")

    city = models.ForeignKey(City, verbose_name=_("city"), on_delete=models.CASCADE, related_name="numbers")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    name = models.CharField(_("name"), max_length=160)
    phone = models.CharField(
        _("telephone"),
        max_length=40,
        validators=[RegexValidator(r"^\+?[0-9][0-9 ()./-]{1,38}\Z", _("Write a telephone number, best with +."))],
        help_text=_("With the country’s prefix: visitors call from a foreign telephone."),
    )
    languages = models.JSONField(
        _("languages spoken there"), default=list, blank=True, help_text=_("Codes: it, en, ja…")
    )
    hours = models.CharField(_("hours"), max_length=120, blank=True, help_text=_("Empty: at any hour."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("number for emergencies")
        verbose_name_plural = _("numbers for emergencies")
        ordering = ["city", "order", "pk"]
        constraints = [some_language("citynumber")]

    def __str__(self):
        return f"{self.name} {self.phone}"


class CityPeriod(models.Model):
    """Days on which a city rests (holiday) or is hard to visit (blackout). ``last_day`` is inclusive.

    What ``recurs_yearly`` comes again on the same days of every later year: Obon, Ferragosto, the turn of the year.
    Public holidays are known already (``ecosystem.closures``).
    """

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("holiday")
        BLACKOUT = "blackout", _("better avoided")

    city = models.ForeignKey(City, verbose_name=_("city"), on_delete=models.CASCADE, related_name="periods")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    recurs_yearly = models.BooleanField(_("every year"), default=False)

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["first_day", "pk"]
        constraints = [
            some_language("cityperiod"),
            models.CheckConstraint(
                name="cityperiod_ends_after_it_starts",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day is before the first: set a later last day."),
            ),
        ]

    def __str__(self):
        return f"{self.name} {self.first_day}"


class Place(Located):
    """A room, a building, a street: where people meet."""

    name = models.CharField(_("name"), max_length=160)
    address = models.CharField(_("address"), max_length=240, blank=True)
    city = models.ForeignKey(City, verbose_name=_("city"), on_delete=models.PROTECT, related_name="places")
    organisation = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="places",
    )
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    single_use = models.BooleanField(
        _("one group at a time"), default=False, help_text=_("Two items that overlap here are a conflict.")
    )
    access_notes = models.TextField(_("access"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["city", "name_en", "name_it", "pk"]
        constraints = [some_language("place"), *point_constraints("place")]

    def __str__(self):
        return self.name or f"#{self.pk}"


class PlaceHours(models.Model):
    """From when until when a place is open on a weekday, by its city's clocks. Monday is 0.

    A place without a row is not known to close; one with rows is closed on the weekdays that have none. Closing at
    00:00 is midnight, the end of the day.
    """

    place = models.ForeignKey(Place, verbose_name=_("place"), on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=WEEKDAYS)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("00:00 is midnight."))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(name="placehours_weekday", condition=Q(weekday__lte=6)),
            models.CheckConstraint(
                name="placehours_close_after_they_open",
                condition=Q(closes__gt=F("opens")) | Q(closes=time(0)),
                violation_error_message=_(
                    "It closes before it opens. Past midnight: write 00:00, and the rest on the day after."
                ),
            ),
            models.UniqueConstraint(
                fields=["place", "weekday", "opens"],
                name="placehours_once",
                violation_error_message=_("These hours are written down already."),
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class PlaceClosure(models.Model):
    """Days on which a place is closed, whatever its hours; ``last_day`` is inclusive."""

    place = models.ForeignKey(Place, verbose_name=_("place"), on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                name="placeclosure_ends_after_it_starts",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day is before the first: set a later last day."),
            ),
        ]

    def __str__(self):
        return f"{self.first_day} – {self.last_day}"
