"""Sending one text to many people, once (events spec 5.6). Who may do it is the caller's question.

One message goes to one address: registrations are unique by event and address, subscriptions by topic and address.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from events import segments
from events.models import Broadcast, Event
from events.services import letters
from iurc_portal.audit.services import record_transition
from iurc_portal.notifications.models import Subscription
from iurc_portal.notifications.services import Letter, queue_messages
from iurc_portal.notifications.subscriptions import subscribers_of
from iurc_portal.translation.languages import Language

TOPIC = "events"


@dataclass(frozen=True)
class Reach:
    """How many people a broadcast would reach now, by language, and which of these languages lack a text."""

    by_language: dict[str, int]
    missing: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.by_language.values())

    @property
    def lines(self) -> list[tuple[str, int, bool]]:
        """Language in words, number of people, whether the text is there."""
        return [(Language(code).label, n, code not in self.missing) for code, n in self.by_language.items()]


def reach_of(broadcast: Broadcast) -> Reach:
    """Count the recipients by language, in one query beside those that the segment needs."""
    rows = recipients_of(broadcast).order_by().values("language").annotate(n=Count("pk"))
    found = Counter({row["language"]: row["n"] for row in rows})
    by_language = {code: found[code] for code in Language.values if found[code]}
    return Reach(by_language, broadcast.missing_for(by_language))


def recipients_of(broadcast: Broadcast) -> QuerySet:
    """Registrations or subscriptions, oldest first: each of another address."""
    if broadcast.audience == Broadcast.Audience.SUBSCRIBERS:
        return subscribers_of(TOPIC, broadcast.segment.get("languages", ())).order_by("pk")
    return segments.narrow(broadcast.event, broadcast.segment).order_by("pk")


@transaction.atomic
def send_broadcast(broadcast: Broadcast, *, seen: int, now: datetime, by) -> Broadcast:
    """Queue one message for each recipient; a second call is refused. ``seen`` is the number that staff confirmed.

    Raises ``ValidationError``: ``transition`` (sent already), ``empty`` (nobody, or no text), ``untranslated`` (a
    language among the recipients has no text and no fallback was chosen), ``changed`` (there are more or fewer
    recipients than ``seen``), ``not public`` (news of an event that not everybody may see).
    """
    broadcast = Broadcast.objects.select_for_update(of=("self",)).select_related("event").get(pk=broadcast.pk)
    former = broadcast.move_to(Broadcast.State.SENT)
    reach = reach_of(broadcast)
    _refuse_if_not_ready(broadcast, reach, seen=seen)
    if broadcast.audience == Broadcast.Audience.SUBSCRIBERS:
        _queue_announcement(broadcast)
    else:
        letters.queue_broadcast(broadcast.pk, recipients_of(broadcast))
    broadcast.sent_at, broadcast.by, broadcast.recipients = now, by, reach.total
    broadcast.save(update_fields=["state", "sent_at", "by", "recipients"])
    record_transition(broadcast, from_state=former, to_state=broadcast.state, now=now, actor=by)
    return broadcast


def _refuse_if_not_ready(broadcast: Broadcast, reach: Reach, *, seen: int) -> None:
    event = broadcast.event
    is_public = event.status == Event.Status.CONFIRMED and event.access == Event.Access.PUBLIC
    if broadcast.audience == Broadcast.Audience.SUBSCRIBERS and not is_public:
        raise ValidationError(
            _("Subscribers are told of published events that everybody may see. Publish the event first."),
            code="not public",
        )
    if not broadcast.texts():
        raise ValidationError(_("There is no text yet: write subject and text in a language."), code="empty")
    if not reach.total:
        raise ValidationError(_("Nobody would receive this message: choose other recipients."), code="empty")
    if reach.missing and not broadcast.allow_fallback:
        between = ", ".join(str(Language(code).label) for code in reach.missing)
        raise ValidationError(
            _("Some recipients read %(languages)s, and there is no such text. Write it, or allow another language."),
            code="untranslated",
            params={"languages": between},
        )
    if reach.total != seen:
        raise ValidationError(
            _("The number of recipients has changed from %(seen)s to %(now)s. Look again, then send."),
            code="changed",
            params={"seen": seen, "now": reach.total},
        )


def _queue_announcement(broadcast: Broadcast) -> None:
    """One letter to each subscriber. It is of no use once the event has begun."""
    subscriptions: QuerySet[Subscription] = recipients_of(broadcast)
    queue_messages(
        Letter(
            key=f"announcement:{broadcast.pk}:{subscription.pk}",
            kind="events.announcement",
            to=subscription.email,
            language=subscription.language,
            tzid=subscription.tzid,
            payload={"broadcast": broadcast.pk},
            subject_id=str(subscription.pk),
            ordering_key=f"subscription:{subscription.pk}",
        )
        for subscription in subscriptions
    )
