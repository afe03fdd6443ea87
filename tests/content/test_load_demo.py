"""The demonstration: samples once each, by the real services, without a letter, and never over a person's edit."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from iurc_portal.accounts.models import User
from iurc_portal.notifications.models import Message
from programme.models import Milestone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demonstration(settings):
    settings.DEMO = True


@pytest.fixture
def demo(whole_content):
    call_command("load_demo")


def test_it_is_refused_in_production(settings):
    settings.DEMO = settings.DEBUG = False

    with pytest.raises(CommandError, match="never for production"):
        call_command("load_demo")

    assert not User.objects.exists()


def test_it_asks_for_the_real_content_first():
    with pytest.raises(CommandError, match="Load the real content first"):
        call_command("load_demo")

    assert not User.objects.exists()


def test_it_prints_what_it_made(whole_content, capsys):
    call_command("load_demo")

    printed = capsys.readouterr().out.splitlines()
    assert [line.split() for line in printed[:-1]] == [
        ["created", "already", "there"],
        ["users", "8", "0"],
        ["memberships", "2", "0"],
        ["people", "1", "0"],
        ["organisations", "3", "0"],
        ["offers", "and", "needs", "5", "0"],
        ["exchanges", "1", "0"],
        ["webinars", "6", "0"],
        ["events", "1", "0"],
        ["speakers", "2", "0"],
        ["library", "1", "0"],
        ["closed", "days", "4", "0"],
        ["series", "1", "0"],
        ["whole", "days", "1", "0"],
        ["workshops", "1", "0"],
        ["attendance", "2", "0"],
        ["surveys", "2", "0"],
        ["questions", "1", "0"],
        ["groups", "1", "0"],
        ["reminders", "2", "0"],
        ["visits", "5", "0"],
        ["papers", "2", "0"],
        ["calendars", "4", "0"],
        ["milestones", "6", "0"],
        ["testbeds", "2", "0"],
        ["mirror", "pairs", "1", "0"],
        ["practices", "1", "0"],
        ["objectives", "2", "0"],
        ["actions", "3", "0"],
        ["indicators", "8", "0"],
        ["budget", "2", "0"],
        ["clusters", "1", "0"],
        ["stays", "1", "0"],
        ["readings", "1", "0"],
        ["programme", "reports", "1", "0"],
        ["news", "5", "0"],
        ["reports", "1", "0"],
        ["ratings", "3", "0"],
        ["proposals", "1", "0"],
        ["claims", "1", "0"],
        ["verifications", "1", "0"],
        ["subscriptions", "2", "0"],
        ["broadcasts", "1", "0"],
    ]


def test_no_letter_is_written(demo, mailoutbox):
    assert not Message.objects.exists()
    assert mailoutbox == []


def test_a_second_run_writes_nothing_but_roles(demo):
    with CaptureQueriesContext(connection) as queries:
        call_command("load_demo")

    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [sql for sql in written if "auth_group" not in sql] == []


def test_what_a_person_edited_renamed_or_deleted_stays_so(demo):
    Event.objects.filter(slug="sample-webinar-automated-driving").update(slug="our-webinar", name_it="Il nostro")
    Milestone.objects.get(title_en="Kick-off (sample)").delete()
    User.objects.get(email="manager@torino.example").delete()

    call_command("load_demo")

    assert Event.objects.get(slug="our-webinar").name_it == "Il nostro"
    assert not Event.objects.filter(slug="sample-webinar-automated-driving").exists()
    assert not Milestone.objects.filter(title_en="Kick-off (sample)").exists()
    assert not User.objects.filter(email="manager@torino.example").exists()


def test_a_dry_run_writes_nothing(whole_content):
    call_command("load_demo", dry_run=True)

    assert not User.objects.exists()
    assert not Event.objects.exists()
