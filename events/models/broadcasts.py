"""What staff write to many people at once (events spec 5.6, 17)."""

from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.languages import Language, order_for


class Text(NamedTuple):
    """Subject and body in one language, and which it is."""

    subject: str
    body: str
    language: str


class BroadcastQuerySet(models.QuerySet):
    def editable_by(self, user):
        """Those about the events that this person edits."""
        return self.filter(event__in=Event.objects.editable_by(user))


class Broadcast(StateMachine):
    """One text in up to three languages, for the people of one event or for those who subscribed to news of it.

    ``segment`` narrows the recipients: a dictionary of names from ``events.segments.FILTERS`` to lists of values; a
    name that is missing or empty narrows nothing. Once sent it is never changed again: it is what people have read.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent")

    NEXT = {"draft": {"sent"}, "sent": set()}

    class Audience(models.TextChoices):
        PARTICIPANTS = "participants", _("people registered for the event")
        SUBSCRIBERS = "subscribers", _("subscribers to the news of events")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.PROTECT, related_name="broadcasts")
    audience = models.CharField(_("to"), max_length=12, choices=Audience, default=Audience.PARTICIPANTS)
    segment = models.JSONField(_("only"), default=dict, blank=True)
    subject = models.CharField(_("subject"), max_length=160, blank=True)
    body = models.TextField(_("text"), max_length=8000, blank=True)
    allow_fallback = models.BooleanField(
        _("send in another language where a text is missing"),
        default=False,
        help_text=_("Readers of a language without a text get the best other one, and the message says so."),
    )
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.DRAFT, editable=False)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    recipients = models.PositiveIntegerField(_("recipients"), null=True, blank=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sent by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    objects = BroadcastQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to participants")
        verbose_name_plural = _("messages to participants")
        ordering = ["-created_at", "-pk"]
        permissions = [("send_broadcast", _("Can send messages to participants"))]

    def __str__(self):
        return next((text.subject for text in self.texts()), "") or f"{self.event}"

    def texts(self) -> list[Text]:
        """The whole texts, in the order it, en, ja: a subject without a body, or the other way round, is none."""
        return [text for code in Language.values if (text := self.text_in(code)) is not None]

    def text_in(self, language: str) -> Text | None:
        subject = (getattr(self, f"subject_{language}") or "").strip()
        body = (getattr(self, f"body_{language}") or "").strip()
        return Text(subject, body, language) if subject and body else None

    def text_for(self, language: str) -> Text | None:
        """What a reader of ``language`` gets: their own text, else by the one fallback rule the best other (E1)."""
        return next((text for code in order_for(language) if (text := self.text_in(code)) is not None), None)

    def missing_for(self, languages: Iterable[str]) -> list[str]:
        """Those of ``languages`` that have no text of their own."""
        return [code for code in languages if self.text_in(code) is None]

    def clean(self):
        """Half a text is refused where it stands; so is a segment that nothing knows."""
        from events.segments import check  # filters name fields of registrations and so are no part of the model

        errors = {}
        for code in Language.values:
            subject = (getattr(self, f"subject_{code}") or "").strip()
            body = (getattr(self, f"body_{code}") or "").strip()
            if bool(subject) != bool(body):
                lacking = "body" if subject else "subject"
                errors[f"{lacking}_{code}"] = ValidationError(
                    _("Write subject and text, or neither, in each language."), code="half"
                )
        if errors:
            raise ValidationError(errors)
        check(self.segment, self.event if self.event_id is not None else None)
