"""Surveys after an event: who is asked and when, one answer each, and nothing that leads from it to a person (P24)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models

from events.models import AccessToken
from events.services import tokens
from iurc_portal.audit.models import Transition
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import deliver
from iurc_portal.privacy import retention
from programme.exceptions import AlreadyAnswered, SurveyIncomplete, SurveyOver
from programme.models import Survey, SurveyAnswer, SurveyInvitation
from programme.services import survey_answers, surveys
from tests.events.test_concurrency import at_once, parallel
from tests.factories import START, make_event, make_presence, make_registration, make_survey

pytestmark = pytest.mark.django_db
END = START + timedelta(minutes=90)
DAY = timedelta(days=1)


def asked(survey) -> list[SurveyInvitation]:
    surveys.tend(now=END)
    return list(survey.invitations.order_by("pk"))


def letters() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "to"))


def scale_of(survey):
    return survey.questions.get(order=1).key


# --- What staff prepare ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", ["guest", "host"])
def test_the_ready_made_questions_are_whole_in_three_languages(audience):
    survey = surveys.prepare_survey(make_event(), audience=audience)

    questions = list(survey.questions.all())
    assert len(questions) == 6
    assert [question.missing_in(code) for question in questions for code in ("it", "en", "ja")] == [False] * 18
    for question in questions:
        question.full_clean()
    assert {question.kind for question in questions} >= {"scale", "yesno", "text"}


def test_to_prepare_a_survey_twice_gives_the_same():
    event = make_event()

    assert surveys.prepare_survey(event) == surveys.prepare_survey(event)
    assert Survey.objects.get().questions.count() == 6


def test_a_survey_is_opened_once_all_its_texts_are_there():
    survey = surveys.prepare_survey(make_event())
    survey.questions.filter(kind="choice").update(choices_ja="")

    with pytest.raises(SurveyIncomplete, match="日本語"):
        surveys.open_survey(survey, now=START)
    survey.questions.all().delete()
    with pytest.raises(SurveyIncomplete) as empty:
        surveys.open_survey(survey, now=START)

    assert empty.value.code == "empty"
    assert Survey.objects.get().state == "draft"


def test_nothing_is_asked_about_a_cancelled_event():
    survey = surveys.prepare_survey(make_event(status="CANCELLED"))

    with pytest.raises(ValidationError) as refusal:
        surveys.open_survey(survey, now=START)

    assert refusal.value.code == "cancelled"


@pytest.mark.parametrize(
    ("choices", "code"),
    [({}, "few"), ({"choices_it": "Uno"}, "few"), ({"choices_it": "A\nB", "choices_ja": "あ\nい\n\nう"}, "uneven")],
)
def test_choices_are_two_at_least_and_as_many_in_each_language(choices, code):
    question = make_survey().questions.create(kind="choice", label_en="Which?")
    for column, lines in choices.items():
        setattr(question, column, lines)

    with pytest.raises(ValidationError) as refusal:
        question.full_clean()

    assert [error.code for errors in refusal.value.error_dict.values() for error in errors] == [code]


# --- Who is asked, and when ------------------------------------------------------------------------------------------


def test_people_are_asked_once_when_the_event_is_over():
    event = make_event()
    make_registration(event, email="a@example.org")
    make_registration(event, email="gone@example.org", state="cancelled")
    make_survey(event)

    before = surveys.tend(now=END - timedelta(seconds=1))
    after = [surveys.tend(now=END + n * timedelta(minutes=5)) for n in range(3)]

    assert before == {"closed": 0, "opened": 0, "asked": 0, "reminded": 0}
    assert [counts["asked"] for counts in after] == [1, 0, 0]
    assert letters() == [("programme.survey", "a@example.org")]


def test_a_draft_asks_nobody_and_neither_does_an_event_that_was_cancelled():
    make_registration(surveys.prepare_survey(make_event()).event)
    cancelled = make_survey()
    make_registration(cancelled.event)
    cancelled.event.status = "CANCELLED"
    cancelled.event.save()

    surveys.tend(now=END + DAY)

    assert letters() == []


def test_speakers_are_asked_what_concerns_them():
    event = make_event()
    make_registration(event, email="guest@example.org")
    make_registration(event, email="speaker@example.org", join_window=60)
    guests, hosts = make_survey(event), make_survey(event, audience="host")

    surveys.tend(now=END)

    assert [one.registration.email for one in guests.invitations.all()] == ["guest@example.org"]
    assert [one.registration.email for one in hosts.invitations.all()] == ["speaker@example.org"]


def test_if_staff_wish_only_those_are_asked_who_were_there_once_that_is_known():
    event = make_event()
    present, _absent = make_registration(event, email="present@example.org"), make_registration(event)
    make_survey(event, whom="attended")

    first = surveys.tend(now=END)["asked"]
    make_presence(present)
    second = surveys.tend(now=END + DAY)["asked"]

    assert (first, second) == (0, 1)
    assert letters() == [("programme.survey", "present@example.org")]


def test_nobody_is_woken_by_it():
    event = make_event(dtstart=datetime(2026, 3, 3, 16, 0, tzinfo=UTC))  # ends at 02:30 in Nagoya
    make_registration(event, tzid="Asia/Tokyo")
    make_registration(event, tzid="Europe/Rome")
    make_survey(event)

    surveys.tend(now=event.dtend)

    assert list(Message.objects.order_by("pk").values_list("not_before", flat=True)) == [
        datetime(2026, 3, 4, 0, 0, tzinfo=UTC),
        None,
    ]


def test_who_has_not_answered_is_reminded_once():
    event = make_event()
    make_registration(event, email="silent@example.org"), make_registration(event)
    survey = make_survey(event)
    invitation = asked(survey)[1]
    survey_answers.answer_survey(invitation, {scale_of(survey): 4}, language="ja", now=END)

    counts = [surveys.tend(now=END + n * DAY)["reminded"] for n in (4, 5, 6, 13)]

    assert counts == [0, 1, 0, 0]
    assert letters()[2:] == [("programme.survey_reminder", "silent@example.org")]


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_the_letter_leads_to_the_questions_in_the_language_of_its_reader(language, client, mailoutbox, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: END)
    make_registration((survey := make_survey()).event, language=language)
    surveys.tend(now=END)

    deliver(Message.objects.get().pk, now=END)

    link = next(word for word in mailoutbox[0].body.split() if "/q/" in word)
    page = client.get(link.removeprefix("http://localhost:8000"))
    assert (page.status_code, page.headers["Content-Language"]) == (200, language)
    assert getattr(survey.questions.get(order=1), f"label_{language}") in page.content.decode()


def test_a_letter_that_is_late_is_dropped_with_its_reason(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: END)
    survey = make_survey()
    make_registration(survey.event), make_registration(survey.event)
    one, _other = asked(survey)
    survey_answers.answer_survey(one, {scale_of(survey): 5}, language="ja", now=END)
    first, second = Message.objects.order_by("pk")

    surveys.close_survey(survey, now=END)
    Message.objects.update(state="queued")
    outcomes = [deliver(message.pk, now=END) for message in (first, second)]

    assert outcomes == ["dropped", "dropped"]
    assert set(Message.objects.values_list("error", flat=True)) == {"the survey takes no answers now"}


# --- Answers ---------------------------------------------------------------------------------------------------------


def test_an_invitation_is_good_for_one_answer_through_whichever_of_its_links():
    survey = make_survey()
    registration = make_registration(survey.event)
    (invitation,) = asked(survey)
    links = [
        survey_answers.issue_link(invitation),
        survey_answers.issue_link(invitation),
        tokens.issue(registration, AccessToken.Purpose.MANAGE, now=START),
        tokens.issue(registration, AccessToken.Purpose.JOIN, now=START),
    ]

    found = [survey_answers.find(clear, now=END) for clear in links]
    survey_answers.answer_survey(found[0], {scale_of(survey): 3}, language="ja", now=END)
    for again in found:
        with pytest.raises(AlreadyAnswered):
            survey_answers.answer_survey(again, {scale_of(survey): 1}, language="ja", now=END)

    assert found == [invitation] * 4
    assert [(one.language, one.values) for one in SurveyAnswer.objects.all()] == [("ja", {scale_of(survey): 3})]


def test_links_of_nobody_lead_nowhere():
    stranger = tokens.issue(make_registration(), AccessToken.Purpose.MANAGE, now=START)

    assert [survey_answers.find(clear, now=END) for clear in (stranger, "x" * 43, "short", "")] == [None] * 4


@pytest.mark.parametrize("moment", [END - timedelta(seconds=1), END + 14 * DAY])
def test_before_the_end_of_the_event_and_after_the_last_day_nothing_is_kept(moment):
    survey = make_survey()
    make_registration(survey.event)
    (invitation,) = asked(survey)

    with pytest.raises(SurveyOver):
        survey_answers.answer_survey(invitation, {scale_of(survey): 3}, language="ja", now=moment)

    invitation.refresh_from_db()
    assert (SurveyAnswer.objects.count(), invitation.is_used) == (0, False)


def test_a_survey_opened_late_asks_for_as_many_days():
    survey = make_survey(opened_at=END + 3 * DAY, open_days=7)

    assert (survey.begins_at, survey.ends_at) == (END + 3 * DAY, END + 10 * DAY)


def test_after_its_days_it_closes_for_good_and_forgets_who_answered():
    survey = make_survey()
    for _n in range(3):
        make_registration(survey.event)
    survey_answers.answer_survey(asked(survey)[0], {scale_of(survey): 3}, language="ja", now=END)

    counts = [surveys.tend(now=END + 14 * DAY)["closed"] for _n in range(2)]

    survey = Survey.objects.get()
    assert counts == [1, 0]
    assert (survey.state, survey.asked, survey.closed_on) == ("closed", 3, date(2026, 3, 17))
    assert set(survey.invitations.values_list("is_used", flat=True)) == {False}
    assert [(move.from_state, move.to_state) for move in Transition.objects.all()] == [("open", "closed")]
    for impossible in ("open", "draft"):
        with pytest.raises(ValidationError):
            survey.move_to(impossible)


def test_questions_that_somebody_has_answered_are_not_taken_back():
    survey = make_survey()
    make_registration(survey.event)

    surveys.take_back_survey(survey, now=END)
    surveys.open_survey(Survey.objects.get(), now=START)
    survey_answers.answer_survey(asked(survey)[0], {scale_of(survey): 3}, language="ja", now=END)
    with pytest.raises(ValidationError) as refusal:
        surveys.take_back_survey(survey, now=END)

    assert refusal.value.code == "answered"


# --- Whose they are --------------------------------------------------------------------------------------------------


def test_no_column_leads_from_an_answer_to_a_person_a_link_or_a_moment():
    fields = {field.name: field for field in SurveyAnswer._meta.get_fields()}

    assert set(fields) == {"id", "survey", "language", "values"}
    assert isinstance(fields["id"], models.UUIDField)
    assert fields["id"].default().version == 4
    pointing = [
        model for model in apps.get_models() for field in model._meta.fields if field.related_model is SurveyAnswer
    ]
    assert pointing == []
    assert not [model for model in apps.get_models() if model.__name__ == "HistoricalSurveyAnswer"]
    for model in (SurveyInvitation, apps.get_model("programme", "SurveyToken")):
        kinds = [type(field) for field in model._meta.fields]
        assert models.DateTimeField not in kinds
        assert models.JSONField not in kinds


def test_answers_lie_in_no_order_of_coming():
    survey = make_survey()
    for _n in range(30):
        make_registration(survey.event)
    question = survey.questions.get(kind="text").key

    for n, invitation in enumerate(asked(survey)):
        survey_answers.answer_survey(invitation, {question: f"{n:02}"}, language="ja", now=END)

    with connection.cursor() as cursor:
        order = "ctid" if connection.vendor == "postgresql" else "rowid"
        cursor.execute(f"SELECT id FROM programme_surveyanswer ORDER BY {order}")  # noqa: S608 - one of two words
        place = {str(row[0]).replace("-", ""): n for n, row in enumerate(cursor.fetchall())}
    answers = sorted(SurveyAnswer.objects.all(), key=lambda answer: place[answer.pk.hex])
    assert [answer.values[question] for answer in answers] != [f"{n:02}" for n in range(30)]
    assert sorted(answer.values[question] for answer in answers) == [f"{n:02}" for n in range(30)]


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="reads what only PostgreSQL notes of its rows")
@pytest.mark.django_db(transaction=True)
def test_the_marks_of_transactions_are_the_same_on_all_answers():
    survey = make_survey()
    for _n in range(4):
        make_registration(survey.event)

    for invitation in asked(survey):
        survey_answers.answer_survey(invitation, {scale_of(survey): 3}, language="ja", now=END)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT xmin::text) FROM programme_surveyanswer")
        assert cursor.fetchone() == (4, 1)


def test_an_answer_outlives_the_registration_of_who_gave_it():
    survey = make_survey()
    registration = make_registration(survey.event)
    survey_answers.answer_survey(asked(survey)[0], {scale_of(survey): 3}, language="ja", now=END)

    registration.delete()

    assert (SurveyAnswer.objects.count(), SurveyInvitation.objects.count()) == (1, 0)


@parallel
@pytest.mark.django_db(transaction=True)
def test_of_many_presses_at_once_one_answer_is_kept():
    survey = make_survey()
    make_registration(survey.event), make_registration(survey.event)
    one, other = asked(survey)
    key = scale_of(survey)

    def press(n):
        survey_answers.answer_survey(one if n % 2 else other, {key: n % 5 + 1}, language="ja", now=END)
        return "kept"

    assert Counter(at_once(8, press)) == {"kept": 2, "used": 6}
    assert SurveyAnswer.objects.count() == 2


@parallel
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_ask_everybody_once():
    survey = make_survey()
    for _n in range(5):
        make_registration(survey.event)

    at_once(3, lambda n: surveys.tend(now=END)["asked"])

    assert (Message.objects.count(), survey.invitations.count()) == (5, 5)


# --- Forgetting ------------------------------------------------------------------------------------------------------


def test_texts_are_forgotten_after_two_years_and_numbers_stay():
    survey = make_survey()
    make_registration(survey.event)
    number, text = scale_of(survey), survey.questions.get(kind="text").key
    survey_answers.answer_survey(asked(survey)[0], {number: 4, text: "More time."}, language="ja", now=END)
    surveys.close_survey(survey, now=END)

    retention.purge(now=datetime(2028, 3, 2, 12, 0, tzinfo=UTC))
    kept = SurveyAnswer.objects.get().values
    for day in (3, 4):
        retention.purge(now=datetime(2028, 3, day, 12, 0, tzinfo=UTC))

    assert kept == {number: 4, text: "More time."}
    assert SurveyAnswer.objects.get().values == {number: 4}
    assert Survey.objects.get().texts_forgotten_on == date(2028, 3, 3)
