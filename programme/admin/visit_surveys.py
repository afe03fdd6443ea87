"""The two surveys of a visit: how they stand, their numbers, and the comments that its lead reads first (P24)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from iurc_portal.staff.addresses import key_in
from programme.admin.visit_questions import takes_part
from programme.admin.workplaces import may_change, workplace
from programme.models import Survey
from programme.services import survey_comments, surveys
from programme.services.survey_letters import recipients
from programme.survey_results import results_of

ASKS = {Survey.State.DRAFT, Survey.State.SKIPPED, Survey.State.OPEN}


@workplace("surveys", pgettext_lazy("visit", "Surveys"), order=90, allowed=takes_part)
def visit_surveys(request, visit, context):
    """Both sides read the numbers; whoever plans the visit prepares, its lead decides on comments."""
    if request.method == "POST":
        return _act(request, visit)
    counted = {"n_asked": Count("invitations", distinct=True), "n_answers": Count("answers", distinct=True)}
    found = list(visit.surveys.with_subject().annotate(**counted).order_by("audience"))
    context |= {
        "rows": [_row(survey, request.user) for survey in found],
        "lacks": len(found) < len(Survey.Audience.values),
        "may_prepare": may_change(request.user, visit) and request.user.has_perm("programme.add_survey"),
        "may_read": request.user.has_perm("programme.view_survey"),
    }
    return TemplateResponse(request, "admin/programme/studyvisit/surveys.html", context)


def _row(survey: Survey, user) -> dict:
    results = results_of(survey)
    moderates = survey_comments.may_moderate(user, survey)
    comments = survey_comments.comments_of(survey, results) if results.questions else []
    return {
        "survey": survey,
        "results": results,
        "n_recipients": len(recipients(survey)) if survey.state in ASKS else 0,
        "moderates": moderates,
        "comments": [(question, texts if moderates else [one for one in texts if one.is_shown])
                     for question, texts in comments],
        "waiting": sum(one.ruling is None for _question, texts in comments for one in texts),
    }  # fmt: skip


def _act(request, visit):
    """Prepare what is missing, or decide on one comment."""
    now = timezone.now()
    if request.POST.get("act") == "prepare":
        if not (may_change(request.user, visit) and request.user.has_perm("programme.add_survey")):
            raise PermissionDenied
        for audience in Survey.Audience.values:
            surveys.prepare_survey(visit, audience=audience)
        messages.success(request, _("The ready-made questions are taken over: adjust them."))
        return HttpResponseRedirect(request.path)
    key = request.POST.get("survey", "")
    survey = visit.surveys.with_subject().filter(pk=key_in(key)).first()
    if survey is None:
        messages.error(request, _("This comment is not there any more: open the page anew."))
        return HttpResponseRedirect(request.path)
    if not survey_comments.may_moderate(request.user, survey):
        raise PermissionDenied
    try:
        survey_comments.rule(
            survey,
            request.POST.get("comment", ""),
            is_shown=request.POST.get("act") == "show",
            reason=request.POST.get("reason", ""),
            by=request.user,
            now=now,
        )
        messages.success(request, _("Saved."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return HttpResponseRedirect(f"{request.path}#comments-{survey.pk}")
