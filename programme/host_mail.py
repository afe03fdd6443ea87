"""What letters to hosts say: the question, reminders, the question again; to the lead, who is silent (P10).

A renderer runs with the reader's language and zone active. The clear token is made here and stands in the letter
alone; a preview for staff gets a dummy.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, gettext_noop, ngettext, pgettext, pgettext_lazy

from events.mail import PREVIEW_LINK
from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words, named
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.times import both_cities_lines, date_range
from programme.host_facts import Facts, facts_from, facts_of
from programme.models import HostConfirmation, StudyVisit
from programme.services import host_letters as kinds
from programme.services import hosts, links
from programme.specimens import host_specimen, visit_specimen

# Why a letter is no longer wanted: kept in the source language, shown to staff in theirs.
GONE = gettext_noop("the host is no longer asked")
ANSWERED = gettext_noop("the host has answered already")
OVERTAKEN = gettext_noop("a later letter says it")
OVER = gettext_noop("the item is cancelled or the visit is over")
GAPS: dict[str, Any] = {
    "visit": gettext_lazy("the title of the visit"),
    "item": gettext_lazy("the name of the agenda item"),
    "guests": gettext_lazy("the guest city"),
}
MORE_GAPS: dict[str, dict[str, Any]] = {
    kinds.AGAIN: {"former": gettext_lazy("the sentence with the former time and place, where they have changed")},
    kinds.KEPT: {"note": gettext_lazy("what staff have written about it")},
    kinds.SILENT: {"host": gettext_lazy("the name of the host")},
}


def register_kinds() -> None:
    for name, title, render, refusal in (
        (kinds.ASKED, pgettext_lazy("letter", "invitation of a host"), asked, not_to_be_asked),
        (kinds.REMINDER, pgettext_lazy("letter", "reminder to a host"), reminder, not_to_be_asked),
        (kinds.AGAIN, pgettext_lazy("letter", "a host is asked again"), again, not_to_be_asked),
        (kinds.KEPT, pgettext_lazy("letter", "the time a host proposed is not possible"), kept, not_to_be_asked),
        (kinds.LINK, pgettext_lazy("letter", "new link for a host"), new_link, off),
        (kinds.AGREED, pgettext_lazy("letter", "the time a host proposed is taken"), agreed, off),
        (kinds.SILENT, pgettext_lazy("letter", "a host is silent, to the visit lead"), silent, not_to_be_asked),
        (
            kinds.OFF,
            pgettext_lazy("letter", "a host is told that the item is called off"),
            called_off,
            registry.always,
        ),
    ):
        gaps = GAPS | MORE_GAPS.get(name, {})
        registry.register(
            name, title=title, render=render, refusal=refusal, placeholders=gaps, specimen=_specimen_of(name)
        )


def asked(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    wanted = _wanted(message)
    return _letter_for(
        message,
        wanted,
        subject=_("Will you receive the delegation? %(item)s") % _facts_of(wanted),
        opening=[
            _("A delegation from %(guests)s visits us: %(visit)s. We would be glad if you received it.")
            % _facts_of(wanted),
            _(
                "The page behind the button says what the guests want to learn and who they are. "
                "You can accept, propose another time or decline; no account is needed."
            )
            if len(wanted) == 1
            else _(
                "Behind each button a page says what the guests want to learn and who they are. "
                "You can accept, propose another time or decline, each for itself; no account is needed."
            ),
        ],
        preview=preview,
    )


def reminder(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    wanted = _wanted(message)
    return _letter_for(
        message,
        wanted,
        subject=_("Your answer is still missing: %(item)s") % _facts_of(wanted),
        opening=[
            _("We asked you to receive the delegation from %(guests)s and have no answer yet.") % _facts_of(wanted),
            _("One click is enough; you can also propose another time or decline."),
        ],
        preview=preview,
    )


def again(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    host = _host(message)
    former = facts_from(message.payload.get("former") or {})
    was = []
    if former is not None and not former.same_as(facts_of(host.item)):
        lines = [*both_cities_lines(former.start, former.end, message.language, tzid=message.tzid)[:1]]
        where = former.where_for(message.language)
        was = [named("former", _("It was: %(former)s") % {"former": " – ".join(filter(None, [*lines, where]))})]
    return _letter(
        message,
        host,
        subject=_("Time or place has changed: %(item)s") % _facts(host),
        opening=[
            _("The programme of the delegation from %(guests)s has changed. Does the new one suit you?")
            % _facts(host),
            *was,
        ],
        button=_("Read and answer again"),
        preview=preview,
    )


def kept(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    host = _host(message)
    note = str(message.payload.get("note") or "")
    return _letter(
        message,
        host,
        subject=_("The time you proposed is not possible: %(item)s") % _facts(host),
        opening=[
            _("Thank you for proposing another time. We cannot move the item; it stays as below."),
            *([named("note", note)] if note else []),
            _("Is it possible for you nevertheless? Please answer once more."),
        ],
        button=_("Read and answer"),
        preview=preview,
    )


def new_link(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    host = _host(message)
    return _letter(
        message,
        host,
        subject=_("Your new link: %(item)s") % _facts(host),
        opening=[_("Here is a new link to your page. Those in earlier messages no longer work.")],
        button=_("Open the page"),
        preview=preview,
    )


def agreed(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    host = _host(message)
    return _letter(
        message,
        host,
        subject=_("The time you proposed is agreed: %(item)s") % _facts(host),
        opening=[_("Thank you: the item is now at the time you proposed. You need not answer again.")],
        button=_("Open the page"),
        preview=preview,
    )


def silent(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """To the lead: no token in it, a link to the workplace of the staff."""
    host = _host(message)
    visit = host.item.day.visit
    who = {"host": host.person.display_name(message.language), **_facts(host)}
    pk = visit.pk or 0
    return compose(
        message,
        Words(
            subject=_("No answer from a host: %(item)s") % _facts(host),
            opening=[
                _("%(host)s was asked and reminded twice and has not answered. Perhaps a call helps.") % who,
                _("You can write the answer down for them, or choose another host."),
            ],
            button=_("Open the hosts of this visit"),
            link=settings.SITE_URL + reverse("admin:programme_studyvisit_workplace", args=[pk, "hosts"]),
        ),
        template="visit",
        context=_box(message, host),
    )


def called_off(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    """Its row may be gone: what it says was written down with the letter."""
    payload = message.payload
    item, language = tuple(payload["item"]), message.language
    facts = facts_from(payload["facts"])
    visit = StudyVisit.objects.filter(pk=payload["visit"]).select_related("lead").first() or visit_specimen(language)
    return compose(
        message,
        Words(
            name=payload["person"],
            subject=_("Called off: %(item)s") % {"item": item[0]},
            opening=[
                _("The meeting below with the delegation does not take place. You need not do anything."),
                _("Thank you for your readiness to receive the guests."),
            ],
            button="",
            link="",
        ),
        template="visit",
        context={
            "heading": item,
            "lines": both_cities_lines(facts.start, facts.end, language, tzid=message.tzid) if facts else [],
            "where": facts.where_for(language) if facts else "",
            "visit_title": best_text(visit, "title", language),
            "visit_days": date_range(visit.first_day, visit.last_day, language),
            "sample_mark": pgettext("after a name", " (sample)") if visit.is_sample else "",
        },
        reply_to=visit.lead.email if visit.lead else "",
    )


def not_to_be_asked(message: Message) -> str:
    """Why nothing of it is wanted any more, or ""."""
    refusals = [_refusal(host, asks, now=timezone.now()) for host, asks in _asked_in(message)]
    return "" if "" in refusals else refusals[0]


def _refusal(host: HostConfirmation | None, asks: int | None, *, now: datetime) -> str:
    if host is None:
        return GONE
    if host.answer != HostConfirmation.Answer.PENDING:
        return ANSWERED
    if asks not in {None, host.asks}:
        return OVERTAKEN
    return OVER if links.is_over(host.item.day.visit, now=now) or host.item.event.is_cancelled else ""


def off(message: Message) -> str:
    host = _found(message)
    if host is None:
        return GONE
    over = links.is_over(host.item.day.visit, now=timezone.now()) or host.item.event.is_cancelled
    return OVER if over else ""


def _asked_in(message: Message) -> list[tuple[HostConfirmation | None, int | None]]:
    """The rows of which the letter asks, each with the number of the question; None for one that is gone."""
    first = _found(message)
    also: dict[int, int] = dict(message.payload.get("also") or ())
    rows = {row.pk: row for row in _rows().filter(pk__in=also)} if also else {}
    return [(first, message.payload.get("asks")), *((rows.get(pk), asks) for pk, asks in also.items())]


def _wanted(message: Message) -> list[HostConfirmation]:
    """Those of them of which an answer is wanted still, as the agenda goes; never empty."""
    if not message.subject_id:
        return [host_specimen(message.language)]
    now = timezone.now()
    wanted = [host for host, asks in _asked_in(message) if host is not None and not _refusal(host, asks, now=now)]
    return sorted(wanted, key=lambda host: host.item.event.dtstart) or [_host(message)]


def _letter_for(
    message: Message, wanted: list[HostConfirmation], *, subject: str, opening: list[str], preview: bool
) -> EmailMultiAlternatives:
    """One item stands in the box above its button; of several each has its box with its own."""
    first, button = wanted[0], _("Read and answer")
    if len(wanted) == 1:
        return _letter(message, first, subject=subject, opening=opening, button=button, preview=preview)
    visit = first.item.day.visit
    boxes = [(_box(message, host), _link(message, host, preview=preview)) for host in wanted]
    return compose(
        message,
        Words(
            name=first.person.display_name(message.language),
            subject=subject,
            opening=opening,
            button="",
            link="",
            closing=[_("Each link is yours alone and works until the visit is over.")],
        ),
        template="hosting",
        context=boxes[0][0]
        | {
            "items": [(box["heading"], tuple(box["lines"]), box["where"], link) for box, link in boxes],
            "answer": button,
        },
        reply_to=visit.lead.email if visit.lead else "",
    )


def _link(message: Message, host: HostConfirmation, *, preview: bool) -> str:
    dummy = preview or not message.subject_id
    clear = PREVIEW_LINK if dummy else links.issue_host_link(host, language=message.language)
    return settings.SITE_URL + reverse("host", args=[clear])


def _letter(
    message: Message, host: HostConfirmation, *, subject: str, opening: list[str], button: str, preview: bool
) -> EmailMultiAlternatives:
    visit = host.item.day.visit
    return compose(
        message,
        Words(
            name=host.person.display_name(message.language),
            subject=subject,
            opening=opening,
            button=button,
            link=_link(message, host, preview=preview),
            closing=[_("The link is yours alone and works until the visit is over.")],
        ),
        template="visit",
        context=_box(message, host),
        reply_to=visit.lead.email if visit.lead else "",
    )


def _box(message: Message, host: HostConfirmation) -> dict[str, Any]:
    """What the box of the letter shows."""
    item, visit = host.item, host.item.day.visit
    facts: Facts = facts_from(message.payload.get("facts") or {}) or facts_of(item)
    return {
        "heading": best_text(item.event, "name", message.language),
        "lines": both_cities_lines(facts.start, facts.end, message.language, tzid=message.tzid),
        "where": facts.where_for(message.language),
        "visit_title": best_text(visit, "title", message.language),
        "visit_days": date_range(visit.first_day, visit.last_day, message.language),
        "sample_mark": pgettext("after a name", " (sample)") if visit.is_sample else "",
    }


def _facts(host: HostConfirmation) -> dict[str, str]:
    visit = host.item.day.visit
    return {
        "item": best_text(host.item.event, "name")[0],
        "visit": best_text(visit, "title")[0],
        "guests": best_text(visit.guest_city, "name")[0],
    }


def _facts_of(wanted: list[HostConfirmation]) -> dict[str, str]:
    """As ``_facts`` of the first; of several items the first is named and the others are counted."""
    facts = _facts(wanted[0])
    if others := len(wanted) - 1:
        words = ngettext("%(item)s and %(n)s other meeting", "%(item)s and %(n)s other meetings", others)
        facts["item"] = words % {"item": facts["item"], "n": others}
    return facts


def _rows():
    return HostConfirmation.objects.select_related(*hosts.WITH_ITEM, "item__day__visit__guest_city")


def _found(message: Message) -> HostConfirmation | None:
    if message.subject is None and message.subject_id:
        message.subject = _rows().filter(pk=int(message.subject_id)).first()
    return message.subject


def _host(message: Message) -> HostConfirmation:
    if not message.subject_id:
        return host_specimen(message.language)
    host = _found(message)
    if host is None:
        raise HostConfirmation.DoesNotExist(f"message {message.pk} is about a host who is no longer asked")
    return host


def _specimen_of(name: str) -> Callable[[str], Message]:
    def specimen(language: str) -> Message:
        payload: dict[str, Any] = {}
        if name == kinds.AGAIN:
            facts = facts_of(host_specimen(language).item)
            earlier = {"start": facts.start - timedelta(hours=1), "end": facts.end - timedelta(hours=1)}
            payload = {"former": Facts(**{**vars(facts), **earlier}).stored()}
        elif name == kinds.OFF:
            host = host_specimen(language)
            payload = {
                "facts": facts_of(host.item).stored(),
                "item": list(best_text(host.item.event, "name", language)),
                "person": host.person.display_name(language),
                "visit": 0,
            }
        return Message(kind=name, to="name@company.example", payload=payload)

    return specimen
