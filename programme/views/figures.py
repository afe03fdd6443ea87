"""The programme in numbers for evaluators: aggregates, reports and evidence, and nobody's name (programme spec 8)."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecosystem.helix import Helix
from iurc_portal.clock import ROME, PartnerSide
from iurc_portal.templatetags.portal_tags import country_name
from programme import aggregates, progress
from programme.models import Edition, PeopleCount, StudyVisit


@never_cache
@login_required
@require_safe
def figures(request):
    """For whoever may read aggregates; for everybody else the page does not exist. ``?edition=`` chooses another."""
    if not request.user.has_perm("programme.read_aggregates"):
        raise Http404
    editions = list(Edition.objects.order_by("-first_day", "slug"))
    wanted = request.GET.get("edition", "")
    edition = next((one for one in editions if one.slug == wanted), None) or Edition.objects.current()
    now = timezone.now()
    context = {"editions": editions, "edition": edition, "numbers": progress.numbers_of(edition, now=now)}
    if edition is not None:
        found = aggregates.of_edition(edition, today=now.astimezone(ROME).date())
        context |= {"found": found, "tables": list(_tables(found))}
    return render(request, "programme/figures.html", context)


def _tables(found: aggregates.Aggregates):
    """(key, title, rows of words and number): what is counted, in the page's language."""
    state, part, presence = StudyVisit.State, PeopleCount.Part, PeopleCount.Presence
    side_names = {PartnerSide.TORINO.value: "Torino", PartnerSide.NAGOYA.value: _("Nagoya")}
    yield "visits", _("Study visits by state"), [(state(key).label, n) for key, n in found.visits]
    yield "people", _("People of visits that took place"), [(part(key).label, n) for key, n in found.people]
    yield "sides", _("Guests by city"), [(side_names.get(key, key), n) for key, n in found.sides]
    yield "helices", _("Guests by kind of actor"), [(Helix(key).label, n) for key, n in found.helices]
    yield "countries", _("Guests by country"), [(country_name(key), n) for key, n in found.countries]
    yield "presences", _("Guests by attendance"), [(presence(key).label, n) for key, n in found.presences]
