"""Whatever has an hour. RFC 5545 VEVENT and schema.org Event."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.addresses import LISTS, PERSONAL, check_calendar_address
from events.models.switches import RegistrationSwitches
from events.when import When
from iurc_portal.clock import FurtherCity, validate_tzid
from iurc_portal.translation.constraints import some_language

MOST_MINUTES = 24 * 60  # of a window before the start, or of presence
LANGUAGE_TAG = RegexValidator(r"^[a-z]{2,3}$", _("Write a language code such as it, en or ja."), code="language")


def uid_for(public_id: uuid.UUID) -> str:
    """The UID of an event, for ever the same in mail, feed and page, whatever the host is called (6.2)."""
    return f"{public_id}@{settings.ICS_DOMAIN}"


class Track(models.Model):
    """What feeds and lists divide by: webinars, visits, …"""

    slug = models.SlugField(_("address of the page"), unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["slug"]
        constraints = [some_language("track")]

    def __str__(self):
        return self.name or self.slug

    def clean(self):
        super().clean()
        of_series = Event._meta.get_field("series").related_model.objects
        check_calendar_address(self.slug, of_series, taken=("all", *LISTS, PERSONAL))


class EventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What may be opened: everything for staff who manage events, the published for others.

        Events for participants exist only for those who hold a place.
        """
        if user.is_authenticated and user.has_perm("events.view_event"):
            return self
        open_to_all = ~Q(access=Event.Access.PARTICIPANTS)
        if not user.is_authenticated:
            return self.published().filter(open_to_all)
        takes_part = models.Exists(user.registrations.filter(event=models.OuterRef("pk"), state="confirmed"))
        return self.published().filter(open_to_all | Q(takes_part))

    def listed(self):
        """What stands in public lists and feeds, the same for everybody."""
        return self.published().filter(access=Event.Access.PUBLIC)

    def published(self):
        return self.exclude(status=Event.Status.TENTATIVE).exclude(published_at=None)

    def upcoming(self, *, now):
        """Events not over at ``now`` (aware), soonest first."""
        return self.filter(dtend__gt=now).order_by("dtstart", "pk")

    def past(self, *, now):
        """Events over at ``now`` (aware), latest first."""
        return self.filter(dtend__lte=now).order_by("-dtstart", "-pk")

    def with_seats_counted(self, *, now):
        """Annotate ``places_taken`` alone: what lists of staff tell; for showing only, never for deciding (2.8)."""
        seats = self.model.registrations.rel.related_model.objects.taking_seats(now=now)
        counted = seats.filter(event=models.OuterRef("pk")).order_by().values("event")
        counted = counted.annotate(n=models.Count("pk")).values("n")
        return self.annotate(places_taken=Coalesce(models.Subquery(counted), 0))

    def with_places_taken(self, *, now):
        """Annotate ``places_taken``, ``somebody_waits``, ``kinds_full``; for showing only, never for deciding (2.8).

        ``kinds_full``: there are seats by kind, and of none that visitors choose is one left.
        """
        registrations = self.model.registrations.rel.related_model.objects
        seats = registrations.taking_seats(now=now)
        waiting = registrations.filter(event=models.OuterRef("pk"), state="waiting")
        pools = self.model.seat_pools.rel.related_model
        kinds = pools.objects.filter(event=models.OuterRef("pk"), kind__in=pools.FOR_EVERYBODY)
        held = pools.seats.rel.related_model.objects.filter(
            pool=models.OuterRef("pk"), state="held", registration__in=seats.values("pk")
        )
        number = held.order_by().values("pool").annotate(n=models.Count("pk")).values("n")
        free = kinds.annotate(n_held=Coalesce(models.Subquery(number), 0)).filter(size__gt=F("n_held"))
        return self.with_seats_counted(now=now).annotate(
            somebody_waits=models.Exists(waiting),
            kinds_full=models.Case(
                models.When(models.Exists(kinds) & ~models.Exists(free), then=True),
                default=False,
                output_field=models.BooleanField(),
            ),
        )

    def editable_by(self, user):
        """Staff edit what their own city's side organises, managers all (14.8)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("events.change_event"):
            return self.filter(organizer__side=user.side)
        return self.none()


class Event(RegistrationSwitches):
    """Something that happens at a known time.

    ``dtstart`` and ``dtend`` (exclusive) are UTC instants; ``wall_start`` and ``wall_end`` keep what the editor typed,
    on the clocks of ``tzid`` (ISO 8601 without offset). Where ``all_day`` they bound days of that calendar, which are
    shown as dates and never converted (12.8). An event that was ever published is cancelled, never deleted:
    its UID is in other people's calendars.
    """

    class Status(models.TextChoices):
        TENTATIVE = "TENTATIVE", _("draft")
        CONFIRMED = "CONFIRMED", _("published")
        CANCELLED = "CANCELLED", _("cancelled")

    NEXT = {
        "TENTATIVE": {"CONFIRMED", "CANCELLED"},
        "CONFIRMED": {"TENTATIVE", "CANCELLED"},
        "CANCELLED": {"CONFIRMED"},
    }

    class Access(models.TextChoices):
        PUBLIC = "public", _("public")
        UNLISTED = "unlisted", _("whoever has the address")
        PARTICIPANTS = "participants", _("participants and staff only")

    class AttendanceMode(models.TextChoices):
        ONLINE = "online", _("online")
        OFFLINE = "offline", _("in person")
        MIXED = "mixed", _("in person and online")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uid = models.CharField(max_length=160, unique=True, editable=False)
    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="events")
    organizer = models.ForeignKey(
        "ecosystem.Organisation", verbose_name=_("organizer"), on_delete=models.PROTECT, related_name="events"
    )
    contact_email = models.EmailField(_("contact"), blank=True, help_text=_("Answers to our mail go here."))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.TENTATIVE, editable=False)
    access = models.CharField(_("who may see it"), max_length=12, choices=Access, default=Access.PUBLIC)
    event_attendance_mode = models.CharField(
        _("how people take part"), max_length=7, choices=AttendanceMode, default=AttendanceMode.ONLINE
    )
    location = models.CharField(_("location"), max_length=240, blank=True)
    place = models.ForeignKey(
        "ecosystem.Place",
        verbose_name=_("place"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    dtstart = models.DateTimeField(_("start"))
    dtend = models.DateTimeField(_("end"), help_text=_("The first moment after the event."))
    tzid = models.CharField(_("time zone"), max_length=64, default="Europe/Rome", validators=[validate_tzid])
    all_day = models.BooleanField(
        _("all day"),
        default=False,
        help_text=_("Whole days: hours are not needed, and the same dates are shown in both cities."),
    )
    # Cities beside the two whose time is told: rows of ``clock.FurtherCity.kept``, written by what owns the event.
    further_cities = models.JSONField(default=list, blank=True, editable=False)
    wall_start = models.CharField(max_length=19, blank=True, editable=False)
    wall_end = models.CharField(max_length=19, blank=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    schedule_version = models.PositiveIntegerField(default=0, editable=False)
    schedule_since = models.DateTimeField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    cancellation_reason = models.CharField(
        _("reason of the cancellation"), max_length=300, blank=True, help_text=_("Shown on the page and in the mail.")
    )
    last_modified = models.DateTimeField(_("changed"), auto_now=True)
    join_url = models.URLField(_("address of the room"), blank=True, max_length=500)
    phone_access = models.TextField(
        _("access by telephone"),
        blank=True,
        max_length=500,
        help_text=_("Numbers and code to dial, a line each. Only those with a place read it, on their own page."),
    )
    join_window = models.PositiveSmallIntegerField(
        _("the room opens, minutes before the start"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text=_("Empty: 30 minutes."),
    )
    join_opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    join_closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    attended_minutes = models.PositiveSmallIntegerField(
        _("who counts as present: minutes at least"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_MINUTES)],
    )
    attended_share = models.PositiveSmallIntegerField(
        _("who counts as present: per cent of the event at least"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Either of the two is enough. Both empty: half of the event."),
    )
    registration_open = models.BooleanField(_("registration open"), default=False)
    registration_closes_at = models.DateTimeField(
        _("registration closes"), null=True, blank=True, help_text=_("Empty: at the start.")
    )
    maximum_attendee_capacity = models.PositiveIntegerField(
        pgettext_lazy("seats", "places"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    themes = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("themes"),
        blank=True,
        related_name="events",
        limit_choices_to={"scheme": "theme"},
    )
    is_sample = models.BooleanField(_("sample"), default=False, help_text=_("Demonstration data, marked as such."))
    series = models.ForeignKey(
        "events.Series",
        verbose_name=_("series"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="events",
    )
    # The start that the series' rule gives this date: its name within the series, wherever it was moved since.
    recurrence_id = models.DateTimeField(null=True, blank=True, editable=False)
    changed_alone = models.BooleanField(_("changed on its own"), default=False, editable=False)
    question_set = models.ForeignKey(
        "events.QuestionSet",
        verbose_name=_("questions of the form"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    answers_until = models.DateTimeField(
        _("answers may be changed until"), null=True, blank=True, help_text=_("Empty: until the start.")
    )
    maximum_group_size = models.PositiveSmallIntegerField(
        _("people in a group, at most"), null=True, blank=True, help_text=_("Empty: 10. With 1 nobody brings others.")
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["dtstart", "pk"]
        permissions = [
            ("publish_event", _("Can publish and cancel events")),
            ("see_join_address", _("Can see and change the address of the room")),
        ]
        constraints = [
            some_language("event"),
            models.CheckConstraint(
                name="event_ends_after_it_starts",
                condition=Q(dtend__gt=F("dtstart")),
                violation_error_message=_("The event ends before it starts: set an end after the start."),
            ),
            models.UniqueConstraint(fields=["series", "recurrence_id"], name="event_once_in_series"),
            models.CheckConstraint(
                name="event_attended_share_is_a_share",
                condition=Q(attended_share=None) | Q(attended_share__gte=1, attended_share__lte=100),
            ),
        ]
        indexes = [models.Index(fields=["status", "access", "dtstart"], name="event_listed")]

    def __str__(self):
        return self.name or self.slug

    def get_absolute_url(self):
        return reverse("events:event", args=[self.slug])

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def was_published(self) -> bool:
        """Whether its UID may be in other people's calendars: then it is cancelled, never deleted."""
        return self.published_at is not None

    @property
    def is_listed(self) -> bool:
        """What ``listed`` says of a set, of this row."""
        published = self.published_at is not None and self.status != self.Status.TENTATIVE
        return published and self.access == self.Access.PUBLIC

    @property
    def places_left(self) -> int | None:
        """Free places for showing, on rows read ``with_places_taken``; None where there is no limit.

        While somebody waits none is free for others (2.14), nor where every kind of seat is taken.
        """
        if getattr(self, "kinds_full", False):
            return 0
        if self.maximum_attendee_capacity is None:
            return None
        if getattr(self, "somebody_waits", False):
            return 0
        return max(self.maximum_attendee_capacity - self.places_taken, 0)

    @property
    def when(self) -> When:
        """Its time as people read it."""
        return When(self.dtstart, self.dtend, self.tzid, self.all_day, self.further)

    @property
    def further(self) -> tuple[FurtherCity, ...]:
        """The cities beside the two that take part, in the order in which their owner wrote them."""
        return FurtherCity.read(self.further_cities)

    @property
    def length(self) -> timedelta:
        return self.dtend - self.dtstart

    def accepts_registrations(self, *, now) -> bool:
        """Whether a request at ``now`` is in time; whether a place is free is another question."""
        if not self.registration_open or self.status != self.Status.CONFIRMED:
            return False
        has_opened = self.registration_opens_at is None or self.registration_opens_at <= now
        return has_opened and now < self.registration_ends_at

    @property
    def registration_ends_at(self):
        """The first moment at which nobody can ask for a place any more (2.1)."""
        return min(self.registration_closes_at or self.dtstart, self.dtstart)

    def has_seats(self, *, now) -> bool:
        """Whether anybody who asks at ``now`` finds a seat, for showing, on rows read ``with_places_taken``."""
        return self.accepts_registrations(now=now) and not self.invitation_only and self.places_left != 0

    def takes_answers(self, *, now) -> bool:
        """Whether somebody registered may still change what they answered (2.19)."""
        return self.status == self.Status.CONFIRMED and now < min(self.answers_until or self.dtstart, self.dtstart)

    @property
    def group_limit(self) -> int:
        """How many people one of them may register, that one included; 1: no groups (2.1).

        Where staff look at each request, or invite, people are not named by others.
        """
        if self.approval_required or self.invitation_only:
            return 1
        return self.maximum_group_size or settings.IURC_EVENTS["group_size"]

    def move_to(self, status: str) -> str:
        """Change the status and return the former one. The caller saves and sees to ``sequence`` (6.4)."""
        former = self.status
        if status not in self.NEXT[former]:
            raise ValidationError(
                _("An event that is %(now)s cannot become %(wanted)s."),
                code="transition",
                params={"now": self.get_status_display(), "wanted": self.Status(status).label},
            )
        self.status = status
        return former


class EventLanguage(models.Model):
    """A language heard or read at an event. Interpretation is data, so that it can be filtered and counted."""

    class Role(models.TextChoices):
        SPOKEN = "spoken", _("spoken")
        INTERPRETED = "interpreted", _("interpreted")
        CAPTIONED = "captioned", _("captions")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="languages")
    language = models.CharField(_("language"), max_length=3, validators=[LANGUAGE_TAG])
    role = models.CharField(_("role"), max_length=11, choices=Role, default=Role.SPOKEN)

    class Meta:
        verbose_name = _("language of the event")
        verbose_name_plural = _("languages of the event")
        ordering = ["event", "role", "language"]
        constraints = [models.UniqueConstraint(fields=["event", "language", "role"], name="eventlanguage_once")]

    def __str__(self):
        return f"{self.language} ({self.get_role_display()})"
