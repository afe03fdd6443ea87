"""What organisations offer and what they look for."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ecosystem.filters import NeedFilter, OfferFilter
from ecosystem.models import Listing
from ecosystem.models.vocabulary import themes_in_use
from ecosystem.views.lists import faceted_page
from iurc_portal.kept import kept_for_visitors

Direction = Listing.Direction
OTHERS = 3


def _offers(n):
    return ngettext("%(n)s offer", "%(n)s offers", n)


def _needs(n):
    return ngettext("%(n)s need", "%(n)s needs", n)


@require_safe
@kept_for_visitors()
def offers(request):
    return _list(request, Direction.OFFER, OfferFilter, _offers)


@require_safe
@kept_for_visitors()
def needs(request):
    return _list(request, Direction.NEED, NeedFilter, _needs)


@require_safe
@kept_for_visitors()
def offer(request, pk):
    return _one(request, pk, Direction.OFFER)


@require_safe
@kept_for_visitors()
def need(request, pk):
    return _one(request, pk, Direction.NEED)


def with_neighbours(listings):
    """``listings`` with what their cards show."""
    return listings.select_related("organisation__city").prefetch_related(
        themes_in_use("organisation__themes"), "cooperation"
    )


def _list(request, direction, filter_class, count):
    today = timezone.localdate()
    found = with_neighbours(Listing.objects.filter(direction=direction).listed(today=today))
    filterset = filter_class(request.GET, queryset=found)
    context = {"direction": direction.value, "none_yet": not filterset.listed.exists()}
    return faceted_page(request, filterset, filterset.results(), name="listings", count=count, context=context)


def _one(request, pk, direction):
    """An offer or a need. One that has ended says so (410) and leads on; drafts are for staff."""
    found = get_object_or_404(with_neighbours(Listing.objects.all()), pk=pk)
    today = timezone.localdate()
    is_listed = Listing.objects.listed(today=today).filter(pk=pk).exists()
    if not is_listed and not request.user.has_perm("ecosystem.view_listing"):
        return _ended(request, pk)
    if found.direction != direction:
        return redirect(found, permanent=True)
    others = with_neighbours(Listing.objects.listed(today=today).filter(organisation=found.organisation))
    context = {
        "listing": found,
        "organisation": found.organisation,
        "is_listed": is_listed,
        "others": others.exclude(pk=pk)[:OTHERS],
    }
    return render(request, "ecosystem/listing.html", context)


def _ended(request, pk):
    """What was public once is told to have ended; what never was does not exist (E4)."""
    ended = get_object_or_404(Listing.objects.select_related("organisation").exclude(state=Listing.State.DRAFT), pk=pk)
    organisation = type(ended.organisation).objects.visible_to(request.user).filter(pk=ended.organisation_id).first()
    return render(
        request, "ecosystem/listing_ended.html", {"listing": ended, "organisation": organisation}, status=410
    )
