"""Calendars elsewhere that are kept in step with ours (events spec 9).

Where they are, what we know of each item there, what the other side wants of us, and what each run did.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.caldav.hrefs import href_of
from events.models.events import Event
from iurc_portal.secret_fields import EncryptedField
from iurc_portal.shown import digest_of
from iurc_portal.translation.languages import Language


class RemoteCalendarQuerySet(models.QuerySet):
    def editable_by(self, user):
        """Each their own; managers all."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("events.change_remotecalendar"):
            return self.filter(owner=user)
        return self.none()

    def running(self):
        """Those that are looked at regularly: neither paused by staff nor by a refusal."""
        return self.filter(paused_because="", owner__is_active=True, owner__is_staff=True)

    def due(self, *, now):
        """Those whose next run is due at ``now`` (aware) and which nobody is looking at."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.running().filter(free).filter(Q(next_run_at=None) | Q(next_run_at__lte=now))


class RemoteCalendar(models.Model):
    """One collection of a CalDAV server, and what of the portal is copied there.

    ``url`` is the collection itself, found by ``events.services.calendars.discover``. ``secret`` is the password, or
    with ``oauth`` the refresh token, ``access_token`` then being what requests carry until ``access_until``. While
    ``lease_until`` is not over, the run that holds ``lease`` alone writes here. ``paused_because`` waits for a person;
    ``stopped_because`` is what a guard said of the last run, which is tried again as usual. ``agreed_removals`` is how
    many copies staff have agreed to take away by changing what goes there, until a run has done so.
    """

    class Scope(models.TextChoices):
        MINE = "mine", pgettext_lazy("what a calendar holds", "my visits and events")
        WEBINARS = "webinars", pgettext_lazy("what a calendar holds", "all webinars")
        CITY = "city", pgettext_lazy("what a calendar holds", "everything in one city")

    class Auth(models.TextChoices):
        PASSWORD = "password", _("user name and password")
        OAUTH = "oauth", _("consent given to the portal (OAuth)")

    class Pause(models.TextChoices):
        BY_STAFF = "staff", _("paused by hand")
        UNAUTHORIZED = "unauthorized", _("the server does not accept the password or the consent any more")
        FORBIDDEN = "forbidden", _("the server does not let this user read or write the calendar")

    class Stop(models.TextChoices):
        REMOTE_EMPTY = "remote_empty", _("the calendar had entries and now shows none")
        PORTAL_EMPTY = "portal_empty", _("the portal had events for this calendar and now has none")
        REMOTE_MANY = "remote_many", _("many entries have disappeared from the calendar at once")
        PORTAL_MANY = "portal_many", _("many entries would be deleted from the calendar at once")

    class Owned(models.TextChoices):
        """Fields that belong to the other side where staff ticked them (9.1)."""

        ROOM = "location", pgettext_lazy("field of a calendar entry", "room")
        NOTE = "description", pgettext_lazy("field of a calendar entry", "note")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="remote_calendars"
    )
    display_name = models.CharField(_("name"), max_length=200)
    url = models.URLField(_("address of the calendar"), max_length=500)
    auth = models.CharField(_("how we sign in"), max_length=8, choices=Auth, default=Auth.PASSWORD)
    username = models.CharField(_("user name"), max_length=254, blank=True)
    secret = EncryptedField(_("password"), blank=True)
    access_token = EncryptedField(blank=True, editable=False)
    access_until = models.DateTimeField(null=True, blank=True, editable=False)
    scope = models.CharField(_("what goes there"), max_length=8, choices=Scope, default=Scope.MINE)
    city = models.ForeignKey(
        "ecosystem.City",
        verbose_name=_("city"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="remote_calendars",
    )
    language = models.CharField(_("language of the entries"), max_length=2, choices=Language, default="it")
    remote_owns = models.JSONField(
        _("may be changed in the calendar"),
        default=list,
        blank=True,
        help_text=_("Time, title and state stay ours: a change of them in the calendar is proposed to staff."),
    )
    quirks = models.JSONField(default=dict, blank=True, editable=False)
    sync_token = models.TextField(blank=True, editable=False)
    ctag = models.CharField(max_length=255, blank=True, editable=False)
    last_full_compare_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    next_run_at = models.DateTimeField(_("next run"), null=True, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0, editable=False)
    paused_because = models.CharField(_("paused"), max_length=12, choices=Pause, blank=True, editable=False)
    stopped_because = models.CharField(_("stopped"), max_length=12, choices=Stop, blank=True, editable=False)
    allow_once = models.BooleanField(default=False, editable=False)
    agreed_removals = models.PositiveIntegerField(default=0, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("connected"), auto_now_add=True)

    objects = RemoteCalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("connected calendar")
        verbose_name_plural = _("connected calendars")
        ordering = ["owner", "display_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "url"],
                name="remotecalendar_once",
                violation_error_message=_("You have connected this calendar already."),
            ),
            models.CheckConstraint(
                name="remotecalendar_city_where_it_needs_one",
                condition=Q(scope="city", city__isnull=False) | (~Q(scope="city") & Q(city=None)),
                violation_error_message=_("Choose a city, and only for a calendar of one city."),
            ),
        ]

    def __str__(self):
        return self.display_name

    @property
    def path(self) -> str:
        """The collection within its server, with a slash at the end."""
        return href_of(self.url).rstrip("/") + "/"

    def clean(self):
        super().clean()
        unknown = set(self.remote_owns) - set(self.Owned.values)
        if unknown:
            raise ValidationError({"remote_owns": ValidationError(_("Choose from the list."), code="invalid_choice")})


class RemoteItemQuerySet(models.QuerySet):
    def ours(self):
        """Copies of our events."""
        return self.exclude(event=None)

    def found(self):
        """What others have written there: seen, never published by itself (9.4)."""
        return self.filter(event=None, deleted_at=None)

    def quarantined(self):
        return self.exclude(quarantined_because="")


class RemoteItem(models.Model):
    """One resource of a remote calendar: a copy of ``event``, or without one something that others wrote there.

    ``base`` is what both sides last agreed on, read fields by name (``events.caldav.copies.Fields``): ``ours`` as we
    had it and ``theirs`` as the server kept it, which may rewrite what it is given. ``now`` is there while the other
    side says something else that waits for a person. ``extras``: others have put more into it than fields.
    ``owed`` names the fields over which ours is written because a person decided so, with what stood there when they
    did (``compare.ALL`` and ``NONE``: the whole entry). ``note`` was written in the calendar and stays in it;
    ``rendered`` marks from which state of the event it was made; ``deleted_at`` says since when it is gone there.
    ``unseen``: created by us after the token that we hold, so that what changed since must name it: servers do not
    tell of what came and went between two looks (RFC 6578 §3.5.2).
    """

    class Quarantine(models.TextChoices):
        DOUBLE = "double", _("the same entry stands twice in the calendar")
        UNREADABLE = "unreadable", _("the entry cannot be read")
        REFUSED = "refused", _("the server does not take this entry")

    calendar = models.ForeignKey(
        RemoteCalendar, verbose_name=_("calendar"), on_delete=models.CASCADE, related_name="items"
    )
    event = models.ForeignKey(
        Event, verbose_name=_("event"), null=True, blank=True, on_delete=models.CASCADE, related_name="remote_items"
    )
    href = models.CharField(_("address"), max_length=500)
    uid = models.CharField(max_length=255, blank=True)
    etag = models.CharField(max_length=255, blank=True)
    schedule_tag = models.CharField(max_length=255, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    base = models.JSONField(default=dict, blank=True)
    owed = models.JSONField(default=dict, blank=True)
    rendered = models.CharField(max_length=32, blank=True)
    unseen = models.BooleanField(default=False)
    note = models.TextField(_("note in the calendar"), blank=True)
    quarantined_because = models.CharField(_("set apart"), max_length=10, choices=Quarantine, blank=True)
    problem = models.CharField(_("what the server or the entry says"), max_length=300, blank=True)
    deleted_at = models.DateTimeField(_("not there since"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = RemoteItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a connected calendar")
        verbose_name_plural = _("entries of connected calendars")
        ordering = ["calendar", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "href"], name="remoteitem_once"),
            models.UniqueConstraint(
                fields=["calendar", "uid"],
                condition=~Q(uid="") & Q(quarantined_because="", deleted_at=None),
                name="remoteitem_uid_once",
            ),
            models.UniqueConstraint(
                fields=["calendar", "event"], condition=Q(event__isnull=False), name="remoteitem_event_once"
            ),
        ]

    def __str__(self):
        return self.title or self.href

    @property
    def title(self) -> str:
        """What the entry is called there, else here."""
        return self.base.get("theirs", {}).get("summary") or self.base.get("ours", {}).get("summary") or ""


class SyncProposalQuerySet(models.QuerySet):
    def open(self):
        return self.filter(decision="")

    def editable_by(self, user):
        """Those about the calendars that this person manages."""
        return self.filter(item__calendar__in=RemoteCalendar.objects.editable_by(user))


class SyncProposal(models.Model):
    """What the other side did to a field of ours, and waits for a person: nothing is overwritten meanwhile (9.1).

    ``base``, ``ours`` and ``theirs`` are read fields by name (``events.caldav.copies.Fields``), of those in ``fields``
    alone; ``theirs`` is empty for a deletion, ``ours`` for an event that we have withdrawn. ``note`` is a kind that
    asks nothing: it only says what the portal did.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", pgettext_lazy("calendar proposal", "changed in the calendar")
        DELETION = "deletion", pgettext_lazy("calendar proposal", "deleted in the calendar")
        CONFLICT = "conflict", pgettext_lazy("calendar proposal", "changed on both sides")
        NOTE = "note", pgettext_lazy("calendar proposal", "for information")

    class Decision(models.TextChoices):
        OPEN = "", pgettext_lazy("calendar proposal", "open")
        ACCEPTED = "accepted", pgettext_lazy("calendar proposal", "accepted")
        PUT_BACK = "put_back", pgettext_lazy("calendar proposal", "put back")
        OURS = "ours", pgettext_lazy("calendar proposal", "the portal's version")
        THEIRS = "theirs", pgettext_lazy("calendar proposal", "the calendar's version")
        SETTLED = "settled", pgettext_lazy("calendar proposal", "settled by itself")

    FOR_THEM = (Decision.ACCEPTED, Decision.THEIRS)
    OF_EVENT = {"when", "summary", "status", "location"}  # the other fields are the entry's alone

    item = models.ForeignKey(RemoteItem, verbose_name=_("entry"), on_delete=models.CASCADE, related_name="proposals")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    fields = models.JSONField(_("fields"), default=list)
    base = models.JSONField(default=dict)
    ours = models.JSONField(default=dict)
    theirs = models.JSONField(default=dict)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("seen"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = SyncProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal from a calendar")
        verbose_name_plural = _("proposals from calendars")
        ordering = ["-created_at", "-pk"]
        permissions = [("decide_syncproposal", _("Can decide on proposals from calendars"))]
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(decision=""), name="syncproposal_one_open"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.item}"

    @property
    def is_open(self) -> bool:
        return self.decision == self.Decision.OPEN

    @property
    def choices(self) -> tuple[str, ...]:
        """The decisions that a person can take now."""
        if not self.is_open:
            return ()
        if self.kind == self.Kind.CONFLICT:
            return (self.Decision.OURS, self.Decision.THEIRS)
        return (self.Decision.ACCEPTED, self.Decision.PUT_BACK)

    @property
    def digest(self) -> str:
        """Of what a person reads before deciding."""
        return digest_of([self.kind, self.fields, self.base, self.ours, self.theirs])

    def changes_event(self, decision: str) -> bool:
        """Whether ``decision`` changes the event itself, for everybody, and not only its entry in this calendar."""
        if decision not in self.FOR_THEM:
            return False
        return self.kind == self.Kind.DELETION or not self.OF_EVENT.isdisjoint(self.fields)


