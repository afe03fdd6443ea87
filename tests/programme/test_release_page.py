"""The page from which staff release: what changes, whom it is told, what stands in the way, one button."""

from datetime import UTC, date, datetime, time

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from programme import services
from programme.models import AgendaVersion
from tests.factories import all_ticks, make_organisation, make_person, make_user, make_version, make_visit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
FIRST = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def staff(client):
    user = make_user(is_staff=True, side="torino", language="en")
    codes = ["view_studyvisit", "change_studyvisit", "view_agendaitem"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=codes))
    client.force_login(user)
    return user


@pytest.fixture
def visit():
    make_organisation(kind="public_body", slug="citta-di-torino")
    visit = make_visit(state="preparing", first_day=FIRST, last_day=FIRST, title_ja="路面電車")
    head = make_person(email="head@nagoya.example", family_name="山田", given_name="太郎", languages=["ja"])
    visit.delegates.create(person=head, role="head", rank=1, reply="accepted")
    return visit


def an_item(visit, name="Meeting", hour=9, **fields):
    return services.plan_agenda_item(
        visit=visit, date=FIRST, starts=time(hour), ends=time(hour + 1), names={"en": name}, now=NOW, **fields
    )


def page(visit):
    return reverse("admin:programme_studyvisit_workplace", args=[visit.pk, "release"])


def test_the_page_shows_changes_people_and_warnings_and_releases(client, staff, visit):
    an_item(visit)

    shown = client.get(page(visit)).context
    typed = {f"tick-{key}": "on" for key in all_ticks(visit, now=NOW)}
    answer = client.post(page(visit), typed | {"seen": shown["draft"].seen, "note_en": "Welcome"})

    assert [(row.label, str(row.name)) for row in shown["rows"]] == [("New in your agenda", "Meeting")] or shown[
        "rows"
    ]
    assert [one.address for one in shown["recipients"]] == ["head@nagoya.example"]
    assert answer["Location"] == page(visit)
    version = AgendaVersion.objects.get()
    assert (version.number, version.released_by, version.note_en) == (1, staff, "Welcome")
    afterwards = client.get(page(visit))
    assert afterwards.context["is_possible"] is False
    assert b"Nobody: nothing has changed." in afterwards.content
    assert b"To read and tick" not in afterwards.content  # there is no button that would take the ticks


def test_a_refusal_keeps_what_was_typed_and_marks_what_is_unread(client, staff, visit):
    an_item(visit, "First")
    an_item(visit, "Second", 11)
    key, _other = all_ticks(visit, now=NOW)

    context = client.post(
        page(visit), {f"tick-{key}": "on", f"why-{key}": "Told by telephone", "note_en": "Hi"}
    ).context

    assert [(one["ticked"], one["why"], one["wrong"]) for one in context["warnings"]] == [
        (True, "Told by telephone", False),
        (False, "", True),
    ]
    assert len(context["errors"]) == 1
    assert [text for code, _name, text in context["notes"] if code == "en"] == ["Hi"]
    assert not AgendaVersion.objects.exists()


def test_blocks_are_named_with_links_and_only_managers_are_asked_for_a_reason(client, staff, visit):
    host = make_person()
    item = an_item(visit, hosts=[host])
    an_item(make_visit(state="preparing", first_day=FIRST, last_day=FIRST), "Elsewhere", hosts=[host])

    as_clerk = client.get(page(visit)).content.decode()
    staff.user_permissions.add(Permission.objects.get(codename="release_over_blocks"))
    as_manager = client.get(page(visit)).content.decode()

    assert "HOST_DOUBLE" in as_clerk
    assert f"#item-{item.pk}" in as_clerk
    assert "override_reason" not in as_clerk
    assert "override_reason" in as_manager


def test_each_letter_is_shown_in_three_languages_before_it_leaves(client, staff, visit):
    an_item(visit)
    person = visit.delegates.get().person_id

    said = {
        code: client.get(page(visit), {"letter": person, "language": code}).content.decode()
        for code in ("it", "en", "ja")
    }

    assert "Your agenda is ready." in said["en"]
    assert "agenda è pronta." in said["it"]
    assert "山田 太郎 様" in said["ja"]
    assert client.get(page(visit), {"letter": person, "language": "xx"}).status_code == 404
    assert client.get(page(visit), {"letter": "nobody", "language": "it"}).status_code == 404


def test_night_is_told_and_its_letters_may_wait(client, staff, visit, monkeypatch):
    an_item(visit)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW.replace(hour=15))

    context = client.get(page(visit)).context

    assert [one.address for one in context["asleep"]] == ["head@nagoya.example"]


def test_the_guest_citys_staff_do_not_release(client, staff, visit):
    type(staff).objects.filter(pk=staff.pk).update(side="nagoya")

    assert client.get(page(visit)).status_code == 403
    assert client.post(page(visit)).status_code == 403


def test_the_editors_buttons_lead_here(client, staff, visit):
    an_item(visit)
    change = reverse("admin:programme_studyvisit_change", args=[visit.pk])
    fresh = client.get(change).content.decode()
    make_version(visit, now=NOW)
    same = client.get(change).content.decode()
    item = visit.days.get().items.get()
    services.change_agenda_item(item, names={"en": "Renamed"}, now=NOW)
    changed = client.get(change).content.decode()

    assert 'value="released"' in fresh
    assert 'value="release_new"' not in same
    assert 'value="release_new"' in changed


@pytest.mark.parametrize(
    "posted", [{"seen": "x" * 500}, {"tick-": "on"}, {"tick-nothing": "on", "note_ja": "あ" * 900}]
)
def test_nonsense_is_refused_without_a_stumble(client, staff, visit, posted):
    an_item(visit)

    assert client.post(page(visit), posted).status_code == 200
    assert not AgendaVersion.objects.exists()
