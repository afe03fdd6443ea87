"""Whom to call in an emergency in a partner city: its country's numbers, and those that staff wrote there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ecosystem.models import City, CityNumber


@dataclass(frozen=True)
class EmergencyNumber:
    """``phone`` as one dials it there; it costs nothing and answers at any hour."""

    phone: str
    what: str | Promise
    hint: str | Promise = ""


# By ISO 3166-1 code. Italy: the single European number; Japan: police apart from fire and ambulance.
OF_COUNTRY: dict[str, tuple[EmergencyNumber, ...]] = {
    "IT": (EmergencyNumber("112", _("Ambulance, police, fire brigade"), _("They find an interpreter for you.")),),
    "JP": (
        EmergencyNumber("119", _("Ambulance and fire brigade"), _("Ambulance: “kyūkyū”; fire: “kaji”.")),
        EmergencyNumber("110", _("Police"), _("They call an interpreter.")),
    ),
}


def numbers_of(city: City) -> tuple[tuple[EmergencyNumber, ...], Sequence[CityNumber]]:
    """The numbers of the country of ``city``, then those of the city in their order. One query."""
    return OF_COUNTRY.get(city.country, ()), list(city.numbers.all())
