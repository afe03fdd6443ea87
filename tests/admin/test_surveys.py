"""Surveys at the staff's desk: prepared with one click, opened, closed, read by who may (P24)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from iurc_portal.staff.todo import tasks
from programme.models import Survey, SurveyInvitation
from programme.services import survey_answers, surveys
from tests.admin.everything import coming
from tests.factories import make_event, make_organisation, make_registration, make_survey, make_webinar

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"admin:programme_survey_{name}", args=args)


def of(side, **fields):
    return make_event(organizer=make_organisation(side=side), **fields)


def closed(event, *, number=6, text="Più tempo."):
    survey = make_survey(event)
    keys = {question.kind: question.key for question in survey.questions.all()}
    for _n in range(number):
        invitation = SurveyInvitation.objects.create(
            survey=survey, registration=make_registration(event), asked_on=event.dtend.date()
        )
        values = {keys["scale"]: 4, keys["text"]: text}
        survey_answers.answer_survey(invitation, values, language="it", now=survey.begins_at)
    return surveys.close_survey(survey, now=timezone.now())


def test_one_click_on_the_webinars_page_prepares_a_survey(client, staff_of_torino):
    webinar = make_webinar(event=of("torino"))
    client.force_login(staff_of_torino)
    prepare = url("prepare", webinar.event_id, "guest")

    offered = client.get(reverse("admin:programme_webinar_change", args=[webinar.pk])).content.decode()
    client.get(prepare)
    looked = Survey.objects.count()
    answer = client.post(prepare)

    survey = Survey.objects.get()
    assert (f'action="{prepare}"' in offered, looked) == (True, 0)
    assert (answer["Location"], survey.questions.count()) == (url("change", survey.pk), 6)


def test_a_new_survey_begins_with_the_ready_made_questions(client, staff_of_torino):
    event = of("torino")
    client.force_login(staff_of_torino)

    client.post(url("add"), {"event": event.pk, "audience": "host", "whom": "confirmed", "open_days": "10"})

    survey = Survey.objects.get()
    assert (survey.audience, survey.open_days, survey.questions.count()) == ("host", 10, 6)


def test_questions_are_changed_and_the_survey_opened_with_one_button(client, staff_of_torino):
    survey = surveys.prepare_survey(of("torino"))
    client.force_login(staff_of_torino)
    page = client.get(url("change", survey.pk))
    form = {
        f"{one.prefix}-{name}": value
        for one in page.context["inline_admin_formsets"][0].formset.forms
        for name, value in one.initial.items()
        if value is not None
    }
    questions = list(survey.questions.all())
    management = {"TOTAL_FORMS": 6, "INITIAL_FORMS": 6, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    form |= {f"questions-{name}": value for name, value in management.items()}
    form |= {f"questions-{n}-survey": survey.pk for n in range(6)}
    form |= {f"questions-{n}-id": question.pk for n, question in enumerate(questions)}
    form |= {"questions-0-label_it": "Com'era?", "whom": "confirmed", "open_days": "14", "_do": "open"}

    answer = client.post(url("change", survey.pk), form)

    survey = Survey.objects.get()
    assert (answer.status_code, survey.state, survey.questions.first().label_it) == (302, "open", "Com'era?")
    assert client.get(url("change", survey.pk)).context["saves"] is False


def test_staff_move_the_surveys_of_their_own_city_and_only_by_post(client, staff_of_torino):
    own, other = make_survey(of("torino")), make_survey(of("nagoya"))
    client.force_login(staff_of_torino)

    client.get(url("move", own.pk), {"_do": "close"})
    looked = Survey.objects.get(pk=own.pk).state
    answers = [client.post(url("move", survey.pk), {"_do": "close"}).status_code for survey in (own, other)]

    assert (looked, answers) == ("open", [302, 403])
    assert list(Survey.objects.order_by("pk").values_list("state", flat=True)) == ["closed", "open"]


def test_both_cities_read_the_numbers_and_the_organiser_the_texts(client, staff_of_torino, staff_of_nagoya):
    survey = closed(of("torino"))
    pages = {}
    for user in (staff_of_torino, staff_of_nagoya):
        client.force_login(user)
        page = client.get(url("results", survey.pk)).content.decode()
        pages[user.side] = ("4,0" in page or "4.0" in page, "Più tempo." in page)

    assert pages == {"torino": (True, True), "nagoya": (True, False)}


def test_of_few_answers_nothing_is_shown(client, superuser):
    survey = closed(of("torino"), number=4)
    client.force_login(superuser)

    page = client.get(url("results", survey.pk)).content.decode()

    assert ("<table" in page.split("tnv-head")[1], "Più tempo." in page) == (False, False)


def test_before_it_is_closed_there_are_no_results_to_read_or_take_away(client, superuser):
    survey = make_survey(of("torino"))
    client.force_login(superuser)

    assert client.get(url("results", survey.pk))["Location"] == url("change", survey.pk)
    assert client.get(url("take_away", survey.pk, "xlsx")).status_code == 404


def test_results_are_taken_away_as_a_workbook_and_as_csv(client, superuser, staff_of_nagoya, tmp_path):
    survey = closed(of("torino"), text="=1+1")
    client.force_login(superuser)
    file = tmp_path / "results.xlsx"

    file.write_bytes(b"".join(client.get(url("take_away", survey.pk, "xlsx")).streaming_content))
    csv = b"".join(client.get(url("take_away", survey.pk, "csv")).streaming_content).decode("utf-8-sig")
    client.force_login(staff_of_nagoya)
    of_the_other = b"".join(client.get(url("take_away", survey.pk, "csv")).streaming_content).decode("utf-8-sig")

    rows = list(load_workbook(file).active.iter_rows(values_only=True))
    assert rows[0][2:5] == ("Risposta", "Numero", "%")
    assert ("4", 6, 100) in [row[2:5] for row in rows]
    assert [row[2] for row in rows].count("=1+1") == 6
    assert (csv.count("'=1+1"), of_the_other.count("=1+1")) == (6, 0)
    assert client.get(url("take_away", survey.pk, "exe")).status_code == 404


def test_the_preview_shows_the_questions_in_three_languages(client, superuser):
    survey = make_survey()
    client.force_login(superuser)

    page = client.get(url("preview", survey.pk)).content.decode()

    assert [getattr(survey.questions.first(), f"label_{code}") in page for code in ("it", "en", "ja")] == [True] * 3
    assert [page.count(f'id="{code}-') > 6 for code in ("it", "en", "ja")] == [True] * 3


def test_the_home_names_surveys_to_open_and_results_to_read():
    now = timezone.now()
    draft = surveys.prepare_survey(of("torino", dtstart=coming(3)))
    surveys.prepare_survey(of("torino", dtstart=coming(30)))
    read = closed(of("torino", dtstart=now - timedelta(days=2)))
    closed(of("torino", dtstart=now - timedelta(days=2)), number=3)
    missing = make_webinar(event=of("torino", dtstart=now - timedelta(days=2)))

    rows = {
        name: list(tasks[name].rows(now)) for name in ("surveys-to-open", "survey-results", "webinars-without-survey")
    }

    assert rows == {"surveys-to-open": [draft], "survey-results": [read], "webinars-without-survey": [missing]}
