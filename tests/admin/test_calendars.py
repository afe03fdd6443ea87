"""Connected calendars at the staff's desk: whose they are, what is shown, what is done (events spec 9, 16.7, 17)."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.urls import reverse
from django.utils import timezone

from events.models import Event, RemoteCalendar, SyncRun
from iurc_portal.audit.models import Transition
from tests.factories import (
    make_event,
    make_proposal,
    make_registration,
    make_remote_calendar,
    make_remote_item,
    make_webinar,
)

pytestmark = pytest.mark.django_db
LIST = reverse("admin:events_remotecalendar_changelist")
PROPOSALS = reverse("admin:events_syncproposal_changelist")
KEY = Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def _key(settings):
    settings.FIELD_KEY = KEY


def page_of(calendar, name="change"):
    return reverse(f"admin:events_remotecalendar_{name}", args=[calendar.pk])


def proposal_of(owner, **event):
    """Somebody moved a coming event of a calendar of ``owner`` by an hour."""
    event = make_event(dtstart=timezone.now() + timedelta(days=20), **event)
    make_webinar(event=event)
    return make_proposal(make_remote_item(make_remote_calendar(owner), event))


# --- Whose -----------------------------------------------------------------------------------------------------------


def test_staff_see_their_own_calendars_and_managers_all(client, staff_of_torino, staff_of_nagoya, manager):
    mine, theirs = make_remote_calendar(staff_of_torino), make_remote_calendar(staff_of_nagoya)

    seen = {}
    for person in (staff_of_torino, staff_of_nagoya, manager):
        client.force_login(person)
        seen[person] = set(client.get(LIST).context["cl"].result_list)

    assert seen == {staff_of_torino: {mine}, staff_of_nagoya: {theirs}, manager: {mine, theirs}}


def test_nothing_is_done_to_a_colleagues_calendar(client, staff_of_torino, staff_of_nagoya):
    theirs = make_remote_calendar(staff_of_nagoya)
    decide = reverse("admin:events_syncproposal_decide", args=[proposal_of(staff_of_nagoya).pk])
    client.force_login(staff_of_torino)

    answers = [
        client.post(page_of(theirs, "move"), {"do": "pause"}).status_code,
        client.post(page_of(theirs, "disconnect")).status_code,
        client.post(page_of(theirs, "password"), {"username": "a", "password": "b"}).status_code,
        client.post(decide, {"decision": "accepted"}).status_code,
    ]

    assert answers == [404, 404, 404, 404]
    theirs.refresh_from_db()
    assert theirs.paused_because == ""


# --- What is shown ---------------------------------------------------------------------------------------------------


def test_the_password_is_shown_nowhere(client, staff_of_torino):
    calendar = make_remote_calendar(staff_of_torino, secret="hidden-app-password")
    client.force_login(staff_of_torino)

    pages = [LIST, *(page_of(calendar, name) for name in ("change", "password", "disconnect", "history"))]

    for page in pages:
        assert "hidden-app-password" not in client.get(page).content.decode(), page


def test_a_refused_calendar_says_what_to_do(client, staff_of_torino):
    calendar = make_remote_calendar(staff_of_torino, paused_because="unauthorized")
    client.force_login(staff_of_torino)

    html = client.get(page_of(calendar), headers={"accept-language": "it"}).content.decode()

    assert "tnc-alarm" in html
    assert page_of(calendar, "password") in html


def test_runs_are_paged_and_cost_the_same_for_many_as_for_one(client, staff_of_torino, django_assert_max_num_queries):
    calendar = make_remote_calendar(staff_of_torino)
    now = timezone.now()
    client.force_login(staff_of_torino)
    client.get(page_of(calendar))
    for n in range(45):
        SyncRun.objects.create(
            calendar=calendar,
            started_at=now - timedelta(minutes=n),
            ended_at=now,
            outcome="done",
            counts={"created": n},
        )
    for _n in range(3):
        make_remote_item(calendar, quarantined_because="double", problem="twice")

    with django_assert_max_num_queries(20):
        answer = client.get(page_of(calendar))

    assert len(answer.context["runs"]) == 20
    assert answer.context["page"].paginator.num_pages == 3
    assert len(answer.context["apart"]) == 3


def test_a_run_that_ended_without_a_word_is_called_cut_off(client, staff_of_torino):
    calendar = make_remote_calendar(staff_of_torino)
    SyncRun.objects.create(calendar=calendar, started_at=timezone.now() - timedelta(hours=1))
    client.force_login(staff_of_torino)

    assert client.get(page_of(calendar)).context["runs"][0].is_cut


# --- What is done ----------------------------------------------------------------------------------------------------


def test_staff_pause_and_resume_and_the_log_says_who(client, staff_of_torino):
    calendar = make_remote_calendar(staff_of_torino)
    client.force_login(staff_of_torino)

    states = []
    for move in ("pause", "resume"):
        client.post(page_of(calendar, "move"), {"do": move})
        calendar.refresh_from_db()
        states.append(calendar.paused_because)

    assert states == ["staff", ""]
    assert [row.actor for row in Transition.objects.of(calendar)] == [staff_of_torino] * 2


def test_a_stopped_run_is_allowed_once(client, staff_of_torino):
    calendar = make_remote_calendar(staff_of_torino, stopped_because="remote_empty")
    client.force_login(staff_of_torino)

    client.post(page_of(calendar, "move"), {"do": "allow"})

    calendar.refresh_from_db()
    assert calendar.allow_once


def test_nonsense_changes_nothing_and_breaks_nothing(client, staff_of_torino):
    calendar = make_remote_calendar(staff_of_torino)
    client.force_login(staff_of_torino)

    assert client.post(page_of(calendar, "move"), {"do": "explode"}).status_code == 302
    assert client.get(page_of(calendar) + "?page=x&apart=-1").status_code == 200
    assert client.get(PROPOSALS + "?show=x&calendar=%00&page=99&q=%00a").status_code == 200
    assert client.get(reverse("admin:events_remotecalendar_change", args=["abc"])).status_code == 404
    assert client.get(reverse("admin:events_syncproposal_change", args=["abc"])).status_code == 404


def test_disconnecting_says_what_becomes_of_the_copies_first(client, staff_of_torino):
    calendar = make_remote_calendar(staff_of_torino)
    make_remote_item(calendar)
    client.force_login(staff_of_torino)

    assert client.get(page_of(calendar, "disconnect")).context["copies"] == 1
    assert RemoteCalendar.objects.filter(pk=calendar.pk).exists()
    client.post(page_of(calendar, "disconnect"))

    assert not RemoteCalendar.objects.filter(pk=calendar.pk).exists()


# --- Connecting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ("https://outlook.office365.com/x", "address", "microsoft"),
        ("anna@hotmail.it", "address", "microsoft"),
        ("anna@gmail.com", "address", "google"),
        ("ftp://calendar.example", "address", "invalid"),
        ("http://user:secret@calendar.example", "address", "invalid"),
        ("http://[", "address", "invalid"),
    ],
)
def test_addresses_that_cannot_be_meant_are_refused_kindly(client, staff_of_torino, typed, field, code):
    client.force_login(staff_of_torino)
    form = client.post(
        reverse("admin:events_remotecalendar_add"), {"address": typed, "username": "anna", "password": "x"}
    ).context["form"]

    assert form.errors.as_data()[field][0].code == code


def test_an_address_within_our_own_network_is_not_called(client, staff_of_torino):
    client.force_login(staff_of_torino)
    typed = {"address": "https://127.0.0.1:9/", "username": "anna", "password": "x"}

    form = client.post(reverse("admin:events_remotecalendar_add"), typed).context["form"]

    assert form.errors.as_data()["__all__"][0].code == "not_allowed"


def test_without_a_key_no_password_is_taken(client, staff_of_torino, settings):
    settings.FIELD_KEY = ""
    client.force_login(staff_of_torino)
    typed = {"address": "https://calendar.example/", "username": "anna", "password": "x"}

    answer = client.post(reverse("admin:events_remotecalendar_add"), typed)

    assert answer.status_code == 200
    assert answer.context["has_key"] is False


# --- The key is lost -------------------------------------------------------------------------------------------------


@pytest.fixture(params=["another", "none"])
def lost_key(request, settings):
    """A function: from its call on no stored password can be opened."""

    def lose():
        settings.FIELD_KEY = Fernet.generate_key().decode() if request.param == "another" else ""

    return lose


def test_every_page_opens_and_proposals_are_decided_when_no_password_can_be_opened(client, staff_of_torino, lost_key):
    proposal = proposal_of(staff_of_torino)
    calendar = proposal.item.calendar
    client.force_login(staff_of_torino)
    lost_key()

    names = ("change", "settings", "password", "disconnect")
    pages = [reverse("admin:index"), LIST, PROPOSALS, *(page_of(calendar, name) for name in names)]
    answers = [client.get(page).status_code for page in pages]
    decide = reverse("admin:events_syncproposal_decide", args=[proposal.pk])
    client.post(decide, {"decision": "put_back", "shown": proposal.digest})
    client.post(page_of(calendar, "move"), {"do": "pause"})

    proposal.refresh_from_db()
    assert answers == [200] * 7
    assert proposal.decision == "put_back"
    assert RemoteCalendar.objects.values_list("paused_because", flat=True).get() == "staff"


@pytest.mark.parametrize(("auth", "given_back"), [("password", True), ("oauth", False)])
def test_a_calendar_whose_password_cannot_be_opened_is_disconnected(
    client, staff_of_torino, lost_key, auth, given_back
):
    calendar = make_remote_calendar(staff_of_torino, auth=auth, access_token="a-token")
    make_remote_item(calendar)
    client.force_login(staff_of_torino)
    lost_key()

    answer = client.post(page_of(calendar, "disconnect"), follow=True)

    told = [str(message) for message in answer.context["messages"]]
    assert (answer.status_code, RemoteCalendar.objects.exists()) == (200, False)
    not_given_back = "Non è stato possibile restituire il consenso: revocarlo nelle impostazioni dell’account Google."
    assert told == [f"{calendar.display_name} è scollegato.", *([] if given_back else [not_given_back])]


def test_without_a_key_no_other_password_is_asked_for_or_stored(client, staff_of_torino, settings):
    calendar = make_remote_calendar(staff_of_torino, paused_because="unauthorized")
    client.force_login(staff_of_torino)
    settings.FIELD_KEY = ""

    answer = client.post(page_of(calendar, "password"), {"username": "anna", "password": "another"})

    assert (answer.status_code, answer.context["has_key"]) == (200, False)
    assert RemoteCalendar.objects.values_list("paused_because", flat=True).get() == "unauthorized"


# --- Proposals -------------------------------------------------------------------------------------------------------


def test_both_sides_stand_next_to_each_other_with_both_cities_times_and_who_will_be_mailed(client, staff_of_torino):
    proposal = proposal_of(staff_of_torino)
    for _n in range(3):
        make_registration(proposal.item.event)
    client.force_login(staff_of_torino)

    card = client.get(PROPOSALS).context["cards"][0]

    base, ours, theirs = card.rows[0].sides
    assert card.rows[0].differs
    assert base == ours != theirs
    assert [line.rpartition(" ")[2] for line in theirs] == ["Torino", "Nagoya"]
    assert [(button.decision, "3" in button.consequence) for button in card.buttons] == [
        ("accepted", True),
        ("put_back", False),
    ]


def test_accepting_moves_the_event_and_looking_does_not(client, staff_of_torino):
    proposal = proposal_of(staff_of_torino)
    event = proposal.item.event
    decide = reverse("admin:events_syncproposal_decide", args=[proposal.pk])
    client.force_login(staff_of_torino)

    assert client.get(decide).status_code == 405
    client.post(decide, {"decision": "accepted", "shown": proposal.digest, "back": PROPOSALS})

    proposal.refresh_from_db()
    assert (proposal.decision, proposal.by) == ("accepted", staff_of_torino)
    assert Event.objects.get(pk=event.pk).dtstart == event.dtstart.replace(microsecond=0) + timedelta(hours=1)


def test_staff_of_the_other_city_are_offered_what_they_may_and_read_why(client, staff_of_nagoya):
    proposal = proposal_of(staff_of_nagoya)  # of an event of Torino
    event = proposal.item.event
    decide = reverse("admin:events_syncproposal_decide", args=[proposal.pk])
    client.force_login(staff_of_nagoya)

    page = client.get(PROPOSALS, headers={"accept-language": "ja"})
    refused = client.post(decide, {"decision": "accepted", "shown": proposal.digest}, follow=True)

    card = page.context["cards"][0]
    words = "このイベントはもう一方の都市のものです。予定を元に戻すか、その都市の担当者に相談してください。"
    proposal.refresh_from_db()
    assert [button.decision for button in card.buttons] == ["put_back"]
    assert words in page.content.decode()
    assert [str(message) for message in refused.context["messages"]] == [f"{proposal.item.title}: {words}"]
    assert (proposal.decision, Event.objects.get(pk=event.pk).dtstart) == ("", event.dtstart)


def test_staff_of_its_own_city_are_offered_both_and_read_no_refusal(client, staff_of_torino):
    proposal_of(staff_of_torino)
    client.force_login(staff_of_torino)

    card = client.get(PROPOSALS).context["cards"][0]

    assert ([button.decision for button in card.buttons], card.refusal) == (["accepted", "put_back"], "")


def test_what_changed_between_look_and_click_is_not_approved_and_the_page_says_so(client, staff_of_torino):
    proposal = proposal_of(staff_of_torino)
    event = proposal.item.event
    decide = reverse("admin:events_syncproposal_decide", args=[proposal.pk])
    client.force_login(staff_of_torino)
    page = client.get(PROPOSALS).content.decode()
    proposal_shown = proposal.digest
    proposal.theirs = {"when": "2030-03-04T20:00:00Z/2030-03-04T21:00:00Z"}
    proposal.save()

    answers = [
        client.post(decide, {"decision": "accepted", **sent}, follow=True) for sent in ({"shown": proposal_shown}, {})
    ]

    proposal.refresh_from_db()
    words = "Questo è cambiato da quando la pagina è stata aperta: guardare di nuovo, poi decidere."
    assert f'name="shown" value="{proposal_shown}"' in page
    assert [[str(one) for one in answer.context["messages"]] for answer in answers] == [
        [f"{proposal.item.title}: {words}"]
    ] * 2
    assert (proposal.decision, Event.objects.get(pk=event.pk).dtstart) == ("", event.dtstart)


def test_deciding_twice_says_so(client, staff_of_torino):
    proposal = proposal_of(staff_of_torino)
    decide = reverse("admin:events_syncproposal_decide", args=[proposal.pk])
    client.force_login(staff_of_torino)
    client.post(decide, {"decision": "put_back", "shown": proposal.digest})

    answer = client.post(decide, {"decision": "accepted", "back": "https://elsewhere.example/"})

    proposal.refresh_from_db()
    assert proposal.decision == "put_back"
    assert answer.url == PROPOSALS


def test_proposals_are_paged_and_cost_the_same_for_many_as_for_one(
    client, staff_of_torino, django_assert_max_num_queries
):
    proposal_of(staff_of_torino)
    client.force_login(staff_of_torino)
    client.get(PROPOSALS)
    for _n in range(12):
        proposal_of(staff_of_torino)

    with django_assert_max_num_queries(16):
        answer = client.get(PROPOSALS)

    assert len(answer.context["cards"]) == 10
    assert answer.context["page"].paginator.count == 13


def test_the_home_counts_what_waits_and_shows_how_each_calendar_is(client, staff_of_torino, staff_of_nagoya):
    proposal_of(staff_of_torino)
    proposal_of(staff_of_nagoya)
    ill = make_remote_calendar(staff_of_torino, paused_because="forbidden")
    client.force_login(staff_of_torino)

    home = client.get(reverse("admin:index"))

    counts = {task["name"]: task["count"] for task in home.context["tasks"]}
    panel = next(one for one in home.context["aside"] if one["template"] == "admin/_calendars.html")
    assert (counts["calendar-proposals"], counts["calendars-to-look-at"]) == (1, 1)
    assert [(row["calendar"] == ill, row["is_well"]) for row in panel["rows"]] == [(True, False), (False, True)]
