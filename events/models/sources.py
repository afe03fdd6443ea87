"""Calendars that others publish, and what was found in them (events spec 10). A source owns its records."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.events import Track
from events.when import When
from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import ZONES, validate_tzid
from iurc_portal.shown import digest_of
from iurc_portal.translation.languages import Language


class FeedSourceQuerySet(models.QuerySet):
    def due(self, *, now):
        """Those whose next fetch is due at ``now`` (aware)."""
        return self.filter(is_paused=False).filter(Q(next_fetch_at=None) | Q(next_fetch_at__lte=now))

    def in_trouble(self):
        """Those that could not be read, or whose last fetch was stopped."""
        return self.filter(is_paused=False, state__in=[FeedSource.State.FAILING, FeedSource.State.STOPPED])

    def editable_by(self, user):
        """Staff tend the sources of their own city's side, managers all (14.8)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("events.change_feedsource"):
            return self.filter(owner__side=user.side)
        return self.none()


class FeedSource(models.Model):
    """One address. ``problem`` is a code that ``events.sources.words`` puts into words, with ``problem_params``.

    Everything below ``state`` is written by fetching. ``default_tzid`` answers for floating times, which
    ``asks_zone`` says the file has; ``etag`` and ``last_modified`` are what its server said last. ``trouble_since`` is
    the first of the fetches that brought nothing, ``told_at`` when somebody was written to about it.
    """

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("feed source", "not read yet")
        WORKING = "working", pgettext_lazy("feed source", "in order")
        FAILING = "failing", pgettext_lazy("feed source", "cannot be read")
        STOPPED = "stopped", pgettext_lazy("feed source", "stopped: look at it")

    class Interval(models.IntegerChoices):
        """Minutes between two fetches."""

        HOUR = 60, _("every hour")
        QUARTER = 360, _("every 6 hours")
        DAY = 1440, _("every day")

    name = models.CharField(_("name"), max_length=120, help_text=_("How the staff call it: Torino City Lab."))
    url = models.CharField(
        _("address of the calendar"),
        max_length=1000,
        unique=True,
        help_text=_("It begins with https:// or webcal:// and often ends with .ics. A web page is not a calendar."),
    )
    owner = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("organizer"),
        on_delete=models.PROTECT,
        related_name="feed_sources",
        help_text=_("Events made of this calendar are of this organisation."),
    )
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("language of the texts"), max_length=2, choices=Language, default=Language.ITALIAN)
    interval = models.PositiveSmallIntegerField(_("how often it is read"), choices=Interval, default=Interval.QUARTER)
    default_tzid = models.CharField(
        _("time zone of times without one"),
        max_length=64,
        blank=True,
        validators=[validate_tzid],
        help_text=_("Asked for only if the calendar has times without a zone."),
    )
    auto_apply = models.BooleanField(
        _("take over new times and places by itself"),
        default=False,
        help_text=_("For events that you have accepted. Whoever has a place is told, as of every change."),
    )
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("looked after by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Gets an e-mail when the calendar cannot be read for two days. Empty: the staff of the city do."),
    )
    is_paused = models.BooleanField(_("paused"), default=False, help_text=_("Not read until you take this away."))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW, editable=False)
    problem = models.CharField(max_length=30, blank=True, editable=False)
    problem_params = models.JSONField(default=dict, blank=True, editable=False)
    asks_zone = models.BooleanField(default=False, editable=False)
    header_tzid = models.CharField(max_length=64, blank=True, editable=False)
    allow_once = models.BooleanField(default=False, editable=False)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    last_fetch_at = models.DateTimeField(_("last fetch"), null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    next_fetch_at = models.DateTimeField(_("next fetch"), null=True, blank=True, editable=False)
    trouble_since = models.DateTimeField(null=True, blank=True, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FeedSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar of others")
        verbose_name_plural = _("calendars of others")
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    @property
    def home_tzid(self) -> str:
        """The zone of what has none of its own (whole days, times in UTC): the file's, the chosen one, the owner's."""
        return self.header_tzid or self.default_tzid or ZONES[self.owner.side].key

    def may_fetch_at(self):
        """The first instant at which the address may be asked again (10.4); None if at any time."""
        if self.last_fetch_at is None:
            return None
        return self.last_fetch_at + timedelta(minutes=settings.IURC_EVENTS["feed_import"]["minutes_between"])


class FeedFetch(models.Model):
    """One fetch and what came of it: ``outcome`` is ``read``, ``unchanged``, or the code of a problem."""

    source = models.ForeignKey(FeedSource, on_delete=models.CASCADE, related_name="fetches")
    at = models.DateTimeField(_("when"))
    outcome = models.CharField(max_length=30)
    params = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("fetch")
        verbose_name_plural = _("fetches")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.source_id} {self.at:%Y-%m-%d %H:%M}"


class ImportedItemQuerySet(models.QuerySet):
    def to_decide(self, *, now):
        """What waits for a person: new, changed and gone items that are not over at ``now`` (aware)."""
        states = [ImportedItem.State.NEW, ImportedItem.State.CHANGED, ImportedItem.State.GONE]
        return self.filter(state__in=states, dtend__gt=now)

    def editable_by(self, user):
        return self.filter(source__in=FeedSource.objects.editable_by(user).values("pk"))


class ImportedItem(StateMachine):
    """One happening of a source as it stands there now; of a series, one of its dates.

    ``dtstart``, ``dtend`` (UTC, exclusive; null where they cannot be read) and ``tzid`` as in ``Event``; where
    ``all_day`` they bound days. ``wall_start`` and ``wall_end`` keep floating times until staff say in which zone.
    ``base`` are the facts that staff accepted last, by the names of ``FACTS``, and what they said besides: ``kept``
    (it may be gone there), ``linked`` (its event is one that we had already). ``problems`` are ``{"code", …}``.
    ``missing_since`` is the first of the fetches without the item.
    """

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("imported item", "new")
        CHANGED = "changed", pgettext_lazy("imported item", "changed")
        GONE = "gone", pgettext_lazy("imported item", "gone")
        ACCEPTED = "accepted", pgettext_lazy("imported item", "accepted")
        IGNORED = "ignored", pgettext_lazy("imported item", "ignored")
        FAULTY = "faulty", pgettext_lazy("imported item", "faulty")

    NEXT = {
        "new": {"accepted", "ignored", "faulty"},
        "changed": {"accepted", "ignored", "faulty", "gone", "new"},
        "gone": {"accepted", "ignored", "changed", "faulty", "new"},
        "accepted": {"changed", "gone", "faulty", "new", "ignored"},
        "ignored": {"new", "changed", "faulty", "gone"},
        "faulty": {"new", "changed", "accepted", "ignored", "gone"},
    }
    FACTS = ("name", "description", "location", "url", "start", "end", "tzid", "all_day", "cancelled")

    source = models.ForeignKey(
        FeedSource, verbose_name=_("calendar of others"), on_delete=models.CASCADE, related_name="items"
    )
    uid = models.CharField(max_length=255)
    recurrence_id = models.CharField(max_length=16, blank=True)
    content_hash = models.CharField(max_length=64)
    raw = models.TextField(_("as it stands in the file"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW, editable=False)
    problems = models.JSONField(default=list, blank=True)
    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="imported_items",
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    location = models.CharField(_("location"), max_length=240, blank=True)
    url = models.CharField(_("link"), max_length=500, blank=True)
    dtstart = models.DateTimeField(_("start"), null=True)
    dtend = models.DateTimeField(_("end"), null=True)
    tzid = models.CharField(_("time zone"), max_length=64, blank=True)
    all_day = models.BooleanField(_("all day"), default=False)
    wall_start = models.CharField(max_length=26, blank=True)
    wall_end = models.CharField(max_length=26, blank=True)
    cancelled = models.BooleanField(_("cancelled"), default=False)
    base = models.JSONField(default=dict, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField(_("found"))
    changed_at = models.DateTimeField(_("changed"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = ImportedItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of a calendar")
        verbose_name_plural = _("items of calendars of others")
        ordering = ["dtstart", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "uid", "recurrence_id"], name="importeditem_once_in_source"),
            models.UniqueConstraint(fields=["event"], condition=Q(event__isnull=False), name="importeditem_of_event"),
            models.CheckConstraint(
                name="importeditem_ends_after_it_starts", condition=Q(dtstart=None) | Q(dtend__gt=F("dtstart"))
            ),
        ]
        indexes = [models.Index(fields=["state", "dtend"], name="importeditem_waiting")]

    def __str__(self):
        return self.name or self.uid

    @property
    def when(self) -> When | None:
        return When(self.dtstart, self.dtend, self.tzid, self.all_day) if self.dtstart else None

    @property
    def facts(self) -> dict:
        """What staff accept or refuse, as it is kept in ``base``."""
        return {
            "name": self.name,
            "description": self.description,
            "location": self.location,
            "url": self.url,
            "start": self.dtstart.isoformat() if self.dtstart else "",
            "end": self.dtend.isoformat() if self.dtend else "",
            "tzid": self.tzid,
            "all_day": self.all_day,
            "cancelled": self.cancelled,
        }

    @property
    def digest(self) -> str:
        """Of what a person reads before deciding."""
        return digest_of([self.state, self.facts, self.base, self.problems, self.event_id])

    @property
    def differences(self) -> list[str]:
        """The names of the facts in which the item differs from what was accepted; all for one that never was."""
        return [name for name, value in self.facts.items() if self.base.get(name) != value]

    @property
    def is_linked(self) -> bool:
        """Whether its event did not come from it."""
        return bool(self.event_id and self.base.get("linked"))

    @property
    def is_gone(self) -> bool:
        return self.state == self.State.GONE
