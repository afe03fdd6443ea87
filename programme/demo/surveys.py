"""The survey after the sample webinar that is over, answered by fourteen people and told in one line; one to open."""

from datetime import timedelta

from events.models import Event
from programme.demo import people
from programme.demo.attendance import COMING, PAST
from programme.demo.samples import Samples
from programme.models import Survey, SurveyInvitation
from programme.services import survey_answers, surveys

# Language and, in the order of the ready-made questions: three scales, what would help most, recommend it, a text.
ANSWERS: list[tuple[str, int, int, int, int, bool, str]] = [
    (
        "ja",
        5,
        5,
        4,
        1,
        True,
        "トリノの企業の話を直接聞けて参考になりました。次回は実証の費用を知りたいです。",
    ),
    ("it", 4, 5, 4, 3, True, "Più tempo per le domande, per favore."),
    ("ja", 4, 4, 3, 1, True, ""),
    ("it", 5, 4, 5, 1, True, ""),
    ("ja", 5, 5, 4, 5, True, "逐次通訳の間に資料を読めたのが良かったです。"),
    ("it", 3, 4, 3, 4, True, "Sarebbe utile un incontro solo sui permessi per provare in strada."),
    ("ja", 4, 5, 5, 2, True, ""),
    ("it", 5, 5, 4, 1, True, ""),
    ("it", 4, 3, 4, 6, False, "L'audio dell'interprete all'inizio era basso."),
    ("ja", 3, 4, 2, 4, True, "専門用語の訳語集を事前にいただけると助かります。"),
    ("it", 5, 5, 5, 5, True, ""),
    ("ja", 5, 4, 4, 1, True, ""),
    ("it", 4, 4, 4, 1, True, "Bello vedere due città così diverse con gli stessi problemi."),
    ("ja", 4, 5, 4, 3, True, ""),
]


def make_surveys(samples: Samples) -> None:
    samples.once("surveys", "survey-past-webinar", _past)
    samples.once("surveys", "survey-coming-webinar", lambda: surveys.prepare_survey(Event.objects.get(slug=COMING)))


def _past() -> Survey:
    """By the real services, as the days would have brought it; only the letters are left out."""
    event = Event.objects.get(slug=PAST)
    by = people.user(people.STAFF_TORINO)
    survey = surveys.open_survey(surveys.prepare_survey(event), now=event.dtend - timedelta(days=3), by=by)
    SurveyInvitation.objects.bulk_create(
        SurveyInvitation(survey=survey, registration=registration, asked_on=event.dtend.date())
        for registration in event.registrations.confirmed().order_by("pk")
    )
    keys = [question.key for question in survey.questions.all()]
    evening = event.dtend + timedelta(hours=4)
    for invitation, (language, *given) in zip(survey.invitations.all(), ANSWERS, strict=False):
        values = {key: value for key, value in zip(keys, given, strict=True) if value != ""}
        survey_answers.answer_survey(invitation, values, language=language, now=evening)
    surveys.close_survey(survey, now=survey.ends_at, by=by)
    return surveys.publish_line(survey, now=survey.ends_at, by=by)
