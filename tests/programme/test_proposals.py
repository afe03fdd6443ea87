"""Proposing a visit: steps that are saved, what is missing, dates that are warned about, letters."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from iurc_portal.audit.models import Transition
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from iurc_portal.privacy import registry, retention
from programme import services
from programme.models import StudyVisit
from programme.services import proposals
from programme.wishes import remarks_on_days
from tests.factories import make_city, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 2, 12, 0, tzinfo=UTC)
LONG = {
    "subject": {"subject": "自動運転の実証"},
    "purpose": {"purpose": "手続きと費用を学ぶため。"},
    "questions": {"question_1": "許可は?", "question_2": "費用は?", "question_3": "住民の声は?"},
    "people": {"expected_size": "８", "head_post": "局長"},
    "transport": {"transport": "鉄道"},
    "language": {"interpretation_wanted": "日本語–イタリア語"},
    "contact": {"contact_name": "見本 花子", "applicant_contact": "hanako@company.example"},
    "decision": {"decision_power": "共同実証の実施"},
    "output": {"expected_output": "共同実証の計画書"},
}


@pytest.fixture
def torino():
    return make_city("torino")


@pytest.fixture
def applicant(torino):
    """Somebody who speaks for a company of Nagoya."""
    return make_member(make_organisation(side="nagoya", city=make_city("nagoya"), name_ja="見本製作所"))


@pytest.fixture
def visit(applicant, torino):
    organisation = applicant.memberships.get().organisation
    return proposals.begin_proposal(
        by=applicant, applicant=organisation, host_city=torino, subject="自動運転", language="ja"
    )


def staff_of(side, **fields):
    user = make_user(is_staff=True, side=side, **fields)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="programme"))
    return user


def write_all(client, visit):
    first = timezone.now().date() + timedelta(days=100)
    dates = {"first_1": first.isoformat(), "last_1": (first + timedelta(days=1)).isoformat()}
    for step, data in {**LONG, "dates": dates}.items():
        answer = client.post(step_page(visit, step), data)
        assert answer.status_code == 302, (step, answer.context["form"].errors)


def step_page(visit, step):
    with translation.override("ja"):
        return reverse("programme:proposal_step", args=[visit.number, step])


def page_of(visit, name="proposal"):
    with translation.override("ja"):
        return reverse(f"programme:{name}", args=[visit.number])


def send(client, visit):
    return client.post(page_of(visit, "proposal_send"), follow=True)


def deliver_all():
    for key in Message.objects.order_by("pk").values_list("pk", flat=True):
        outbox.deliver(key, now=timezone.now())
    return {message.to[0]: message for message in mail.outbox}


# --- Beginning -------------------------------------------------------------------------------------------------------


def test_a_sentence_begins_a_draft_in_the_readers_language_and_leads_to_the_next_step(client, applicant, torino):
    client.force_login(applicant)
    organisation = applicant.memberships.get().organisation
    answer = client.post(
        "/ja/programme/visits/propose/",
        {"applicant": organisation.pk, "host_city": "torino", "subject": "自動運転の実証"},
    )
    visit = StudyVisit.objects.get()
    assert (visit.subject_ja, visit.title_ja, visit.subject_it or "") == ("自動運転の実証", "自動運転の実証", "")
    assert (visit.guest_city.slug, visit.language, visit.proposed_by, visit.state) == (
        "nagoya",
        "ja",
        applicant,
        "draft",
    )
    assert answer.url == step_page(visit, "purpose")


def test_ones_own_city_is_no_host(client, applicant, torino):
    client.force_login(applicant)
    organisation = applicant.memberships.get().organisation
    answer = client.post(
        "/en/programme/visits/propose/", {"applicant": organisation.pk, "host_city": "nagoya", "subject": "x"}
    )
    assert answer.status_code == 422
    assert "choose the other one" in str(answer.context["form"].errors["host_city"])


def test_an_organisation_of_others_cannot_be_named(client, applicant, torino):
    other = make_organisation(side="nagoya")
    client.force_login(applicant)
    answer = client.post(
        "/en/programme/visits/propose/", {"applicant": other.pk, "host_city": "torino", "subject": "x"}
    )
    assert (answer.status_code, StudyVisit.objects.count()) == (422, 0)


def test_who_speaks_for_nobody_is_led_to_the_directory(client):
    client.force_login(make_user())
    answer = client.get("/en/programme/visits/propose/")
    assert (answer.status_code, answer.context["may_begin"]) == (200, False)


def test_visitors_sign_in_first(client):
    assert "/login/" in client.get("/en/programme/visits/propose/").url


# --- Writing ---------------------------------------------------------------------------------------------------------


def test_all_steps_lead_to_a_proposal_with_a_number_and_an_answer_day(client, applicant, visit):
    client.force_login(applicant)
    write_all(client, visit)

    answer = send(client, visit)

    visit.refresh_from_db()
    assert (visit.state, visit.expected_size) == ("proposed", 8)
    assert [question.text_ja for question in visit.questions.order_by("order")] == [
        "許可は?",
        "費用は?",
        "住民の声は?",
    ]
    assert visit.answer_by is not None
    assert visit.number in answer.content.decode()


def test_every_step_opens_and_remembers(client, applicant, visit):
    client.force_login(applicant)
    write_all(client, visit)
    for step, data in LONG.items():
        answer = client.get(step_page(visit, step))
        assert answer.status_code == 200
        for value in data.values():
            assert value.replace("８", "8") in answer.content.decode()


def test_a_proposal_that_lacks_something_stays_a_draft_and_says_what(client, applicant, visit):
    client.force_login(applicant)
    client.post(step_page(visit, "questions"), {"question_1": "一つ", "question_2": "二つ"})

    answer = send(client, visit)

    visit.refresh_from_db()
    assert visit.state == "draft"
    steps = [step for _thing, step in answer.context["missing"]]
    assert steps == ["purpose", "decision", "output", "people", "people", "dates", "questions"]
    assert visit.questions.count() == 2


def test_what_could_be_read_is_saved_though_another_field_was_refused(client, applicant, visit):
    client.force_login(applicant)
    answer = client.post(step_page(visit, "people"), {"expected_size": "many", "head_post": "部長"})
    visit.refresh_from_db()
    assert (answer.status_code, visit.head_post, visit.expected_size) == (422, "部長", None)


def test_questions_keep_their_other_languages_while_their_words_stay(client, applicant, visit):
    visit.questions.create(order=1, text_ja="一つ", text_it="Una")
    visit.questions.create(order=2, text_ja="二つ", text_it="Due")
    client.force_login(applicant)
    client.post(step_page(visit, "questions"), {"question_1": "新しい", "question_2": "二つ", "question_3": "二つ"})
    rows = [(row.order, row.text_ja, row.text_it) for row in visit.questions.order_by("order")]
    assert rows == [(1, "新しい", "Una"), (2, "二つ", "Due")]


@pytest.mark.parametrize(
    ("typed", "wished"),
    [("２０２７－０３－０４", date(2027, 3, 4)), ("2027/3/4", date(2027, 3, 4)), ("04/03/2027", date(2027, 3, 4))],
)
def test_days_are_read_in_any_width(client, applicant, visit, typed, wished):
    client.force_login(applicant)
    client.post(step_page(visit, "dates"), {"first_1": typed})
    assert [(wish.first_day, wish.last_day) for wish in visit.wishes.all()] == [(wished, wished)]


@pytest.mark.parametrize("typed", ["令和9年3月4日", "R9.3.4", "30/02/2027"])
def test_an_era_or_a_day_that_is_none_is_refused_with_an_example(client, applicant, visit, typed):
    client.force_login(applicant)
    answer = client.post(
        step_page(visit, "dates").replace("/ja/", "/en/"), {"first_1": typed, "first_2": "2027-03-08"}
    )
    assert answer.status_code == 422
    assert "for example 2026-03-04" in str(answer.context["form"].errors["first_1"])
    assert [wish.first_day for wish in visit.wishes.all()] == [date(2027, 3, 8)]


def test_a_last_day_before_the_first_is_refused(client, applicant, visit):
    client.force_login(applicant)
    answer = client.post(step_page(visit, "dates"), {"first_1": "2027-03-08", "last_1": "2027-03-04"})
    assert (answer.status_code, visit.wishes.count()) == (422, 0)


# --- Who sees it -----------------------------------------------------------------------------------------------------


def test_others_do_not_find_it_and_colleagues_and_staff_do(client, applicant, visit):
    colleague = make_member(visit.applicant, role="editor")
    found = {}
    for name, user in {
        "stranger": make_user(),
        "other company": make_member(make_organisation()),
        "colleague": colleague,
        "guests' staff": staff_of("nagoya"),
        "hosts' staff": staff_of("torino"),
    }.items():
        client.force_login(user)
        found[name] = (
            client.get(page_of(visit)).status_code,
            client.post(page_of(visit, "proposal_send")).status_code,
            client.get(page_of(visit, "proposal_remarks")).status_code,
        )
    assert found == {
        "stranger": (404, 404, 404),
        "other company": (404, 404, 404),
        "colleague": (200, 302, 200),
        "guests' staff": (200, 302, 200),
        "hosts' staff": (200, 302, 200),
    }


@pytest.mark.parametrize("number", ["2026-999999", "1999-0001", "x", "2026-", "٢٠٢٦-1", "2026-1"])
def test_a_wrong_number_is_no_proposal(client, applicant, visit, number):
    client.force_login(applicant)
    assert client.get(f"/en/programme/visits/proposals/{number}/").status_code == 404


def test_what_was_sent_is_not_written_on_until_it_comes_back(client, applicant, visit):
    client.force_login(applicant)
    write_all(client, visit)
    send(client, visit)
    closed = client.post(step_page(visit, "purpose"), {"purpose": "changed"})
    visit.refresh_from_db()
    assert (closed.status_code, visit.purpose_ja) == (302, "手続きと費用を学ぶため。")

    services.move_visit(visit, "returned", now=NOW, by=staff_of("torino"), reason="Quante persone?")
    page = client.get(page_of(visit)).content.decode()
    client.post(step_page(visit, "purpose"), {"purpose": "changed"})
    visit.refresh_from_db()
    assert "Quante persone?" in page
    assert visit.purpose_ja == "changed"


# --- Dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "large", "words"),
    [
        (date(2026, 3, 4), date(2026, 3, 5), False, []),
        (
            date(2026, 3, 4),
            date(2026, 3, 5),
            True,
            ["Interpreters, or more than ten people, want 60 days of notice; these are 30."],
        ),
        (date(2026, 3, 3), date(2026, 3, 3), False, ["A visit wants 30 days of notice; these are 29."]),
        (
            date(2026, 2, 1),
            date(2026, 2, 1),
            False,
            ["The first day is over already.", "A weekend is among these days: offices are closed in both cities."],
        ),
        (date(2026, 6, 8), date(2026, 6, 12), True, []),
        (date(2026, 6, 1), date(2026, 6, 2), True, ["Torino: Tue 2 Jun is “Republic Day”."]),
        (date(2026, 4, 29), date(2026, 4, 29), False, ["Nagoya: Wed 29 Apr is “Showa Day”."]),
    ],
)
def test_dates_are_warned_about_and_never_forbidden(first, last, large, words):
    with translation.override("en"):
        assert remarks_on_days(first, last, today=date(2026, 2, 2), is_large=large) == words


def test_more_than_five_days_are_warned_about():
    with translation.override("en"):
        told = remarks_on_days(date(2026, 6, 8), date(2026, 6, 13), today=date(2026, 2, 2), is_large=False)
    assert told[0] == "The visit lasts 6 days; up to five are usual."


def test_the_remarks_come_while_one_types(client, applicant, visit):
    client.force_login(applicant)
    soon = (timezone.now() + timedelta(days=3)).date().isoformat()
    answer = client.get(page_of(visit, "proposal_remarks").replace("/ja/", "/en/"), {"first_1": soon})
    assert "30 days of notice" in answer.content.decode()
    assert client.get(page_of(visit, "proposal_remarks"), {"first_1": "nonsense"}).status_code == 200


# --- Letters ---------------------------------------------------------------------------------------------------------


def test_ten_working_days_of_the_host_city_are_promised(visit):
    """From Monday 20 April 2026: the 25th is a Saturday anyway, the 1st of May is a holiday in Torino."""
    proposals.write_proposal(visit, fields={}, wishes=[(date(2026, 9, 1), date(2026, 9, 2))])
    _fill(visit)
    services.move_visit(visit, "proposed", now=datetime(2026, 4, 20, 8, 0, tzinfo=UTC))
    assert visit.answer_by == date(2026, 5, 5)


def test_the_applicant_gets_a_receipt_and_the_hosts_staff_notice_each_in_their_language(visit):
    staff_of("torino", email="desk@torino.example", language="it")
    staff_of("nagoya", email="desk@nagoya.example", language="ja")
    _fill(visit)
    proposals.write_proposal(
        visit, fields={"contact_name": "見本 花子"}, wishes=[(date(2030, 9, 3), date(2030, 9, 4))]
    )
    services.move_visit(visit, "proposed", now=timezone.now())

    letters = deliver_all()

    assert sorted(letters) == sorted([visit.applicant_contact, "desk@torino.example"])
    receipt = letters[visit.applicant_contact]
    assert visit.number in receipt.subject
    assert "見本 花子" in receipt.body
    assert f"/ja/programme/visits/proposals/{visit.number}/" in receipt.body
    assert f"/admin/programme/studyvisit/{visit.pk}/change/" in letters["desk@torino.example"].body
    assert "3–4 settembre 2030" in letters["desk@torino.example"].body


@pytest.mark.parametrize(
    ("to_state", "code", "said"),
    [("returned", "", "Quante persone?"), ("declined", "dates", "Meglio in maggio")],
)
def test_what_the_host_city_writes_stands_in_the_letter(visit, to_state, code, said):
    _fill(visit)
    StudyVisit.objects.update(state="proposed")
    visit.refresh_from_db()
    services.move_visit(visit, to_state, now=timezone.now(), reason=said, code=code)
    letter = deliver_all()[visit.applicant_contact]
    assert said in letter.body
    assert visit.number in letter.subject


def test_of_a_proposal_that_staff_wrote_down_nobody_is_sent_to_a_page_they_cannot_open(visit):
    staff_of("torino", email="desk@torino.example", language="it")
    _fill(visit)
    visit.wishes.all().delete()
    days = {"first_day": date(2027, 2, 10), "last_day": date(2027, 2, 12)}
    StudyVisit.objects.update(proposed_by=None, wished_dates="", **days)
    visit.refresh_from_db()
    services.move_visit(visit, "proposed", now=timezone.now())

    letters = deliver_all()

    assert "/proposals/" not in letters[visit.applicant_contact].body
    assert "/ja/programme/visits/\n" in letters[visit.applicant_contact].body
    assert "10–12 febbraio 2027" in letters["desk@torino.example"].body


def test_a_letter_that_came_too_late_is_dropped(visit):
    _fill(visit)
    services.move_visit(visit, "proposed", now=timezone.now())
    services.move_visit(visit, "returned", now=timezone.now(), reason="?")
    deliver_all()
    assert [(row.kind, row.state) for row in Message.objects.order_by("pk")] == [
        ("programme.proposal_received", "dropped"),
        ("programme.proposal_returned", "sent"),
    ]


def test_samples_write_to_nobody(visit):
    visit.is_sample = True
    visit.save()
    _fill(visit)
    services.move_visit(visit, "proposed", now=timezone.now())
    assert Message.objects.count() == 0


def _fill(visit):
    fields = {"purpose": "p", "decision_power": "d", "expected_output": "o", "expected_size": 3, "head_post": "h"}
    proposals.write_proposal(
        visit, fields=fields, questions=["a", "b", "c"], wishes=[(date(2030, 9, 3), date(2030, 9, 4))]
    )


# --- What is forgotten -----------------------------------------------------------------------------------------------


def follow(name, now):
    return retention.follow(next(rule for rule in registry.rules() if rule.name == name), now=now)


def test_a_draft_that_nobody_touches_goes_after_ninety_days_with_its_history(visit):
    _fill(visit)
    touched = StudyVisit.objects.get().updated_at
    assert follow("visit-drafts", touched + timedelta(days=89)) == 0
    assert follow("visit-drafts", touched + timedelta(days=90)) == 1
    assert (StudyVisit.objects.count(), StudyVisit.history.count()) == (0, 0)


def test_a_declined_proposal_goes_twelve_months_after_the_refusal(visit):
    _fill(visit)
    services.move_visit(visit, "proposed", now=NOW)
    services.move_visit(visit, "declined", now=NOW, reason="Meglio in maggio", code="dates")
    assert follow("visits-declined", datetime(2027, 2, 2, 11, 0, tzinfo=UTC)) == 0
    assert follow("visits-declined", datetime(2027, 2, 2, 12, 0, tzinfo=UTC)) == 1
    assert StudyVisit.objects.count() == 0
    assert {line.comment for line in Transition.objects.all()} == {""}
