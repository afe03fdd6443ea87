"""The shell that every letter shares: staff's words or ours, text and HTML, one sender (events spec 4.24, 4.25)."""

from collections.abc import Mapping
from email.charset import QP, Charset
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone

from iurc_portal.notifications import subscriptions, texts
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.words import Words

PLAIN_ON_ITS_WAY = Charset("utf-8")
PLAIN_ON_ITS_WAY.body_encoding = QP


class LetterMail(EmailMultiAlternatives):
    """A letter that remembers the words it was shipped with, whatever staff have made of them.

    It travels as ASCII, calendar part included: not every mail server on the way takes eight bits (RFC 6047 §2.5).
    """

    encoding = PLAIN_ON_ITS_WAY  # type: ignore[assignment]
    words: Words


def compose(
    message: Message, words: Words, *, template: str, context: Mapping[str, Any], reply_to: str = ""
) -> LetterMail:
    """The letter ``message`` with ``words``, in the shell ``mail/<template>.txt`` and ``.html``.

    ``context`` holds what the box of facts shows. Runs with the reader's language and zone active; answers go to
    ``reply_to``, else to the programme's office.
    """
    said = texts.words_for(message, words)
    contact = reply_to or settings.CONTACT_EMAIL
    whole = {
        "language": message.language,
        "words": said,
        "name": said.name,
        "contact": contact,
        "site": settings.SITE_URL,
        **context,
    }
    email = LetterMail(
        subject=said.subject,
        body=render_to_string(f"mail/{template}.txt", whole),
        from_email=settings.DEFAULT_FROM_EMAIL,
        reply_to=[contact],
    )
    email.attach_alternative(render_to_string(f"mail/{template}.html", whole), "text/html")
    email.words = words
    return email


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
