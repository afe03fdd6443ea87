"""Who asked not to be listed is known again by digests alone (E13)."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from ecosystem.models import OptOutFingerprint, Organisation
from ecosystem.services.merging import merge_organisations
from ecosystem.services.optouts import digest, lift_opt_out, opt_out_of, record_opt_out, refusal
from ecosystem.services.publication import missing_for_publication, publish_organisation
from iurc_portal.audit.models import Transition
from tests.factories import make_organisation, make_theme, make_user

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def asked(organisation, on=date(2026, 1, 15)):
    return record_opt_out(organisation=organisation, asked_by="the owner", asked_on=on, by=None, now=NOW)


def test_the_profile_leaves_the_lists_and_is_not_published_anew():
    organisation = make_organisation(themes=[make_theme()])

    asked(organisation)

    organisation.refresh_from_db()
    with pytest.raises(ValidationError) as refusal:
        publish_organisation(organisation=organisation, by=None, now=NOW)
    assert organisation.state == "unlisted"
    assert "2026" in refusal.value.messages[0]
    assert [line.reason for line in Transition.objects.of(organisation)] == ["", "opt-out"]


@pytest.mark.parametrize(
    "fields",
    [
        {"name_en": "ZOLFORA  ottica SPA"},
        {"name_en": "Else", "name_ja": "ゾルフォラ株式会社"},
        {"name_en": "Else", "legal_name": "Zolfora Ottica"},
        {"name_en": "Else", "website": "http://www.zolfora.example/it/"},
    ],
)
def test_it_is_known_again_after_its_record_is_gone(fields):
    organisation = make_organisation(
        name_en="Zolfora Ottica S.r.l.", name_ja="株式会社ゾルフォラ", website="https://zolfora.example"
    )
    opt_out = asked(organisation)
    organisation.delete()

    assert opt_out_of(make_organisation(**fields)) == opt_out
    assert opt_out_of(make_organisation(name_en="Another", website="https://another.example")) is None


def test_a_record_stays_out_under_another_name_and_website():
    organisation = make_organisation(themes=[make_theme()], name_en="Zolfora", website="https://zolfora.example")
    opt_out = asked(organisation)
    organisation.refresh_from_db()
    organisation.name_en, organisation.website = "Pianca", "https://pianca.example"
    organisation.save()

    with pytest.raises(ValidationError) as refused:
        publish_organisation(organisation=organisation, by=None, now=NOW)
    with pytest.raises(ValidationError):
        asked(organisation)

    assert (refused.value.messages, opt_out_of(organisation)) == (refusal(opt_out).messages, opt_out)
    assert opt_out_of(Organisation(name_en="Pianca")) is None


def test_what_was_merged_into_it_is_known_again_too():
    grandchild, child = make_organisation(name_en="Brenvia"), make_organisation(name_en="Pianca")
    organisation = make_organisation(name_en="Zolfora")
    merge_organisations(survivor=child, merged=grandchild, taken={}, by=None, now=NOW)
    merge_organisations(survivor=organisation, merged=child, taken={}, by=None, now=NOW)

    opt_out = asked(organisation)

    assert [opt_out_of(Organisation(name_it=name)) for name in ("Brenvia", "Pianca", "Zolfora")] == [opt_out] * 3


def test_nothing_that_is_kept_can_be_read():
    organisation = make_organisation(name_en="Zolfora", website="https://zolfora.example")
    asked(organisation)

    kept = list(OptOutFingerprint.objects.values_list("kind", "digest"))

    assert sorted(kind for kind, _digest in kept) == ["host", "name"]
    assert all(len(value) == 64 and value.isalnum() for _kind, value in kept)


def test_the_digest_depends_on_the_key(settings):
    with_secret = digest("name", "zolfora")

    settings.FIELD_KEY = "another-key"

    assert digest("name", "zolfora") != with_secret != digest("host", "zolfora")


def test_a_request_is_written_down_once():
    organisation = make_organisation()
    asked(organisation)

    with pytest.raises(ValidationError):
        asked(organisation)


def test_once_lifted_it_may_be_published_again():
    organisation, manager = make_organisation(themes=[make_theme()]), make_user()
    opt_out = asked(organisation)
    with pytest.raises(ValidationError):
        lift_opt_out(opt_out=opt_out, because=" ", by=manager, now=NOW)

    lift_opt_out(opt_out=opt_out, because="The owner asked for it.", by=manager, now=NOW)

    opt_out.refresh_from_db()
    assert (opt_out.lifted_by, missing_for_publication(Organisation.objects.get(pk=organisation.pk))) == (manager, [])
    with pytest.raises(ValidationError):
        lift_opt_out(opt_out=opt_out, because="Again.", by=manager, now=NOW)


def test_who_is_registered_under_the_same_number_is_known_again():
    facts = {"registry_id": "01234567890", "registry_country": "IT"}
    record_opt_out(
        organisation=make_organisation(name_en="Pianca", **facts),
        asked_by="owner",
        asked_on=NOW.date(),
        by=None,
        now=NOW,
    )
    other = Organisation(name_en="Zolfora", **facts)

    assert opt_out_of(other).asked_on == NOW.date()
    assert opt_out_of(Organisation(name_en="Zolfora", **facts | {"registry_country": "JP"})) is None
