"""Follow-ups: made of open questions, reminded, finished; the checks months later and their page."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from iurc_portal.audit.models import Transition
from iurc_portal.notifications import services as outbox
from iurc_portal.notifications.models import Message
from programme import check_sources, check_stays, services
from programme.models import FollowUp, FollowUpCheck
from programme.services import checks, followups, reminders
from tests.factories import (
    make_agenda_item,
    make_city,
    make_event,
    make_meeting,
    make_member,
    make_organisation,
    make_person,
    make_speaker,
    make_stay,
    make_test_run,
    make_testbed,
    make_user,
    make_visit,
    make_webinar,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
LAST = date(2026, 3, 4)


@pytest.fixture
def body():
    """The City of Torino in the directory."""
    return make_organisation(kind="public_body", slug="citta-di-torino")


def a_visit(**fields):
    return make_visit(**{"state": "running", "first_day": date(2026, 3, 3), "last_day": LAST, **fields})


def a_follow_up(visit=None, **fields):
    if not {"owner_torino", "owner_nagoya"} & set(fields):
        fields["owner_torino"] = make_organisation()
    return FollowUp.objects.create(
        **{"visit": visit or a_visit(), "text_en": "Send the plan", "due_on": date(2026, 5, 4), **fields}
    )


# --- The ledger ------------------------------------------------------------------------------------------------------


def test_completing_a_visit_makes_follow_ups_of_what_was_not_answered_with_yes(body):
    visit = a_visit()
    for order, answer in enumerate(["open", "yes", "partly", "no"], start=1):
        visit.questions.create(order=order, text_en=f"Question {order}", answer=answer)

    services.move_visit(visit, "completed", now=NOW)

    made = [(row.text_en, row.owner_torino, row.owner_nagoya, row.due_on, row.state) for row in visit.follow_ups.all()]
    day = date(2026, 4, 4)
    assert made == [(f"Question {n}", body, None, day, "open") for n in (1, 3, 4)]


def test_the_organisation_that_was_to_answer_owns_it_if_it_is_of_the_hosts_side(body):
    visit = a_visit()
    theirs = make_organisation(side="torino")
    guests = make_organisation(side="nagoya", city=make_city("nagoya"))
    visit.questions.create(order=1, text_en="a", item=make_agenda_item(visit, organisation=theirs))
    visit.questions.create(order=2, text_en="b", item=make_agenda_item(visit, organisation=guests))
    services.move_visit(visit, "completed", now=NOW)
    assert [row.owner_torino for row in visit.follow_ups.order_by("pk")] == [theirs, body]


def test_a_visit_of_torino_to_nagoya_is_followed_up_there_by_its_calendar():
    """At 16:00 UTC it is already the next day in Nagoya."""
    nagoya = make_city("nagoya")
    body = make_organisation(kind="public_body", side="nagoya", city=nagoya)
    visit = a_visit(host_city=nagoya, guest_city=make_city("torino"))
    visit.questions.create(order=1, text_en="a")
    services.move_visit(visit, "completed", now=datetime(2026, 3, 5, 16, 0, tzinfo=UTC))
    row = visit.follow_ups.get()
    assert (row.owner_nagoya, row.owner_torino, row.due_on) == (body, None, date(2026, 4, 5))


def test_an_answer_written_after_the_visit_is_followed_up_at_once_and_never_twice(body):
    visit = a_visit(state="completed")
    question = visit.questions.create(order=1, text_en="a")
    question.answer = "no"
    first = followups.write_answers(visit, [question], now=NOW)
    again = followups.write_answers(visit, [question], now=NOW)
    assert ([row.question for row in first], again) == ([question], [])


def test_what_is_answered_with_yes_in_the_end_needs_nobody_unless_somebody_has_begun(body):
    visit = a_visit(state="completed")
    answered, begun = (visit.questions.create(order=n, text_en="a", answer="no") for n in (1, 2))
    followups.write_answers(visit, [answered, begun], now=NOW)
    followups.move_follow_up(begun.follow_up, "in_progress", now=NOW)
    answered.answer = begun.answer = "yes"

    followups.write_answers(visit, [answered, begun], now=NOW)

    assert dict(visit.follow_ups.values_list("question__order", "state")) == {1: "done", 2: "in_progress"}


def test_before_the_visit_is_over_nothing_is_followed_up(body):
    visit = a_visit(state="released")
    question = visit.questions.create(order=1, text_en="a", answer="no")
    assert followups.write_answers(visit, [question], now=NOW) == []


# --- States ----------------------------------------------------------------------------------------------------------

STATES = ["open", "in_progress", "done", "dropped"]
ALLOWED = {
    ("open", "in_progress"),
    ("open", "done"),
    ("open", "dropped"),
    ("in_progress", "done"),
    ("in_progress", "dropped"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("wanted", STATES)
def test_only_the_moves_of_the_table_are_made_and_each_is_logged(state, wanted):
    row = a_follow_up(state=state, reason="x" if state == "dropped" else "")
    if (state, wanted) in ALLOWED:
        followups.move_follow_up(row, wanted, now=NOW, reason="no money")
        assert [(line.from_state, line.to_state) for line in Transition.objects.of(row)] == [(state, wanted)]
    else:
        with pytest.raises(ValidationError) as error:
            followups.move_follow_up(row, wanted, now=NOW, reason="no money")
        assert error.value.code == "transition"
    row.refresh_from_db()
    assert row.state == (wanted if (state, wanted) in ALLOWED else state)


def test_dropping_needs_a_reason_in_the_service_and_in_the_database():
    row = a_follow_up()
    with pytest.raises(ValidationError) as error:
        followups.move_follow_up(row, "dropped", now=NOW, reason="  ")
    assert (error.value.code, row.state) == ("reason", "open")
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.filter(pk=row.pk).update(state="dropped")


def test_somebody_answers_for_it():
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.create(visit=a_visit(), text_en="x", due_on=LAST)


def test_overdue_is_computed_from_its_day():
    row = a_follow_up(due_on=date(2026, 3, 4))
    assert [row.is_overdue(today=date(2026, 3, day)) for day in (3, 4, 5)] == [False, False, True]
    followups.move_follow_up(row, "done", now=NOW)
    assert row.is_overdue(today=date(2026, 3, 9)) is False


def test_a_visit_closes_once_everything_is_done_or_dropped():
    visit = a_visit(state="reported")
    rows = [a_follow_up(visit), a_follow_up(visit)]
    assert [thing.code for thing in services.missing_for(visit, "closed")] == ["follow_ups"]
    followups.move_follow_up(rows[0], "done", now=NOW)
    followups.move_follow_up(rows[1], "dropped", now=NOW, reason="no money")
    services.move_visit(visit, "closed", now=NOW)
    visit.refresh_from_db()
    assert visit.state == "closed"


def test_each_side_sees_its_own_and_those_of_visits_it_hosts():
    both = a_follow_up(owner_torino=make_organisation(), owner_nagoya=make_organisation(side="nagoya"))
    hosted = a_follow_up(owner_nagoya=make_organisation(side="nagoya"))
    elsewhere = a_follow_up(
        a_visit(host_city=make_city("nagoya"), guest_city=make_city("torino")),
        owner_nagoya=make_organisation(side="nagoya"),
    )
    owned = a_follow_up(elsewhere.visit, owner_torino=make_organisation())
    found = {}
    for side in ("torino", "nagoya", ""):
        user = make_user(is_staff=True, side=side)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="programme"))
        found[side] = set(FollowUp.objects.editable_by(user))
    assert found == {"torino": {both, hosted, owned}, "nagoya": {both, hosted, elsewhere, owned}, "": set()}
    member = make_member(owned.owner_torino)
    assert set(FollowUp.objects.visible_to(member)) == {owned}
    assert set(FollowUp.objects.editable_by(member)) == set()


# --- Reminders -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_left", "stage"),
    [(8, ""), (7, "before"), (1, "before"), (0, "day"), (-6, "day"), (-7, "week1"), (-13, "week1"), (-14, "week2")],
)
def test_a_week_before_on_the_day_then_weekly(days_left, stage):
    assert reminders.stage_at(LAST, LAST - timedelta(days=days_left)) == stage


def test_each_reminder_leaves_once_from_nine_in_the_morning_of_its_side():
    lead = make_user(is_staff=True, side="torino")
    row = a_follow_up(a_visit(lead=lead))
    member = make_member(row.owner_torino)
    sent = {}
    for day in (26, 27, 28, 34, 41, 49):
        for hour in (5, 8, 12):  # 07, 10 and 14 in Torino in summer time
            now = datetime(2026, 4, 1, hour, tzinfo=UTC) + timedelta(days=day - 1)
            before = Message.objects.count()
            reminders.remind(now=now)
            if number := Message.objects.count() - before:
                sent[(day, hour)] = number
    assert sent == {(27, 8): 2, (34, 8): 2, (41, 8): 1, (49, 8): 1}
    assert {message.to for message in Message.objects.all()} == {lead.email, member.email}


def test_what_is_finished_is_not_reminded_and_a_letter_on_its_way_is_dropped():
    row = a_follow_up(a_visit(lead=make_user(is_staff=True)), due_on=timezone.now().date())
    reminders.remind(now=timezone.now().replace(hour=12))
    followups.move_follow_up(row, "done", now=NOW)
    for key in Message.objects.values_list("pk", flat=True):
        outbox.deliver(key, now=timezone.now())
    assert (Message.objects.get().state, mail.outbox) == ("dropped", [])


# --- Checks ----------------------------------------------------------------------------------------------------------


def a_visit_that_is_over(**fields):
    lead = make_user(is_staff=True, side="torino", language="it")
    partner = make_user(is_staff=True, side="nagoya", language="ja", tzid="Asia/Tokyo")
    return a_visit(**{"state": "reported", "lead": lead, "partner_lead": partner, **fields})


@pytest.mark.parametrize(
    ("days", "side", "day"),
    [
        (30, "torino", date(2026, 4, 3)),  # 4 March + 30: Good Friday is no holiday in Italy
        (30, "nagoya", date(2026, 4, 3)),
        (90, "torino", date(2026, 6, 3)),  # 2 June is a holiday
        (90, "nagoya", date(2026, 6, 2)),
        (180, "torino", date(2026, 8, 31)),
        (180, "nagoya", date(2026, 8, 31)),
    ],
)
def test_checks_fall_on_working_days_of_each_city(days, side, day):
    assert checks.asked_on(LAST, days, side) == day


def test_each_side_is_asked_once_in_its_own_morning():
    visit = a_visit_that_is_over()
    asked = []
    for hour in range(-12, 24):  # from noon UTC the day before
        now = datetime(2026, 4, 3, tzinfo=UTC) + timedelta(hours=hour)
        if checks.ask(now=now):
            latest = FollowUpCheck.objects.latest("pk")
            asked.append((now, latest.side, latest.language, latest.day))
    assert asked == [
        (datetime(2026, 4, 3, 0, tzinfo=UTC), "nagoya", "ja", 30),
        (datetime(2026, 4, 3, 7, tzinfo=UTC), "torino", "it", 30),
    ]
    assert {message.to for message in Message.objects.all()} == {visit.lead.email, visit.partner_lead.email}


@pytest.mark.parametrize(
    "fields",
    [{"state": "running"}, {"state": "cancelled"}, {"is_sample": True}, {"lead": None, "partner_lead": None}],
)
def test_nobody_is_asked_where_there_is_nothing_or_nobody_to_ask(fields):
    a_visit_that_is_over(**fields)
    assert checks.ask(now=datetime(2026, 4, 3, 12, tzinfo=UTC)) == 0


def test_a_check_that_could_not_leave_for_two_weeks_is_not_sent_any_more():
    a_visit_that_is_over()
    assert checks.ask(now=datetime(2026, 4, 20, 12, tzinfo=UTC)) == 0
    assert checks.ask(now=datetime(2026, 4, 16, 12, tzinfo=UTC)) == 2


def a_webinar_that_was_held(**fields):
    """Torino's, on the evening of 4 March; moderated by Torino, with a speaker of Nagoya."""
    organiser = make_organisation(side="torino")
    start = datetime(2026, 3, 4, 22, 0, tzinfo=UTC)
    event = make_event(**{"organizer": organiser, "dtstart": start, "dtend": start + timedelta(hours=1), **fields})
    webinar = make_webinar(event=event)
    for order, (side, role, email) in enumerate(
        [
            ("nagoya", "speaker", "first@nagoya.example"),
            ("nagoya", "speaker", "second@nagoya.example"),
            ("torino", "speaker", "speaker@torino.example"),
            ("torino", "moderator", "moderator@torino.example"),
        ]
    ):
        person = make_person(email=email, organisation=make_organisation(side=side))
        make_speaker(webinar, person=person, family_name="", given_name="", role=role, order=order)
    return event


