"""The staff's home: each number is the length of the list it leads to."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from iurc_portal.clock import ROME, TOKYO, day_start
from iurc_portal.notifications.models import AddressStatus, Heartbeat, Message
from iurc_portal.notifications.services import beat
from iurc_portal.pages.models import EditableText, PageRating, ProblemReport
from iurc_portal.staff import todo
from iurc_portal.staff.dashboard import state_of_jobs
from programme.models import Milestone, StudyVisit, Webinar
from tests.admin.everything import edition, message
from tests.factories import (
    make_action,
    make_agenda_item,
    make_event,
    make_follow_up,
    make_milestone,
    make_organisation,
    make_person,
    make_reading,
    make_registration,
    make_visit,
)

HOME = "/admin/"


def figures(page):
    return [figure for group in page.context["figures"] for figure in group["figures"]]


def numbers(page):
    """Every number of the home by its name: tasks and figures."""
    tasks = {task["name"]: task["count"] for task in page.context["tasks"]}
    return tasks | {figure.name: figure.count for figure in figures(page)}


def panel_with(page, key):
    return next(panel for panel in (*page.context["panels"], *page.context["aside"]) if key in panel)


def waiting(page):
    """What waits for whom: the numbers by group and task."""
    return {
        group["key"]: {entry["name"]: entry["count"] for entry in group["entries"]} for group in page.context["groups"]
    }


def length_of(answer):
    """How many rows a list has, or the queue of the translation desk."""
    return answer.context["page"].paginator.count if "page" in answer.context else answer.context["cl"].result_count


@pytest.fixture
def something_of_everything(db):
    """What the expected numbers below are made of; organisations are complete unless a field says otherwise."""
    now = timezone.now()
    complete = {"summary_it": "Testo.", "summary_ja": "概要。"}
    host = make_organisation(**complete)
    make_organisation(state="in_review", **complete)
    make_organisation(needs_check=True, **complete)
    make_organisation(to_verify=["website"], **complete)
    make_organisation(summary_it="Testo.")
    make_organisation(summary_it="Testo.")
    make_organisation(summary_ja="概要。")
    make_organisation(state="draft")
    later = {"dtstart": now + timedelta(days=3), "organizer": host}
    Webinar.objects.create(event=make_event(description_ja="内容", name_ja="名前", **later))
    Webinar.objects.create(event=make_event(**later))
    make_event(status="TENTATIVE", name_ja="名前", description_ja="内容", **later)
    make_visit(state="proposed")
    visit = make_visit(state="preparing")
    visit.delegates.create(person=make_person())
    visit.delegates.create(person=make_person(), reply="accepted")
    make_agenda_item(visit, event=make_event(access="participants", organizer=host)).hosts.create(person=make_person())
    make_visit(state="completed").delegates.create(person=make_person())
    Milestone.objects.create(edition=edition(), title_en="Late", due_on=now.date() - timedelta(days=1))
    Milestone.objects.create(edition=edition(), title_en="Coming", due_on=now.date() + timedelta(days=9))
    message()
    Message.objects.filter(pk=message().pk).update(state="failed")
    Message.objects.filter(pk=message().pk).update(not_before=now + timedelta(hours=1))
    AddressStatus.objects.create(email_key="gone@example.org", state="hard", since=now)
    ProblemReport.objects.create(text="It does not open.", language="it")
    ProblemReport.objects.create(text="It opens now.", language="it", answered_at=now)
    PageRating.objects.create(path="/it/", language="it", rating=2)
    PageRating.objects.create(path="/it/", language="it", rating=4)
    EditableText.objects.create(slug="privacy", title_it="Privacy", body_it="Testo", body_en="Text", body_ja="本文")
    EditableText.objects.create(slug="legal", title_it="Note", body_it="Testo", body_en="Text")


def test_the_numbers_are_exact(admin_page, something_of_everything):
    assert numbers(admin_page.get(HOME)) == {
        "failed-mail": 1,
        "waiting-mail": 1,
        "refusing-addresses": 1,
        "problem-reports": 1,
        "low-ratings": 1,
        "organisations-nobody-to-ask": 6,
        "texts-missing-ja": 6,
        "texts-missing-ja-ecosystem.organisation": 3,
        "texts-missing-ja-pages.editabletext": 2,
        "texts-missing-ja-events.event": 1,
        "texts-missing-it": 5,
        "texts-missing-en": 4,
        "organisations-in-review": 1,
        "organisations-to-check": 1,
        "organisations-to-verify": 1,
        "events-without-japanese": 1,
        "drafts-soon": 1,
        "visits-to-answer": 1,
        "hosts-silent": 1,
        "delegates-silent": 1,
        "milestones-late": 1,
    }


def test_each_number_leads_to_a_list_of_that_length(admin_page, something_of_everything):
    page = admin_page.get(HOME)
    told = [(task["url"], task["count"]) for task in page.context["tasks"]]
    told += [(entry["url"], entry["count"]) for group in page.context["groups"] for entry in group["entries"]]
    told += [(figure.url, figure.count) for figure in figures(page)]

    lengths = [(url, length_of(admin_page.get(url))) for url, _count in told]

    assert lengths == told
    assert len(dict(told)) > 25


def test_the_registrations_of_the_week_lead_to_their_lists_day_by_day(admin_page):
    now = timezone.now()
    today = now.astimezone(ROME).replace(hour=0, minute=0, second=0, microsecond=0)
    make_registration(joined_at=today)
    make_registration(joined_at=today - timedelta(minutes=1))
    make_registration(joined_at=today - timedelta(minutes=1), state="cancelled")
    make_registration(joined_at=today - timedelta(days=6))
    make_registration(joined_at=today - timedelta(days=6, minutes=1))

    panel = panel_with(admin_page.get(HOME), "registrations")

    assert panel["registrations"] == 3
    assert admin_page.get(panel["registrations_url"]).context["cl"].result_count == 3
    assert [day["number"] for day in panel["days"]] == [1, 0, 0, 0, 0, 1, 1]
    assert [admin_page.get(day["url"]).context["cl"].result_count for day in panel["days"]] == [1, 0, 0, 0, 0, 1, 1]


def test_the_bar_of_the_fullest_day_is_the_tallest(admin_page):
    now = timezone.now()
    for number in range(4):
        make_registration(joined_at=now - timedelta(days=min(number, 1)))

    panel = panel_with(admin_page.get(HOME), "registrations")

    assert [(day["number"], day["height"]) for day in panel["days"][-2:]] == [(3, panel["bar"]), (1, 14)]


def test_the_next_two_weeks_stand_in_both_cities_times(admin_page, superuser):
    superuser.language = "ja"
    superuser.save()
    start = (timezone.now() + timedelta(days=2)).replace(hour=8, minute=0, second=0, microsecond=0)
    make_event(dtstart=start, maximum_attendee_capacity=40)
    make_event(dtstart=start + timedelta(days=20))

    (row,) = panel_with(admin_page.get(HOME), "calendar_url")["rows"]

    assert [line.rsplit(" ", 1)[1] for line in row["times"]] == ["名古屋", "トリノ"]
    assert "17:00〜18:30" in row["times"][0]


def test_a_webinar_of_the_evening_says_that_it_is_tomorrow_in_nagoya(admin_page):
    start = (timezone.now() + timedelta(days=2)).replace(hour=18, minute=0, second=0, microsecond=0)
    make_event(dtstart=start)

    (row,) = panel_with(admin_page.get(HOME), "calendar_url")["rows"]

    days = [start.astimezone(zone).date().day for zone in (ROME, TOKYO)]
    assert days[0] != days[1]
    assert [int(line.split()[1]) for line in row["times"]] == days


def test_days_to_come_stand_between_the_events_and_a_visit_stands_for_its_items(admin_page):
    day = timezone.now().astimezone(ROME).date() + timedelta(days=5)
    start = day_start(day, "Europe/Rome") + timedelta(hours=9)
    visit = make_visit(state="released", first_day=day, last_day=day + timedelta(days=1), title_en="To Torino")
    make_agenda_item(visit, event=make_event(access="participants", dtstart=start))
    make_visit(state="cancelled", first_day=day, last_day=day)
    make_visit(state="proposed", answer_by=day - timedelta(days=1), title_en="From Nagoya")
    make_event(dtstart=start, name_en="Hydrogen")
    make_follow_up(visit=visit, due_on=day + timedelta(days=2), text_en="Write")
    make_action(due_on=day + timedelta(days=3), text_en="Sign")
    Milestone.objects.create(edition=edition(), title_en="First visit", due_on=day + timedelta(days=4))
    Milestone.objects.create(edition=edition(), title_en="Much later", due_on=day + timedelta(days=40))

    rows = panel_with(admin_page.get(HOME), "calendar_url")["rows"]

    assert [str(row["event"] if "event" in row else row["days"].text) for row in rows] == [
        "From Nagoya",
        "To Torino",
        "Hydrogen",
        "Write",
        "Sign",
        "First visit",
    ]
    assert [admin_page.get(row["url"]).status_code for row in rows] == [200] * 6


def test_the_home_costs_at_most_fifteen_queries_whatever_the_portal_holds(client, manager, something_of_everything):
    """Counted as dearly as can be: nothing is kept, readings are frozen, a manager's permissions are read."""
    client.force_login(manager)
    make_reading(value=7, state="frozen", validated_at=timezone.now(), frozen_at=timezone.now())
    client.get(HOME)
    with CaptureQueriesContext(connection) as before:
        page = client.get(HOME)
    for number in range(50):
        make_organisation(needs_check=True)
        make_registration(make_event(dtstart=timezone.now() + timedelta(days=1)), joined_at=timezone.now())
        make_visit(state="released", first_day=timezone.now().date(), last_day=timezone.now().date())
        make_action(due_on=timezone.now().date() - timedelta(days=number - 25))

    with CaptureQueriesContext(connection) as after:
        client.get(HOME)

    assert numbers(page)["readings-corrected"] == 1
    assert len(after) == len(before)
    assert len(after) <= 15


