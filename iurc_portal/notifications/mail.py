"""The portal's own letters: about subscriptions (events spec 4.27)."""

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from iurc_portal.notifications import registry, subscriptions
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message, SubscriptionToken
from iurc_portal.notifications.words import Words
from iurc_portal.notifications.words import gettext as _

Purpose = SubscriptionToken.Purpose
TOPIC = {"topic": gettext_lazy("what the news are about")}


def register_kinds() -> None:
    """Tell the outbox how our letters read and when they are no longer wanted."""
    registry.register(
        "notifications.subscription_proof",
        title=pgettext_lazy("letter", "confirm the subscription"),
        render=proof,
        refusal=subscriptions.not_to_be_proved,
        asks_for_proof=True,
        placeholders={**TOPIC, "hours": gettext_lazy("how many hours the link works")},
        specimen=specimen("subscription_proof"),
    )
    registry.register(
        "notifications.subscription_active",
        title=pgettext_lazy("letter", "subscription confirmed"),
        render=active,
        placeholders=TOPIC,
        specimen=specimen("subscription_active"),
    )


def proof(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    hours = {"hours": int(subscriptions.PROOF_LASTS.total_seconds() // 3600)}
    words = Words(
        subject=_("Confirm your subscription: %(topic)s") % _topic(message),
        opening=[
            _("This address was entered on our portal to receive news by mail: %(topic)s.") % _topic(message),
            _("Open the page and confirm. The link works for %(hours)s hours.") % hours,
        ],
        button=_("Confirm the subscription"),
        link=_link(message, Purpose.PROVE, preview=preview),
        closing=[_("If you did not ask for this, do nothing: without your confirmation nothing is sent.")],
    )
    return compose(message, words, template="plain", context={})


def active(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    words = Words(
        subject=_("You receive our news: %(topic)s") % _topic(message),
        opening=[_("This address receives our news: %(topic)s.") % _topic(message)],
        button=_("End the subscription"),
        link=_link(message, Purpose.END, preview=preview),
        closing=[_("Every one of these messages ends with the same link. You can leave at any time.")],
    )
    return compose(message, words, template="plain", context={})


def specimen(kind: str):
    """A maker of letters to look at, as ``registry.Kind.specimen`` asks."""

    def make(language: str) -> Message:
        topic = next(iter(registry.topics()), "")
        return Message(kind=f"notifications.{kind}", to="name@company.example", payload={"topic": topic})

    return make


def _topic(message: Message) -> dict[str, str]:
    return {"topic": registry.topic_title(message.payload["topic"])}


def _link(message: Message, purpose: str, *, preview: bool) -> str:
    if preview:
        return subscriptions.link(subscriptions.PREVIEW_LINK)
    return subscriptions.link(subscriptions.issue(int(message.subject_id), purpose, now=timezone.now()))