class SyncRun(models.Model):
    """One run over one calendar: what staff read of it afterwards. ``counts`` are numbers by name, see ``COUNTS``."""

    class Outcome(models.TextChoices):
        RUNNING = "running", pgettext_lazy("calendar run", "running")
        DONE = "done", pgettext_lazy("calendar run", "done")
        STOPPED = "stopped", pgettext_lazy("calendar run", "stopped by a guard")
        FAILED = "failed", pgettext_lazy("calendar run", "failed")
        PAUSED = "paused", pgettext_lazy("calendar run", "refused, paused")

    COUNTS = (
        "requests",  # sent to the server
        "seen",  # items the server told of
        "created",
        "updated",
        "deleted",
        "taken",  # fields of theirs that became ours
        "proposed",
        "conflicts",
        "found",  # items of others
        "quarantined",
        "adopted",  # of ours, found again after an answer was lost
    )

    calendar = models.ForeignKey(
        RemoteCalendar, verbose_name=_("calendar"), on_delete=models.CASCADE, related_name="runs"
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome, default=Outcome.RUNNING)
    is_full = models.BooleanField(_("everything compared"), default=False)
    error = models.CharField(_("error"), max_length=40, blank=True)
    detail = models.CharField(_("what the server said"), max_length=300, blank=True)
    counts = models.JSONField(_("counts"), default=dict)

    class Meta:
        verbose_name = _("run over a calendar")
        verbose_name_plural = _("runs over calendars")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["calendar", "-started_at"], name="syncrun_latest")]

    def __str__(self):
        return f"{self.calendar_id} {self.started_at:%Y-%m-%d %H:%M}"
