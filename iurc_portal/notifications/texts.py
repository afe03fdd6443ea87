"""The words of letters: those the portal ships, and what staff have made of them (events spec 17, "templates").

A preview shows a letter of which nothing is sent: the kind's own specimen, else the last letter of that kind.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext_lazy as _

from iurc_portal.clock import zone_of_language
from iurc_portal.notifications import registry, services
from iurc_portal.notifications.models import LetterText, Message
from iurc_portal.notifications.words import Words
from iurc_portal.translation.languages import Language


def words_for(message: Message, words: Words) -> Words:
    """``words`` as staff want them said for this kind and language; as shipped where they have changed nothing."""
    text = message.letter_text
    if text is None:
        text = LetterText.objects.adjusted([message.kind]).get((message.kind, message.language))
    return words.said_as(text.subject, text.body) if text is not None and text.is_adjusted else words


def ensure_rows() -> None:
    """A row for each letter that can be adjusted in each language. Called after every migration; idempotent."""
    LetterText.objects.bulk_create(
        (
            LetterText(kind=kind, language=code)
            for kind in registry.names()
            if registry.is_adjustable(kind)
            for code in Language.values
        ),
        ignore_conflicts=True,
    )


def back_to_shipped(text: LetterText, *, by, now: datetime) -> None:
    """Forget what staff wrote: letters say again what the portal ships."""
    text.subject = text.body = ""
    keep(text, by=by, now=now)


def keep(text: LetterText, *, by, now: datetime) -> None:
    """Store what staff wrote, for every letter of this kind that is rendered from now on, waiting ones too."""
    text.full_clean()
    text.changed_at, text.changed_by = now, by
    text.save()


def preview(text: LetterText) -> EmailMultiAlternatives:
    """A letter of this kind as ``text`` would say it. Raises ``ValidationError`` when there is none to show."""
    message = _specimen(text.kind, text.language)
    message.letter_text = text
    return services.render(message, preview=True)


def shipped(kind: str, language: str) -> tuple[str, str]:
    """Subject and body as the portal ships them, with gaps as names in braces. Raises as ``preview`` does."""
    message = _specimen(kind, language)
    message.letter_text = LetterText(kind=kind, language=language)
    return services.render(message, preview=True).words.patterns  # type: ignore[attr-defined]


def _specimen(kind: str, language: str) -> Message:
    """A letter to look at, not in the outbox: the kind's specimen, or a copy of the last one written."""
    made = registry.specimen_of(kind, language)
    if made is None:
        made = Message.objects.filter(kind=kind).order_by("-pk").first()
    if made is None:
        raise ValidationError(_("No letter of this kind has been written yet: there is none to show."), code="none")
    made.pk, made.language, made.tzid = None, language, zone_of_language(language)
    return made
