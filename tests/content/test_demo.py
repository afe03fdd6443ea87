"""What the demonstration holds, made once for all questions here; how it is made is in ``test_load_demo``."""

from datetime import timedelta

import pytest
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
from programme.demo.people import CLAIMANT
from programme.models import Delegate, Exchange, HostConfirmation, Milestone, StudyVisit, Webinar

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_demonstration")]
MARKS = {"it": "(esempio)", "en": "(sample)", "ja": "（見本）"}


@pytest.fixture(autouse=True)
def _demonstration(settings):
    settings.DEMO = True


def test_the_seven_sign_ins_of_the_contract_have_their_roles(client, settings):
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


def test_their_addresses_count_as_proved(client, settings):
    answer = client.post(
        reverse("account_login"), {"login": "company@nagoya.example", "password": settings.DEMO_PASSWORD}
    )

    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(email="company@nagoya.example").pk)


def test_the_company_and_the_editor_speak_for_an_organisation_and_may_propose_a_visit(client, settings):
    speak = Membership.objects.order_by("user__email").values_list("user__email", "organisation__slug")

    assert list(speak) == [("company@nagoya.example", "mihon-seiki"), ("editor@torino.example", "i3p")]
    client.login(username="company@nagoya.example", password=settings.DEMO_PASSWORD)
    assert "見本精機" in client.get("/ja/programme/visits/propose/").content.decode()


def test_staff_find_a_claim_to_decide_and_a_proposal_to_review():
    claim, proposal = Claim.objects.get(), ProfileRevision.objects.get()

    assert (claim.user.email, claim.organisation.side, claim.state) == (CLAIMANT, "nagoya", "pending")
    assert (proposal.author.email, proposal.organisation.slug) == ("editor@torino.example", "i3p")
    assert sorted(proposal.changes) == ["contact_languages", "summary_en", "summary_it", "summary_ja"]
    assert proposal.organisation.summary_en == proposal.changes["summary_en"]["old"]


def test_webinars_are_coming_one_with_few_places_and_one_is_over():
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


def test_a_company_finds_its_own_registrations_one_to_come_and_one_it_attended():
    past, coming = Registration.objects.filter(user__email="company@nagoya.example").order_by("event__dtstart")

    assert [(one.state, one.language) for one in (past, coming)] == [("confirmed", "ja")] * 2
    assert (has_attended(past), has_attended(coming)) == (True, False)


def test_one_visit_is_under_way_one_in_preparation_one_waits_one_is_over_and_one_is_being_written():
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


def test_every_sample_says_that_it_is_one():
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
