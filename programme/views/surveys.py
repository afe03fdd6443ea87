"""The page behind ``/q/<token>/``: a few questions after an event or a visit, answered once, without an account (P24).

It is read in the language of the person who was asked; the other two are one click away. GET changes nothing.
"""

from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from events.views.registering import SeeOther
from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.pages.private import no_leaks
from iurc_portal.translation.languages import Language
from programme.exceptions import AlreadyAnswered
from programme.models import Survey
from programme.services import survey_answers, survey_comments
from programme.survey_forms import SurveyAnswerForm

BASES = {False: "events/own_base.html", True: "programme/own_base.html"}  # whether it is about a visit


@protected_if_signed_in  # the address itself is the secret; a cookie that a phone refuses must keep nobody out
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request, token):
    now = timezone.now()
    invitation = survey_answers.find(token, now=now)
    if invitation is None:
        return no_leaks(render(request, "events/own_unknown.html", status=404))
    asked_for = request.POST.get("read_in", "") if request.method == "POST" else request.GET.get("lang", "")
    reader = invitation.asked
    language = asked_for if asked_for in Language.values else reader.language
    with translation.override(language), timezone.override(reader.tzid):
        request.LANGUAGE_CODE = language
        response = _answer(request, invitation, token, language=language, now=now)
        response["Content-Language"] = language
    return no_leaks(response)


def _answer(request, invitation, token: str, *, language: str, now):
    """The page as it stands for this person: the questions, thanks for the answer, or a word that it is over."""
    found, is_post = invitation.survey, request.method == "POST"
    context = {
        "survey": found,
        "event": found.event,
        "visit": found.visit,
        "base": BASES[found.visit is not None],
        "clear": token,
        "at_least": found.at_least,
        "language_links": {code: f"?lang={code}" for code in Language.values},
    }
    if found.visit is not None and found.is_closed and found.audience == Survey.Audience.HOST:
        context["told"] = survey_comments.told_to_hosts(found.visit)
    if invitation.is_used:
        return render(request, "programme/survey_done.html", context)
    if not found.takes_answers(now=now):
        context["is_early"] = not found.is_closed and now < found.begins_at
        return render(request, "programme/survey_over.html", context, status=409 if is_post else 410)
    form = SurveyAnswerForm(request.POST if is_post else None, survey=found, initial={"read_in": language})
    if is_post and form.is_valid():
        try:
            survey_answers.answer_survey(invitation, form.values(), language=language, now=now)
        except AlreadyAnswered:
            return render(request, "programme/survey_done.html", context)
        except ValidationError:  # closed since it was read
            return render(request, "programme/survey_over.html", context, status=409)
        return SeeOther(f"{request.path}?lang={language}")
    status = 422 if is_post else 200
    return render(request, "programme/survey.html", {**context, "form": form}, status=status)