def test_staff_without_a_permission_see_neither_its_number_nor_its_menu(client, staff_of_torino):
    Message.objects.filter(pk=message().pk).update(state="failed")
    make_visit(state="proposed")
    group = Group.objects.get(name="Staff")
    group.permissions.remove(*group.permissions.filter(content_type__app_label="notifications"))
    client.force_login(staff_of_torino)

    page = client.get(HOME)

    assert numbers(page) == {"visits-to-answer": 1}
    assert reverse("admin:notifications_message_changelist") not in page.content.decode()
    assert reverse("admin:ecosystem_organisation_changelist") in page.content.decode()


def test_quick_actions_begin_with_what_is_done_every_week(admin_page):
    actions = admin_page.get(HOME).context["quick_actions"]

    assert [action["url"] for action in actions] == [
        reverse("admin:programme_webinar_add"),
        reverse("admin:programme_studyvisit_add"),
        reverse("admin:ecosystem_organisation_add"),
        reverse("admin:ecosystem_organisation_import"),
        reverse("admin:ecosystem_organisation_export"),
    ]


def test_a_job_is_late_when_it_has_missed_three_turns(db):
    now = timezone.now()
    beat("sweep_outbox", now=now - timedelta(minutes=9))
    beat("send_due_reminders", now=now - timedelta(minutes=11))
    beat("send_change_notices", now=now - timedelta(minutes=9))
    beat("follow_the_calendar", now=now - timedelta(minutes=44))
    beat("tend_the_index", now=now - timedelta(days=2))
    beat("tend_profiles", now=now - timedelta(days=2))
    beat("purge_personal_data", now=now - timedelta(hours=47))
    beat("tend_data_requests", now=now - timedelta(minutes=14))
    beat("expire_listings", now=now - timedelta(hours=2))
    beat("extend_series", now=now - timedelta(days=2))
    beat("tell_clock_changes", now=now - timedelta(days=2))
    beat("promote_waiting_lists", now=now - timedelta(minutes=9))
    beat("sync_calendars", now=now - timedelta(minutes=2))
    beat("fetch_sources", now=now - timedelta(minutes=14))
    beat("release_lapsed_members", now=now - timedelta(minutes=9))
    beat("tend_surveys", now=now - timedelta(minutes=14))
    beat("tend_follow_ups", now=now - timedelta(minutes=89))
    beat("tend_hosts", now=now - timedelta(hours=2))
    beat("make_exports", now=now - timedelta(minutes=9))
    beat("make_papers", now=now - timedelta(minutes=2))
    beat("make_evidence_packs", now=now - timedelta(minutes=2))

    late = [name for name, state in zip(todo.jobs, state_of_jobs(now), strict=True) if state["late"]]

    assert late == ["send_due_reminders"]
    assert len(todo.jobs) == 21


