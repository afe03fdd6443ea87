"""Sample subscriptions, and a message to participants that waits to be sent."""

from functools import partial

from events.models import Broadcast, Event
from events.services.broadcasts import TOPIC
from iurc_portal.clock import zone_of_language
from iurc_portal.notifications.models import Subscription
from programme.demo.samples import Samples, columns_of

SUBSCRIBERS = [("sample-news1@guests.example", "it"), ("sample-news2@guests.example", "ja")]
SUBJECT = (
    "Come prepararsi al webinar (esempio)",
    "How to prepare for the webinar (sample)",
    "ウェビナーのご準備について（見本）",
)
BODY = (
    "Le diapositive arrivano il giorno prima.\n\nPer fare domande in anticipo basta rispondere a questo messaggio.",
    "The slides come the day before.\n\nIf you have questions, send them in advance by answering this message.",
    "資料は前日にお送りします。\n\n事前のご質問は、このメールへの返信でお寄せください。",
)


def make_mail(samples: Samples) -> None:
    for address, language in SUBSCRIBERS:
        samples.once("subscriptions", address, partial(_subscription, samples, address, language))
    event = Event.objects.listed().filter(is_sample=True).upcoming(now=samples.now).first()
    if event is not None:
        samples.once("broadcasts", "broadcast-preparation", partial(_broadcast, event))


def _subscription(samples: Samples, address: str, language: str) -> Subscription:
    asked = samples.ago(days=20)
    return Subscription.objects.create(
        email=address,
        email_key=address,
        topic=TOPIC,
        language=language,
        tzid=zone_of_language(language),
        asked_at=asked,
        proved_at=asked,
    )


def _broadcast(event: Event) -> Broadcast:
    texts = {**columns_of("subject", *SUBJECT), **columns_of("body", *BODY)}
    return Broadcast.objects.create(event=event, segment={"states": ["confirmed"]}, **texts)
