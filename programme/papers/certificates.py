"""The certificate of attendance of one delegate: what was ticked, and its hours (programme spec 7, P21)."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from iurc_portal.translation.languages import Spoken
from programme.exceptions import NothingToPrint
from programme.models import AgendaItem, Attendance, Delegate, Document, StudyVisit
from programme.papers import facts
from programme.papers.names import Disclosure, addressed, printed

Kind, Ticked = AgendaItem.Kind, Attendance.State
COUNTED = (Kind.MEETING, Kind.SITE_VISIT, Kind.TALK, Kind.CEREMONY)  # meals and journeys are no attendance


def attendance_of(visit: StudyVisit):
    """Ticks that a certificate counts: there, at least for a part, at what is not a meal, a journey or a rest."""
    ticked = Attendance.objects.filter(item__day__visit=visit, item__kind__in=COUNTED)
    return ticked.exclude(state=Ticked.ABSENT)


def entitled(visit: StudyVisit) -> list[Delegate]:
    """Delegates who get a certificate, in protocol order: attended is never presumed."""
    there = set(attendance_of(visit).values_list("delegate", flat=True))
    return [delegate for delegate in facts.delegation(visit) if delegate.pk in there]


def certificate(document: Document, names: Disclosure) -> dict[str, Any]:
    """What the template prints. Whole items count with their time as released; of parts nobody knows how long."""
    visit, person = document.visit, document.person
    delegate = next(
        (one for one in facts.delegation(visit) if person is not None and one.person_id == person.pk), None
    )
    if delegate is None or person is None:
        raise NothingToPrint(_("Choose the delegate whom it is for."), code="person")
    ticked = dict(attendance_of(visit).filter(delegate=delegate).values_list("item", "state"))
    days = [
        (day, slots)
        for day in facts.agenda(visit)
        if (slots := [(slot, ticked[slot.item.pk] == Ticked.PART) for slot in day.slots if slot.item.pk in ticked])
    ]
    if not days:
        words = _("No attendance is ticked for this person: there is nothing to certify.")
        raise NothingToPrint(words, code="absent")
    names.shows(person.pk)
    whole = [(slot.host.start, slot.host.end) for _day, slots in days for slot, is_part in slots if not is_part]
    return {
        "name": addressed(person, document.language),
        "printed": printed(person, document.language),
        "post": Spoken.of(delegate if delegate.title else person, "title"),
        "organisation": delegate.organisation,
        "days": days,
        "hours": hours_words(together(whole)),
        "has_parts": any(is_part for _day, slots in days for _slot, is_part in slots),
    }


def together(spans) -> timedelta:
    """How long ``spans`` of aware instants last together; what two of them share counts once."""
    total, until = timedelta(0), None
    for start, end in sorted(spans):
        begins = start if until is None else max(start, until)
        if end > begins:
            total += end - begins
            until = end
    return total


def hours_words(length: timedelta) -> str:
    """«6 ore 30 minuti», 6時間30分; nothing for none."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    parts = [
        ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours} if hours else "",
        ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes} if minutes else "",
    ]
    return _("%(hours)s %(minutes)s") % {"hours": parts[0], "minutes": parts[1]} if all(parts) else "".join(parts)
