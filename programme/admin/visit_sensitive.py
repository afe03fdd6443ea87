"""What a delegation told in confidence: for lead and deputy, for others with a reason, never unnoticed (P16–P18).

Opening the page shows nothing of anybody: a button, a POST, does, and each time is noted. Who may not read gets 404.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iurc_portal.secret_fields import Unreadable
from programme.admin.workplaces import workplace
from programme.models import PassportRequest, SensitiveAccess, StudyVisit
from programme.services import sensitive as services

Kind = SensitiveAccess.Kind
LAST = 50  # lines of the log that are shown


def not_there(request, visit: StudyVisit) -> None:
    """For whoever may not read it, the page does not exist; that they asked is noted."""
    services.note_refused(request.user, visit, now=timezone.now())
    raise Http404


@workplace("sensitive", _("sensitive data"), order=60, allowed=services.may_read, refuse=not_there)
def sensitive(request, visit, context):
    """Counts and the log; data only in the answer to a POST."""
    now = timezone.now()
    page: dict[str, Any] = {}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act in {Kind.CARE, Kind.PASSPORT}:
            page = _shown(request, visit, act, now=now)
        elif _decided(request, visit, act, now=now):
            return HttpResponseRedirect(request.path)
    asked = PassportRequest.objects.filter(visit=visit).select_related("lead_yes_by", "manager_yes_by").first()
    return TemplateResponse(
        request,
        "admin/programme/studyvisit/sensitive.html",
        {
            **context,
            "leads": services.leads(request.user, visit),
            "given": visit.delegates.filter(sensitive__consent_at__isnull=False).count(),
            "passports_on": services.passports_on(visit),
            "asked": asked,
            "may_agree": asked is not None and _may_agree(request.user, visit, asked),
            "log": SensitiveAccess.objects.filter(visit=visit).select_related("by")[:LAST],
            **page,
        },
        status=422 if page.get("problem") else 200,
    )


def _may_agree(user, visit: StudyVisit, asked: PassportRequest) -> bool:
    if user.pk in {asked.lead_yes_by_id, asked.manager_yes_by_id}:
        return False
    as_lead = user.pk == visit.lead_id and asked.lead_yes_at is None
    return as_lead or (services.is_manager(user) and asked.manager_yes_at is None)


def _shown(request, visit: StudyVisit, kind: str, *, now) -> dict[str, Any]:
    """The data that were asked for, or why they are not shown."""
    try:
        people = services.read_for(
            request.user, visit, kind=kind, reason=request.POST.get("reason", "")[:300], now=now
        )
    except ValidationError as refusal:
        return {"problem": " ".join(refusal.messages)}
    except Unreadable:
        return {"problem": _("The data cannot be decrypted: FIELD_KEY was changed. Ask whoever runs the portal.")}
    rows = [(one, one.sensitive) for one in people if hasattr(one, "sensitive")]
    if kind == Kind.CARE:
        allergies = [(meal.item, _allergic(rows, meal.item)) for meal in services.meals_of(visit)]
        return {"care": [pair for pair in rows if pair[1].has_care], "allergies": allergies}
    passports = [pair for pair in rows if pair[1].passport_number or pair[1].passport_spelling]
    return {
        "passports": [(one, row, services.expires_too_soon(row.passport_expiry, visit)) for one, row in passports],
        "passports_shown": True,
    }


def _allergic(rows, item) -> list:
    """Who of those at a meal has an allergy: the lead's list for that meal."""
    return [(one, row) for one, row in rows if row.allergies and services.eats_at(one, item)]


def _decided(request, visit: StudyVisit, act: str, *, now) -> bool:
    """Ask for passports, agree, or stop. False where it is refused."""
    acts = {
        "ask": lambda: services.ask_for_passports(visit, reason=request.POST.get("why", ""), by=request.user, now=now),
        "agree": lambda: services.agree_to_passports(visit, by=request.user, now=now),
        "stop": lambda: services.stop_passports(visit, by=request.user, now=now),
    }
    if act not in acts:
        return True
    try:
        acts[act]()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return False
    return True
