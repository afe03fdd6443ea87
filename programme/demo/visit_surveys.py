"""Who was at the sample visit that is over, what guests and hosts said of it, and certificates to be made."""

from datetime import timedelta

from iurc_portal.clock import from_wall_clock
from programme.demo import people
from programme.demo.samples import Samples
from programme.models import Attendance, Delegate, HostConfirmation, StudyVisit, Survey
from programme.models.surveys import evening
from programme.services import papers, survey_answers, survey_comments, surveys
from programme.services.day import last_held, note_attendance
from programme.services.survey_letters import recipients

VISIT = "sample-visit-that-is-over"
OPEN_DAYS = 7
# Language and, in the order of the ready-made questions, what each person answered; empty texts were left out.
GUESTS: list[tuple] = [
    (
        "ja",
        5,
        4,
        3,
        4,
        1,
        "住民の方のお話を直接伺えたのが最も参考になりました。移動時間にもう少し余裕があると助かります。（見本）",
    ),
    ("ja", 4, 4, 3, 5, 1, ""),
    ("ja", 5, 3, 4, 4, 4, "補助金の仕組みについて、資料を日本語でもいただければ幸いです。（見本）"),
    ("ja", 4, 4, 2, 4, 2, ""),
    ("ja", 5, 5, 4, 4, 1, "夕食会の席で、担当の山田さんから別件の相談がありました。（見本）"),
]
HOSTS: list[tuple] = [
    ("it", 4, 5, 4, True, True, "Sarebbe utile ricevere le domande due settimane prima (esempio)."),
    ("it", 5, 4, 4, True, True, ""),
    ("it", 4, 4, 3, False, True, "L'interprete ha fatto la differenza (esempio)."),
]
HIDDEN = "山田さん"


def tick(visit: StudyVisit, samples: Samples, *, days_ago: int, by) -> None:
    """Everybody was everywhere, but for one who came late to one item and missed another."""
    held = last_held(visit)
    delegates = list(visit.delegates.coming().order_by("rank", "pk"))
    for place, item in enumerate(held.items if held else ()):
        states = {delegate.pk: Attendance.State.PRESENT.value for delegate in delegates}
        if place < 2:
            states[delegates[-1].pk] = (Attendance.State.PART if place else Attendance.State.ABSENT).value
        note_attendance(visit, item=item.pk, states=states, now=samples.ago(days=days_ago), by=by)


def ask(visit: StudyVisit, *, by) -> None:
    """By the real services, as the evening of the last day and the week after would have brought it; no letters."""
    for delegate in visit.delegates.select_related("person"):
        _reachable(delegate.person)
    for host in HostConfirmation.objects.filter(item__day__visit=visit).select_related("person"):
        _reachable(host.person)
    for audience, answers in ((Survey.Audience.GUEST, GUESTS), (Survey.Audience.HOST, HOSTS)):
        _survey(visit, audience, answers, by=by)


def _survey(visit: StudyVisit, audience: str, answers: list[tuple], *, by) -> None:
    survey = surveys.prepare_survey(visit, audience=audience)
    survey.open_days = OPEN_DAYS
    survey.save(update_fields=["open_days"])
    begins = evening(visit.last_day, visit.host_city.tzid)
    survey = surveys.open_survey(survey, now=begins - timedelta(days=1), by=by)
    for invitation in recipients(survey):
        invitation.asked_on = begins.date()
        invitation.save()
    keys = [question.key for question in survey.questions.all()]
    for invitation, (language, *given) in zip(survey.invitations.all(), answers, strict=False):
        values = {key: value for key, value in zip(keys, given, strict=True) if value != ""}
        survey_answers.answer_survey(invitation, values, language=language, now=begins + timedelta(hours=1))
    survey = surveys.close_survey(survey, now=survey.ends_at, by=by)
    told = survey_comments.comments_of(survey, survey_comments.results_of(survey))
    comments = [comment for _question, texts in told for comment in texts]
    for comment in comments[1:] if audience == Survey.Audience.HOST else comments:
        named = HIDDEN in comment.text
        reason = "Nomina una persona (esempio)." if named else ""
        day = from_wall_clock(visit.last_day + timedelta(days=OPEN_DAYS + 1), 10, 0, visit.host_city.tzid)
        survey_comments.rule(survey, comment.digest, is_shown=not named, reason=reason, by=by, now=day)


def _reachable(person) -> None:
    """Letters to samples go to addresses that nobody has."""
    if not person.email:
        person.email = f"persona-{person.pk}@esempio.example"
        person.save(update_fields=["email"])


def certify(samples: Samples) -> None:
    samples.once("papers", "certificates-of-visit-over", lambda: _certificates(samples))


def _certificates(samples: Samples) -> StudyVisit:
    """Asked for here, made by the task a moment later."""
    visit = StudyVisit.objects.get(slug=VISIT)
    by = people.user(people.STAFF_TORINO)
    for delegate in Delegate.objects.filter(visit=visit).coming().select_related("person")[:2]:
        for language in ("ja", "it"):
            papers.ask_for(visit, "certificate", language, person=delegate.person, now=samples.ago(days=30), by=by)
    return visit
