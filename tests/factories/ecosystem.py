"""Organisations and what belongs to them, testbeds, practices, the vocabulary."""

from datetime import timedelta

from django.utils import timezone

from ecosystem.models import (
    City,
    Claim,
    Concept,
    GoodPractice,
    Initiative,
    Listing,
    MirrorPair,
    Organisation,
    Person,
    ProfileRevision,
    Testbed,
    TestRun,
    Transfer,
)
from iurc_portal.search.index import postponed
from tests.factories.ground import START, make_user, numbers


def make_city(slug="torino", **fields):
    partner = {"torino": ("IT", "Europe/Rome"), "nagoya": ("JP", "Asia/Tokyo")}
    country, tzid = partner.get(slug, ("IT", "Europe/Rome"))
    defaults = {"name_en": slug.title(), "country": country, "tzid": tzid, "is_partner": slug in partner, **fields}
    city, _created = City.objects.get_or_create(slug=slug, defaults=defaults)
    return city


def make_theme(notation=None, **fields):
    notation = notation or f"theme-{next(numbers)}"
    return Concept.objects.create(
        **{"scheme": "theme", "notation": notation, "pref_label_en": notation, "state": "approved", **fields}
    )


@postponed()
def make_term(notation, *, themes=(), **fields):
    """An approved concept of the glossary, called by its notation in English."""
    defaults = {"pref_label_en": notation, "state": "approved", **fields}
    term = Concept.objects.create(scheme="glossary", notation=notation, **defaults)
    term.related.set(themes)
    return term


def make_initiative(**fields):
    n = next(numbers)
    return Initiative.objects.create(
        **{"slug": f"initiative-{n}", "code": f"I{n}", "name_en": f"Initiative {n}", **fields}
    )


@postponed()  # one row of the search index, however many steps
def make_organisation(*, themes=(), initiatives=(), **fields):
    n = next(numbers)
    defaults = {
        "slug": f"organisation-{n}",
        "name_en": f"Organisation {n}",
        "summary_en": f"What organisation {n} does.",
        "kind": Organisation.Kind.COMPANY,
        "side": "torino",
        "state": Organisation.State.PUBLISHED,
    }
    fields.setdefault("city", make_city())
    organisation = Organisation.objects.create(**{**defaults, **fields})
    organisation.themes.set(themes)
    for initiative in initiatives:
        organisation.parts.create(initiative=initiative)
    return organisation


def make_member(organisation, user=None, role="owner"):
    """A user who speaks for ``organisation``."""
    user = user or make_user()
    organisation.memberships.create(user=user, role=role)
    return user


def make_claim(**fields):
    """A claim whose mailbox is proved and that waits for staff."""
    fields.setdefault("organisation", make_organisation())
    fields.setdefault("user", make_user())
    return Claim.objects.create(
        **{
            "mailbox": "desk@organisation.example",
            "evidence": "I am the secretary.",
            "language": "it",
            "state": Claim.State.PENDING,
            "asked_at": START,
            "proof_until": START + timedelta(hours=72),
            "proved_at": START,
            "answer_by": START.date() + timedelta(days=3),
            **fields,
        }
    )


@postponed()
def make_revision(**fields):
    """A proposal that waits for staff: a new English summary."""
    fields.setdefault("organisation", make_organisation())
    fields.setdefault("author", make_user())
    changes = {"summary_en": {"old": fields["organisation"].summary_en, "new": "A new summary."}}
    last = fields["organisation"].revisions.first()
    number = last.number + 1 if last else 1
    return ProfileRevision.objects.create(**{"number": number, "proposed_at": START, "changes": changes, **fields})


def make_person(**fields):
    n = next(numbers)
    return Person.objects.create(**{"family_name": f"Rossi{n}", "given_name": "Anna", **fields})


@postponed()
def make_listing(organisation=None, *, cooperation=(), **fields):
    """A published offer of a technology that ends in thirty days."""
    n = next(numbers)
    defaults = {
        "direction": "offer",
        "type": "technology",
        "state": "published",
        "title_en": f"Listing {n}",
        "text_en": f"What listing {n} is.",
        "valid_until": timezone.localdate() + timedelta(days=30),
    }
    listing = Listing.objects.create(organisation=organisation or make_organisation(), **{**defaults, **fields})
    listing.cooperation.set(cooperation)
    return listing


@postponed()
def make_testbed(*, themes=(), **fields):
    """A published testbed of Torino."""
    n = next(numbers)
    fields.setdefault("city", make_city())
    if "owner" not in fields:
        fields["owner"] = make_organisation(city=fields["city"])
    defaults = {
        "slug": f"testbed-{n}",
        "name_en": f"Testbed {n}",
        "testable_en": "Robots.",
        "provided_en": "A permit.",
        "kind": "street",
        "state": "published",
    }
    testbed = Testbed.objects.create(**{**defaults, **fields})
    testbed.themes.set(themes)
    return testbed


@postponed()
def make_pair(**fields):
    """A mirror pair, proposed; in any other state both sides have agreed."""
    if fields.get("state", "proposed") != "proposed":
        fields = {"torino_agreed_at": START, "nagoya_agreed_at": START, **fields}
    if "torino" not in fields:
        fields["torino"] = make_testbed()
    if "nagoya" not in fields:
        fields["nagoya"] = make_testbed(city=make_city("nagoya"))
    return MirrorPair.objects.create(**{"rationale_en": "They are alike.", **fields})


@postponed()
def make_test_run(**fields):
    n = next(numbers)
    fields.setdefault("city", make_city())
    return TestRun.objects.create(**{"slug": f"test-{n}", "title_en": f"Test {n}", **fields})


def make_practice(**fields):
    n = next(numbers)
    fields.setdefault("city", make_city())
    return GoodPractice.objects.create(
        **{"slug": f"practice-{n}", "title_en": f"Practice {n}", "state": "validated", **fields}
    )


@postponed()
def make_transfer(**fields):
    """A practice of Torino taken over in Nagoya."""
    if "practice" not in fields:
        fields["practice"] = make_practice()
    if "organisation" not in fields:
        fields.setdefault("city", make_city("nagoya"))
    if fields.get("state") == "confirmed":
        fields.setdefault("proof", "https://proof.example/page")
    return Transfer.objects.create(**{"adapted_en": "The hours.", **fields})
