"""The demonstration: samples once each, by the real services, without a letter, and never over a person's edit."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ecosystem.models import (
    Claim,
    GoodPractice,
    Membership,
    MirrorPair,
    ProfileRevision,
    Testbed,
    Transfer,
)
from events.models import Event, Registration
from events.services.attendance import has_attended
from iurc_portal.accounts.models import User
from iurc_portal.notifications.models import Message
from programme.demo.people import CLAIMANT
from programme.models import Delegate, Exchange, HostConfirmation, Milestone, StudyVisit, Webinar

pytestmark = pytest.mark.django_db
MARKS = {"it": "(esempio)", "en": "(sample)", "ja": "（見本）"}


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
        ["webinars", "5", "0"],
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
        ["reports", "1", "0"],
        ["ratings", "3", "0"],
        ["proposals", "1", "0"],
        ["claims", "1", "0"],
        ["verifications", "1", "0"],
        ["subscriptions", "2", "0"],
        ["broadcasts", "1", "0"],
    ]


def test_the_seven_sign_ins_of_the_contract_have_their_roles(demo, client, settings):
    users = {
        user.email: (user.language, user.side, user.is_staff, user.is_superuser, [g.name for g in user.groups.all()])
        for user in User.objects.exclude(email=CLAIMANT)
    }

    assert users == {
        "staff@torino.example": ("it", "torino", True, False, ["Staff"]),
        "staff@nagoya.example": ("ja", "nagoya", True, False, ["Staff"]),
        "manager@torino.example": ("it", "torino", True, False, ["Managers"]),
        "admin@torino.example": ("it", "torino", True, True, []),
        "company@nagoya.example": ("ja", "", False, False, ["Companies"]),
        "editor@torino.example": ("it", "", False, False, ["Editors"]),
        "delegate@nagoya.example": ("ja", "", False, False, ["Delegates"]),
    }
    for email in users:
        assert client.login(username=email, password=settings.DEMO_PASSWORD)
    assert not User.objects.get(email=CLAIMANT).has_usable_password()


def test_their_addresses_count_as_proved(demo, client, settings):
    answer = client.post(
        reverse("account_login"), {"login": "company@nagoya.example", "password": settings.DEMO_PASSWORD}
    )

    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(email="company@nagoya.example").pk)


def test_the_company_and_the_editor_speak_for_an_organisation_and_may_propose_a_visit(demo, client, settings):
    speak = Membership.objects.order_by("user__email").values_list("user__email", "organisation__slug")

    assert list(speak) == [("company@nagoya.example", "mihon-seiki"), ("editor@torino.example", "i3p")]
    client.login(username="company@nagoya.example", password=settings.DEMO_PASSWORD)
    assert "見本精機" in client.get("/ja/programme/visits/propose/").content.decode()


def test_staff_find_a_claim_to_decide_and_a_proposal_to_review(demo):
    claim, proposal = Claim.objects.get(), ProfileRevision.objects.get()

    assert (claim.user.email, claim.organisation.side, claim.state) == (CLAIMANT, "nagoya", "pending")
    assert (proposal.author.email, proposal.organisation.slug) == ("editor@torino.example", "i3p")
    assert sorted(proposal.changes) == ["contact_languages", "summary_en", "summary_it", "summary_ja"]
    assert proposal.organisation.summary_en == proposal.changes["summary_en"]["old"]


def test_no_letter_is_written(demo, mailoutbox):
    assert not Message.objects.exists()
    assert mailoutbox == []


def test_webinars_are_coming_one_with_few_places_and_one_is_over(demo):
    now = timezone.now()
    coming = Event.objects.listed().filter(webinar__isnull=False).upcoming(now=now).with_places_taken(now=now)

    assert [(event.slug, event.places_left) for event in coming] == [
        ("sample-webinar-automated-driving", 65),
        ("sample-webinar-social-impact", 2),
        ("trams-and-buses-on-demand-sample", None),
        ("sample-webinar-nagoya-city-lab", 97),
    ]
    assert coming[0].dtstart - now < timedelta(days=5)
    assert {rule.trigger for event in coming for rule in event.reminder_rules.all()} == {"-PT24H", "-PT1H"}
    assert len({frozenset(e.languages.values_list("language", "role")) for e in coming}) == 4
    past = Webinar.objects.filter(event__dtend__lt=now).latest("event__dtstart")
    assert set(past.library.values_list("kind", flat=True)) == {"recording", "transcript", "slides"}
    assert {item.language for item in past.library.filter(kind="recording")} == {"it", "en", "ja"}
    assert [speaker.role for speaker in past.speakers.all()] == ["moderator", "speaker", "interpreter"]
    assert past.event.registrations.confirmed().count() == 18


def test_a_company_finds_its_own_registrations_one_to_come_and_one_it_attended(demo):
    past, coming = Registration.objects.filter(user__email="company@nagoya.example").order_by("event__dtstart")

    assert [(one.state, one.language) for one in (past, coming)] == [("confirmed", "ja")] * 2
    assert (has_attended(past), has_attended(coming)) == (True, False)


def test_one_visit_is_under_way_one_in_preparation_one_waits_one_is_over_and_one_is_being_written(demo):
    today = timezone.localdate()
    visits = {visit.state: visit for visit in StudyVisit.objects.all()}

    assert set(visits) == {"running", "preparing", "proposed", "reported", "draft"}
    running, preparing = visits["running"], visits["preparing"]
    assert (running.host_city.slug, preparing.host_city.slug) == ("torino", "nagoya")
    assert (running.first_day, running.last_day) == (today - timedelta(days=1), today + timedelta(days=1))
    assert today + timedelta(days=40) < preparing.first_day
    assert Event.objects.filter(agenda_item__day__visit=running, status="CONFIRMED").count() == 12
    assert Event.objects.filter(agenda_item__day__visit=preparing, status="TENTATIVE").count() == 4
    assert running.delegates.get(role="head").rank == 1
    assert Delegate.objects.get(person__user__email="delegate@nagoya.example").visit == running
    assert [HostConfirmation.objects.filter(answer=one).count() for one in ("pending", "proposed")] == [3, 1]


def test_every_sample_says_that_it_is_one(demo):
    for model, field in ((StudyVisit, "title"), (Exchange, "title"), (Milestone, "title")):
        for sample in model.objects.all():
            assert sample.is_sample
            for code, mark in MARKS.items():
                assert mark in getattr(sample, f"{field}_{code}")
    samples = [*Testbed.objects.filter(slug__startswith="sample-"), *MirrorPair.objects.all(), *Transfer.objects.all()]
    samples += GoodPractice.objects.filter(slug__startswith="sample-")
    assert len(samples) == 5
    for sample in samples:
        field = next(name for name in ("name", "title", "rationale", "adapted") if hasattr(sample, name))
        for code, mark in MARKS.items():
            assert mark in getattr(sample, f"{field}_{code}")
    for event in Event.objects.all():
        assert event.is_sample
        if not hasattr(event, "agenda_item"):  # an item stands below the title of its visit
            assert [code for code, mark in MARKS.items() if mark in getattr(event, f"name_{code}")] == list(MARKS)


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
