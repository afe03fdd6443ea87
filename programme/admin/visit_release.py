"""The page from which an agenda is released: what changes, whom it is told in which words, what stands in the way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from iurc_portal.clock import both_cities
from iurc_portal.notifications import previews
from iurc_portal.notifications.models import Message
from iurc_portal.translation.languages import CODES, Language, Spoken
from programme.admin.workplaces import workplace
from programme.availability import other_visits_that_day
from programme.conflicts.words import Told
from programme.exceptions import NotReady, ReleaseRefused
from programme.mail_visits import News, agenda
from programme.models import HostConfirmation, StudyVisit
from programme.services import releases
from programme.services.hosts import hosts_of_visit
from programme.services.release_letters import RELEASED, Recipient
from programme.versions.difference import Change, Kind
from programme.versions.held import Shelf
from programme.versions.untranslated import untranslated
from programme.versions.words import label_of


@dataclass(frozen=True)
class Row:
    """A change as staff read it: the item with its times in both cities, and what was before."""

    change: Change
    label: str
    name: Spoken
    host: Any
    guest: Any
    former: Any = None
    where: str = ""
    former_where: str = ""


@workplace("release", _("Release"), order=10)
def release_page(request, visit: StudyVisit, context: dict) -> HttpResponse:
    """Look, tick, release. A preview of somebody's letter is the same address with ``letter`` and ``language``."""
    now = timezone.now()
    draft = releases.draft_of(visit, now=now)
    if "letter" in request.GET:
        return _letter(request, visit, draft)
    typed, refusal = {}, None
    if request.method == "POST":
        typed = _typed(request.POST)
        try:
            version = releases.release(visit, now=now, by=request.user, **typed)
        except ValidationError as error:
            refusal = error
            draft = releases.draft_of(visit, now=now)
        else:
            told = sum(bool(recipient.address) for recipient in draft.recipients)
            words = ngettext(
                "Version %(number)s is released; %(n)s person is written to.",
                "Version %(number)s is released; %(n)s people are written to.",
                told,
            ) % {"number": version.number, "n": told}
            messages.success(request, words)
            return redirect(request.path)
    context |= _shown(visit, draft, typed, refusal, user=request.user)
    return TemplateResponse(request, "admin/programme/studyvisit/release.html", context)


def _typed(data) -> dict[str, Any]:
    """What was posted, as ``releases.release`` takes it."""
    keys = [name.removeprefix("tick-") for name in data if name.startswith("tick-")]
    return {
        "ticks": {key: data.get(f"why-{key}", "").strip()[:300] for key in keys},
        "override_reason": data.get("override_reason", "").strip()[:2000],
        "note": {code: data.get(f"note_{code}", "").strip()[:400] for code in CODES},
        "seen": data.get("seen", "")[:64],
        "in_the_morning": "in_the_morning" in data,
    }


def _shown(visit: StudyVisit, draft: releases.Draft, typed: dict, refusal, *, user) -> dict[str, Any]:
    ticks = typed.get("ticks", {})
    asleep = [one for one in draft.recipients if one.waits_until and one.address]
    unticked = {told.key for told in getattr(refusal, "unticked", [])}
    versions = visit.versions.defer("snapshot").select_related("released_by")
    return {
        "draft": draft,
        "rows": _rows(visit, draft.changes),
        "recipients": draft.recipients,
        "languages": Language.choices,
        "asleep": asleep,
        "in_the_morning": typed.get("in_the_morning", True),
        "blocks": draft.blocks,
        "warnings": [_warning(told, ticks, unticked) for told in draft.warnings],
        "may_override": releases.may_release_over_blocks(user) and not draft.never,
        "override_reason": typed.get("override_reason", ""),
        "notes": [(code, name, typed.get("note", {}).get(code, "")) for code, name in Language.choices],
        "errors": _errors(refusal),
        "is_possible": visit.state in releases.RELEASABLE
        and (draft.is_news or visit.state == StudyVisit.State.PREPARING),
        "is_releasable": visit.state in releases.RELEASABLE,
        "versions": versions,
        "busy_hosts": _busy_hosts(visit),
        "untranslated": untranslated(draft.snapshot, visit),
        "cities": (visit.host_city, visit.guest_city),
    }


