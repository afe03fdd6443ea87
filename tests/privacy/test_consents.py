"""What forms say of purpose and retention, and which version somebody saw (events spec 13.1)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from events.models import AccessToken, Registration
from events.services import groups, tokens
from iurc_portal.content.reading import read_folder
from iurc_portal.notifications.models import Message, Subscription
from iurc_portal.privacy import content
from iurc_portal.privacy.models import ConsentText
from tests.admin.conftest import member_of
from tests.factories import make_event
from tests.pages.html import page

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 11, 9, 0, tzinfo=UTC)
VISITOR = {
    "given_name": "Taro",
    "family_name": "Yamada",
    "email": "taro@example.org",
    "language": "ja",
    "tzid": "Asia/Tokyo",
    "consent": "on",
}


@pytest.fixture(autouse=True)
def _today(monkeypatch, settings):
    cache.clear()
    settings.RATE_LIMITS = False
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def make_text(version=1, *, valid_from=NOW - timedelta(days=1), **texts):
    return ConsentText.objects.create(
        version=version, valid_from=valid_from, **(texts or {"text_en": f"Text {version}"})
    )


def form_address(event):
    return f"/en/events/{event.slug}/register/"


def test_the_form_shows_the_text_and_nothing_is_ticked(client):
    make_text(text_ja="お席の確保のため", text_en="To keep your place")
    event = make_event()

    form = page(client, f"/ja/events/{event.slug}/register/")

    assert form.xpath("//div[contains(@class, 'tn-consent')]//p/text()") == ["お席の確保のため"]
    assert form.xpath("//input[@type='checkbox']/@name") == ["consent", "news"]
    assert form.xpath("//input[@type='checkbox'][@checked]") == []


def test_a_registration_keeps_the_version_that_was_shown_even_if_a_newer_one_begins_meanwhile(client):
    make_text(1)
    event = make_event()
    shown = page(client, form_address(event)).xpath("//input[@name='consent_version']/@value")
    make_text(2)

    client.post(form_address(event), {**VISITOR, "consent_version": shown[0]})

    assert Registration.objects.get().consent_version == "registration 1"


@pytest.mark.parametrize("version", ["", "9", "3", "x", "99999999999", "²"])
def test_a_version_that_was_never_shown_is_the_present_one(client, version):
    make_text(1), make_text(2), make_text(3, valid_from=NOW + timedelta(days=1))
    event = make_event()

    client.post(form_address(event), {**VISITOR, "consent_version": version})

    assert Registration.objects.get().consent_version == "registration 2"


def test_news_are_a_choice_of_their_own_and_confirmed_on_their_own(client):
    event = make_event()

    client.post(form_address(event), VISITOR)
    without = Subscription.objects.count()
    client.post(form_address(event), {**VISITOR, "email": "anna@example.org", "news": "on"})

    assert without == 0
    assert Subscription.objects.values_list("email_key", "proved_at").get() == ("anna@example.org", None)
    assert Message.objects.filter(kind="notifications.subscription_proof").count() == 1


def test_a_member_of_a_group_sees_the_text_before_confirming(client):
    make_text(1)
    event = make_event()
    lead = {"given_name": "Anna", "family_name": "Rossi", "language": "en", "tzid": "Europe/Rome"}
    groups.register_delegation(
        event=event,
        email="anna@example.org",
        person=lead,
        members=[groups.Member(email="ugo@example.org", language="en", person={"family_name": "Ugo"})],
        now=NOW,
        by=member_of("Managers", email="m@torino.example"),
    )
    member = Registration.objects.get(email_key="ugo@example.org")
    clear = tokens.issue(member, AccessToken.Purpose.PROVE, now=NOW)

    shown = page(client, f"/r/{clear}/").xpath("//div[contains(@class, 'tn-consent')]//p/text()")
    client.post(f"/r/{clear}/")

    member.refresh_from_db()
    assert shown == ["Text 1"]
    assert (member.state, member.consent_version) == ("confirmed", "registration 1")


def test_staff_write_a_new_version_and_never_change_an_old_one(client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "second_factor" not in name]
    old = make_text(1)
    client.force_login(member_of("Managers", email="manager@torino.example"))
    add = reverse("admin:privacy_consenttext_add")

    begins_with = client.get(add).context["adminform"].form.initial["text_en"]
    client.post(
        add,
        {
            "kind": "registration",
            "valid_from_0": "2026-02-11",
            "valid_from_1": "09:00",
            "text_it": "Nuovo",
            "text_en": "New",
            "text_ja": "",
        },
    )
    change = client.post(
        reverse("admin:privacy_consenttext_change", args=[old.pk]), {"text_en": "Other", "kind": "registration"}
    )

    new = ConsentText.objects.get(version=2)
    assert (begins_with, new.text_en, new.written_by.email) == ("Text 1", "New", "manager@torino.example")
    assert change.status_code == 403
    old.refresh_from_db()
    assert old.text_en == "Text 1"


def test_the_initial_content_has_the_first_version_in_three_languages_and_writes_it_once():
    documents = read_folder(settings.BASE_DIR / "content")

    [first] = content.prepare(documents)
    ConsentText.objects.create(**first.values)
    again = content.prepare(documents)

    assert (first.key, documents.problems, again) == ("registration:1", [], [])
    assert all(first.values[f"text_{code}"] for code in ("it", "en", "ja"))
