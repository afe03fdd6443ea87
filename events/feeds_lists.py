"""Calendars of the lists that people filter: who subscribes gets what they see, named by its filter (events spec 7).

Offers and needs have no hours: in a calendar stands the last day of each, as a day to know of. A filter that has lost
its meaning, of a theme that is gone for example, gives an empty calendar: everything would be a surprise.
"""

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from ecosystem.filters import NeedFilter, OfferFilter
from ecosystem.models import Listing
from ecosystem.models.organisations import told_at
from events import ical
from events.feeds import FilteredList, Kind, PublicFeed, name_with, register_kind, register_list, window
from events.filters import EventFilter
from events.models import Event
from iurc_portal.clock import ROME
from iurc_portal.search.facets import FacetedFilterSet
from iurc_portal.translation.languages import best_text

WORDS = ("q", "exact", "literal")
Direction = Listing.Direction
DIRECTIONS = {
    "offers": (Direction.OFFER, OfferFilter, gettext_lazy("last days of offers")),
    "needs": (Direction.NEED, NeedFilter, gettext_lazy("last days of needs")),
}
OF_LISTINGS = ("organisation", "type", "cooperation", "theme", "side", "trl", *WORDS)


def register() -> None:
    register_list(FilteredList("all", ("language", "theme", "track", *WORDS), _events))
    for slug in DIRECTIONS:
        register_list(FilteredList(slug, OF_LISTINGS, _filtered_listings(slug)))
    shows = ["ecosystem.listing", "ecosystem.organisation"]
    register_kind(Kind(_listings_called, lambda now: [_of_listings(slug) for slug in DIRECTIONS]), shows=shows)


def named(name: str, filterset: FacetedFilterSet) -> str:
    """``name`` of a calendar with what it is narrowed to, in the active language."""
    chosen = [label for _facet, _key, label in filterset.active]
    if filterset.query:
        chosen.append(pgettext("words asked for", "“%(words)s”") % {"words": filterset.query})
    if not chosen:
        return name
    comma = pgettext("between names", ", ")
    return _("%(calendar)s – %(filter)s") % {"calendar": name, "filter": comma.join(map(str, chosen))}


def has_lost_its_meaning(filterset: FacetedFilterSet) -> bool:
    """Whether all that was chosen of some facet is unknown: the page says so and shows all, a calendar cannot."""
    return any(facet.unknown and not facet.selected for facet in filterset.facets)


def _events(query: QueryDict) -> PublicFeed:
    listed = Event.objects.listed()
    filterset = EventFilter(query, queryset=listed)
    found = listed.none() if has_lost_its_meaning(filterset) else filterset.qs
    return PublicFeed("all", named(name_with(_("events")), filterset), found)


def _listings_called(slug: str) -> PublicFeed | None:
    return _of_listings(slug) if slug in DIRECTIONS else None


def _of_listings(slug: str) -> PublicFeed:
    direction, _filter, title = DIRECTIONS[slug]
    listings = Listing.objects.filter(direction=direction)
    return _feed(slug, name_with(title), lambda back: listings.filter(_told(back)))


def _filtered_listings(slug: str) -> Callable[[QueryDict], PublicFeed]:
    direction, filter_class, title = DIRECTIONS[slug]

    def build(query: QueryDict) -> PublicFeed:
        listings = Listing.objects.filter(direction=direction)
        filterset = filter_class(query, queryset=listings)
        found = listings.none() if has_lost_its_meaning(filterset) else filterset.qs
        return _feed(slug, named(name_with(title), filterset), lambda back: found.filter(_told(back)))

    return build


def _told(back: datetime) -> Q:
    """What is valid, what has ended since ``back``, and what was taken back since then (7.5)."""
    ended = Q(state__in=[Listing.State.PUBLISHED, Listing.State.EXPIRED], valid_until__gte=back.date())
    taken_back = Q(state=Listing.State.WITHDRAWN, updated_at__gt=back, valid_until__isnull=False)
    return told_at("organisation") & (ended | taken_back)


def _feed(slug: str, name: str, listings: Callable) -> PublicFeed:
    def more(language: str, now: datetime) -> list[ical.Entry]:
        rows = listings(window(now)[0]).select_related("organisation").order_by("valid_until", "pk")
        return [_last_day(row, row.valid_until, language) for row in rows if row.valid_until is not None]

    return PublicFeed(slug, name, Event.objects.none(), more=more)


def _last_day(listing: Listing, day: date, language: str) -> ical.Entry:
    title, spoken = best_text(listing, "title", language)
    organisation, _language = best_text(listing.organisation, "name", language)
    return ical.day_entry(
        uid=f"listing-{listing.pk}@{settings.ICS_DOMAIN}",
        first=day,
        last=day,
        tzid=ROME.key,
        summary=(_("Last day: %(title)s") % {"title": title}, spoken),
        text=organisation,
        url=settings.SITE_URL + listing.get_absolute_url(),
        language=language,
        changed=listing.updated_at,
        is_cancelled=listing.state == Listing.State.WITHDRAWN,
    )
