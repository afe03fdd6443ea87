"""The papers of a stay: the invitation that states what was agreed, and the certificate afterwards (P30)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from iurc_portal.translation.languages import Spoken
from programme.exceptions import NothingToPrint
from programme.models import Document, StaffExchange
from programme.models.staff_exchanges import AGREED, OVER
from programme.papers import letters, wording
from programme.papers.names import Disclosure, addressed, printed


def _office(stay: StaffExchange, side: str) -> list[Spoken]:
    """The organisation of one side, then its office where it is written; each in its language."""
    organisation = Spoken.of(getattr(stay, side), "name")
    unit = Spoken.of(stay, f"{side}_unit")
    return [organisation, unit] if unit else [organisation]


def _who_goes(document: Document, names: Disclosure):
    person = document.stay.person
    if person is None:
        raise NothingToPrint(_("Write on the page of the stay who goes."), code="person")
    names.shows(person.pk)
    return person


def invitation(document: Document, names: Disclosure) -> dict[str, Any]:
    """What ``stay_letter.html`` is told. Raises ``NothingToPrint`` before the stay is agreed, or where nobody goes."""
    stay, language, typed = document.stay, document.language, document.particulars
    if stay.state not in AGREED:
        raise NothingToPrint(_("The stay is not agreed: agree it with its days first."), code="state")
    person = _who_goes(document, names)
    mentor = stay.mentor
    if mentor is not None:
        names.shows(mentor.pk)
    sending, hosting = _office(stay, "sending"), _office(stay, "hosting")
    subject, paragraphs = wording.said(
        wording.pattern_of(document.kind, language),
        {
            "sending": sending[0],
            "hosting": hosting[0],
            "aims": Spoken.of(stay, "aims"),
            "dates": letters.dates_of(document),
            "host_city": Spoken.of(stay.hosting.city, "name"),
            "costs": typed.get("costs", ""),
        },
    )
    addressee = [*sending, Spoken.of(person, "title"), addressed(person, language)]
    return {
        "subject": letters.unbroken(subject),
        "paragraphs": paragraphs,
        "addressee": [line for line in addressee if line],
        "salutation": letters.salutation(person, language),
        "signatory": typed.get("signatory", ""),
        "signatory_post": typed.get("signatory_post", ""),
        "letterhead": hosting[0],
        "show_facts": True,
        "sending": sending,
        "hosting": hosting,
        "mentor": printed(mentor, language) if mentor is not None else None,
        "mentor_post": Spoken.of(mentor, "title") if mentor is not None else "",
    }


def certificate(document: Document, names: Disclosure) -> dict[str, Any]:
    """Who was where, when and for what. Raises ``NothingToPrint`` before the stay is over, or where nobody went."""
    stay, language = document.stay, document.language
    if stay.state not in OVER:
        raise NothingToPrint(_("The stay is not over: complete it on its last day first."), code="state")
    person = _who_goes(document, names)
    return {
        "name": addressed(person, language),
        "printed": printed(person, language),
        "post": Spoken.of(person, "title"),
        "sending": _office(stay, "sending"),
        "hosting": _office(stay, "hosting"),
        "aims": Spoken.of(stay, "aims"),
        "note": Spoken.of(stay, "note"),
        "sessions": [Spoken.of(session.event, "name") for session in _held(stay)],
    }


def _held(stay: StaffExchange):
    return stay.sessions.exclude(event__status="CANCELLED").select_related("event").order_by("event__dtstart", "pk")
