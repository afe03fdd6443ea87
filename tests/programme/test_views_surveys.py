"""The page of a survey: answered once, on any phone, in three languages; what it says when that is over (P24)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events import afterwards
from events.models import AccessToken
from events.services import tokens
from iurc_portal.logs import TOKEN_IN_PATH
from programme.models import Survey, SurveyAnswer
from programme.services import survey_answers, surveys
from tests.factories import START, make_library_item, make_registration, make_survey, make_user, make_webinar

pytestmark = pytest.mark.django_db
END = START + timedelta(minutes=90)
DAY = timedelta(days=1)


class Clock:
    now = END + DAY


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def survey():
    return make_survey()


def link(survey, **fields) -> str:
    make_registration(survey.event, **fields)
    surveys.tend(now=END)
    return f"/q/{survey_answers.issue_link(survey.invitations.latest('pk'))}/"


def values(survey, *given) -> dict[str, str]:
    names = (f"question-{question.pk}" for question in survey.questions.all())
    return dict(zip(names, given, strict=False))


def test_whoever_was_asked_answers_once_and_is_thanked(client, survey):
    page = link(survey, language="it")

    answer = client.post(page, values(survey, "5", "4", "3", "2", "yes", "Grazie.") | {"read_in": "it"})
    thanks = client.get(answer["Location"])
    again = client.post(page, values(survey, "1"))

    keys = [question.key for question in survey.questions.all()]
    kept = SurveyAnswer.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{page}?lang=it")
    assert (kept.language, kept.values) == ("it", dict(zip(keys, [5, 4, 3, 2, True, "Grazie."], strict=True)))
    assert [(one.status_code, "Le risposte sono arrivate" in one.content.decode()) for one in (thanks, again)] == [
        (200, True),
        (200, True),
    ]


def test_it_is_read_in_the_language_of_the_person_and_in_the_two_others(client, survey):
    page = link(survey, language="ja")

    own, english = client.get(page).content.decode(), client.get(page, {"lang": "en"}).content.decode()
    nonsense = client.get(page, {"lang": "xx"})

    assert "お仕事にどの程度役立ちますか" in own
    assert [f'href="?lang={code}"' in own for code in ("it", "en", "ja")] == [True] * 3
    assert "How useful was this event for your work?" in english
    assert 'name="read_in" value="en"' in english
    assert nonsense.headers["Content-Language"] == "ja"


def test_what_was_typed_stays_where_something_is_wrong(client, survey):
    answer = client.post(link(survey, language="en"), values(survey, "4", "9", "", "", "", "x" * 1001))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="4" class="visually-hidden" id="id_question-' in page
    assert page.count("checked") == 1
    assert "x" * 1001 in page
    assert not SurveyAnswer.objects.exists()


def test_an_empty_answer_is_none(client, survey):
    page = link(survey, language="en")

    answer = client.post(page, values(survey, "", "", "", "", "", "   "))

    assert (answer.status_code, "Please answer at least one question." in answer.content.decode()) == (422, True)
    assert Survey.objects.get().invitations.get().is_used is False


@pytest.mark.parametrize(("days", "words"), [(14, "The survey is closed"), (-1, "The questions come after the event")])
def test_outside_its_days_a_press_changes_nothing_and_the_page_says_why(client, survey, clock, days, words):
    page = link(survey, language="en")
    clock.now = END + days * DAY

    answers = [client.get(page), client.post(page, values(survey, "5"))]

    assert [answer.status_code for answer in answers] == [410, 409]
    assert all(words in answer.content.decode() for answer in answers)
    assert not SurveyAnswer.objects.exists()


@pytest.mark.parametrize("token", ["x" * 43, "short", "なし"])
def test_an_unknown_link_is_not_found_and_says_so_kindly(client, token):
    answer = client.get(f"/q/{token}/")

    assert (answer.status_code, b"<h1>" in answer.content) == (404, True)


def test_the_address_leaks_nowhere(client, survey):
    page = link(survey)
    answer = client.get(page)

    assert [answer[name] for name in ("Referrer-Policy", "Cache-Control", "X-Robots-Tag")] == [
        "no-referrer",
        "no-store",
        "noindex, nofollow",
    ]
    assert TOKEN_IN_PATH.sub(r"\1…", f"GET {page}") == "GET /q/…/"


def test_who_is_signed_in_is_protected_against_forged_answers(survey, client):
    page = link(survey)
    strict = type(client)(enforce_csrf_checks=True)
    as_visitor = strict.post(page, values(survey, "", "", "", "", "", ""))
    strict.force_login(make_user())

    assert (as_visitor.status_code, strict.post(page, values(survey, "5")).status_code) == (422, 403)


def test_a_page_asks_the_database_no_more_for_many_questions(client, survey, django_assert_max_num_queries):
    page = link(survey)

    with django_assert_max_num_queries(10):
        client.get(page)


# --- The ways to it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("purpose", "page"), [(AccessToken.Purpose.MANAGE, "r"), (AccessToken.Purpose.JOIN, "j")])
def test_ones_own_pages_lead_to_it_until_it_is_answered(client, survey, purpose, page):
    link(survey, language="en")
    invitation = survey.invitations.get()
    clear = tokens.issue(invitation.registration, purpose, now=END)

    before = client.get(f"/{page}/{clear}/").content.decode()
    opened = client.get(f"/q/{clear}/")
    client.post(f"/q/{clear}/", values(survey, "5"))
    after = client.get(f"/{page}/{clear}/").content.decode()

    assert (f'href="/q/{clear}/"' in before, opened.status_code, f"/q/{clear}/" in after) == (True, 200, False)
    assert SurveyAnswer.objects.count() == 1


def test_what_is_there_for_everybody_names_no_survey(survey):
    make_library_item(make_webinar(event=survey.event), url="https://video.example/1", access="public")
    link(survey)

    assert [one.url for one in afterwards.links_of(survey.event)] == ["https://video.example/1"]


def test_the_events_page_tells_one_line_if_staff_publish_it(client, survey):
    for _n in range(5):
        make_registration(survey.event)
    surveys.tend(now=END)
    key = survey.questions.get(order=1).key
    for n, invitation in enumerate(survey.invitations.all()):
        survey_answers.answer_survey(invitation, {key: 4 + n % 2}, language="it", now=END)
    closed = surveys.close_survey(survey, now=END)

    page = f"/ja/events/{survey.event.slug}/"
    before = client.get(page).content.decode()
    surveys.publish_line(closed, now=END)
    after = client.get(page).content.decode()

    line = ("5点満点中4.4", "回答5件")
    assert [[words in html for words in line] for html in (before, after)] == [[False, False], [True, True]]


def test_a_line_about_few_people_is_refused(survey):
    closed = surveys.close_survey(survey, now=END)

    with pytest.raises(ValidationError) as refusal:
        surveys.publish_line(closed, now=END)

    assert refusal.value.code == "few"
