"""The initiatives: what each is, what one can do with it, who is in it."""

from django.db.models import Count, Exists, OuterRef
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ecosystem.linked_data import initiative_json_ld
from ecosystem.models import Initiative, Listing, Organisation
from ecosystem.models.vocabulary import themes_in_use
from ecosystem.views.listings import with_neighbours
from ecosystem.views.lists import organisation_order
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import written

CARDS = 6


@require_safe
@kept_for_visitors()
def initiatives(request):
    listed = Organisation.objects.listed_for(request.user).filter(initiatives=OuterRef("pk")).order_by()
    counted = listed.values("initiatives").annotate(n=Count("pk", distinct=True)).values("n")
    found = (
        Initiative.objects.visible_to(request.user)
        .prefetch_related(themes_in_use())
        .annotate(organisation_count=counted)
    )
    return render(request, "ecosystem/initiatives.html", {"initiatives": found})


@require_safe
@kept_for_visitors()
def initiative(request, slug):
    """What an initiative is, what one can do with it, who is in it, what it tested."""
    found = get_object_or_404(
        Initiative.objects.visible_to(request.user).prefetch_related(themes_in_use(), "figures", "take_parts"),
        slug=slug,
    )
    members = Organisation.objects.listed_for(request.user).filter(initiatives=found).distinct()
    tests = found.test_runs.visible_to(request.user).select_related("city")
    context = {
        "initiative": found,
        "leads": found.leads.listed_for(request.user).order_by(*organisation_order()),
        "organisation_count": members.count(),
        "organisations": _members_first(members, found)[:CARDS],
        "tests": list(tests[: CARDS + 1]),
        "practices": found.practices.visible_to(request.user)
        .select_related("city")
        .prefetch_related(themes_in_use())[:CARDS],
        "rows": CARDS,
        "listings": _listings_of(found)[:CARDS],
        "json_ld": initiative_json_ld(found),
        **written(found, "description", "name"),
    }
    return render(request, "ecosystem/initiative.html", context)


def _listings_of(initiative):
    """What the organisations named as leads or members of ``initiative`` offer and seek today, the newest first."""
    named = initiative.parts.filter(role__in=["lead", "member"]).values("organisation")
    listed = Listing.objects.listed(today=timezone.localdate()).filter(organisation__in=named)
    return with_neighbours(listed).order_by("-created_at", "-pk")


def _members_first(organisations, initiative):
    """Those named as members come before those merely involved; each by name."""
    named = initiative.parts.filter(organisation=OuterRef("pk"), role__in=["lead", "member"])
    rows = organisations.annotate(is_named=Exists(named)).select_related("city").prefetch_related(themes_in_use())
    return rows.order_by("-is_named", *organisation_order())
