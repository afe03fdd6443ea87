"""Good practices, and what those who took one over say of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ecosystem.filters import GoodPracticeFilter
from ecosystem.forms import TakenOverForm
from ecosystem.models import GoodPractice
from ecosystem.models.vocabulary import themes_in_use
from ecosystem.services.transfers import receivers_for, report_transfer
from ecosystem.views.lists import faceted_page, organisation_order
from iurc_portal.kept import kept_for_visitors
from iurc_portal.translation.languages import written


def _practices(n):
    return ngettext("%(n)s good practice", "%(n)s good practices", n)


@require_safe
@kept_for_visitors()
def practices(request):
    found = GoodPractice.objects.visible_to(request.user).select_related("city").prefetch_related(themes_in_use())
    filterset = GoodPracticeFilter(request.GET, queryset=found)
    return faceted_page(request, filterset, filterset.results(), name="practices", count=_practices)


@require_safe
@kept_for_visitors()
def practice(request, slug):
    found = get_object_or_404(
        GoodPractice.objects.visible_to(request.user)
        .select_related("city")
        .prefetch_related(themes_in_use(), "initiatives"),
        slug=slug,
    )
    organisations = found.organisations.listed_for(request.user).select_related("city")
    context = {
        "practice": found,
        "transfers": found.transfers.select_related("city", "organisation"),
        **written(found, "problem", "title"),
        "organisations": organisations.order_by(*organisation_order()),
        "related": GoodPractice.objects.visible_to(request.user)
        .filter(themes__in=[theme.pk for theme in found.themes.all()])
        .exclude(pk=found.pk)
        .annotate(shared=Count("themes"))
        .select_related("city")
        .prefetch_related(themes_in_use())
        .order_by("-shared", "pk")[:3],
    }
    return render(request, "ecosystem/practice.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def taken_over(request, slug):
    """Report that one's organisation has taken it over; who speaks for none of the other city reads who may."""
    found = get_object_or_404(GoodPractice.objects.public().select_related("city"), slug=slug)
    receivers = receivers_for(request.user, found)
    context = {"practice": found, "form": None}
    if not receivers:
        return render(request, "ecosystem/taken_over.html", context)
    form = context["form"] = TakenOverForm(request.POST or None, receivers=receivers)
    if request.method == "POST" and form.is_valid():
        try:
            report_transfer(
                practice=found, language=get_language()[:2], by=request.user, now=timezone.now(), **form.cleaned_data
            )
        except ValidationError as refusal:
            form.add_error(None, " ".join(refusal.messages))
        else:
            messages.success(
                request, _("Thank you. The page says that you have reported it; the programme confirms it.")
            )
            return redirect(f"{found.get_absolute_url()}#transfers")
    return render(request, "ecosystem/taken_over.html", context, status=422 if form.errors else 200)
