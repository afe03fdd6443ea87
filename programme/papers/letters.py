"""Letters of a visit: to whom, about what, with dates as the letter wants them; dates of stays, too."""

from datetime import date
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from iurc_portal.translation.languages import Spoken
from iurc_portal.translation.phrases import with_breaks
from iurc_portal.translation.times import date_range, date_words, era_date, era_range
from programme.exceptions import NothingToPrint
from programme.models import Delegate, Document
from programme.papers import wording
from programme.papers.kinds import KINDS
from programme.papers.names import Disclosure, addressed, addressed_organisation, printed


def letter(document: Document, names: Disclosure) -> dict[str, Any]:
    """What ``letter.html`` is told. Raises ``NothingToPrint`` where nobody is addressed."""
    visit, language = document.visit, document.language
    typed = document.particulars
    applicant = Spoken.of(visit.applicant, "name") if visit.applicant else ""
    subject, paragraphs = wording.said(
        wording.pattern_of(document.kind, language),
        {
            "visit": Spoken.of(visit, "title"),
            "topic": Spoken.of(visit, "subject"),
            "purpose": Spoken.of(visit, "purpose"),
            "dates": dates_of(document),
            "size": str(visit.expected_size or ""),
            "host_city": Spoken.of(visit.host_city, "name"),
            "guest_city": Spoken.of(visit.guest_city, "name"),
            "applicant": applicant,
            "costs": typed.get("costs", ""),
            "reason": typed.get("reason", ""),
        },
    )
    person = document.person
    if document.kind == "invitation":
        if person is None:
            raise NothingToPrint(_("Choose the person to invite."), code="person")
        names.shows(person.pk)
        addressee = [Spoken.of(person.organisation, "name")] if person.organisation else []
        addressee += [Spoken.of(person, "title"), addressed(person, language)]
    else:
        if not applicant:
            raise NothingToPrint(_("Choose the applicant of the visit: the letter is addressed to them."), code="to")
        addressee = [addressed_organisation(applicant, language)]
    return {
        "subject": unbroken(subject),
        "paragraphs": paragraphs,
        "addressee": [line for line in addressee if line],
        "salutation": salutation(person, language) if document.kind == "invitation" else "",
        "signatory": typed.get("signatory", ""),
        "signatory_post": typed.get("signatory_post", ""),
        "letterhead": _("City of %(city)s") % {"city": visit.host_city},
        "lead": visit.lead,
        "show_facts": document.kind != "refusal",
        "delegation_size": visit.delegates.exclude(reply=Delegate.Reply.DECLINED).count() or visit.expected_size,
    }


def unbroken(subject: str) -> SafeString:
    """A title whose lines end between phrases, as ``with_breaks`` finds them: WeasyPrint breaks after any letter."""
    phrases = ((SafeString(phrase),) for phrase in with_breaks(subject).split("<wbr>"))
    return format_html_join("", '<span class="phrase">{}</span>', phrases)


def salutation(person, language: str) -> str:
    name = printed(person, language).name
    return {"it": f"Gentile {name},", "en": f"Dear {name},"}.get(language, "")


# --- Dates ---


def _by_era(document: Document) -> bool:
    """Whether staff asked for dates by the Japanese era: letters in Japanese alone have them."""
    return document.language == "ja" and KINDS[document.kind].is_letter and bool(document.particulars.get("era"))


def day_on_paper(document: Document, day: date) -> str:
    return era_date(day) if _by_era(document) else date_words(day, "day")


def dates_of(document: Document) -> str:
    of = document.visit or document.stay
    days = of.first_day, of.last_day
    return era_range(*days) if _by_era(document) else date_range(*days)