def asked_of(now):
    number = checks.ask(now=now)
    rows = FollowUpCheck.objects.order_by("side").values_list("source", "side", "language", "day")
    return number, list(rows), sorted(Message.objects.values_list("to", flat=True))


def test_of_a_webinar_who_moderated_is_asked_else_who_spoke():
    event = a_webinar_that_was_held()

    number, rows, addresses = asked_of(datetime(2026, 4, 3, 12, tzinfo=UTC))

    assert (number, addresses) == (2, ["first@nagoya.example", "moderator@torino.example"])
    assert rows == [("webinar", "nagoya", "ja", 30), ("webinar", "torino", "it", 30)]
    assert check_sources.source_of("webinar").find(event.pk) == event


def test_the_organisers_side_is_asked_at_the_events_address_where_nobody_of_it_spoke():
    organiser = make_organisation(side="torino")
    start = datetime(2026, 3, 4, 8, tzinfo=UTC)
    make_webinar(event=make_event(organizer=organiser, dtstart=start, contact_email="desk@torino.example"))

    assert asked_of(datetime(2026, 4, 3, 12, tzinfo=UTC))[2] == ["desk@torino.example"]


@pytest.mark.parametrize("fields", [{"status": "CANCELLED"}, {"status": "TENTATIVE"}, {"is_sample": True}])
def test_of_a_webinar_that_was_not_held_nobody_is_asked(fields):
    a_webinar_that_was_held(**fields)

    assert checks.ask(now=datetime(2026, 4, 3, 12, tzinfo=UTC)) == 0


