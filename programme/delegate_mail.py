"""The letter to delegates: the link to their own page (P16). It holds nothing of what they tell there."""

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
from iurc_portal.notifications.words import Words
from iurc_portal.notifications.words import gettext as _
from iurc_portal.translation.languages import best_text
from iurc_portal.translation.times import date_range
from programme.models import Delegate
from programme.services import links
from programme.services.delegates import INVITED
from programme.specimens import delegate_specimen

# Why a letter is no longer wanted: kept in the source language, shown to staff in theirs.
GONE = gettext_noop("the person is no longer in the delegation")
OVERTAKEN = gettext_noop("a later letter says it")
OVER = gettext_noop("the visit is over or called off")
GAPS: dict[str, Any] = {
    "visit": gettext_lazy("the title of the visit"),
    "city": gettext_lazy("the host city"),
}


def register_kinds() -> None:
    registry.register(
        INVITED,
        title=pgettext_lazy("letter", "invitation of a delegate"),
        render=invited,
        refusal=not_to_be_invited,
        placeholders=GAPS,
        specimen=lambda language: Message(kind=INVITED, to="name@company.example"),
    )


def invited(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    delegate = _delegate(message)
    visit = delegate.visit
    facts = {"visit": best_text(visit, "title")[0], "city": best_text(visit.host_city, "name")[0]}
    clear = PREVIEW_LINK
    if not preview and message.subject_id:
        clear = links.issue_delegate_link(delegate, language=message.language)
    days = date_range(visit.first_day, visit.last_day, message.language)
    return compose(
        message,
        Words(
            name=delegate.person.display_name(message.language),
            subject=_("You are in the delegation: %(visit)s") % facts,
            opening=[
                _("You are invited to the study visit to %(city)s. Please say whether you will come.") % facts,
                _(
                    "On your page you check how your name and post are printed, and tell when you arrive. "
                    "What you eat and what we should know of your health you can tell there in confidence."
                ),
            ],
            button=_("Open your page"),
            link=settings.SITE_URL + reverse("delegate", args=[clear]),
            closing=[_("The link is yours alone and works until the visit is over.")],
        ),
        template="visit",
        context={
            "heading": best_text(visit, "title", message.language),
            "visit_title": best_text(visit, "title", message.language),
            "lines": [days] if days else [],
            "where": best_text(visit.host_city, "name", message.language)[0],
            "sample_mark": pgettext("after a name", " (sample)") if visit.is_sample else "",
        },
        reply_to=visit.lead.email if visit.lead else "",
    )


def not_to_be_invited(message: Message) -> str:
    """Why it is not wanted any more, or ""."""
    delegate = _found(message)
    if delegate is None:
        return GONE
    if message.payload.get("number") not in {None, delegate.invitations}:
        return OVERTAKEN
    return OVER if links.is_over(delegate.visit, now=timezone.now()) else ""


def _found(message: Message) -> Delegate | None:
    if message.subject is None and message.subject_id:
        found = Delegate.objects.select_related("person", "visit__host_city", "visit__guest_city", "visit__lead")
        message.subject = found.filter(pk=int(message.subject_id)).first()
    return message.subject


def _delegate(message: Message) -> Delegate:
    if not message.subject_id:
        return delegate_specimen(message.language)
    delegate = _found(message)
    if delegate is None:
        raise Delegate.DoesNotExist(f"message {message.pk} is about somebody who is no longer in the delegation")
    return delegate
