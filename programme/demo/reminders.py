"""Reminders with texts of their own: before the evening meeting, and after it for who came and who did not."""

from functools import partial

from events.models import Event, ReminderRule
from programme.demo.samples import Samples, columns_of

SLUG = "sample-meeting-of-companies"
TEXTS = {
    "-PT24H": {
        "text": (
            "L'ingresso è da corso Castelfidardo 22. Porti con sé i biglietti da visita: c'è tempo per conoscersi.",
            "The entrance is at Corso Castelfidardo 22. Bring your cards: there is time to meet.",
            "入口はカステルフィダルド通り22番です。交流のお時間がございますので、お名刺をお持ちください。",
        )
    },
    "PT2H": {
        "text": (
            "Le presentazioni delle imprese si leggono nella pagina dell'evento.",
            "The companies' presentations are on the event's page.",
            "各社の発表資料は催しのページでご覧いただけます。",
        ),
        "absent_text": (
            "Le presentazioni si leggono nella pagina dell'evento. Alla prossima serata c'è posto.",
            "The presentations are on the event's page. There is room at the next meeting.",
            "発表資料は催しのページでご覧いただけます。次回のご参加をお待ちしております。",
        ),
    },
}


def make_reminders(samples: Samples) -> None:
    """The texts of one event's reminders, unless somebody has taken the event away."""
    event = Event.objects.filter(slug=SLUG).first()
    if event is None:
        return
    for trigger, texts in TEXTS.items():
        samples.once("reminders", f"reminder{trigger}", partial(_rule, event, trigger, texts))


def _rule(event: Event, trigger: str, texts: dict[str, tuple[str, str, str]]) -> ReminderRule:
    before = trigger.startswith("-")
    relative_to = ReminderRule.Relation.START if before else ReminderRule.Relation.END
    rule, _created = event.reminder_rules.get_or_create(trigger=trigger, relative_to=relative_to, audience="all")
    for field, of_field in texts.items():
        for column, text in columns_of(field, *of_field).items():
            setattr(rule, column, text)
    rule.save()
    return rule
