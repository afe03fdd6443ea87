"""Subscribing to news, and ending it: on a page, by a mailed link, or by the mail program itself (RFC 8058).

What the pages answer is the same for known and unknown addresses (2.6). GET changes nothing: scanners open links.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from iurc_portal.accounts.addresses import email_key
from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.limits import allow, network_of
from iurc_portal.notifications import subscriptions
from iurc_portal.notifications.forms import SubscribeForm
from iurc_portal.notifications.models import Subscription, SubscriptionToken
from iurc_portal.pages.errors import too_many_requests
from iurc_portal.pages.private import no_leaks

ADDRESS_TIMES, NETWORK_TIMES, HOUR = 5, 60, timedelta(hours=1)


@protected_if_signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request):
    """Ask for news. Nothing is sent before the address is proved by the mailed link."""
    if request.method != "POST":
        email = request.user.email if request.user.is_authenticated else ""
        return render(request, "notifications/subscribe.html", {"form": SubscribeForm(initial={"email": email})})
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return render(request, "notifications/subscribe.html", {"form": form}, status=422)
    if not form.is_robot:
        email = form.cleaned_data["email"]
        if not (
            allow("subscribe-network", network_of(request), times=NETWORK_TIMES, within=HOUR)
            and allow("subscribe-address", email_key(email), times=ADDRESS_TIMES, within=HOUR)
        ):
            return too_many_requests(request, within=HOUR)
        subscriptions.request_subscription(
            email=email, topic=form.cleaned_data["topic"], language=get_language(), now=timezone.now()
        )
    return redirect("subscribe_asked")


@require_safe
def asked(request):
    """ "Look into your mail": the same page for everybody, and it can be read again."""
    return render(request, "notifications/asked.html")


@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request, token):
    """What a mailed link opens, in the language of its letter: confirm a subscription, or end it."""
    found = subscriptions.find(token)
    if found is None:
        return no_leaks(render(request, "notifications/link_unknown.html", status=404))
    with translation.override(found.subscription.language):
        request.LANGUAGE_CODE = found.subscription.language
        page = _proof_page if found.purpose == SubscriptionToken.Purpose.PROVE else _end_page
        response = page(request, found, now=timezone.now())
        response["Content-Language"] = found.subscription.language
    return no_leaks(response)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def one_click(request, token):
    """RFC 8058: a bare POST without a cookie, which can do nothing but end this subscription (16.1).

    The answer is the same for tokens that are known, unknown, spent or of another purpose. Older mail programs open
    the address instead: the page that asks is one step away.
    """
    if request.method != "POST":
        return no_leaks(redirect("subscription", token=token))
    found = subscriptions.find(token)
    if found is not None and found.purpose == SubscriptionToken.Purpose.END:
        Subscription.objects.filter(pk=found.subscription_id).end(now=timezone.now())
    return no_leaks(HttpResponse(status=200, content_type="text/plain"))


def _proof_page(request, found, *, now):
    subscription, status = found.subscription, 200
    if request.method == "POST" and not found.is_expired(now=now):
        try:
            subscription = subscriptions.prove(subscription, now=now)
        except ValidationError:  # ended meanwhile: the page says so
            status = 409
    late = found.is_expired(now=now) and not subscription.is_active
    if late:
        status = 409 if request.method == "POST" else 410
    context = {"subscription": subscription, "late": late, "action": request.path}
    return render(request, "notifications/proof.html", context, status=status)


def _end_page(request, found, *, now):
    subscription = found.subscription
    if request.method == "POST":
        Subscription.objects.filter(pk=subscription.pk).end(now=now)
        subscription.refresh_from_db()
    return render(request, "notifications/end.html", {"subscription": subscription, "action": request.path})
