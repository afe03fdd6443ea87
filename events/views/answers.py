"""A registrant's answers, open until the organiser's last day (events spec 2.19)."""

from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from events.exceptions import AnswersClosed, Busy
from events.models import AccessToken, Registration
from events.questions import AnswersForm
from events.services import questions
from events.views.own import token_page
from events.views.registering import SeeOther


@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def change(request, *, token, clear, now):
    """The questions with what was answered; a POST keeps the answers. Where there is nothing to answer, the own page
    says why; a late POST changes nothing and says so."""
    found, event = token.registration, token.registration.event
    may_answer = (
        token.purpose == AccessToken.Purpose.MANAGE
        and not token.is_expired(now=now)
        and found.state == Registration.State.CONFIRMED
        and event.question_set_id is not None
        and event.takes_answers(now=now)
    )
    if not may_answer and request.method != "POST":
        return SeeOther(reverse("registration", args=[clear]))
    context = {"registration": found, "event": event, "clear": clear, "now": now}
    if not may_answer:
        return render(request, "events/own_answers.html", {**context, "error": AnswersClosed(event)}, status=409)
    form = AnswersForm(request.POST or None, event=event, answers=questions.answers_of(found))
    status, error = 200, None
    if request.method == "POST" and form.is_valid():
        try:
            questions.change_answers(found, form.answers(), now=now)
        except ValidationError as refusal:
            error, status = refusal, 503 if isinstance(refusal, Busy) else 409
        else:
            return SeeOther(reverse("registration", args=[clear]))
    until = min(event.answers_until or event.dtstart, event.dtstart)
    context |= {"form": form, "error": error, "answers_until": until}
    return render(request, "events/own_answers.html", context, status=status)
