"""What the ecosystem adds to the staff's month: closed days of both cities, and the last days of offers and needs."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecosystem.closures import Closure, Closures
from ecosystem.models import Listing
from iurc_portal.clock import PartnerSide
from iurc_portal.staff.calendar import Asked, Mark, Source, register
from iurc_portal.translation.languages import best_text


def register_sources() -> None:
    register(Source({"closed": gettext_lazy("holidays and closed days")}, closed_days))
    register(Source({"listings": gettext_lazy("last days of offers and needs")}, last_days, "ecosystem.view_listing"))


def closed_days(asked: Asked) -> Iterable[Mark]:
    """Each closed spell of either city once. One query."""
    closures, found = Closures(), dict[Closure, None]()
    day = asked.first
    while day <= asked.last:
        for side in PartnerSide:
            found |= dict.fromkeys(closures.on(side, day))
        day += timedelta(days=1)
    for number, closure in enumerate(found):
        yield Mark(
            key=f"closed-{number}",
            kind="closed",
            title=_("%(city)s: %(name)s") % {"city": closure.side.label, "name": closure.name},
            first=closure.first_day,
            last=closure.last_day,
            side=closure.side.value,
            background=True,
        )


def last_days(asked: Asked) -> Iterable[Mark]:
    """One query."""
    current = Q(state=Listing.State.PUBLISHED, valid_until__range=(asked.first, asked.last))
    for listing in Listing.objects.filter(current).select_related("organisation"):
        title, language = best_text(listing, "title")
        yield Mark(
            key=f"listing-{listing.pk}",
            kind="listings",
            title=title,
            language=language,
            first=listing.valid_until,
            last=listing.valid_until,
            url=reverse("admin:ecosystem_listing_change", args=[listing.pk]),
            side=listing.organisation.side or "",
            sign=_("last day"),
            order=(1,),
        )
