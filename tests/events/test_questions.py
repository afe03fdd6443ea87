"""What an event asks: typed answers, conditions kept by the server, changes until the last day (events spec 2.19)."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from events.exceptions import AnswersClosed
from events.models import Answer, Registration
from events.models.questions import YES
from events.questions import AnswersForm, in_words
from events.services import questions, tokens
from events.services.registrations import request_registration
from tests.events.test_registering import errors_of, send
from tests.factories import START, make_event, make_question, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=20)


@pytest.fixture(autouse=True)
def _twenty_days_before(monkeypatch):
    cache.clear()
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def named(question) -> str:
    return f"question-{question.pk}"


def filled(question, value, **data):
    """A form with one question, bound to ``value``."""
    form = AnswersForm({named(question): value, **data}, questions=[question])
    form.is_valid()
    return form


def dinner():
    """Do you come to dinner? – If so, what do you eat? Both must be answered."""
    comes = make_question(kind="yesno", label_en="Do you come to dinner?", is_required=True)
    eats = make_question(
        comes.question_set,
        kind="choice",
        label_en="What do you eat?",
        choices=["Everything", "No meat"],
        is_required=True,
        shown_if=comes,
        shown_if_value=YES,
    )
    return comes, eats, make_event(question_set=comes.question_set)


# --- Kinds of answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "kept", "words"),
    [
        ("text", "  Fiat  ", "Fiat", "Fiat"),
        ("long", "one\r\ntwo", "one\r\ntwo", "one\r\ntwo"),
        ("yesno", "no", False, "No"),
        ("yesno", "yes", True, "Yes"),
        ("number", "１２", "12", "12"),
        ("number", "2.50", "2.5", "2.5"),
        ("number", "0", "0", "0"),
        ("date", "2026-03-03", "2026-03-03", "Tue 3 March 2026"),
        ("date", "03/04/2026", "2026-04-03", "Fri 3 April 2026"),
        ("date", "２０２６/３/３", "2026-03-03", "Tue 3 March 2026"),
    ],
)
def test_each_kind_of_answer_is_kept_in_its_shape_and_read_back(kind, typed, kept, words):
    question = make_question(kind=kind)

    with translation.override("en"):
        form = filled(question, typed)
        again = AnswersForm(questions=[question], answers=form.answers())

        assert form.answers() == {question.pk: kept}
        assert in_words(question, kept) == words
        assert filled(question, again[named(question)].value()).answers() == {question.pk: kept}


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("text", "", "required"),
        ("text", "x" * 201, "max_length"),
        ("text", "a\nb", "controls"),
        ("text", "a\x07b", "controls"),
        ("text", "a\x00b", "null_characters_not_allowed"),
        ("long", "x" * 2001, "max_length"),
        ("yesno", "perhaps", "invalid_choice"),
        ("number", "many", "invalid"),
        ("number", "NaN", "invalid"),
        ("number", "1e30", "max_digits"),
        ("date", "2026-02-30", "invalid"),
        ("date", "1026-02-03", "min_value"),
        ("choice", "999999", "invalid_choice"),
        ("several", ["999999"], "invalid_choice"),
    ],
)
def test_a_wrong_answer_is_refused_with_a_word_beside_it(kind, typed, code):
    question = make_question(kind=kind, is_required=True, choices=["A", "B"] if kind in ("choice", "several") else ())

    errors = filled(question, typed).errors.as_data()

    assert code in [error.code for error in errors[named(question)]]


def test_choices_are_kept_by_their_keys_in_their_order_and_shown_in_the_readers_language():
    question = make_question(kind="several", choices=["Tram", "Bus"])
    tram, bus = question.choices.all()
    tram.label_ja = "路面電車"
    tram.save()

    form = filled(question, [bus.key, tram.key])

    assert form.answers() == {question.pk: [tram.key, bus.key]}
    with translation.override("ja"):
        question = type(question).objects.in_order().get(pk=question.pk)
        assert in_words(question, [tram.key, bus.key]) == "路面電車 · Bus"


def test_nothing_answered_has_no_row():
    question = make_question(kind="number")

    assert filled(question, "").answers() == {}


# --- Conditions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("come", ["no", ""])
def test_what_is_not_asked_is_discarded_right_or_wrong(come):
    comes, eats, _event = dinner()
    form = AnswersForm(
        {named(comes): come, named(eats): "nonsense"}, questions=comes.question_set.questions.in_order()
    )

    form.is_valid()

    assert named(eats) not in form.errors
    assert eats.pk not in form.answers()


def test_what_is_asked_must_be_answered():
    comes, eats, _event = dinner()
    form = AnswersForm({named(comes): "yes"}, questions=comes.question_set.questions.in_order())

    assert not form.is_valid()
    assert list(form.errors) == [named(eats)]


def test_a_condition_on_one_of_several_choices():
    ways = make_question(kind="several", choices=["Car", "Train"])
    car, train = ways.choices.all()
    plate = make_question(ways.question_set, label_en="Plate", shown_if=ways, shown_if_value=car.key)
    asked = ways.question_set.questions.in_order()

    by_car = AnswersForm({named(ways): [train.key, car.key], named(plate): "AB 123"}, questions=asked)
    by_train = AnswersForm({named(ways): [train.key], named(plate): "AB 123"}, questions=asked)

    assert by_car.is_valid()
    assert by_train.is_valid()
    assert (plate.pk in by_car.answers(), plate.pk in by_train.answers()) == (True, False)


def test_the_service_discards_what_is_not_asked_whoever_calls():
    comes, eats, event = dinner()
    stranger = make_question()
    registration = make_registration(event)

    questions.keep_answers(registration, {comes.pk: False, eats.pk: "1", stranger.pk: "x"}, now=NOW)

    assert questions.answers_of(registration) == {comes.pk: False}


def test_conditions_go_one_level_deep_within_one_set():
    comes, eats, _event = dinner()
    deep = make_question(comes.question_set, shown_if=eats, shown_if_value=eats.choices.first().key)
    foreign = make_question(shown_if=comes, shown_if_value=YES)
    no_answer = make_question(comes.question_set, shown_if=comes, shown_if_value="perhaps")

    codes = {}
    for name, question in {"deep": deep, "foreign": foreign, "none": no_answer}.items():
        with pytest.raises(ValidationError) as refusal:
            question.clean()
        codes[name] = refusal.value.error_dict["shown_if"][0].code
    assert codes["deep"] == "nested"
    assert codes["none"] == "condition"
    assert "foreign" in codes


def test_the_kind_of_an_answered_question_stays():
    question = make_question()
    Answer.objects.create(registration=make_registration(), question=question, value="x", answered_at=NOW)
    question.kind = "number"

    with pytest.raises(ValidationError) as refusal:
        question.clean()

    assert list(refusal.value.error_dict) == ["kind"]


def test_the_database_keeps_one_answer_a_question_and_whole_conditions():
    question = make_question()
    registration = make_registration()
    Answer.objects.create(registration=registration, question=question, value="x", answered_at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(registration=registration, question=question, value="y", answered_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_question(question.question_set, shown_if=question)


# --- Registering -----------------------------------------------------------------------------------------------------


def test_a_visitor_answers_while_registering(client):
    comes, eats, event = dinner()
    meat = eats.choices.first()

    send(client, event, **{named(comes): "yes", named(eats): meat.key})

    assert questions.answers_of(Registration.objects.get()) == {comes.pk: True, eats.pk: meat.key}


def test_a_missing_answer_brings_the_form_back_and_registers_nobody(client):
    comes, _eats, event = dinner()

    answer = send(client, event)

    assert errors_of(answer) == {named(comes): ["required"]}
    assert not Registration.objects.exists()


def test_the_form_asks_in_the_readers_language_and_says_whom_a_question_concerns(client):
    comes, _eats, event = dinner()
    comes.label_ja = "夕食に参加されますか"
    comes.save()

    page = client.get(f"/ja/events/{event.slug}/register/").content.decode()

    assert "夕食に参加されますか" in page
    assert f'data-shown-by="{named(comes)}" data-shown-for="yes"' in page
    assert "portal/questions" in page


def test_nobody_changes_the_answers_of_somebody_who_has_a_place(client):
    comes, _eats, event = dinner()
    known = make_registration(event, email="taro@example.org")
    questions.keep_answers(known, {comes.pk: False}, now=NOW)

    answer = send(client, event, **{named(comes): "yes", named(_eats): _eats.choices.first().key})

    assert answer.status_code == 302
    assert questions.answers_of(known) == {comes.pk: False}


def test_a_signed_in_person_gets_place_and_answers_at_once():
    comes, _eats, event = dinner()
    user = make_user()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    person = {"language": "en", "tzid": "Europe/Rome"}

    made = request_registration(
        event=event, email=user.email, person=person, user=user, now=NOW, answers={comes.pk: False}
    )

    assert (made.state, questions.answers_of(made)) == ("confirmed", {comes.pk: False})


def test_the_questions_of_a_form_cost_as_many_queries_as_one(client):
    first = make_question(kind="choice", choices=["A", "B"])
    event = make_event(question_set=first.question_set)
    client.get(f"/en/events/{event.slug}/register/")
    with CaptureQueriesContext(connection) as one:
        client.get(f"/en/events/{event.slug}/register/")
    make_question(first.question_set, kind="choice", choices=["A", "B"])
    make_question(first.question_set, kind="several", choices=["A", "B"], shown_if=first, shown_if_value="1")

    with CaptureQueriesContext(connection) as three:
        client.get(f"/en/events/{event.slug}/register/")

    assert len(three) == len(one)


# --- Changing answers ------------------------------------------------------------------------------------------------


def own_answers(registration) -> str:
    return f"/r/{tokens.issue(registration, 'manage', now=NOW)}/answers/"


def test_answers_are_changed_on_the_own_page(client):
    comes, _eats, event = dinner()
    registration = make_registration(event)
    questions.keep_answers(registration, {comes.pk: True}, now=NOW)
    page = own_answers(registration)

    shown = client.get(page)
    done = client.post(page, {named(comes): "no"})

    assert 'value="yes" ' in shown.content.decode().replace("checked", "")
    assert shown["Cache-Control"] == "no-store"
    assert (done.status_code, done["Location"]) == (303, page.replace("answers/", ""))
    assert questions.answers_of(registration) == {comes.pk: False}


def test_a_wrong_change_keeps_what_was_answered(client):
    comes, _eats, event = dinner()
    registration = make_registration(event)
    questions.keep_answers(registration, {comes.pk: False}, now=NOW)

    answer = client.post(own_answers(registration), {named(comes): "yes"})

    assert answer.status_code == 200
    assert questions.answers_of(registration) == {comes.pk: False}


def test_too_late_is_too_late_and_says_so(client):
    comes, _eats, event = dinner()
    event.answers_until = NOW
    event.save()
    registration = make_registration(event)
    page = own_answers(registration)

    looked, late = client.get(page), client.post(page, {named(comes): "no"})

    assert (looked.status_code, looked["Location"]) == (303, page.replace("answers/", ""))
    assert late.status_code == 409
    assert not registration.answers.exists()
    assert "answers/" not in client.get(page.replace("answers/", "")).content.decode()


def test_the_limit_is_read_after_the_lock():
    comes, _eats, event = dinner()
    registration = make_registration(event)
    type(event).objects.filter(pk=event.pk).update(answers_until=NOW)  # meanwhile

    with pytest.raises(AnswersClosed):
        questions.change_answers(registration, {comes.pk: False}, now=NOW)


@pytest.mark.parametrize(
    ("state", "purpose"), [("cancelled", "manage"), ("unproved", "prove"), ("confirmed", "prove")]
)
def test_only_who_has_a_place_and_the_link_to_it_changes_answers(client, state, purpose):
    comes, _eats, event = dinner()
    registration = make_registration(event, state=state)
    page = f"/r/{tokens.issue(registration, purpose, now=NOW)}/answers/"

    assert client.post(page, {named(comes): "no"}).status_code == 409
    assert not registration.answers.exists()


def test_an_event_without_questions_has_nothing_to_change(client):
    page = own_answers(make_registration())

    assert (client.get(page).status_code, client.post(page).status_code) == (303, 409)


def test_a_change_that_matters_is_looked_at_and_the_place_stays():
    role = make_question(needs_new_approval=True)
    other = make_question(role.question_set)
    event = make_event(question_set=role.question_set)
    registration = make_registration(event)
    questions.keep_answers(registration, {role.pk: "speaker", other.pk: "a"}, now=NOW)

    questions.change_answers(registration, {role.pk: "speaker", other.pk: "b"}, now=NOW)
    registration.refresh_from_db()
    unmoved = registration.needs_review_since
    questions.change_answers(registration, {role.pk: "guest", other.pk: "b"}, now=NOW)
    registration.refresh_from_db()

    assert (unmoved, registration.needs_review_since, registration.state) == (None, NOW, "confirmed")
    questions.mark_reviewed(registration, by=None, now=NOW)
    registration.refresh_from_db()
    assert registration.needs_review_since is None
    with pytest.raises(ValidationError):
        questions.mark_reviewed(registration, by=None, now=NOW)
