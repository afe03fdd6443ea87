"""Pages of the portal itself: home, texts of staff, rating, reports, one's own area."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.kept import kept_for_visitors
from iurc_portal.limits import allow, network_of
from iurc_portal.pages.forms import ProblemReportForm, ProfileForm, RatingForm
from iurc_portal.pages.models import EditableText
from iurc_portal.translation.languages import written

RATINGS_AN_HOUR = 60  # of one network: whole companies share one address


@require_safe
@kept_for_visitors(seconds=60)
def home(request):
    return render(request, "pages/home.html")


@require_safe
@kept_for_visitors()
def text(request, slug):
    """One text kept by staff. Unknown slugs are 404 in the reader's language."""
    found = get_object_or_404(EditableText, slug=slug)
    return render(request, "pages/text.html", {"text": found, **written(found, "body", "title")})


@protected_if_signed_in
@require_POST
def rate_page(request):
    """Take a rating. The thanks are a page with the way back; ``portal.js`` asks for the part alone."""
    form = RatingForm(request.POST)
    if not form.is_valid():
        return render(request, "pages/rating_again.html", {"form": form}, status=422)
    welcome = allow("rate", network_of(request), times=RATINGS_AN_HOUR, within=timedelta(hours=1))
    if form.cleaned_data["path"] and welcome and not form.is_robot:
        rating = form.save(commit=False)
        rating.language = get_language()
        rating.save()
    part = "X-Portal-Part" in request.headers
    template = "pages/_rating_thanks.html" if part else "pages/rating_thanks.html"
    return render(request, template, {"path": form.cleaned_data["path"]})


@require_http_methods(["GET", "HEAD", "POST"])
def report_problem(request):
    """Report a problem, of accessibility above all; no account is needed."""
    if request.method == "POST":
        form = ProblemReportForm(request.POST)
        if form.is_valid():
            if not form.is_robot:
                report = form.save(commit=False)
                report.language = get_language()
                report.save()
            return redirect("report_thanks")
    else:
        form = ProblemReportForm(initial={"path": request.GET.get("path", "")[:300]})
    return render(request, "pages/report_problem.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def report_thanks(request):
    return render(request, "pages/report_thanks.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_area(request):
    """One's own registrations and profile."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(request.user.language):  # the page goes on in the language just chosen
            messages.success(request, _("Your profile has been saved."))
            return redirect("my")
    request.user.refresh_from_db()  # a refused form has written on the person
    context = {"form": form, "greeting_name": _greeting(request.user)}
    return render(request, "pages/my.html", context, status=422 if form.errors else 200)


def _greeting(user) -> str:
    """The name, or the address where no name is known; with 様 in Japanese."""
    language = get_language()
    return user.greeting_name(language) or (f"{user.email} 様" if language == "ja" else user.email)
