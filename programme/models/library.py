"""What remains of a webinar: recordings, transcripts, subtitles and slides, each in its language."""

import uuid
from datetime import datetime

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models import Event, Registration
from iurc_portal.clock import day_of
from iurc_portal.pdf_files import PdfField
from iurc_portal.translation.languages import Language, best_text, order_for


class LibraryItemQuerySet(models.QuerySet):
    def lasting(self, *, now: datetime):
        """What has not expired at ``now`` (aware)."""
        return self.filter(Q(expires_on=None) | Q(expires_on__gte=day_of(now)))

    def for_everybody(self, *, now: datetime):
        """What anybody finds: public, not expired, of a published webinar that is over and hides from nobody."""
        return self._of_held(now=now).filter(access=LibraryItem.Access.PUBLIC).filter(~_private_event())

    def for_participants(self, *, now: datetime):
        """What whoever had a confirmed place finds."""
        return self._of_held(now=now).exclude(access=LibraryItem.Access.STAFF)

    def visible_to(self, user, *, now: datetime):
        """What ``user`` may open: staff all of it, others what is public and what was made for them."""
        if not user.is_authenticated:
            return self.for_everybody(now=now)
        if user.has_perm("programme.view_libraryitem"):
            return self
        held = Registration.objects.confirmed().filter(user=user, event=OuterRef("webinar__event"))
        for_all = Q(access=LibraryItem.Access.PUBLIC) & ~_private_event()
        return self.for_participants(now=now).filter(for_all | Exists(held))

    def _of_held(self, *, now: datetime):
        over = {"webinar__event__status": Event.Status.CONFIRMED, "webinar__event__dtend__lte": now}
        return self.lasting(now=now).filter(**over)


def _private_event() -> Q:
    return Q(webinar__event__access=Event.Access.PARTICIPANTS)


class LibraryItem(models.Model):
    """Something to watch or read in one ``language``: kept here as PDF, or at an https address elsewhere.

    Readers find it once the webinar is over and up to ``expires_on``, that day included (in Torino). ``published_at``
    is when it was given to readers, ``published_by`` who saw to it.
    """

    class Kind(models.TextChoices):
        RECORDING = "recording", pgettext_lazy("library", "recording")
        TRANSCRIPT = "transcript", pgettext_lazy("library", "transcript")
        SUBTITLES = "subtitles", pgettext_lazy("library", "subtitles")
        SLIDES = "slides", pgettext_lazy("library", "slides")

    class Access(models.TextChoices):
        PUBLIC = "public", pgettext_lazy("who may read", "everybody")
        PARTICIPANTS = "participants", pgettext_lazy("who may read", "those who had a place")
        STAFF = "staff", pgettext_lazy("who may read", "staff only")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webinar = models.ForeignKey(
        "programme.Webinar", verbose_name=_("webinar"), on_delete=models.CASCADE, related_name="library"
    )
    kind = models.CharField(pgettext_lazy("library", "kind"), max_length=10, choices=Kind, default=Kind.RECORDING)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    title = models.CharField(_("title"), max_length=200, blank=True)
    url = models.URLField(_("https address"), max_length=500, blank=True, validators=[URLValidator(schemes=["https"])])
    file = PdfField(_("PDF file"), blank=True)
    access = models.CharField(_("who finds it"), max_length=12, choices=Access, default=Access.STAFF)
    expires_on = models.DateField(_("last day"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = LibraryItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of the library")
        verbose_name_plural = _("items of the library")
        ordering = ["webinar", "kind", "language", "pk"]
        constraints = [
            models.CheckConstraint(
                name="libraryitem_is_in_one_place",
                condition=Q(url="") ^ Q(file=""),
                violation_error_message=_("Write an address or choose a file: one of the two."),
            ),
            models.CheckConstraint(
                name="libraryitem_file_is_paper",
                condition=Q(file="") | Q(kind__in=["transcript", "slides"]),
                violation_error_message=_("Only transcripts and slides can be PDF files: write an address."),
            ),
        ]

    def __str__(self):
        return f"{self.heading[0]} ({self.language})"

    def get_absolute_url(self):
        return reverse("programme:library_item", args=[self.public_id])

    @property
    def heading(self) -> tuple[str, str]:
        """Its title, else what it is, for a reader of the active language; and in which language that is."""
        text, language = best_text(self, "title")
        return (text, language) if text else (str(capfirst(self.get_kind_display())), language)

    @property
    def language_name(self) -> str:
        """Its language as those who speak it call it."""
        return str(Language(self.language).label)

    @property
    def is_for_everybody(self) -> bool:
        """Whether, once readers find it, anybody does. Reads ``webinar.event``."""
        return self.access == self.Access.PUBLIC and self.webinar.event.access != Event.Access.PARTICIPANTS

    @property
    def file_size(self) -> int | None:
        """In bytes; None where there is no file, or none any more."""
        try:
            return self.file.size if self.file else None
        except OSError:
            return None

    @property
    def file_name(self) -> str:
        """What a file is called by whoever keeps it."""
        return f"{self.webinar.event.slug}-{self.kind}-{self.language}.pdf"

    def is_found_by_all(self, *, now: datetime) -> bool:
        """What ``for_everybody`` says of a set, of this row. Reads ``webinar.event``."""
        return self.is_for_everybody and not self.hidden_as(now=now)

    def hidden_as(self, *, now: datetime) -> str:
        """Why readers do not find it at ``now``, as a word for staff; "" where they do. Reads ``webinar.event``."""
        event = self.webinar.event
        if self.expires_on is not None and self.expires_on < day_of(now):
            return "expired"
        if self.access == self.Access.STAFF:
            return "staff"
        return "" if event.status == Event.Status.CONFIRMED and event.dtend <= now else "waits"


def for_reader(items, language: str | None = None) -> list[LibraryItem]:
    """``items`` for a reader of ``language`` (default: the active one): recordings first, the own language first."""
    kinds, languages = list(LibraryItem.Kind), order_for(language)
    return sorted(items, key=lambda item: (kinds.index(item.kind), languages.index(item.language), item.pk))