@pytest.mark.parametrize("begun", [[], ["sweep_outbox"]], ids=["nothing has run yet", "one has begun"])
def test_a_job_that_never_ran_is_late_when_the_portal_has_been_there_for_three_of_its_turns(begun, db):
    Heartbeat.objects.bulk_create(Heartbeat(name=name) for name in begun)
    set_up = timezone.now()
    MigrationRecorder.Migration.objects.update(applied=set_up)

    def late(**after):
        states = state_of_jobs(set_up + timedelta(**after))
        return [name for name, state in zip(todo.jobs, states, strict=True) if state["late"]]

    assert late(minutes=9) == []
    assert "sweep_outbox" in late(minutes=11)
    assert "purge_personal_data" not in late(minutes=11)
    assert late(days=8) == list(todo.jobs)


@pytest.mark.parametrize(("hour", "late"), [(21, 0), (22, 1)])
def test_a_milestone_is_late_from_the_next_day_in_torino(hour, late, db):
    make_milestone(due_on=date(2026, 6, 30))

    assert todo.tasks["milestones-late"].rows(datetime(2026, 6, 30, hour, 30, tzinfo=UTC)).count() == late


def test_an_unknown_task_in_the_address_filters_nothing(admin_page):
    make_visit(state=StudyVisit.State.PROPOSED)

    page = admin_page.get(reverse("admin:programme_studyvisit_changelist") + "?todo=nonsense")

    assert page.status_code == 200
    assert page.context["cl"].result_count == 1


