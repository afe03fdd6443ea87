"""The four kinds of actors of a city's innovation (the quadruple helix), by the kind of organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Organisation


class Helix(models.TextChoices):
    GOVERNMENT = "government", _("public administration")
    ACADEMIA = "academia", _("universities and research")
    BUSINESS = "business", _("business")
    SOCIETY = "society", _("civil society")
    UNKNOWN = "unknown", _("not known")


_K = Organisation.Kind
OF_KIND = {
    _K.PUBLIC_BODY: Helix.GOVERNMENT,
    _K.UNIVERSITY: Helix.ACADEMIA,
    _K.RESEARCH_CENTRE: Helix.ACADEMIA,
    _K.COMPETENCE_CENTRE: Helix.ACADEMIA,
    _K.INCUBATOR: Helix.BUSINESS,
    _K.CLUSTER: Helix.BUSINESS,
    _K.COMPANY: Helix.BUSINESS,
    _K.STARTUP: Helix.BUSINESS,
    _K.UTILITY: Helix.BUSINESS,
    _K.FOUNDATION: Helix.SOCIETY,
    _K.SOCIAL_ENTERPRISE: Helix.SOCIETY,
    _K.ASSOCIATION: Helix.SOCIETY,
}


def helix_of(organisation: Organisation | None) -> Helix:
    """The strand of ``organisation``; not known for people of none."""
    return OF_KIND.get(_K(organisation.kind), Helix.UNKNOWN) if organisation is not None else Helix.UNKNOWN
