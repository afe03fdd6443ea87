"""The surveys of a visit at the staff's desk: both sides read numbers, the lead reads comments first (P24)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programme.models import CommentRuling, Survey, SurveyAnswer
from tests.programme.test_visit_surveys import a_visit, closed, comments

pytestmark = pytest.mark.django_db


def page(visit):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "surveys"])


def test_one_button_prepares_both_surveys(client, staff_of_torino):
    visit = a_visit()
    client.force_login(staff_of_torino)

    before = client.get(page(visit)).content.decode()
    client.post(page(visit), {"act": "prepare"})

    assert 'value="prepare"' in before
    assert 'value="prepare"' not in client.get(page(visit)).content.decode()
    assert list(Survey.objects.order_by("audience").values_list("audience", "state", "whom")) == [
        ("guest", "draft", "attended"),
        ("host", "draft", "confirmed"),
    ]


def test_the_guests_side_reads_and_prepares_nothing(client, staff_of_nagoya):
    visit = a_visit()
    client.force_login(staff_of_nagoya)

    assert client.get(page(visit)).status_code == 200
    assert client.post(page(visit), {"act": "prepare"}).status_code == 403
    assert Survey.objects.count() == 0


def test_questions_are_edited_and_the_survey_set_aside_with_one_button(client, staff_of_torino):
    visit = a_visit()
    client.force_login(staff_of_torino)
    client.post(page(visit), {"act": "prepare"})
    survey = Survey.objects.get(audience="guest")
    change = reverse("admin:programme_survey_change", args=[survey.pk])

    shown = client.get(change).content.decode()
    client.post(reverse("admin:programme_survey_move", args=[survey.pk]), {"_do": "skip"})

    survey.refresh_from_db()
    assert ('value="skip"' in shown, survey.questions.first().label_it in shown, survey.state) == (
        True,
        True,
        "skipped",
    )


def test_comments_are_read_by_the_lead_alone_until_they_are_shown(client, staff_of_torino, staff_of_nagoya):
    visit = a_visit()
    visit.lead.groups.set(staff_of_torino.groups.all())
    survey = closed(visit, ["Vai piano.", "", ""], language="it")
    (comment,) = comments(survey)

    def sees(user):
        client.force_login(user)
        places = page(visit), reverse("admin:programme_survey_results", args=[survey.pk])
        return ["Vai piano." in client.get(place).content.decode() for place in places]

    before = [sees(user) for user in (visit.lead, staff_of_torino, staff_of_nagoya)]
    client.force_login(staff_of_torino)
    refused = client.post(page(visit), {"act": "show", "survey": survey.pk, "comment": comment.digest}).status_code
    client.force_login(visit.lead)
    client.post(page(visit), {"act": "show", "survey": survey.pk, "comment": comment.digest})
    after = [sees(user) for user in (staff_of_torino, staff_of_nagoya)]

    assert before == [[True, True], [False, False], [False, False]]
    assert (refused, list(CommentRuling.objects.values_list("is_shown", "by"))) == (403, [(True, visit.lead.pk)])
    assert after == [[True, False], [True, False]]


@pytest.mark.parametrize("data", [{}, {"survey": "x"}, {"survey": "9" * 12}, {"survey": "1", "comment": "no"}])
def test_nonsense_gets_a_word_and_changes_nothing(data, client, superuser):
    visit = a_visit()
    closed(visit, ["Vai piano.", "", ""], language="it")
    client.force_login(superuser)

    answer = client.post(page(visit), {"act": "hide", **data})

    assert (answer.status_code, CommentRuling.objects.count()) == (302, 0)


def test_many_comments_cost_no_more_queries_than_few(client, superuser):
    visit = a_visit()
    client.force_login(superuser)

    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(page(visit))
        return len(found)

    survey = closed(visit, ["Uno.", "Due.", "Tre."], language="it")
    few = queries()
    key = survey.questions.get(kind="text").key
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(survey=survey, language="it", values={key: f"Testo {n}"}) for n in range(12)
    )

    assert queries() == few
