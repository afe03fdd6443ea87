"""The page behind ``/c/<token>/``: is it moving, has it stalled, is it concluded? One click, without an account (P23).

It opens in the language of its letter and offers the other two. GET changes nothing: scanners open links.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from events.questions import refuse_controls_but_lines
from events.views.registering import SeeOther
from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.pages.private import no_leaks
from iurc_portal.translation.languages import Language
from programme import check_sources
from programme.models import FollowUpCheck
from programme.services import checks

Answer = FollowUpCheck.Answer
THREE = (Answer.MOVING, Answer.STALLED, Answer.CONCLUDED)


class CheckForm(forms.Form):
    """The line of text; the answer is the button that was pressed."""

    note = forms.CharField(
        label=_("A line of text"),
        help_text=_("What has happened, or what is in the way. Please name no people."),
        max_length=300,
        required=False,
        validators=[refuse_controls_but_lines],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    answer = forms.CharField(max_length=9, required=False, widget=forms.HiddenInput)


@protected_if_signed_in  # the address itself is the secret; a cookie that a phone refuses must keep nobody out
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up_check(request, token):
    check = checks.find(token)
    source = check_sources.source_of(check.source) if check else None
    record = source.find(check.source_id) if source else None
    if check is None or record is None:
        return no_leaks(render(request, "events/own_unknown.html", status=404))
    asked_for = request.POST.get("read_in", "") if request.method == "POST" else request.GET.get("lang", "")
    language = asked_for if asked_for in Language.values else check.language
    with translation.override(language):
        request.LANGUAGE_CODE = language
        response = _page(request, check, record, source, token, language)
        response["Content-Language"] = language
    return no_leaks(response)


def _page(request, check, record, source, token, language):
    is_post = request.method == "POST"
    form = CheckForm(request.POST if is_post else None, initial={"note": check.note})
    context = {
        "check": check,
        "record": record,
        "name": source.name_of(record),
        "clear": token,
        "form": form,
        "answers": THREE,
        "read_in": language,
        "language_links": {code: f"?lang={code}" for code in Language.values},
    }
    if check.is_over:
        return render(request, "programme/check_over.html", context, status=409 if is_post else 410)
    if is_post and form.is_valid():
        try:
            checks.answer_check(check, form.cleaned_data["answer"], note=form.cleaned_data["note"], now=timezone.now())
        except ValidationError as refusal:
            if refusal.code == "over":
                return render(request, "programme/check_over.html", context, status=409)
            form.add_error("answer", refusal)
        else:
            return SeeOther(f"{request.path}?lang={language}")
    return render(request, "programme/check.html", context, status=422 if is_post else 200)
