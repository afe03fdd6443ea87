"""The shell that every letter shares: staff's words or ours, text and HTML, one sender (events spec 4.24, 4.25).

A thousand people get the same letter but for a name and a link. The shell is filled once with what they share, and
gaps are left in it for what is each reader's own.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from email.charset import QP, Charset
from email.header import Header
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape

from iurc_portal.notifications import subscriptions, texts
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words

PLAIN_ON_ITS_WAY = Charset("utf-8")
PLAIN_ON_ITS_WAY.body_encoding = QP
OWN = ("name", "link", "join", "ends")  # what may be each reader's own: a name, and links that carry a token
GAP = re.compile("\ue000(\\w+)\ue001")  # marks that nobody types


class LetterMail(EmailMultiAlternatives):
    """A letter that remembers the words it was shipped with, whatever staff have made of them.

    It travels as ASCII, calendar part included: not every mail server on the way takes eight bits (RFC 6047 §2.5).
    """

    encoding = PLAIN_ON_ITS_WAY  # type: ignore[assignment]
    words: Words

    def message(self, **options: Any) -> Any:
        """As Django makes it, but for the subject: a long one that is not ASCII began on a line of its own, before
        which some readers show a blank (RFC 5322 §2.2.3 allows it, RFC 2047 §2 limits its first word).
        """
        made = super().message(**options)
        subject = str(self.subject)
        if not subject.isascii():
            made.replace_header("Subject", Header(subject, "utf-8", header_name="Subject").encode())
        return made


def compose(
    message: Message, words: Words, *, template: str, context: Mapping[str, Any], reply_to: str = ""
) -> LetterMail:
    """The letter ``message`` with ``words``, in the shell ``mail/<template>.txt`` and ``.html``.

    ``context`` holds what the box of facts shows: texts, and lists of texts. Runs with the reader's language and zone
    active; answers go to ``reply_to``, else to the programme's office.
    """
    said = texts.words_for(message, words)
    contact = reply_to or settings.CONTACT_EMAIL
    facts = {"contact": contact, "site": settings.SITE_URL, "name": said.name, "link": said.link, **context}
    own = {name: facts.pop(name) for name in OWN if facts.get(name)}
    if "link" in own and own["link"] in facts.values():
        facts["link"] = own.pop("link")  # a page for everybody: templates compare it with those of the facts
    shared = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
    words_of_all = replace(said, name="", link="", opening=tuple(said.opening), closing=tuple(said.closing))
    body, html = _shell(template, message.language, message.tzid, words_of_all, tuple(own), **shared)
    own = {name: str(value) for name, value in own.items()}
    email = LetterMail(
        subject=said.subject,
        body=GAP.sub(lambda gap: own[gap[1]], body),
        from_email=settings.DEFAULT_FROM_EMAIL,
        reply_to=[contact],
    )
    email.attach_alternative(GAP.sub(lambda gap: escape(own[gap[1]]), html), "text/html")
    email.words = words
    return email


@lru_cache(maxsize=256, typed=True)
def _shell(
    template: str, language: str, tzid: str, words: Words, own: tuple[str, ...], **facts: Any
) -> tuple[str, str]:
    """Text and HTML with gaps where a reader's ``own`` stand. Depends on its arguments alone: the language and the
    zone are the active ones.
    """
    gaps = {name: f"\ue000{name}\ue001" for name in own}
    whole = facts | gaps
    whole |= {"language": language, "words": replace(words, name=whole["name"], link=whole["link"])}
    return render_to_string(f"mail/{template}.txt", whole), render_to_string(f"mail/{template}.html", whole)


def compose_news(
    message: Message,
    words: Words,
    *,
    template: str,
    context: Mapping[str, Any],
    reply_to: str = "",
    preview: bool = False,
) -> LetterMail:
    """A letter that its reader has subscribed to: it ends with the way out, which its headers offer, too (4.27).

    The message's ``subject_id`` is the subscription. A preview has dummy links and no token.
    """
    clear = subscriptions.PREVIEW_LINK
    if not preview:
        clear = subscriptions.issue(int(message.subject_id), subscriptions.Purpose.END, now=timezone.now())
    ends = {"ends": subscriptions.link(clear)}
    email = compose(message, words, template=template, context={**context, **ends}, reply_to=reply_to)
    email.extra_headers |= subscriptions.unsubscribe_headers(clear)
    return email