def a_test_that_ended(**fields):
    """At a testbed of Torino, by a company of Nagoya; each has somebody who speaks for it."""
    owner, company = make_organisation(side="torino"), make_organisation(side="nagoya")
    make_member(owner, make_user(email="editor@torino.example"), role="editor")
    make_member(owner, make_user(email="owner@torino.example"))
    make_member(company, make_user(email="owner@nagoya.example", language="ja"))
    run = make_test_run(**{"testbed": make_testbed(owner=owner), "state": "completed", "end": LAST, **fields})
    run.organisations.add(company)
    return run


@pytest.mark.parametrize("state", ["completed", "stopped"])
def test_of_a_test_that_ended_the_testbeds_owner_and_who_tested_are_asked(state):
    run = a_test_that_ended(state=state)

    number, rows, addresses = asked_of(datetime(2026, 4, 3, 12, tzinfo=UTC))

    assert (number, addresses) == (2, ["owner@nagoya.example", "owner@torino.example"])
    assert [row[:2] for row in rows] == [("test", "nagoya"), ("test", "torino")]
    assert check_sources.source_of("test").find(run.pk) == run


@pytest.mark.parametrize("fields", [{"state": "running"}, {"end_precision": "month"}, {"end": None}])
def test_of_a_test_whose_end_is_not_known_to_the_day_nobody_is_asked(fields):
    a_test_that_ended(**fields)

    assert checks.ask(now=datetime(2026, 4, 3, 12, tzinfo=UTC)) == 0


