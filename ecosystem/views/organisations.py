"""Profiles of organisations."""

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, prefetch_related_objects
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ecosystem.geography import centres, map_points
from ecosystem.linked_data import organisation_json_ld
from ecosystem.models import ContactPoint, Listing, Organisation, OrganisationInitiative
from ecosystem.models.vocabulary import themes_in_use
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import Language, languages_filled

ROWS = 8  # tests and practices shown before a link to all of them


def instead_of(request, slug):
    """What stands where a profile was: the one it was merged into (301), or a word that it is gone (410)."""
    left = Q(merged_into__isnull=False) | Q(state=Organisation.State.ARCHIVED)
    gone = get_object_or_404(Organisation.objects.filter(left).select_related("merged_into"), slug=slug)
    if gone.merged_into is not None:
        return redirect(gone.merged_into, permanent=True)
    return render(request, "ecosystem/archived.html", {"organisation": gone}, status=410)


def profile_of(request, slug) -> Organisation | None:
    """The profile that this person may open, with what page and sheet show of it but its themes."""
    return (
        Organisation.objects.visible_to(request.user)
        .filter(merged_into=None)
        .select_related("city")
        .prefetch_related(
            Prefetch("parts", OrganisationInitiative.objects.select_related("initiative")),
            Prefetch("contact_points", ContactPoint.objects.filter(is_public=True), to_attr="public_contacts"),
            current_listings(),
        )
        .filter(slug=slug)
        .first()
    )


def current_listings() -> Prefetch:
    """What the organisations offer and seek today, as ``current_listings``: only what has a page that opens.

    A closed or unlisted organisation has none: the page of what it offered says that this has ended.
    """
    return Prefetch("listings", Listing.objects.listed(today=timezone.localdate()), to_attr="current_listings")


def by_direction(organisation: Organisation) -> dict[str, list[Listing]]:
    """``current_listings`` of an organisation, as ``offers`` and ``needs``."""
    listings = organisation.current_listings
    return {f"{way}s": [each for each in listings if each.direction == way] for way in Listing.Direction.values}


@require_safe
@kept_for_visitors()
def organisation(request, slug):
    """A profile. Merged ones lead to their survivor; what was archived is gone for good."""
    found = profile_of(request, slug)
    if found is None:
        return instead_of(request, slug)
    tests = found.test_runs.visible_to(request.user).select_related("city")
    practices = found.practices.visible_to(request.user).select_related("city")
    related = list(_related(request.user, found))
    prefetch_related_objects([found, *related], themes_in_use())
    written_in = languages_filled(found, "summary")
    context = {
        "organisation": found,
        "is_public": found.state in {Organisation.State.PUBLISHED, Organisation.State.UNLISTED},
        "may_introduce": not found.is_programme and found.activity != Organisation.Activity.CLOSED,
        "tests": list(tests[: ROWS + 1]),
        "practices": list(practices[: ROWS + 1]),
        "rows": ROWS,
        **by_direction(found),
        "related": related,
        "json_ld": organisation_json_ld(found, found.current_listings),
        "written_in": written_in,
        "untranslated": set(Language.values) - set(written_in),
        **(map_points([found]) if found.has_point else {}),
        "cities": centres([found.city]),
    }
    return render(request, "ecosystem/organisation.html", context)


def _related(user, organisation, number: int = 3):
    """The organisations that share most themes with this one; of equals those of the same initiatives."""
    initiatives = [part.initiative_id for part in organisation.parts.all()]
    together = Organisation.initiatives.through.objects.filter(organisation=OuterRef("pk"), initiative__in=initiatives)
    return (
        Organisation.objects.listed_for(user)
        .exclude(pk=organisation.pk)
        .filter(themes__in=organisation.themes.values("pk"))
        .annotate(shared=Count("themes"), together=Exists(together))
        .select_related("city")
        .order_by("-shared", "-together", "pk")[:number]
    )


@require_safe
def organisation_json(request, slug):
    """The public record of one organisation, as schema.org JSON-LD."""
    found = (
        Organisation.objects.published()
        .filter(merged_into=None, slug=slug)
        .select_related("city")
        .prefetch_related(
            themes_in_use(), Prefetch("parts", OrganisationInitiative.objects.select_related("initiative"))
        )
        .prefetch_related(current_listings())
        .first()
    )
    if found is None:
        return instead_of(request, slug)
    return JsonResponse(
        organisation_json_ld(found, found.current_listings),
        json_dumps_params={"ensure_ascii": False},
        content_type="application/ld+json",
    )
