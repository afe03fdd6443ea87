"""Subscriptions to news: asked for, proved by mail, ended with one click (events spec 4.27, 16.1, 16.2; RFC 8058).

The page that asks answers alike for known and unknown addresses; the difference is told in the mail alone.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from iurc_portal.accounts.addresses import email_key
from iurc_portal.clock import zone_of_language
from iurc_portal.notifications import registry
from iurc_portal.notifications.models import Message, Subscription, SubscriptionToken
from iurc_portal.notifications.services import ENDED, clear_bounces, queue_message
from iurc_portal.tokens import digest_of, looks_like_a_token, new_token, store

PROOF_LASTS = timedelta(hours=48)
PREVIEW_LINK = "preview"
PROVED = gettext_noop("the subscription is confirmed already")
Purpose = SubscriptionToken.Purpose


@transaction.atomic
def request_subscription(*, email: str, topic: str, language: str, now: datetime) -> Subscription:
    """Ask for the news of ``topic``: a letter asks for proof, or tells who has them already how to end them.

    Asking again within ten minutes sends no second letter. Raises ``ValidationError`` for an unknown topic.
    """
    if topic not in registry.topics():
        raise ValidationError(_("There are no such news."), code="topic")
    subscription, created = Subscription.objects.select_for_update().get_or_create(
        email_key=email_key(email),
        topic=topic,
        defaults={"email": email, "language": language, "tzid": zone_of_language(language), "asked_at": now},
    )
    quiet = timedelta(minutes=settings.IURC_EVENTS["quiet_minutes"])
    if not created and subscription.ended_at is None and now - subscription.asked_at < quiet:
        return subscription
    if not subscription.is_active:
        subscription.proved_at = subscription.ended_at = None
        subscription.email, subscription.language = email, language
        subscription.tzid = zone_of_language(language)
    subscription.asked_at = now
    subscription.save()
    kind = "subscription_active" if subscription.is_active else "subscription_proof"
    _write(subscription, kind, now=now)
    return subscription


@transaction.atomic
def prove(subscription: Subscription, *, now: datetime) -> Subscription:
    """The address is theirs: from now on the news go there. Doing it twice is no error (16.3)."""
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if subscription.is_active:
        return subscription
    if subscription.ended_at is not None:
        raise ValidationError(_("This subscription has ended: subscribe again to have the news."), code="ended")
    subscription.proved_at = now
    subscription.save(update_fields=["proved_at"])
    clear_bounces(subscription.email, now=now)
    _write(subscription, "subscription_active", now=now)
    return subscription


def issue(subscription_id: int, purpose: str, *, now: datetime) -> str:
    """Make a token and return it in clear; only its digest is stored."""
    clear, digest = new_token()
    expires_at = now + PROOF_LASTS if purpose == Purpose.PROVE else None
    store(SubscriptionToken(subscription_id=subscription_id, purpose=purpose, digest=digest, expires_at=expires_at))
    return clear


def find(clear: str) -> SubscriptionToken | None:
    """The token behind ``clear`` with its subscription, expired ones too; None if there is none."""
    if not looks_like_a_token(clear):
        return None
    return SubscriptionToken.objects.select_related("subscription").filter(digest=digest_of(clear)).first()


def link(clear: str) -> str:
    return settings.SITE_URL + reverse("subscription", args=[clear])


def unsubscribe_headers(clear: str) -> dict[str, str]:
    """RFC 2369 and RFC 8058: a mail program offers the way out and takes it with one POST."""
    address = settings.SITE_URL + reverse("subscription_one_click", args=[clear])
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def not_to_be_proved(message: Message) -> str:
    subscription = Subscription.objects.filter(pk=message.subject_id).first()
    if subscription is None or subscription.ended_at is not None:
        return ENDED
    return PROVED if subscription.is_active else ""


def subscribers_of(topic: str, languages: Iterable[str] = ()):
    """Those who are written to about ``topic``, in some ``languages`` or in all."""
    active = Subscription.objects.active().filter(topic=topic)
    return active.filter(language__in=list(languages)) if languages else active


def _write(subscription: Subscription, kind: str, *, now: datetime) -> None:
    queue_message(
        key=f"{kind}:{subscription.pk}:{now:%Y%m%dT%H%M%S%f}",
        kind=f"notifications.{kind}",
        to=subscription.email,
        language=subscription.language,
        tzid=subscription.tzid,
        subject_id=str(subscription.pk),
        ordering_key=f"subscription:{subscription.pk}",
        payload={"topic": subscription.topic},
    )