def _busy_hosts(visit: StudyVisit) -> list[tuple[HostConfirmation, list]]:
    """Hosts who receive another visit on the day of their item, with its hours. Two queries."""
    rows = [host for host in hosts_of_visit(visit) if host.answer != HostConfirmation.Answer.DECLINED]
    found = other_visits_that_day(visit, rows)
    return [(host, found[host.pk]) for host in rows if host.pk in found]


def _warning(told: Told, ticks: dict[str, str], unticked: set[str]) -> dict[str, Any]:
    key = told.key
    return {"told": told, "key": key, "ticked": key in ticks, "why": ticks.get(key, ""), "wrong": key in unticked}


def _errors(refusal: ValidationError | None) -> list[str]:
    """A sentence for each thing in the way; the conflicts themselves stand marked below."""
    if isinstance(refusal, ReleaseRefused):
        words = []
        if refusal.blocks:
            n = len(refusal.blocks)
            words.append(
                ngettext(
                    "Not released: %(n)s conflict has to be resolved first.",
                    "Not released: %(n)s conflicts have to be resolved first.",
                    n,
                )
                % {"n": n}
            )
        if refusal.unticked:
            n = len(refusal.unticked)
            words.append(
                ngettext(
                    "Not released: read and tick %(n)s more warning.",
                    "Not released: read and tick %(n)s more warnings.",
                    n,
                )
                % {"n": n}
            )
        return words
    if isinstance(refusal, NotReady):
        needs = ", ".join(str(thing.text) for thing in refusal.missing)
        return [str(_("Not released. Still missing: %(needs)s.") % {"needs": needs})]
    return refusal.messages if refusal is not None else []


def _rows(visit: StudyVisit, changes: list[Change]) -> list[Row]:
    shelf = Shelf(item for change in changes for item in (change.before, change.after) if item)
    return [_row(visit, change, shelf) for change in changes]


def _row(visit: StudyVisit, change: Change, shelf: Shelf) -> Row:
    event = shelf.event(visit, change.item)
    host, guest = _times(visit, event.dtstart, event.dtend)
    former = shelf.event(visit, change.before) if change.kind == Kind.MOVED and change.before else None
    label = label_of(change) or str(_("Public page"))
    return Row(
        change,
        label,
        Spoken.of(event, "name"),
        host,
        guest,
        former=_times(visit, former.dtstart, former.dtend)[0] if former and "time" in change.has_moved_in else None,
        where=_where(event),
        former_where=_where(former) if former and "place" in change.has_moved_in else "",
    )


def _times(visit: StudyVisit, start: datetime, end: datetime):
    language = (translation.get_language() or "en")[:2]
    return both_cities(start, end, language=language, tzid=visit.host_city.tzid)


def _where(event) -> str:
    place = Spoken.of(event.place, "name") if event.place else ""
    return " · ".join(filter(None, (place, Spoken.of(event, "location"))))


def _letter(request, visit: StudyVisit, draft: releases.Draft) -> HttpResponse:
    """The letter that one recipient would get, in the language asked for; no row is written."""
    language = request.GET.get("language", "")
    wanted = [one for one in draft.recipients if str(one.reader.person.pk) == request.GET["letter"]]
    if not wanted or language not in CODES:
        raise Http404
    recipient = wanted[0]
    message = Message(
        kind=RELEASED,
        to=recipient.address or "name@city.example",
        language=language,
        tzid=recipient.reader.tzid,
        payload={"person": recipient.reader.person.pk},
    )
    with translation.override(language), timezone.override(recipient.reader.tzid):
        message.subject = _news(visit, draft, recipient, language)
        subject, html, text = previews.parts_of(agenda(message, preview=True))
    return previews.page(html, f"{subject}\n\n{text}", "html")


def _news(visit: StudyVisit, draft: releases.Draft, recipient: Recipient, language: str) -> News:
    note = Spoken("")
    note.language = language
    return News(visit, draft.number, note, draft.snapshot, recipient.reader.person, recipient.changes)
