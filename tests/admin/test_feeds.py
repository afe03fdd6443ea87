"""Addresses of calendars at the staff's desk: read, found and switched off (events spec 17)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import FeedToken
from events.services.feeds import make_feed
from iurc_portal.audit.models import Transition
from tests.factories import make_event, make_organisation, make_registration, make_user

pytestmark = pytest.mark.django_db
LIST = reverse("admin:events_feedtoken_changelist")


def made(name="telephone", **owner):
    return make_feed(name=name, now=timezone.now(), **(owner or {"user": make_user()}))[0]


def shown(client, **query):
    return list(client.get(LIST, query).context["cl"].result_list)


def test_staff_switch_addresses_off_and_the_log_says_who(client, staff_of_torino):
    row, other = made(), made()
    client.force_login(staff_of_torino)

    answer = client.post(LIST, {"action": "revoke", "_selected_action": [row.pk]}, follow=True)

    row.refresh_from_db()
    other.refresh_from_db()
    assert row.revoked_at is not None
    assert other.revoked_at is None
    assert Transition.objects.of(row).get().actor == staff_of_torino
    assert answer.status_code == 200


def test_nothing_is_written_or_deleted_and_no_address_is_shown(admin_page):
    row = made()
    page = reverse("admin:events_feedtoken_change", args=[row.pk])

    content = admin_page.get(page).content.decode()

    assert row.digest not in content
    assert admin_page.post(page, {"name": "other"}).status_code == 403
    assert admin_page.get(reverse("admin:events_feedtoken_add")).status_code == 403
    assert admin_page.get(reverse("admin:events_feedtoken_delete", args=[row.pk])).status_code == 403


def test_addresses_are_found_by_person_and_state(admin_page):
    user = make_user(family_name="山田", given_name="太郎", family_kana="ヤマダ", email="taro@example.org")
    of_user = made(user=user)
    of_guest = made(registration=make_registration(family_name="Rossi", given_name="Anna"))
    ended = made("old", user=user)
    FeedToken.objects.filter(pk=ended.pk).update(revoked_at=timezone.now())
    expired = made("trial", user=user)
    FeedToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(days=1))

    assert set(shown(admin_page, q="やまだ")) == {of_user, ended, expired}
    assert shown(admin_page, q="rossi") == [of_guest]
    assert set(shown(admin_page, state="working")) == {of_user, of_guest}
    assert shown(admin_page, state="expired") == [expired]
    assert shown(admin_page, state="revoked") == [ended]


def test_staff_see_guests_of_their_own_citys_events(client, staff_of_torino):
    ours = made(registration=make_registration())
    made(registration=make_registration(make_event(organizer=make_organisation(side="nagoya"))))
    client.force_login(staff_of_torino)

    assert shown(client) == [ours]


def test_the_list_costs_the_same_for_many_as_for_one(admin_page, django_assert_max_num_queries):
    made()
    admin_page.get(LIST)
    for _n in range(3):
        made()
        made(registration=make_registration())
    with django_assert_max_num_queries(14):
        admin_page.get(LIST)
