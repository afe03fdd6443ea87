"""Two nights, two editors, two clicks at the same moment, over real connections."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection  # noqa: F401 - skipif reads it
from django.utils import timezone

from ecosystem.models import ConfirmationRequest, Membership, ProfileRevision
from ecosystem.models.revisions import texts_of_profile
from ecosystem.services import claims, freshness, revisions
from iurc_portal.notifications.models import Message
from tests.events.test_concurrency import at_once, parallel
from tests.factories import make_claim, make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)
OLD = date(2020, 1, 1)


@parallel
def test_two_nights_at_once_ask_each_organisation_once():
    for _number in range(5):
        make_member(make_organisation(verified_on=OLD))
    now: datetime = timezone.now()

    at_once(4, lambda _n: freshness.ask_overdue(now=now))

    assert ConfirmationRequest.objects.count() == 5
    assert Message.objects.count() == 5


@parallel
def test_of_two_editors_who_send_the_same_field_at_once_one_chooses():
    organisation = make_organisation(verified_on=OLD)
    authors = [make_member(organisation), make_member(organisation)]
    seen = texts_of_profile(organisation)

    def propose(n):
        mine = seen | {"summary_en": f"By editor {n}."}
        made = revisions.propose_revision(
            organisation=organisation, author=authors[n], seen=seen, mine=mine, note="", now=timezone.now()
        )
        return made.number

    results = at_once(2, propose)

    assert sorted(map(str, results)) == ["1", "conflict"]
    assert ProfileRevision.objects.count() == 1


@parallel
def test_a_link_pressed_twice_at_once_confirms_once():
    organisation = make_organisation(verified_on=OLD)
    make_member(organisation)
    now = timezone.now()
    request = freshness.send_request(organisation=organisation, now=now)
    link = freshness.find_link(freshness.issue_link(request, language="it", now=now), now=now)

    results = at_once(4, lambda _n: freshness.confirm_by_link(link, now=now + timedelta(seconds=1)))

    assert sorted(results) == [False, False, False, True]
    assert organisation.verifications.count() == 1


@parallel
def test_a_claim_decided_twice_at_once_is_decided_once():
    claim, staff = make_claim(), make_user()

    results = at_once(2, lambda _n: claims.approve_claim(claim=claim, by=staff, now=timezone.now()))

    assert sorted(map(str, results)) == ["None", "transition"]
    assert Membership.objects.count() == 1
