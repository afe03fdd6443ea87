"""Where a fact comes from, of what day it is, and what of it still waits for a check."""

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def validate_sources(value) -> None:
    """Refuse what is not a list of http(s) addresses. Raises ``ValidationError``."""
    check = URLValidator(schemes=["http", "https"])
    for address in value:
        check(address)


class Sourced(models.Model):
    """For records of public facts. ``sources`` lists web addresses, the main one first."""

    sources = models.JSONField(_("sources"), default=list, blank=True, validators=[validate_sources])
    as_of = models.DateField(
        _("as of"), null=True, blank=True, help_text=_("The day on which the sources were last read or published.")
    )
    needs_check = models.BooleanField(
        _("to be checked"), default=False, help_text=_("Part of this rests on a passing mention: check it first.")
    )
    to_verify = models.JSONField(
        _("fields to verify"), default=list, blank=True, help_text=_("Names of single fields that no source confirms.")
    )

    class Meta:
        abstract = True


class Located(models.Model):
    """A point on the map with how exact it is. Latitude and longitude in WGS 84 degrees, both or neither."""

    class Precision(models.TextChoices):
        EXACT = "exact", _("exact")
        STREET = "street", _("street")
        CITY = "city", _("city")
        NONE = "none", _("no point")

    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    precision = models.CharField(_("precision"), max_length=6, choices=Precision, default=Precision.NONE)

    class Meta:
        abstract = True

    @property
    def has_point(self) -> bool:
        return self.latitude is not None and self.longitude is not None

    @property
    def is_approximate(self) -> bool:
        return self.precision in {self.Precision.STREET, self.Precision.CITY}


def point_constraints(model: str) -> list[models.CheckConstraint]:
    """The promises of ``Located``, for a model's ``Meta.constraints``."""
    without = models.Q(latitude=None, longitude=None, precision="none")
    within = models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180) & ~models.Q(
        precision="none"
    )
    return [
        models.CheckConstraint(
            name=f"{model}_point_in_range",
            condition=without | within,
            violation_error_message=_(
                "Give both latitude (−90 to 90) and longitude (−180 to 180) with a precision, or neither "
                "and “no point”."
            ),
        )
    ]
