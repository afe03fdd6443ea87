"""What the sample event on site asks, some answers, and a group that one of its people registered."""

from events.models import Event, Question, QuestionSet, Registration, RegistrationGroup
from events.services.questions import keep_answers
from iurc_portal.accounts.addresses import email_key
from programme.demo.samples import Samples, columns_of

PEOPLE = (  # the first leads: one colleague comes, one has declined
    ("藤田", "直子", "sample-naoko", Registration.State.CONFIRMED),
    ("佐々木", "恵", "sample-megumi", Registration.State.CONFIRMED),
    ("中村", "翔", "sample-sho", Registration.State.CANCELLED),
)


def make_questions(samples: Samples) -> None:
    event = _event()
    if event is None:  # somebody has taken the sample away
        return
    samples.once("questions", "dinner", lambda: _dinner(event))
    samples.once("groups", "delegation", lambda: _group(samples, event))


def _event() -> Event | None:
    return Event.objects.filter(slug="sample-meeting-of-companies").first()


def _dinner(event: Event) -> QuestionSet:
    made = QuestionSet.objects.create(
        **columns_of("name", "Cena e arrivo (esempio)", "Dinner and arrival (sample)", "夕食と到着（見本）"),
        **columns_of(
            "introduction",
            "Ci serve per prenotare i posti a tavola.",
            "We need this to book the tables.",
            "お席の手配に必要です。",
        ),
    )
    comes = made.questions.create(
        order=0,
        kind=Question.Kind.YES_NO,
        is_required=True,
        **columns_of("label", "Viene alla cena?", "Do you come to the dinner?", "夕食会に参加されますか"),
    )
    eats = made.questions.create(
        order=1,
        kind=Question.Kind.SEVERAL,
        is_sensitive=True,
        shown_if=comes,
        shown_if_value="yes",
        **columns_of("label", "Che cosa non mangia?", "What do you not eat?", "召し上がれないものはありますか"),
        **columns_of(
            "help_text",
            "Lo legge solo chi organizza la cena.",
            "Only those who organise the dinner read it.",
            "夕食会の担当者だけが確認します。",
        ),
    )
    foods = [
        ("Carne", "Meat", "肉"),
        ("Pesce", "Fish", "魚"),
        ("Glutine", "Gluten", "小麦"),
        ("Noci", "Nuts", "ナッツ類"),
    ]
    for order, words in enumerate(foods):
        eats.choices.create(order=order, **columns_of("label", *words))
    made.questions.create(
        order=2,
        kind=Question.Kind.DATE,
        **columns_of(
            "label", "Quando arriva a Torino?", "When do you arrive in Torino?", "トリノにはいつ到着されますか"
        ),
    )
    made.questions.create(
        order=3,
        kind=Question.Kind.LONG,
        needs_new_approval=True,
        **columns_of(
            "label",
            "Chi vorrebbe incontrare?",
            "Whom would you like to meet?",
            "どのような方とお会いになりたいですか",
        ),
    )
    Event.objects.filter(pk=event.pk).update(question_set=made)
    return made


def _group(samples: Samples, event: Event) -> RegistrationGroup:
    """Three people of one company. Written without the letters of the service: nobody reads these addresses."""
    asked = samples.ago(days=2)
    rows = [
        Registration.objects.create(
            event=event,
            email=f"{name}@guests.example",
            email_key=email_key(f"{name}@guests.example"),
            family_name=family,
            given_name=given,
            company="見本株式会社",
            country="JP",
            state=state,
            joined_at=asked,
            confirmed_at=asked if state == Registration.State.CONFIRMED else None,
            language="ja",
            tzid="Asia/Tokyo",
            last_sequence=event.sequence,
        )
        for family, given, name, state in PEOPLE
    ]
    group = RegistrationGroup.objects.create(
        event=event, lead=rows[0], name="見本株式会社", created_at=asked, invited_at=asked
    )
    Registration.objects.filter(pk__in=[row.pk for row in rows]).update(group=group)
    event.refresh_from_db()
    if event.question_set is not None:
        comes, eats, *_rest = event.question_set.questions.in_order()
        for row in rows[:2]:
            row.event = event
            keep_answers(row, {comes.pk: True, eats.pk: [eats.choices.all()[1].key]}, now=asked)
    return group
