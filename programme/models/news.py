"""Short dated notes of the programme: what has just happened, or will, tied to what it is about (issue 7, part 8)."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.constraints import some_language
from iurc_portal.translation.languages import CODES, Language

LONGEST = 700  # characters of a text: a note is read in a minute
ALONG = ("visit", "webinar__event", "practice", "exchange")


def _about(model: str, label):
    return models.ForeignKey(
        model, verbose_name=label, null=True, blank=True, on_delete=models.SET_NULL, related_name="news"
    )


@dataclass(frozen=True)
class Tie:
    """What a note is about: ``record`` has a page, ``field`` is its translated name."""

    kind: str | Promise
    record: Any
    field: str


class NewsItemQuerySet(models.QuerySet):
    def published(self, *, now: datetime):
        """What readers find at ``now`` (aware), the newest first; what is dated later comes by itself."""
        return self.filter(state=NewsItem.State.PUBLISHED, published_at__lte=now)

    def visible_to(self, user, *, now: datetime):
        """Readers find what is published; staff who look after news open drafts and withdrawn ones, too."""
        if user.is_authenticated and user.has_perm("programme.view_newsitem"):
            return self
        return self.published(now=now)

    def editable_by(self, user):
        """Staff of both cities write the news of the programme together."""
        may = user.is_superuser or (user.is_staff and user.has_perm("programme.change_newsitem"))
        return self if may else self.none()


class NewsItem(StateMachine):
    """schema.org NewsArticle: a title and a few plain lines, signed by the programme.

    ``published_at`` is from when on readers find it; ``author`` is for staff alone. What it is about may stay empty.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("news", "draft")
        PUBLISHED = "published", pgettext_lazy("news", "published")
        WITHDRAWN = "withdrawn", pgettext_lazy("news", "withdrawn")

    NEXT = {"draft": {"published"}, "published": {"withdrawn"}, "withdrawn": {"published"}}

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(
        _("text"),
        max_length=LONGEST,
        help_text=_("A few plain lines, at most 700 characters; an empty line begins a new paragraph."),
    )
    source_language = models.CharField(
        _("language of origin"), max_length=2, choices=Language, default=Language.ITALIAN
    )
    published_at = models.DateTimeField(_("readers find it from"), null=True, blank=True)
    visit = _about("programme.StudyVisit", _("study visit"))
    webinar = _about("programme.Webinar", _("webinar"))
    practice = _about("ecosystem.GoodPractice", _("good practice"))
    exchange = _about("programme.Exchange", _("exchange"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = NewsItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news")
        ordering = [F("published_at").desc(nulls_first=True), "-pk"]
        constraints = [
            some_language("newsitem", "title"),
            some_language("newsitem", "text"),
            models.CheckConstraint(
                name="newsitem_published_has_its_day",
                condition=Q(state="draft") | Q(published_at__isnull=False),
                violation_error_message=_("Write from when on readers find it: it has been published already."),
            ),
        ]
        indexes = [models.Index(fields=["state", "-published_at"], name="newsitem_published")]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("programme:news_item", args=[self.slug])

    def is_public(self, *, now: datetime) -> bool:
        """What ``published`` says of a set, of this row."""
        return self.state == self.State.PUBLISHED and self.published_at is not None and self.published_at <= now

    def is_waiting(self, *, now: datetime) -> bool:
        """Whether it is published and its time has not come."""
        return self.state == self.State.PUBLISHED and not self.is_public(now=now)

    @property
    def changed_at(self) -> datetime:
        """When readers were last given other words: not before it came out."""
        return max(self.updated_at, self.published_at or self.updated_at)

    @property
    def whole_languages(self) -> list[str]:
        """The languages in which both title and text are written."""
        return [code for code in CODES if getattr(self, f"title_{code}") and getattr(self, f"text_{code}")]

    @property
    def ties(self) -> list[Tie]:
        """What it is about, as far as everybody may open that. Reads ``ALONG``, which the caller has fetched."""
        found = []
        if self.visit is not None and self.visit.is_public:
            found.append(Tie(_("study visit"), self.visit, "title"))
        event = self.webinar.event if self.webinar is not None else None
        if event is not None and event.is_listed:
            found.append(Tie(_("webinar"), event, "name"))
        if self.practice is not None and self.practice.is_public:
            found.append(Tie(_("good practice"), self.practice, "title"))
        if self.exchange is not None and self.exchange.is_public:
            found.append(Tie(_("exchange"), self.exchange, "title"))
        return found
