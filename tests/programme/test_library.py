"""The library of past webinars: who finds what, until when, and what is never given away."""

from datetime import date, datetime, timedelta
from itertools import product

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from programme.models import LibraryItem
from programme.services import shelve
from tests.factories import (
    START,
    make_event,
    make_library_item,
    make_registration,
    make_user,
    make_webinar,
)

pytestmark = pytest.mark.django_db
AFTER = START + timedelta(days=2)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LAST_DAY = date(2026, 3, 31)


class Clock:
    now: datetime = AFTER


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def pdf(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("notes.pdf", content)


def staff_who_may_look():
    user = make_user(is_staff=True, side="torino")
    user.user_permissions.add(Permission.objects.get(codename="view_libraryitem"))
    return user


def participant(event, **fields):
    user = make_user(**fields)
    make_registration(event, user=user)
    return user


def open_it(client, item):
    with translation.override("en"):
        return client.get(item.get_absolute_url())


# --- Who finds what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("access", "found_by"),
    [
        ("public", [True, True, True, True]),
        ("participants", [False, False, True, True]),
        ("staff", [False] * 3 + [True]),
    ],
)
def test_what_one_may_not_see_does_not_exist(client, access, found_by):
    item = make_library_item(access=access)
    readers = [None, make_user(), participant(item.webinar.event), staff_who_may_look()]

    answers = []
    for reader in readers:
        client.logout()
        if reader is not None:
            client.force_login(reader)
        answers.append(open_it(client, item))

    assert [answer.status_code for answer in answers] == [302 if found else 404 for found in found_by]
    assert {answer["Location"] for answer in answers if answer.status_code == 302} == {item.url}


def test_public_things_of_an_event_for_participants_are_for_these_alone(client):
    item = make_library_item(make_webinar(event=make_event(access="participants")))

    unknown = open_it(client, item)
    client.force_login(participant(item.webinar.event))
    known = open_it(client, item)

    assert (unknown.status_code, known.status_code) == (404, 302)


@pytest.mark.parametrize("state", ["unproved", "waiting", "cancelled"])
def test_whoever_has_no_place_is_no_participant(client, state):
    item = make_library_item(access="participants")
    user = make_user()
    make_registration(item.webinar.event, user=user, state=state)
    client.force_login(user)

    assert open_it(client, item).status_code == 404


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (START + timedelta(minutes=89), 404),  # it is still going on
        (START + timedelta(minutes=90), 302),
        (datetime.fromisoformat("2026-03-31T23:59+02:00"), 302),
        (datetime.fromisoformat("2026-04-01T00:00+02:00"), 404),  # midnight in Torino
    ],
)
def test_an_item_is_there_from_the_end_of_the_webinar_through_its_last_day(client, clock, now, status):
    item = make_library_item(expires_on=LAST_DAY)
    clock.now = now

    assert open_it(client, item).status_code == status


def test_what_is_said_of_one_item_is_what_is_said_of_a_set():
    events = [
        make_event(),
        make_event(access="unlisted"),
        make_event(access="participants"),
        make_event(status="CANCELLED"),
    ]
    LibraryItem.objects.bulk_create(
        LibraryItem(webinar=webinar, language="en", access=access, expires_on=last, url="https://video.example/x")
        for webinar in [make_webinar(event=event) for event in events]
        for access, last in product(LibraryItem.Access, (None, LAST_DAY))
    )
    items = LibraryItem.objects.select_related("webinar__event")

    for now, number in ((START, 0), (AFTER, 4), (AFTER + timedelta(days=60), 2)):
        found = set(LibraryItem.objects.for_everybody(now=now))
        assert found == {item for item in items if item.is_found_by_all(now=now)}
        assert len(found) == number


def test_nobody_keeps_or_passes_on_the_way_to_an_item(client):
    answer = open_it(client, make_library_item())

    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")


# --- Files ---------------------------------------------------------------------------------------------------------


def test_a_paper_is_sent_as_pdf_under_a_name_that_says_what_it_is(client):
    event = make_event(slug="two-cities")
    item = make_library_item(make_webinar(event=event), kind="transcript", language="ja", file=pdf())

    answer = open_it(client, item)

    assert (answer["Content-Type"], b"".join(answer.streaming_content)) == ("application/pdf", PDF)
    assert answer["Content-Disposition"] == 'inline; filename="two-cities-transcript-ja.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert item.file.name.startswith("documents/")


def test_a_file_that_is_gone_from_the_disk_is_not_found(client):
    item = make_library_item(kind="slides", file=pdf())
    item.file.storage.delete(item.file.name)

    assert (open_it(client, item).status_code, item.file_size) == (404, None)


def test_a_file_that_is_replaced_or_taken_off_leaves_the_disk(django_capture_on_commit_callbacks):
    item = make_library_item(kind="slides", file=pdf())
    storage, first = item.file.storage, item.file.name

    item.file = pdf()
    with django_capture_on_commit_callbacks(execute=True):
        shelve(item, by=None, now=AFTER)
    second = item.file.name
    kept = storage.exists(first), storage.exists(second)
    with django_capture_on_commit_callbacks(execute=True):
        item.webinar.delete()

    assert (kept, storage.exists(second)) == ((False, True), False)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Write an address or choose a file: one of the two."),
        ({"url": "https://video.example/x", "file": "documents/x.pdf"}, "Write an address or choose a file"),
        ({"kind": "recording", "file": "documents/x.pdf"}, "Only transcripts and slides can be PDF files"),
        ({"url": "http://video.example/x"}, "Enter a valid URL."),
    ],
)
def test_an_item_is_in_one_place_that_can_be_opened(fields, message):
    item = LibraryItem(**{"webinar": make_webinar(), "kind": "transcript", "language": "it", **fields})

    with translation.override("en"), pytest.raises(ValidationError, match=message):
        item.full_clean()


def test_who_gave_it_to_readers_and_when_is_noted_once():
    clerk, other = make_user(), make_user()
    item = LibraryItem(webinar=make_webinar(), language="en", url="https://video.example/x")

    noted = []
    for by, access, days in (
        (clerk, "staff", 1),
        (clerk, "public", 2),
        (other, "participants", 3),
        (other, "staff", 4),
    ):
        item.access = access
        shelve(item, by=by, now=START + timedelta(days=days))
        noted.append((item.published_by, item.published_at))

    second = (clerk, START + timedelta(days=2))
    assert noted == [(None, None), second, second, (None, None)]