def a_stay_that_is_over(**fields):
    """Somebody of Nagoya was in Torino until 4 March, with a mentor there."""
    sending, hosting = make_organisation(side="nagoya", name_en="Bureau"), make_organisation(name_en="City Lab")
    who = {
        "person": make_person(email="went@nagoya.example", organisation=sending),
        "mentor": make_person(email="mentor@torino.example", organisation=hosting),
    }
    times = {"state": "completed", "first_day": date(2026, 2, 23), "last_day": LAST}
    return make_stay(**{"sending": sending, "hosting": hosting, **who, **times, **fields})


def test_of_a_stay_who_went_and_the_mentor_are_asked():
    stay = a_stay_that_is_over()

    number, rows, addresses = asked_of(datetime(2026, 4, 3, 12, tzinfo=UTC))

    assert (number, addresses) == (2, ["mentor@torino.example", "went@nagoya.example"])
    assert rows == [("staff-exchange", "nagoya", "ja", 30), ("staff-exchange", "torino", "it", 30)]
    assert check_sources.source_of("staff-exchange").find(stay.pk) == stay


def test_where_nobody_of_a_stay_has_an_address_who_speaks_for_the_office_is_asked_then_the_lead():
    stay = a_stay_that_is_over(person=None, mentor=make_person(email=""))
    make_member(stay.sending, make_user(email="owner@nagoya.example", language="ja"))
    stay.exchange.lead_torino = make_user(email="lead@torino.example", language="en")
    stay.exchange.save()

    asked = [(one.side, one.email, one.language) for one in check_stays.people_of_stay(stay)]

    assert asked == [("nagoya", "owner@nagoya.example", "ja"), ("torino", "lead@torino.example", "en")]


