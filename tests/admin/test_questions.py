"""Staff write sets of questions, read answers, and register delegations."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from events.models import Question, Registration, RegistrationGroup
from events.services import questions
from iurc_portal.notifications.models import Message
from tests.factories import START, make_event, make_organisation, make_question, make_registration

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)
DELEGATION = "/admin/events/registration/delegation/"


@pytest.fixture(autouse=True)
def _twenty_days_before(monkeypatch):
    cache.clear()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def torino(client, staff_of_torino):
    client.force_login(staff_of_torino)
    return client


def page(kind, *args, name="change"):
    return reverse(f"admin:events_{kind}_{name}", args=args)


def form_of(question, **data):
    choices = list(question.choices.all())
    rows = {}
    for number, choice in enumerate(choices):
        rows |= {
            f"choices-{number}-id": choice.pk,
            f"choices-{number}-question": question.pk,
            f"choices-{number}-order": choice.order,
            f"choices-{number}-label_en": choice.label_en,
        }
    return {
        "question_set": question.question_set_id,
        "order": question.order,
        "kind": question.kind,
        "label_en": question.label_en,
        "condition": "",
        "choices-TOTAL_FORMS": len(choices),
        "choices-INITIAL_FORMS": len(choices),
        **rows,
        **data,
    }


# --- Writing questions -----------------------------------------------------------------------------------------------


def test_a_condition_is_chosen_among_the_answers_of_the_other_questions(admin_page):
    comes = make_question(kind="yesno", label_en="Do you come?")
    diet = make_question(comes.question_set, kind="text")

    admin_page.post(page("question", diet.pk), form_of(diet, condition=f"{comes.pk}:yes"))
    diet.refresh_from_db()
    chosen = (diet.shown_if, diet.shown_if_value)
    admin_page.post(page("question", diet.pk), form_of(diet, condition=""))
    diet.refresh_from_db()

    assert chosen == (comes, "yes")
    assert (diet.shown_if, diet.shown_if_value) == (None, "")


def test_a_condition_from_elsewhere_is_refused(admin_page):
    foreign = make_question(kind="yesno")
    diet = make_question()

    answer = admin_page.post(page("question", diet.pk), form_of(diet, condition=f"{foreign.pk}:yes"))

    assert list(answer.context["adminform"].form.errors) == ["condition"]


@pytest.mark.parametrize("condition", ["x", "1", "0:yes", "999999999999999999999:no", "x:yes"])
def test_nonsense_as_a_condition_is_no_fault_of_ours(admin_page, condition):
    diet = make_question()

    answer = admin_page.post(page("question", diet.pk), form_of(diet, condition=condition))

    assert list(answer.context["adminform"].form.errors) == ["condition"]


def test_a_question_with_choices_has_two_at_least(admin_page):
    question = make_question(kind="choice", choices=["Only"])

    answer = admin_page.post(page("question", question.pk), form_of(question))

    assert answer.status_code == 200


def test_a_choice_that_somebody_has_chosen_stays(admin_page):
    question = make_question(kind="several", choices=["A", "B", "C"])
    first, _second, third = question.choices.all()
    event = make_event(question_set=question.question_set)
    questions.keep_answers(make_registration(event), {question.pk: [first.key]}, now=NOW)

    refused = admin_page.post(page("question", question.pk), form_of(question, **{"choices-0-DELETE": "on"}))
    done = admin_page.post(page("question", question.pk), form_of(question, **{"choices-2-DELETE": "on"}))

    assert (refused.status_code, done.status_code) == (200, 302)
    assert [choice.label_en for choice in question.choices.all()] == ["A", "B"]
    assert third not in question.choices.all()


def test_an_answered_question_and_a_set_in_use_are_not_deleted(admin_page):
    question = make_question()
    event = make_event(question_set=question.question_set)
    questions.keep_answers(make_registration(event), {question.pk: "x"}, now=NOW)

    for address in (
        page("question", question.pk, name="delete"),
        page("questionset", question.question_set_id, name="delete"),
    ):
        assert admin_page.post(address, {"post": "yes"}).status_code in (200, 403)

    assert Question.objects.filter(pk=question.pk).exists()


def test_the_preview_shows_the_questions_in_three_languages(torino):
    question = make_question(kind="yesno", label_en="Do you come?", label_ja="参加されますか")

    shown = torino.get(page("questionset", question.question_set_id, name="preview")).content.decode()

    assert shown.count("Do you come?") == 2  # English, and Italian by the fallback
    assert shown.count("参加されますか") == 1
    assert torino.get("/admin/events/questionset/999999/preview/").status_code == 404


def test_the_preview_is_for_staff(client):
    question = make_question()

    assert client.get(page("questionset", question.question_set_id, name="preview")).status_code == 302


# --- Reading answers -------------------------------------------------------------------------------------------------


def test_sensitive_answers_are_read_with_the_permission_alone(torino, staff_of_torino):
    diet = make_question(label_en="Diet", is_sensitive=True)
    firm = make_question(diet.question_set, label_en="Firm")
    event = make_event(question_set=diet.question_set, organizer=make_organisation(side="torino"))
    registration = make_registration(event)
    questions.keep_answers(registration, {diet.pk: "no nuts", firm.pk: "Fiat <b>"}, now=NOW)

    without = torino.get(page("registration", registration.pk)).content.decode()
    staff_of_torino.user_permissions.add(Permission.objects.get(codename="read_sensitive_answers"))
    with_it = torino.get(page("registration", registration.pk)).content.decode()

    assert ("no nuts" in without, "Fiat &lt;b&gt;" in without) == (False, True)
    assert "no nuts" in with_it


def test_the_list_says_how_many_answers_and_the_home_what_to_look_at(torino):
    role = make_question(needs_new_approval=True)
    event = make_event(question_set=role.question_set, organizer=make_organisation(side="torino"))
    registration = make_registration(event)
    questions.change_answers(registration, {role.pk: "speaker"}, now=NOW)

    shown = torino.get(page("registration", name="changelist"))
    torino.post(
        page("registration", name="changelist"),
        {"action": "answers_reviewed", "_selected_action": [registration.pk]},
    )
    registration.refresh_from_db()

    assert [row.n_answers for row in shown.context["cl"].result_list] == [1]
    assert registration.needs_review_since is None


def test_an_event_gets_its_questions_on_its_page(admin_page):
    question = make_question()
    event = make_event(question_set=question.question_set)

    shown = admin_page.get(page("event", event.pk))

    assert shown.context["adminform"].form.initial["question_set"] == question.question_set_id


# --- Delegations -----------------------------------------------------------------------------------------------------


def delegation(event, *emails, **more):
    data = {
        "event": event.pk,
        "given_name": "Taro",
        "family_name": "Yamada",
        "email": "lead@example.org",
        "language": "ja",
        "group_name": "名古屋商事",
        "member-TOTAL_FORMS": str(len(emails)),
        "member-INITIAL_FORMS": "0",
    }
    for number, email in enumerate(emails):
        person = {"given_name": "Ken", "family_name": "Sato", "language": "ja", "email": email}
        data |= {f"member-{number}-{name}": value for name, value in person.items()}
    return data | more


def mine(**fields):
    return make_event(organizer=make_organisation(side="torino"), **fields)


def test_a_delegation_is_registered_from_a_list(torino):
    event = mine()
    make_registration(event, email="kato@example.org")
    file = SimpleUploadedFile(
        "list.csv", "姓,名,メール\n佐藤,健,sato@example.org\n加藤,愛,kato@example.org\n".encode()
    )

    read = torino.post(DELEGATION, delegation(event, read="1") | {"file": file})
    done = torino.post(DELEGATION, delegation(event, "sato@example.org", "kato@example.org"))

    assert 'value="sato@example.org"' in read.content.decode()
    assert (done.status_code, done["Location"]) == (
        302,
        f"{page('registration', name='changelist')}?event__id__exact={event.pk}",
    )
    group = RegistrationGroup.objects.get()
    assert (group.name, group.lead.state, group.lead.email) == ("名古屋商事", "confirmed", "lead@example.org")
    assert sorted(Message.objects.values_list("to", "kind")) == [
        ("lead@example.org", "events.confirmed"),
        ("sato@example.org", "events.member"),
    ]


def test_a_wrong_row_registers_nobody(torino):
    event = mine()

    answer = torino.post(DELEGATION, delegation(event, "sato@example.org", "nonsense"))

    assert answer.status_code == 200
    assert not Registration.objects.exists()


def test_too_few_places_register_nobody_and_keep_what_was_typed(torino):
    event = mine(maximum_attendee_capacity=2)

    answer = torino.post(DELEGATION, delegation(event, "sato@example.org", "kato@example.org"))

    assert answer.status_code == 200
    assert len(answer.context["form"].non_field_errors()) == 1
    assert 'value="kato@example.org"' in answer.content.decode()
    assert not Registration.objects.exists()


def test_only_events_of_ones_own_city_are_offered(torino):
    foreign = make_event(organizer=make_organisation(side="nagoya"))

    answer = torino.post(DELEGATION, delegation(foreign, "sato@example.org"))

    assert list(answer.context["form"].errors) == ["event"]


def test_the_page_of_delegations_is_for_staff(client):
    assert client.get(DELEGATION).status_code == 302


def test_a_new_set_begins_with_what_there_is_to_write(admin_page):
    new = admin_page.get(page("questionset", name="add")).context["adminform"]
    known = admin_page.get(page("questionset", make_question().question_set_id)).context["adminform"]

    assert [fieldset.name for fieldset in new] == ["Italiano", "English", "日本語"]
    assert [str(fieldset.name) for fieldset in known][1:] == ["Italiano", "English", "日本語"]
