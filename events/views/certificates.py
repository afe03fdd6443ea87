"""Certificates: the PDF on one's own page, and the public page that confirms a code (events spec 8.8)."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from events import codes
from events.models import AccessToken, Certificate
from events.printing import certificate_html
from events.services.certificates import confirmed_certificate, issue_certificate, may_have_certificate
from events.views.own import token_page
from events.views.registering import SeeOther
from iurc_portal.documents import DocumentsUnavailable, pdf_of
from iurc_portal.limits import allow, network_of
from iurc_portal.pages.errors import too_many_requests
from iurc_portal.pages.private import no_leaks

QUESTIONS = {"times": 30, "within": timedelta(minutes=10)}  # of one network: nobody types faster, robots guess faster
DOCUMENTS = {"times": 20, "within": timedelta(minutes=10)}  # of one link: a page costs a second of a core


@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def own(request, *, token, clear, now):
    """The certificate as PDF. A POST makes it, once; whoever has none is led back to their page."""
    found = token.registration
    page = reverse("registration", args=[clear])
    if token.purpose != AccessToken.Purpose.MANAGE or token.is_expired(now=now):
        return SeeOther(page)
    if request.method == "POST":
        try:
            issue_certificate(found, now=now)
        except ValidationError as error:
            return _unavailable(request, found, error.messages[0], status=409)
        return SeeOther(reverse("registration_certificate", args=[clear]))
    certificate = Certificate.objects.filter(registration=found).first()
    if certificate is None or not may_have_certificate(found, now=now):
        return SeeOther(page)
    if not allow("certificate", str(found.pk), **DOCUMENTS):
        return too_many_requests(request, within=DOCUMENTS["within"])
    certificate.registration = found
    try:
        pdf = pdf_of(certificate_html(certificate))
    except ValidationError as error:
        return _unavailable(request, found, error.messages[0], status=409)
    except DocumentsUnavailable:
        return _unavailable(request, found, "", status=503)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="certificate-{found.event.slug}.pdf"'
    return response


@require_safe
def ask(request):
    """Where a code from paper is typed."""
    code = codes.normal(request.GET.get("code", ""))
    if code and code.isascii() and code.isalnum():
        return redirect("certificate", code[:40])
    return no_leaks(render(request, "events/certificates.html", {"is_wrong": bool(request.GET.get("code"))}))


@require_safe
def confirm(request, code):
    """Whether a code holds: name, event and date, and nothing else. Unknown codes are all answered alike."""
    if not allow("certificate-code", network_of(request), **QUESTIONS):
        return too_many_requests(request, within=QUESTIONS["within"])
    certificate = confirmed_certificate(code, now=timezone.now())
    if certificate is None:
        return no_leaks(render(request, "events/certificates.html", {"is_unknown": True}, status=404))
    language = request.LANGUAGE_CODE[:2]
    registration = certificate.registration
    context = {
        "event": registration.event,
        "name": registration.display_name(language),
        "code": codes.in_groups(certificate.code),
    }
    return no_leaks(render(request, "events/certificate.html", context))


def _unavailable(request, found, reason: str, *, status: int):
    context = {"event": found.event, "registration": found, "reason": reason}
    return render(request, "events/certificate_unavailable.html", context, status=status)