@pytest.mark.parametrize("fields", [{"state": "running"}, {"state": "cancelled"}, {"is_sample": True}])
def test_of_a_stay_that_is_not_over_nobody_is_asked(fields):
    a_stay_that_is_over(**fields)

    assert checks.ask(now=datetime(2026, 4, 3, 12, tzinfo=UTC)) == 0


def an_introduction_that_was_made(**fields):
    """In the night after 4 March in Nagoya, in the afternoon in Torino, where it is held."""
    start = datetime(2026, 3, 4, 15, tzinfo=UTC)
    event = make_event(
        dtstart=start,
        dtend=start + timedelta(hours=1),
        status=fields.pop("status", "CONFIRMED"),
        access="participants",
        name_en="Gears – Robots",
    )
    meeting = make_meeting(event=event, **fields)
    meeting.people.add(
        make_person(email="boss@torino.example", organisation=meeting.organisation_torino, rank_band=2),
        make_person(email="clerk@torino.example", organisation=meeting.organisation_torino, rank_band=6),
        make_person(email="lead@nagoya.example", organisation=meeting.organisation_nagoya),
        make_person(email="interpreter@elsewhere.example"),
    )
    return meeting


def test_of_an_introduction_the_first_of_each_side_at_the_table_is_asked():
    meeting = an_introduction_that_was_made()

    number, rows, addresses = asked_of(datetime(2026, 4, 3, 12, tzinfo=UTC))

    assert (number, addresses) == (2, ["boss@torino.example", "lead@nagoya.example"])
    assert rows == [("introduction", "nagoya", "ja", 30), ("introduction", "torino", "it", 30)]
    assert check_sources.source_of("introduction").find(meeting.pk) == meeting


