"""The staff's home: each number is the length of the list it leads to."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from iurc_portal.notifications.models import AddressStatus, Heartbeat, Message
from iurc_portal.notifications.services import beat
from iurc_portal.pages.models import EditableText, PageRating, ProblemReport
from iurc_portal.staff import todo
from iurc_portal.staff.dashboard import state_of_jobs
from programme.models import Milestone, StudyVisit, Webinar
from tests.admin.everything import edition, message
from tests.factories import (
    make_agenda_item,
    make_event,
    make_organisation,
    make_person,
    make_registration,
    make_visit,
)

HOME = "/admin/"


def numbers(page):
    return {task["name"]: task["count"] for task in page.context["tasks"]}


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
        "texts-missing-ja": 6,  # three organisations, an event, two pages of text
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
    tasks = admin_page.get(HOME).context["tasks"]

    lengths = {task["name"]: length_of(admin_page.get(task["url"])) for task in tasks}

    assert lengths == {task["name"]: task["count"] for task in tasks}


def test_the_registrations_of_the_week_lead_to_their_list(admin_page):
    now = timezone.now()
    make_registration(joined_at=now - timedelta(days=1))
    make_registration(joined_at=now - timedelta(days=1), state="cancelled")
    make_registration(joined_at=now - timedelta(days=8))

    panel = next(panel for panel in admin_page.get(HOME).context["panels"] if "registrations" in panel)

    assert panel["registrations"] == 1
    assert admin_page.get(panel["registrations_url"]).context["cl"].result_count == 1


def test_the_next_two_weeks_stand_in_both_cities_times(admin_page, superuser):
    superuser.language = "ja"
    superuser.save()
    start = (timezone.now() + timedelta(days=2)).replace(hour=8, minute=0, second=0, microsecond=0)
    make_event(dtstart=start, maximum_attendee_capacity=40)
    make_event(dtstart=start + timedelta(days=20))

    panel = next(panel for panel in admin_page.get(HOME).context["panels"] if "registrations" in panel)

    (row,) = panel["rows"]
    assert [line.rsplit(" ", 1)[1] for line in row["times"]] == ["名古屋", "トリノ"]
    assert "17:00〜18:30" in row["times"][0]


def test_the_home_costs_the_same_whatever_the_portal_holds(admin_page, something_of_everything):
    admin_page.get(HOME)
    with CaptureQueriesContext(connection) as before:
        admin_page.get(HOME)
    for _turn in range(3):
        make_organisation(needs_check=True)
        make_registration(joined_at=timezone.now())
        make_event(dtstart=timezone.now() + timedelta(days=1))

    with CaptureQueriesContext(connection) as after:
        admin_page.get(HOME)

    assert len(after) == len(before)
    assert len(after) <= 36


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

    late = [name for name, state in zip(todo.jobs, state_of_jobs(now), strict=True) if state["late"]]

    assert late == ["send_due_reminders"]
    assert len(todo.jobs) == 20


def test_a_job_that_never_ran_is_late(db):
    Heartbeat.objects.create(name="sweep_outbox")

    assert [state["late"] for state in state_of_jobs(timezone.now())] == [True] * len(todo.jobs)


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
        week = next(panel["registrations"] for panel in page.context["panels"] if "registrations" in panel)
        counted[user.email] = (numbers(page)["organisations-to-check"], week)
        listed[user.email] = rows.context["cl"].result_count

    assert counted == {"staff@torino.example": (1, 0), "manager@torino.example": (2, 1)}
    assert listed == {"staff@torino.example": 1, "manager@torino.example": 2}
