"""Letters, addresses and subscriptions: how long they are kept, and how a person is taken out of them (13.2, 13.3)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from iurc_portal.notifications import registry as letters
from iurc_portal.notifications.models import AddressStatus, Message, Subscription, SubscriptionToken
from iurc_portal.privacy import registry, words
from iurc_portal.privacy.registry import Holder, Rule, Section, Span, columns
from iurc_portal.privacy.subjects import Subject
from iurc_portal.privacy.traces import blank_traces

OVER = [Message.State.SENT, Message.State.DROPPED, Message.State.FAILED]


def register() -> None:
    registry.register(
        Rule(
            "payloads",
            _("What letters were about"),
            Span("payload_days", words.AFTER_SENDING),
            words.BLANKED,
            lambda before: left(before).exclude(payload={}),
            lambda rows, now: _update(rows, payload={}),
        ),
        Rule(
            "recipients",
            _("To whom letters went"),
            Span("recipient_months", words.AFTER_SENDING),
            words.BLANKED,
            lambda before: left(before).exclude(to=""),
            lambda rows, now: blank(Message.objects.filter(pk__in=[row.pk for row in rows])),
        ),
        Rule(
            "subscription-tokens",
            _("Links that confirm a subscription"),
            Span("token_days", words.AFTER_ITS_END),
            words.DELETED,
            lambda before: SubscriptionToken.objects.filter(expires_at__lte=before),
            registry.delete,
        ),
        Rule(
            "unproved-subscriptions",
            _("Subscriptions that nobody confirmed"),
            Span("unproved_days", _("%(time)s after it was asked for")),
            words.DELETED,
            lambda before: Subscription.objects.filter(proved_at=None, asked_at__lte=before),
            _forget_subscriptions,
        ),
        Rule(
            "ended-subscriptions",
            _("Subscriptions that have ended"),
            Span("subscription_days", words.AFTER_ITS_END),
            words.DELETED,
            lambda before: Subscription.objects.filter(ended_at__lte=before),
            _forget_subscriptions,
        ),
        Rule(
            "bounces",
            _("What mail servers said of addresses"),
            Span("bounce_months", words.AFTER_WRITING),
            words.DELETED,
            lambda before: AddressStatus.objects.filter(since__lte=before),
            registry.delete,
        ),
        Holder("notifications", 80, collect, erase),
    )


def left(before: datetime) -> QuerySet[Message]:
    """What left, or was given up, at ``before`` or earlier."""
    return Message.objects.filter(state__in=OVER).filter(
        Q(sent_at__lte=before) | Q(sent_at=None, created_at__lte=before)
    )


def collect(subject: Subject) -> Iterable[Section]:
    yield Section(
        "subscriptions",
        _("News by e-mail"),
        columns(
            ("email", _("e-mail"), "email"),
            ("topic", _("topic"), "about"),
            ("language", _("language"), "language"),
            ("asked", _("asked"), "asked_at"),
            ("confirmed", _("address confirmed"), "proved_at"),
            ("ended", _("ended"), "ended_at"),
        ),
        list(Subscription.objects.filter(email_key__in=subject.keys)),
        lambda one: f"{one.about} ({words.day(one.asked_at)} – {words.day(one.ended_at) if one.ended_at else ''})",
    )
    yield Section(
        "letters",
        _("Messages we wrote to you"),
        columns(
            ("to", _("to"), "to"),
            ("kind", _("kind"), lambda message: letters.title_of(message.kind)),
            ("language", _("language"), "language"),
            ("written", _("written"), "created_at"),
            ("sent", _("sent"), "sent_at"),
            ("state", _("state"), lambda message: str(message.get_state_display())),
        ),
        list(Message.objects.filter(subject.at("to"))),
        lambda message: f"{words.day(message.sent_at or message.created_at)} – {letters.title_of(message.kind)}",
    )
    yield Section(
        "address_status",
        _("What mail servers said of your address"),
        columns(
            ("address", _("address"), "email_key"),
            ("state", _("state"), lambda status: str(status.get_state_display())),
            ("since", _("since"), "since"),
            ("said", _("what the mail server said"), "detail"),
        ),
        list(AddressStatus.objects.filter(email_key__in=subject.keys)),
        lambda status: f"{words.day(status.since)} – {status.get_state_display()}",
    )


def erase(subject: Subject, now: datetime) -> None:
    blank(Message.objects.filter(subject.at("to") | subject.naming("key") | subject.naming("ordering_key")))
    for column in ("payload", "error"):  # letters to others that name this person
        Message.objects.filter(subject.naming(column)).update(**{column: {} if column == "payload" else ""})
    _forget_subscriptions(list(Subscription.objects.filter(email_key__in=subject.keys)), now)
    statuses = AddressStatus.objects.filter(email_key__in=subject.keys)
    blank_traces(AddressStatus, statuses.values_list("pk", flat=True))
    statuses.delete()


def blank(messages: QuerySet[Message]) -> None:
    """Take out of letters to whom they went and what they said. Kind, language, times and outcome stay.

    What has not left does not leave any more. The key, which may hold an address, becomes one that says nothing.
    """
    keys = list(messages.values_list("pk", flat=True))
    blank_traces(Message, keys)
    rows = Message.objects.filter(pk__in=keys)
    rows.exclude(state__in=OVER).update(state=Message.State.DROPPED, claimed_at=None)
    rows.update(
        to="",
        payload={},
        ordering_key="",
        error="",
        provider_id="",
        key=Concat(Value("blank:"), Cast("pk", CharField())),
    )


def _update(rows: Sequence[Message], **values) -> None:
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(**values)


def _forget_subscriptions(rows: Sequence[Subscription], now: datetime) -> None:
    blank_traces(Subscription, [row.pk for row in rows])
    registry.delete(rows, now)