def test_staff_count_what_is_their_own_citys_and_the_list_shows_the_same(client, staff_of_torino, manager):
    for side in ("torino", "nagoya"):
        make_organisation(side=side, needs_check=True)
    make_registration(make_event(organizer=make_organisation(side="nagoya")), joined_at=timezone.now())
    counted, listed = {}, {}

    for user in (staff_of_torino, manager):
        client.force_login(user)
        page = client.get(HOME)
        rows = client.get(reverse("admin:ecosystem_organisation_changelist"), {"todo": "organisations-to-check"})
        week = panel_with(page, "registrations")["registrations"]
        counted[user.email] = (numbers(page)["organisations-to-check"], week)
        listed[user.email] = rows.context["cl"].result_count

    assert counted == {"staff@torino.example": (1, 0), "manager@torino.example": (2, 1)}
    assert listed == {"staff@torino.example": 1, "manager@torino.example": 2}


def test_each_citys_staff_see_what_waits_for_whom(client, staff_of_torino, staff_of_nagoya, manager):
    for side in ("torino", "nagoya", "nagoya"):
        make_organisation(side=side, needs_check=True)
    visit = make_visit(state="preparing", lead=staff_of_torino)  # of Torino
    visit.delegates.create(person=make_person())
    item = make_agenda_item(visit, event=make_event(access="participants", dtstart=timezone.now() + timedelta(days=9)))
    item.hosts.create(person=make_person())
    item.hosts.create(person=make_person(), answer="declined")
    make_action(torino_agreed_at=timezone.now())
    ProblemReport.objects.create(text="It does not open.", language="it")
    told = {}

    for user in (staff_of_torino, staff_of_nagoya, manager):
        client.force_login(user)
        told[user.email] = waiting(client.get(HOME))

    torino = {"organisations-nobody-to-ask": 2, "organisations-to-check": 1}
    assert told["staff@torino.example"] == {
        "me": {"hosts-to-answer": 1},
        "torino": torino,
        "both": {"problem-reports": 1},
        "nagoya": {"organisations-nobody-to-ask": 2, "organisations-to-check": 2, "actions-to-agree": 1},
        "hosts": {"hosts-silent": 1},
        "delegates": {"delegates-silent": 1},
    }
    assert list(told["staff@nagoya.example"]) == ["nagoya", "both", "torino"]
    assert told["staff@nagoya.example"]["torino"] == torino | {"hosts-to-answer": 1}
    assert told["manager@torino.example"]["torino"] == torino | {"hosts-to-answer": 1}


def test_each_share_of_a_number_leads_to_a_list_of_that_length(client, staff_of_torino, something_of_everything):
    make_organisation(side="nagoya", needs_check=True)
    make_visit(state="proposed", lead=staff_of_torino)
    client.force_login(staff_of_torino)

    told = [
        (entry["url"], entry["count"]) for group in client.get(HOME).context["groups"] for entry in group["entries"]
    ]

    assert [(url, length_of(client.get(url))) for url, _count in told] == told
    assert {url.partition(":")[2] for url, _count in told} >= {"me", "torino", "nagoya"}


def test_what_is_late_stands_first(admin_page):
    today = timezone.now().astimezone(ROME).date()
    make_follow_up(due_on=today - timedelta(days=1))
    make_follow_up(due_on=today)
    make_action(due_on=today - timedelta(days=1))
    make_action(due_on=today - timedelta(days=1), state="done")
    Milestone.objects.create(edition=edition(), title_en="Late", due_on=today - timedelta(days=1))

    page = admin_page.get(HOME)

    assert {entry["name"]: entry["count"] for entry in page.context["late"]} == {
        "actions-overdue": 1,
        "follow-ups-overdue": 1,
        "milestones-late": 1,
    }
    assert page.content.index(b'id="late"') < page.content.index(b'id="todo"') < page.content.index(b'id="soon"')


def test_the_oldest_letter_that_waits_says_since_when(admin_page):
    message()
    oldest = message()
    Message.objects.filter(pk=oldest.pk).update(created_at=timezone.now() - timedelta(hours=3))

    (mail, _calendars) = admin_page.get(HOME).context["health"]

    assert [(entry["name"], entry["count"]) for entry in mail["entries"]] == [("waiting-mail", 2)]
    assert mail["entries"][0]["since"] == Message.objects.get(pk=oldest.pk).created_at


def test_a_task_of_another_list_in_the_address_filters_nothing(admin_page):
    make_visit(state=StudyVisit.State.PROPOSED)

    page = admin_page.get(reverse("admin:programme_studyvisit_changelist") + "?todo=problem-reports:torino")

    assert page.context["cl"].result_count == 1
