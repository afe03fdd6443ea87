"""Organisations and initiatives as schema.org says them, terms as SKOS does. Nothing of a person is in it."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from ecosystem.models import Concept, Initiative, Listing, Organisation, Testbed
from ecosystem.skos import SKOS, concept_iri
from iurc_portal.api.registry import LICENCE
from iurc_portal.translation.languages import Language, best_text, order_for


def organisation_json_ld(organisation: Organisation, listings: Sequence[Listing] = ()) -> dict:
    """Return schema.org Organization for a page or a record; texts in every language they exist in.

    ``listings`` are its current ones. The representative is a person and stays out. Reads ``themes``, ``parts`` and
    ``city``, which the caller has fetched.
    """
    address = _absolute(organisation.get_absolute_url())
    data = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": _name_of(address),
        "url": address,
        "name": _in_languages(organisation, "name"),
        "legalName": organisation.legal_name,
        "description": _in_languages(organisation, "summary"),
        "sameAs": [link for link in [organisation.website, *organisation.same_as] if link],
        "knowsAbout": [_in_languages(theme, "pref_label") for theme in organisation.themes.all()],
        "memberOf": [
            {
                "@type": "Organization",
                "@id": _name_of(_initiative_address(part.initiative)),
                "name": str(part.initiative),
            }
            for part in organisation.parts.all()
            if part.role in {"lead", "member"}
        ],
        "foundingDate": str(organisation.founded_year or ""),
        "numberOfEmployees": _staff(organisation),
        "identifier": _registration(organisation),
        "isicV4": [activity.isic for activity in organisation.activities],
        "knowsLanguage": list(organisation.contact_languages),
        "logo": _absolute(organisation.logo.url) if organisation.logo else "",
        "image": _absolute(organisation.photo.url) if organisation.photo else "",
        "makesOffer": [_listing(each, "Offer") for each in listings if each.direction == "offer"],
        "seeks": [_listing(each, "Demand") for each in listings if each.direction == "need"],
        "address": _postal_address(organisation),
        "location": _place(organisation),
        "license": LICENCE,
    }
    return {key: value for key, value in data.items() if value}


def initiative_json_ld(initiative: Initiative) -> dict:
    """Return schema.org Organization for one of the initiatives: an alliance, a project, a laboratory of the City."""
    data = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": _name_of(_initiative_address(initiative)),
        "url": _initiative_address(initiative),
        "name": _in_languages(initiative, "name"),
        "description": _in_languages(initiative, "tagline"),
        "sameAs": [initiative.website] if initiative.website else [],
        "foundingDate": _founding(initiative),
        "license": LICENCE,
    }
    return {key: value for key, value in data.items() if value}


def testbed_json_ld(testbed: Testbed) -> dict:
    """Return schema.org Place for a testbed. Reads ``city`` and ``owner``, already fetched."""
    address = _absolute(testbed.get_absolute_url())
    where, _language = best_text(testbed, "place_name")
    data = {
        "@context": "https://schema.org",
        "@type": "Place",
        "@id": _name_of(address),
        "url": address,
        "name": _in_languages(testbed, "name"),
        "description": _in_languages(testbed, "testable"),
        "address": {
            "@type": "PostalAddress",
            "addressLocality": str(testbed.city),
            "addressCountry": testbed.city.country,
            **({"streetAddress": where} if where else {}),
        },
        "geo": _geo(testbed) if testbed.has_point else {},
    }
    return {key: value for key, value in data.items() if value}


def concept_json_ld(concept: Concept) -> dict:
    """Return a skos:Concept with its labels. Reads ``labels``, ``broader`` and ``narrower``, already fetched."""
    data = {
        "@context": {"skos": SKOS},
        "@type": "skos:Concept",
        "@id": concept_iri(concept).address,
        "skos:notation": concept.notation,
        "skos:prefLabel": _in_languages(concept, "pref_label"),
        "skos:altLabel": [
            {"@value": label.text, "@language": label.language}
            for label in concept.labels.all()
            if label.kind == "alt"
        ],
        "skos:definition": _in_languages(concept, "definition"),
        "skos:broader": [{"@id": concept_iri(concept.broader).address}] if concept.broader else [],
        "skos:narrower": [{"@id": concept_iri(narrower).address} for narrower in concept.narrower.all()],
    }
    return {key: value for key, value in data.items() if value}


def _listing(listing: Listing, kind: str) -> dict:
    """schema.org Offer or Demand, valid through its last day."""
    data = {
        "@type": kind,
        "@id": _name_of(_absolute(listing.get_absolute_url())),
        "url": _absolute(listing.get_absolute_url()),
        "name": _in_languages(listing, "title"),
        "description": _in_languages(listing, "text"),
        "validThrough": listing.valid_until.isoformat() if listing.valid_until else "",
    }
    return {key: value for key, value in data.items() if value}


def _staff(organisation: Organisation) -> dict:
    """The size band as schema.org QuantitativeValue; the highest band has no end."""
    if not organisation.size_band:
        return {}
    least, _dash, most = organisation.size_band.rstrip("+").partition("-")
    return {
        "@type": "QuantitativeValue",
        "minValue": int(least),
        **({"maxValue": int(most)} if most else {}),
    }


def _registration(organisation: Organisation) -> dict:
    if not organisation.registry_id:
        return {}
    return {"@type": "PropertyValue", "propertyID": organisation.registry_country, "value": organisation.registry_id}


def _postal_address(organisation: Organisation) -> dict:
    if organisation.city is None:
        return {}
    street, _language = best_text(organisation, "address")
    return {
        "@type": "PostalAddress",
        "addressLocality": str(organisation.city),
        "addressCountry": organisation.city.country,
        **({"streetAddress": street} if street else {}),
    }


def _place(organisation: Organisation) -> dict:
    if not organisation.has_point:
        return {}
    return {"@type": "Place", "geo": _geo(organisation)}


def _geo(located: Organisation | Testbed) -> dict:
    return {
        "@type": "GeoCoordinates",
        "latitude": float(located.latitude),
        "longitude": float(located.longitude),
    }


def _founding(initiative: Initiative) -> str:
    if not initiative.started_year:
        return ""
    return f"{initiative.started_year}" + (f"-{initiative.started_month:02}" if initiative.started_month else "")


def _in_languages(obj, field: str) -> list[dict[str, str]]:
    """Every text of ``field`` with its language, in the order of the page's fallback."""
    texts = [(code, getattr(obj, f"{field}_{code}") or "") for code in order_for()]
    return [{"@value": text, "@language": code} for code, text in texts if text.strip()]


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _name_of(address: str) -> str:
    """What a thing is called by programs: the address of its page without the language, which leads there.

    The same in every language, so that three pages tell of one thing.
    """
    path = address.removeprefix(settings.SITE_URL)
    language, rest = path[1:3], path[3:]
    return _absolute(rest) if language in Language.values and rest.startswith("/") else address


def _initiative_address(initiative: Initiative) -> str:
    return _absolute(reverse("ecosystem:initiative", args=[initiative.slug]))
