"""Who may write on a visit that Torino receives: what was sent is written, or refused and nothing is written."""

import pytest
from django.urls import reverse

from programme.admin.workplaces import WORKPLACES
from programme.models import StudyVisit
from programme.papers.kinds import kinds_of
from tests.factories import make_user
from tests.permissions.people import ROLES
from tests.permissions.test_walk import browser_of, what_is_written

OUTSIDE = ("anonymous", "company", "editor", "host", "delegate", "evaluator")
PLANNING = ("arrange", "groups", "hosts", "interpreters", "release")


def workplace(world, name):
    return reverse("admin:programme_studyvisit_workplace", args=[world.visit.pk, name])


def sent(user, place, data) -> tuple[int, set[str]]:
    """What POST answers to ``user``, and the tables that were written to."""
    client = browser_of(user)
    with what_is_written() as tables:
        answer = client.post(place, data)
    return answer.status_code, tables


@pytest.mark.parametrize("role", OUTSIDE)
def test_who_is_no_staff_writes_at_no_workplace(role, world):
    user = world.people.get(role)

    found = {name: sent(user, workplace(world, name), {"act": "save"}) for name in WORKPLACES}

    assert found == dict.fromkeys(WORKPLACES, (302, set()))


def test_the_guest_citys_staff_plan_nothing(world):
    user = world.people["nagoya"]

    found = {name: sent(user, workplace(world, name), {"act": "save"}) for name in PLANNING}

    assert found == dict.fromkeys(PLANNING, (403, set()))


@pytest.mark.parametrize("act", ["care", "passport", "ask", "agree", "stop"])
@pytest.mark.parametrize("role", ["nagoya", "a colleague"])
def test_only_lead_deputy_and_managers_read_sensitive_data_and_who_tries_is_noted(role, act, world):
    colleague = make_user(is_staff=True, side="torino")
    colleague.groups.set(world.people["torino"].groups.all())
    who = {**world.people, "a colleague": colleague}[role]

    found = sent(who, workplace(world, "sensitive"), {"act": act, "reason": "I want to", "why": "so"})

    assert found == (404, {"programme_sensitiveaccess"})


def test_the_guest_citys_staff_make_no_paper(world):
    user, page = world.people["nagoya"], workplace(world, "documents")

    found = {
        kind: sent(user, f"{page}?kind={kind}", {"language": "it", "languages": ["it"]}) for kind in kinds_of("visit")
    }

    assert found == dict.fromkeys(kinds_of("visit"), (403, set()))


@pytest.mark.parametrize("state", ["cancelled", "postponed", "declined", "completed"])
@pytest.mark.parametrize("role", ["nagoya", "delegate", "company"])
def test_only_the_host_city_decides(role, state, world):
    place = reverse("admin:programme_studyvisit_move", args=[world.visit.pk, state])

    browser_of(world.people[role]).post(place, {"reason": "We cannot.", "code": "other"})

    world.visit.refresh_from_db()
    assert world.visit.state == "running"


def test_the_guest_citys_staff_do_not_change_the_visit_itself(world):
    answer = browser_of(world.people["nagoya"]).post(
        reverse("admin:programme_studyvisit_change", args=[world.visit.pk]), {"title_it": "Altro", "_save": "1"}
    )

    assert answer.status_code == 403
    assert StudyVisit.objects.get(pk=world.visit.pk).title_it != "Altro"


DAY_OF = {"delay": "programme:visit_delay", "attendance": "programme:visit_attendance"}


@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"torino", "manager", "superuser"}])
@pytest.mark.parametrize("name", sorted(DAY_OF))
def test_the_day_is_the_host_citys(name, role, world):
    told = {"item": world.item.pk, "minutes": 20, f"state-{world.delegate.pk}": "present"}

    found = sent(world.people.get(role), reverse(DAY_OF[name], args=[world.visit.slug]), told)

    sees_the_agenda = name == "delay" and role in {"nagoya", "delegate"}
    assert found == (403 if sees_the_agenda else 404, set())


@pytest.mark.parametrize("role", ["editor", "delegate"])
def test_nobody_writes_on_somebody_elses_proposal(role, world):
    user, number = world.people[role], world.proposal.number

    step = sent(user, reverse("programme:proposal_step", args=[number, "purpose"]), {"purpose": "x"})
    sending = sent(user, reverse("programme:proposal_send", args=[number]), {})

    assert (step, sending) == ((404, set()), (404, set()))


def test_the_guest_citys_staff_do_not_touch_follow_ups_of_torino(world):
    follow_up = world.record("programme.followup")
    client = browser_of(world.people["nagoya"])

    client.post(
        reverse("admin:programme_followup_change", args=[follow_up.pk]), {"move": "done", "due_on": "1/1/2027"}
    )
    client.post(
        reverse("admin:programme_followup_changelist"), {"action": "finish", "_selected_action": [follow_up.pk]}
    )

    follow_up.refresh_from_db()
    assert follow_up.state == "open"


@pytest.mark.parametrize(
    ("role", "state"), [("torino", "draft"), ("nagoya", "draft"), ("manager", "approved"), ("superuser", "approved")]
)
def test_reports_are_approved_by_managers_alone(role, state, world):
    world.visit.state = "completed"
    world.visit.save()
    client, place = browser_of(world.people[role]), workplace(world, "report")
    client.post(place, {"act": "begin"})

    client.post(place, {"act": "approve", "lessons_it": "Chiedere prima"})

    assert world.visit.reports.get().state == state
