"""The page behind ``/d/<token>/``: a delegate's own row, without an account (programme spec P16).

It is read in the language of the letter; the other two are one click away. GET changes nothing.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from events.views.registering import SeeOther
from iurc_portal.accounts.forgery import protected_if_signed_in
from iurc_portal.translation.languages import Language
from programme.delegate_forms import CareForm, OwnRowForm, PassportForm
from programme.exceptions import LinkOver
from programme.models import DelegateLink, Document
from programme.models.sensitive import PASSPORT_FIELDS
from programme.services import delegates, links, sensitive
from programme.views.behind_links import behind_link, link_over

PARTS = ("row", "care", "passport")


@protected_if_signed_in  # the address itself is the secret; a cookie that a phone refuses must keep nobody out
@require_http_methods(["GET", "HEAD", "POST"])
def delegate(request, token):
    link = links.find_delegate_link(token)
    return behind_link(request, link, lambda **reader: _page(request, link, token, **reader))


def _page(request, link: DelegateLink, token: str, *, language: str, now):
    is_post = request.method == "POST"
    if not links.delegate_link_works(link, now=now):
        own = certificates_behind(link)
        status = 409 if is_post else 200 if own else 410
        return link_over(request, link.visit, status=status, clear=token, certificates=own)
    found: Any = link.delegate
    row = sensitive.of(found)
    asks_passport = sensitive.passports_on(link.visit)
    initial = {"read_in": language}
    forms: dict[str, Any] = {
        "row": OwnRowForm(delegate=found, initial=initial),
        "care": CareForm(initial=CareForm.values_of(row) | initial),
    }
    if asks_passport:
        forms["passport"] = PassportForm(initial={name: getattr(row, name) for name in PASSPORT_FIELDS} | initial)
    status, part = 200, request.POST.get("part", "") if is_post else ""
    if part in forms:
        forms[part] = OwnRowForm(request.POST, delegate=found) if part == "row" else type(forms[part])(request.POST)
        try:
            if forms[part].is_valid():
                _keep(part, found, forms[part], now=now)
                return SeeOther(f"{request.path}?lang={language}&kept={part}#{part}")
        except LinkOver:
            return link_over(request, link.visit, status=409)
        except ValidationError as refusal:
            forms[part].add_error(None, refusal.messages)
        status = 422
    elif is_post:
        return _passport_is_off(request, link, token, language=language)
    return render(request, "programme/delegate.html", _context(link, token, forms, part, now=now), status=status)


def _passport_is_off(request, link: DelegateLink, token: str, *, language: str):
    """A part that this visit does not have, most likely the passport, switched off since the page was read."""
    return SeeOther(f"{request.path}?lang={language}&kept=nothing")


def _keep(part: str, found, form, *, now) -> None:
    if part == "row":
        delegates.confirm_own_row(found, now=now, **form.values())
    elif part == "care":
        sensitive.give_care(found, form.cleaned_data, now=now)
    else:
        sensitive.give_passport(found, form.values(), now=now)


def _context(link: DelegateLink, token: str, forms: dict[str, Any], part: str, *, now) -> dict[str, Any]:
    visit, asked = link.visit, "passport" in forms
    return {
        "delegate": link.delegate,
        "visit": visit,
        "clear": token,
        "certificates": certificates_behind(link),
        "forms": forms,
        "form": forms[part] if part else None,
        "asks_passport": asked,
        "passport_reason": visit.passport_reason,
        "kept_until": kept_until(visit, with_passport=asked),
        "language_links": {code: f"?lang={code}" for code in Language.values},
    }


def certificates_behind(link: DelegateLink) -> list[Document]:
    """The certificates that the link opens: the newest in each language. None behind a link that staff replaced."""
    if link.delegate is None or link.void_at is not None:
        return []
    return newest_certificates(link.delegate.person_id, link.visit)


def newest_certificates(person: int, visit) -> list[Document]:
    """Of one person (a number) at ``visit``: the newest certificate in each language. One query."""
    found: dict[str, Document] = {}
    for document in Document.objects.certificates_of(person).filter(visit=visit).select_related("visit"):
        found.setdefault(document.language, document)
    return [found[code] for code in Language.values if code in found]


def kept_until(visit, *, with_passport: bool) -> dict[str, Any]:
    """Until which day what is kept: from the table of retention; None where the visit has no dates yet."""
    if visit.last_day is None:
        return {}
    days = settings.IURC_PRIVACY
    dates = {"care": visit.last_day + timedelta(days=days["visit_care_days"])}
    if with_passport:
        dates["passport"] = visit.last_day + timedelta(days=days["passport_days"])
    edition = visit.exchange.edition if visit.exchange else None
    if edition is not None and edition.names_end is not None:
        dates["names"] = edition.names_end
    return dates
