"""The two surveys of a study visit: who is asked on which evening, three answers, comments past the lead (P24)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import deliver
from iurc_portal.privacy import retention
from programme.models import CommentRuling, StudyVisit, Survey, SurveyAnswer
from programme.services import survey_answers, survey_comments, surveys
from programme.services import visit_reports as reports
from programme.survey_results import results_of
from tests import factories
from tests.programme.papers import make_planned_visit

pytestmark = pytest.mark.django_db
EVENING = datetime(2027, 5, 13, 16, 0, tzinfo=UTC)  # 18:00 in Torino on the last day
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Audience = Survey.Audience


def a_visit(**fields):
    """Under way: two guests with addresses, of whom one was ticked as present; a host who said yes."""
    lead = factories.make_user(email="lead@torino.example", is_staff=True, side="torino")
    visit = make_planned_visit(lead=lead, **fields)
    StudyVisit.objects.filter(pk=visit.pk).update(state="running")
    visit.refresh_from_db()
    for number, delegate in enumerate(visit.delegates.order_by("rank")):
        reach(delegate.person, f"guest{number}@nagoya.example")
    meeting = visit.days.get().items.get(kind="meeting")
    reach(meeting.hosts.get().person, "host@torino.example")
    tick(meeting, visit.delegates.order_by("rank").first())
    return visit


def reach(person, email):
    person.email = email
    person.save()


def tick(item, delegate, state="present"):
    item.attendance.create(delegate=delegate, state=state, at=EVENING)


def letters():
    return list(Message.objects.order_by("pk").values_list("kind", "to", "language"))


def closed(visit, texts, *, audience=Audience.GUEST, language="ja"):
    """A survey that as many people answered as there are ``texts``."""
    survey = surveys.prepare_survey(visit, audience=audience)
    survey = surveys.open_survey(survey, now=EVENING)
    keys = {question.kind: question.key for question in survey.questions.all()}
    for text in texts:
        invitation = survey.invitations.create(
            person=factories.make_person(), language=language, asked_on=EVENING.date()
        )
        values = {keys["scale"]: 4} | ({keys["text"]: text} if text else {})
        survey_answers.answer_survey(invitation, values, language=language, now=EVENING)
    return surveys.close_survey(survey, now=EVENING + 14 * DAY)


def comments(survey):
    return [one for _question, texts in survey_comments.comments_of(survey, results_of(survey)) for one in texts]


# --- Prepared and sent -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", Audience.values)
def test_both_have_questions_of_their_own_whole_in_three_languages(audience):
    visit = a_visit()

    survey = surveys.prepare_survey(visit, audience=audience)
    of_event = surveys.prepare_survey(factories.make_event(), audience=audience)

    questions = list(survey.questions.all())
    assert [one.missing_in(code) for one in questions for code in ("it", "en", "ja")] == [False] * 18
    assert not {one.label_it for one in questions[:2]} & {one.label_it for one in of_event.questions.all()}
    assert surveys.prepare_survey(visit, audience=audience) == survey


def test_a_survey_is_of_an_event_or_of_a_visit():
    for fields in ({}, {"event": factories.make_event(), "visit": factories.make_visit()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Survey.objects.create(audience="guest", **fields)


def test_they_leave_by_themselves_on_the_evening_of_the_last_day_where_the_visit_is():
    a_visit()

    early = surveys.tend(now=EVENING - MINUTE)
    on_time = surveys.tend(now=EVENING)
    again = surveys.tend(now=EVENING + 5 * MINUTE)

    assert early == {"closed": 0, "opened": 0, "asked": 0, "reminded": 0}
    assert on_time == {"closed": 0, "opened": 2, "asked": 2, "reminded": 0}
    assert again == {"closed": 0, "opened": 0, "asked": 0, "reminded": 0}
    assert letters() == [
        ("programme.visit_survey", "guest0@nagoya.example", "ja"),
        ("programme.visit_survey", "host@torino.example", "it"),
    ]
    assert set(Message.objects.values_list("not_before", flat=True)) == {None}


def test_in_nagoya_the_evening_is_that_of_nagoya():
    visit = a_visit()
    StudyVisit.objects.filter(pk=visit.pk).update(host_city=visit.guest_city, guest_city=visit.host_city)

    survey = surveys.prepare_survey(StudyVisit.objects.get())

    assert survey.over_at == datetime(2027, 5, 13, 9, 0, tzinfo=UTC)


def test_a_guest_who_is_ticked_later_is_asked_later():
    visit = a_visit()
    surveys.tend(now=EVENING)

    tick(visit.days.get().items.get(kind="meal"), visit.delegates.order_by("rank").last(), "part")
    counts = surveys.tend(now=EVENING + DAY)

    assert counts["asked"] == 1
    assert letters()[-1] == ("programme.visit_survey", "guest1@nagoya.example", "ja")


def test_who_has_not_answered_is_reminded_once():
    a_visit()
    surveys.tend(now=EVENING)
    survey = Survey.objects.get(audience="guest")
    answer = survey.questions.get(order=1).key
    survey_answers.answer_survey(survey.invitations.get(), {answer: 5}, language="ja", now=EVENING)

    counts = [surveys.tend(now=EVENING + n * DAY)["reminded"] for n in (4, 5, 6)]

    assert counts == [0, 1, 0]
    assert letters()[-1] == ("programme.visit_survey_reminder", "host@torino.example", "it")


def test_what_staff_set_aside_is_not_sent():
    visit = a_visit()
    for audience in Audience.values:
        surveys.skip_survey(surveys.prepare_survey(visit, audience=audience), now=EVENING)

    assert surveys.tend(now=EVENING)["opened"] == 0
    assert letters() == []


@pytest.mark.parametrize("fields", [{"state": "cancelled"}, {"state": "postponed"}, {"is_sample": True}])
def test_of_what_is_off_or_a_sample_nobody_is_asked_by_itself(fields):
    visit = a_visit()
    StudyVisit.objects.filter(pk=visit.pk).update(**fields)

    surveys.tend(now=EVENING)

    assert (Survey.objects.count(), letters()) == (0, [])


def test_a_survey_that_is_open_asks_nobody_once_the_visit_is_off():
    visit = a_visit()
    surveys.open_survey(surveys.prepare_survey(visit), now=EVENING - DAY)
    StudyVisit.objects.filter(pk=visit.pk).update(state="cancelled")

    surveys.tend(now=EVENING)

    assert letters() == []
    with pytest.raises(ValidationError) as refusal:
        surveys.open_survey(surveys.prepare_survey(StudyVisit.objects.get(), audience="host"), now=EVENING)
    assert refusal.value.code == "cancelled"


def test_what_lacks_a_text_stays_a_draft():
    survey = surveys.prepare_survey(a_visit())
    survey.questions.filter(order=1).update(label_ja="")

    assert surveys.tend(now=EVENING)["opened"] == 1
    assert dict(Survey.objects.values_list("audience", "state")) == {"guest": "draft", "host": "open"}


@pytest.mark.parametrize("language", ["it", "en", "ja"])
def test_the_letter_leads_to_the_questions_in_the_language_of_its_reader(language, client, mailoutbox, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: EVENING)
    visit = a_visit()
    visit.delegates.update(language=language)
    surveys.tend(now=EVENING)

    deliver(Message.objects.get(to="guest0@nagoya.example").pk, now=EVENING)

    link = next(word for word in mailoutbox[0].body.split() if "/q/" in word).removeprefix("http://localhost:8000")
    page = client.get(link)
    survey = Survey.objects.get(audience="guest")
    question = survey.questions.get(order=1)
    assert (page.status_code, page.headers["Content-Language"]) == (200, language)
    assert getattr(question, f"label_{language}") in page.content.decode()
    assert visit.title_en in mailoutbox[0].subject or visit.title_it in mailoutbox[0].subject or language == "ja"
    assert client.post(link, {f"question-{question.pk}": "5"}).status_code == 303
    assert SurveyAnswer.objects.get().values == {question.key: 5}


# --- Told ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "shown"), [(2, False), (3, True)])
def test_results_are_told_from_three_answers_on(number, shown):
    visit = a_visit()

    survey = closed(visit, [""] * number)

    assert bool(results_of(survey).questions) == shown
    assert [one["answers"] for one in reports.facts_of(visit)["surveys"]] == ([3] if shown else [])


def test_a_report_keeps_numbers_in_three_languages_and_no_comment():
    visit = a_visit()
    closed(visit, ["Più tempo.", "", ""], language="it")

    (told,) = reports.facts_of(visit)["surveys"]

    assert (told["audience"], told["asked"], told["answers"]) == ("guest", 3, 3)
    assert [(one["n"], one["mean"]) for one in told["questions"]] == [(3, 4.0)]
    assert set(told["questions"][0]["label"]) == {"it", "en", "ja"}
    assert "Più tempo" not in str(told)


def test_what_hosts_see_is_what_the_lead_lets_through(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: EVENING + 20 * DAY)
    visit = a_visit()
    survey = closed(visit, ["Molto bene.", "Il signor Rossi era assente.", "Più tempo."], language="it")
    hosts = closed(visit, ["", "", ""], audience=Audience.HOST, language="it")
    page = f"/q/{survey_answers.issue_link(hosts.invitations.first())}/"
    by_text = {one.text: one.digest for one in comments(survey)}
    before = client.get(page).content.decode()

    ruled = {"by": visit.lead, "now": EVENING + 15 * DAY}
    survey_comments.rule(survey, by_text["Molto bene."], is_shown=True, reason="", **ruled)
    survey_comments.rule(survey, by_text["Il signor Rossi era assente."], is_shown=False, reason="a name", **ruled)
    after = client.get(page).content.decode()

    shown = [[text in content for text in by_text] for content in (before, after)]
    assert dict(zip(by_text, shown[1], strict=True)) == {
        "Molto bene.": True,
        "Il signor Rossi era assente.": False,
        "Più tempo.": False,
    }
    assert shown[0] == [False] * 3
    assert survey_comments.waiting(survey) == 1
    guest_page = client.get(f"/q/{survey_answers.issue_link(survey.invitations.first())}/").content.decode()
    assert "Molto bene." not in guest_page


def test_a_comment_is_hidden_with_a_reason_and_the_last_word_holds():
    visit = a_visit()
    survey = closed(visit, ["Bene.", "", ""], language="it")
    (comment,) = comments(survey)
    ruled = {"by": visit.lead, "now": EVENING}

    with pytest.raises(ValidationError) as without:
        survey_comments.rule(survey, comment.digest, is_shown=False, reason=" ", **ruled)
    with pytest.raises(ValidationError) as unknown:
        survey_comments.rule(survey, "0" * 64, is_shown=True, reason="", **ruled)
    for is_shown, reason in ((False, "unclear"), (True, ""), (True, "")):
        survey_comments.rule(survey, comment.digest, is_shown=is_shown, reason=reason, **ruled)

    assert (without.value.code, unknown.value.code) == ("reason", "unknown")
    assert list(CommentRuling.objects.values_list("is_shown", "reason")) == [(False, "unclear"), (True, "")]
    assert [one.is_shown for one in comments(survey)] == [True]
    assert [one.text for one in comments(survey)] == ["Bene."]


def test_after_two_years_texts_go_and_what_was_decided_on_them_and_numbers_stay():
    visit = a_visit()
    survey = closed(visit, ["Bene.", "", ""], language="it")
    survey_comments.rule(survey, comments(survey)[0].digest, is_shown=True, reason="", by=None, now=EVENING)

    retention.purge(now=EVENING + 14 * DAY + timedelta(days=365 * 2 + 2))

    survey.refresh_from_db()
    assert (comments(survey), CommentRuling.objects.count()) == ([], 0)
    assert [result.mean for result in results_of(survey).questions if result.n] == [4.0]


def test_no_public_line_is_told_of_a_visits_survey():
    survey = closed(a_visit(), ["", "", ""])

    with pytest.raises(ValidationError) as refusal:
        surveys.publish_line(survey, now=EVENING)

    assert refusal.value.code == "visit"
