"""What letters to hosts say: the question, reminders, the question again; to the lead, who is silent (P10).

A renderer runs with the reader's language and zone active. The clear token is made here and stands in the letter
alone; a preview for staff gets a dummy.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, gettext_noop, pgettext, pgettext_lazy

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
    host = _host(message)
    return _letter(
        message,
        host,
        subject=_("Will you receive the delegation? %(item)s") % _facts(host),
        opening=[
            _("A delegation from %(guests)s visits us: %(visit)s. We would be glad if you received it.")
            % _facts(host),
            _(
                "The page behind the button says what the guests want to learn and who they are. "
                "You can accept, propose another time or decline; no account is needed."
            ),
        ],
        button=_("Read and answer"),
        preview=preview,
    )


def reminder(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    host = _host(message)
    return _letter(
        message,
        host,
        subject=_("Your answer is still missing: %(item)s") % _facts(host),
        opening=[
            _("We asked you to receive the delegation from %(guests)s and have no answer yet.") % _facts(host),
            _("One click is enough; you can also propose another time or decline."),
        ],
        button=_("Read and answer"),
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
    """Why it is not wanted any more, or ""."""
    host = _found(message)
    if host is None:
        return GONE
    if host.answer != HostConfirmation.Answer.PENDING:
        return ANSWERED
    if message.payload.get("asks") not in {None, host.asks}:
        return OVERTAKEN
    return off(message)


def off(message: Message) -> str:
    host = _found(message)
    if host is None:
        return GONE
    over = links.is_over(host.item.day.visit, now=timezone.now()) or host.item.event.is_cancelled
    return OVER if over else ""


def _letter(
    message: Message, host: HostConfirmation, *, subject: str, opening: list[str], button: str, preview: bool
) -> EmailMultiAlternatives:
    clear = (
        PREVIEW_LINK if preview or not message.subject_id else links.issue_host_link(host, language=message.language)
    )
    visit = host.item.day.visit
    return compose(
        message,
        Words(
            name=host.person.display_name(message.language),
            subject=subject,
            opening=opening,
            button=button,
            link=settings.SITE_URL + reverse("host", args=[clear]),
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


def _found(message: Message) -> HostConfirmation | None:
    if message.subject is None and message.subject_id:
        found = HostConfirmation.objects.select_related(*hosts.WITH_ITEM, "item__day__visit__guest_city")
        message.subject = found.filter(pk=int(message.subject_id)).first()
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