@pytest.mark.parametrize(
    "fields",
    [{"status": "CANCELLED"}, {"is_sample": True}, {"outcome": "nothing", "outcome_on": date(2026, 3, 10)}],
)
def test_of_an_introduction_that_was_not_made_or_led_nowhere_nobody_is_asked(fields):
    an_introduction_that_was_made(**fields)

    assert checks.ask(now=datetime(2026, 4, 3, 12, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("make", "source"), [(a_stay_that_is_over, "staff-exchange"), (an_introduction_that_was_made, "introduction")]
)
def test_stays_and_introductions_ask_each_side_in_its_own_morning_of_a_working_day(make, source):
    make()
    asked = []
    for hour in range(24 * 3):  # 90 days later is 2 June, a holiday in Italy
        now = datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(hours=hour)
        if checks.ask(now=now):
            latest = FollowUpCheck.objects.latest("pk")
            asked.append((now, latest.source, latest.side, latest.day))

    assert asked == [
        (datetime(2026, 6, 2, 0, tzinfo=UTC), source, "nagoya", 90),
        (datetime(2026, 6, 3, 7, tzinfo=UTC), source, "torino", 90),
    ]


def test_the_letter_about_a_stay_names_the_two_offices_and_nobody(client):
    a_stay_that_is_over()
    checks.ask(now=datetime(2026, 4, 3, 12, tzinfo=UTC))
    row = FollowUpCheck.objects.get(side="torino")

    page = client.get(f"/c/{checks.issue_link(row)}/?lang=en").content.decode()

    assert "Bureau → City Lab" in page


@pytest.mark.parametrize("make", [a_webinar_that_was_held, a_test_that_ended])
def test_the_page_and_the_letter_name_what_the_check_is_about(make, client):
    record = make()
    checks.ask(now=datetime(2026, 4, 3, 12, tzinfo=UTC))
    row = FollowUpCheck.objects.get(side="torino")

    page = client.get(f"/c/{checks.issue_link(row)}/?lang=en").content.decode()

    assert str(record) in page


def a_check(**fields):
    visit = a_visit_that_is_over()
    defaults = {
        "source": "visit",
        "source_id": visit.pk,
        "day": 30,
        "side": "nagoya",
        "language": "ja",
        "sent_at": timezone.now(),
    }
    check = FollowUpCheck.objects.create(**{**defaults, **fields})
    return check, checks.issue_link(check)


def test_the_page_opens_in_the_letters_language_and_get_changes_nothing(client):
    check, token = a_check()
    page = client.get(reverse("follow_up_check", args=[token]))
    other = client.get(reverse("follow_up_check", args=[token]) + "?lang=it")
    check.refresh_from_db()
    assert [answer["Content-Language"] for answer in (page, other)] == ["ja", "it"]
    assert page["Referrer-Policy"] == "no-referrer"
    assert check.answer == ""


@pytest.mark.parametrize("answer", ["moving", "stalled", "concluded"])
def test_one_click_answers_and_another_takes_its_place(client, answer):
    check, token = a_check()
    address = reverse("follow_up_check", args=[token])
    client.post(address, {"answer": "stalled", "note": "first"})
    response = client.post(address, {"answer": answer, "note": "Il piano è partito"})
    check.refresh_from_db()
    assert (response.status_code, check.answer, check.note) == (303, answer, "Il piano è partito")


@pytest.mark.parametrize("answer", ["", "silent", "perhaps", "x" * 400])
def test_what_is_none_of_the_three_is_refused(client, answer):
    check, token = a_check()
    response = client.post(reverse("follow_up_check", args=[token]), {"answer": answer})
    check.refresh_from_db()
    assert (response.status_code, check.answer) == (422, "")


def test_silence_is_written_down_after_three_weeks_and_closes_the_page(client):
    check, token = a_check(sent_at=NOW)
    answered, _token = a_check(sent_at=NOW, answer="moving", answered_at=NOW)
    assert checks.note_silence(now=NOW + timedelta(days=20, hours=23)) == 0
    assert checks.note_silence(now=NOW + timedelta(days=21)) == 1
    check.refresh_from_db()
    answered.refresh_from_db()
    address = reverse("follow_up_check", args=[token])
    assert (check.answer, answered.answer) == ("silent", "moving")
    assert [client.get(address).status_code, client.post(address, {"answer": "moving"}).status_code] == [410, 409]


def test_a_wrong_or_replaced_link_opens_nothing(client):
    check, token = a_check()
    checks.issue_link(check)
    assert client.get(reverse("follow_up_check", args=[token])).status_code == 404
    assert client.get("/c/nonsense/").status_code == 404


def test_the_letter_asks_in_the_readers_language_and_leads_to_the_page():
    now = timezone.now()
    checked = a_visit_that_is_over(last_day=now.date() - timedelta(days=40))
    person = next(one for one in check_sources.people_of_visit(checked) if one.side == "nagoya")
    checks._ask(check_sources.source_of("visit"), checked, 30, person, now=now)
    outbox.deliver(Message.objects.get().pk, now=now)
    letter = mail.outbox[0]
    token = letter.body.split("/c/")[1].split("/")[0]
    assert checks.find(token) == FollowUpCheck.objects.get()
    assert letter.to == [checked.partner_lead.email]


# --- Of a stay -------------------------------------------------------------------------------------------------------


def test_a_follow_up_of_a_stay_reminds_who_leads_the_exchange_and_says_where_it_comes_from():
    stay = a_stay_that_is_over()
    stay.exchange.lead_torino = make_user(email="lead@torino.example", is_staff=True, side="torino")
    stay.exchange.save()
    row = FollowUp.objects.create(
        stay=stay, text_en="Send the plan", due_on=date(2026, 5, 4), owner_torino=stay.hosting
    )

    told = reminders.people_of(row, "torino", "week1")

    assert [user.email for user in told] == ["lead@torino.example"]
    assert row.comes_from == "Bureau → City Lab"


def test_a_follow_up_comes_from_somewhere():
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.create(text_en="Send it", due_on=date(2026, 5, 4), owner_torino=make_organisation())


def test_staff_of_the_side_that_hosts_a_stay_see_what_is_to_be_done_after_it():
    stay = a_stay_that_is_over()
    row = FollowUp.objects.create(stay=stay, text_en="x", due_on=date(2026, 5, 4), owner_nagoya=stay.sending)

    assert list(FollowUp.objects.all().of_side("torino")) == [row]
    assert list(FollowUp.objects.all().of_side("nagoya")) == [row]
