"""People who declined in their calendar: seen at home and in the list, let go or kept by staff (events spec 6.8)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import Registration
from events.services.replies import take_reply
from iurc_portal.audit.models import Transition
from iurc_portal.staff import todo
from tests.events.test_replies import reply, wants
from tests.factories import START, make_event, make_registration, make_user

pytestmark = pytest.mark.django_db
NOW = START - timedelta(days=5)


def test_staff_see_it_at_home_and_let_the_person_go_or_stay(admin_page, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    event = make_event()
    goes, stays = (make_registration(event, email=f"{name}@example.org") for name in ("goes", "stays"))
    for one in (goes, stays):
        take_reply(reply(one, attendee=one.email), now=NOW)
    task = todo.tasks["declined-in-the-calendar"]
    page = reverse("admin:events_registration_changelist")
    waiting = set(task.rows_for(make_user(is_superuser=True, is_staff=True), NOW))

    listed = admin_page.get(task.url(Registration)).content.decode()
    admin_page.post(page, {"action": "withdraw", "_selected_action": [goes.pk], "confirmed": "1"})
    admin_page.post(page, {"action": "dismiss_reply", "_selected_action": [stays.pk]})

    assert waiting == {goes, stays}
    assert "confermata, ma rifiutata nel calendario" in listed
    assert (wants(goes), goes.state, wants(stays), stays.state) == (None, "cancelled", None, "confirmed")
    assert {line.reason for line in Transition.objects.of(stays)} == {"declined_by_mail", "reply_dismissed"}
    assert (
        "wants to leave"
        not in admin_page.get(reverse("admin:events_registration_change", args=[stays.pk])).content.decode()
    )
