"""Speakers and the library on the staff's page of a webinar."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from programme.models import LibraryItem
from tests.factories import make_library_item, make_organisation, make_person, make_speaker, make_user
from tests.programme.test_admin_webinars import a_webinar, change, page_data, rows_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"
EMPTY = {"kind": "recording", "language": "", "access": "staff"}  # as the page sends a row that nobody filled in


@pytest.fixture
def webinar():
    return a_webinar(make_organisation(kind="public_body", slug="citta-di-torino"))


@pytest.fixture
def clerk(client):
    user = make_user(is_staff=True, side="torino")
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="programme").exclude(codename__startswith="delete_")
    )
    client.force_login(user)
    return user


def save(client, webinar, **rows):
    """Save the page with these rows of each kind, the first ones stored already."""
    data = page_data(webinar.event.organizer)
    for prefix, (given, initial) in rows.items():
        data |= rows_of(prefix, given, initial=initial)
    return client.post(change(webinar), data)


def errors_of(response, prefix):
    (inline,) = (each for each in response.context["inline_admin_formsets"] if each.formset.prefix == prefix)
    return [
        {name: [error.code for error in errors] for name, errors in form.errors.as_data().items()}
        for form in inline.formset
        if form.errors
    ]


def test_speakers_stand_in_the_order_of_the_rows_where_no_number_is_typed(client, clerk, webinar):
    person = make_person()
    rows = [{"role": "moderator", "person": person.pk}, {"role": "speaker", "family_name": "見本", "title_ja": "課長"}]

    response = save(client, webinar, speakers=([*rows, {"role": "speaker"}], 0))

    assert response.status_code == 302
    assert [(one.order, one.role, one.person, one.family_name) for one in webinar.speakers.all()] == [
        (1, "moderator", person, ""),
        (2, "speaker", None, "見本"),
    ]


def test_an_item_notes_who_gave_it_to_readers_and_empty_rows_are_nothing(client, clerk, webinar):
    recording = {"kind": "recording", "language": "ja", "access": "public", "url": "https://video.example/ja"}
    notes = {**EMPTY, "kind": "transcript", "language": "it", "file": SimpleUploadedFile("note.pdf", PDF)}

    response = save(client, webinar, library=([recording, notes, EMPTY], 0))

    assert response.status_code == 302
    found = {item.language: item for item in webinar.library.all()}
    assert (found["ja"].published_by, found["ja"].url) == (clerk, "https://video.example/ja")
    assert (found["it"].published_by, found["it"].file.read()) == (None, PDF)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        ({"language": "", "url": "https://video.example/"}, {"language": ["required"]}),
        ({"language": "ja"}, {"__all__": [None]}),
        ({"language": "ja", "url": "javascript:alert(1)"}, {"url": ["invalid"]}),
        ({"language": "ja", "url": "http://video.example/"}, {"url": ["invalid"]}),
        ({"language": "ja", "url": "https://video.example/", "expires_on": "31.2.2026"}, {"expires_on": ["invalid"]}),
        ({"language": "ja", "kind": "slides", "file": SimpleUploadedFile("x.pdf", b"MZ")}, {"file": ["not_pdf"]}),
    ],
)
def test_a_row_that_cannot_be_opened_is_refused_where_it_stands(client, clerk, webinar, row, errors):
    response = save(client, webinar, library=([{**EMPTY, "access": "public", **row}], 0))

    assert response.status_code == 200
    assert errors_of(response, "library") == [errors]
    assert LibraryItem.objects.count() == 0
    assert [tab["errors"] > 0 for tab in response.context["tabs"] if tab["name"] == "after"] == [True]


def test_whoever_may_change_the_webinar_takes_rows_off(client, clerk, webinar):
    speaker, item = make_speaker(webinar), make_library_item(webinar)
    gone = {"DELETE": "on"}

    save(
        client,
        webinar,
        speakers=([{"id": speaker.pk, "role": "speaker", "family_name": "X", **gone}], 1),
        library=([{**EMPTY, "id": item.pk, "language": "en", "url": item.url, **gone}], 1),
    )

    assert (webinar.speakers.count(), webinar.library.count()) == (0, 0)


def test_the_page_says_of_each_item_whether_readers_find_it(client, clerk, webinar):
    make_library_item(webinar, access="staff")
    make_library_item(webinar, expires_on="2026-02-01", url="https://video.example/old")

    page = client.get(change(webinar)).content.decode()

    assert "La trova solo il personale." in page
    assert "Scaduta: chi legge non la trova più." in page
