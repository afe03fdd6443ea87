"""Who comes. One row per person and event for life: a return revives the row."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.accounts.names import KEY_FIELDS, NAME_FIELDS, Named
from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import validate_tzid
from iurc_portal.translation.languages import Language


def taking_a_seat(*, now, pending_holds: bool | None = None) -> Q:
    """Who takes a seat at ``now``: confirmed, or with a hold that lasts. Time decides, not a sweep (2.10).

    A request that waits for approval counts where its event says so (2.13): ``pending_holds``, or the event's column.
    """
    State = Registration.State
    taking = Q(state=State.CONFIRMED) | Q(state__in=[State.UNPROVED, State.OFFERED], hold_until__gt=now)
    if pending_holds is None:
        return taking | Q(state=State.PENDING, event__pending_holds_seat=True)
    return taking | Q(state=State.PENDING) if pending_holds else taking


# What names or describes the person of a registration: blank once it is anonymised (13.3).
PERSONAL = (
    *("email", *NAME_FIELDS, "company", "job_title"),
    *("interpretation", "access_needs", "decision_note"),
)


class RegistrationQuerySet(models.QuerySet):
    def taking_seats(self, *, now):
        """Those who take a seat at ``now``; see ``taking_a_seat``."""
        return self.filter(taking_a_seat(now=now))

    def in_line(self):
        """Those who wait, the next first: by priority, by the time they asked, by number (3.3)."""
        return self.filter(state=Registration.State.WAITING).order_by("-priority", "joined_at", "pk")

    def with_party(self):
        """Annotate ``party``: how many seats the unit needs, a lead's with those who wait along (2.18)."""
        along = Registration.objects.untold().filter(group__lead=OuterRef("pk")).order_by()
        number = Subquery(along.values("group").annotate(n=models.Count("pk")).values("n"))
        return self.annotate(party=1 + Coalesce(number, 0))

    def untold(self):
        """Whom a lead named and nobody has written to yet: they hold seats, or wait, as long as their lead does."""
        named = self.filter(state=Registration.State.UNPROVED, last_mail_at=None, group__isnull=False)
        return named.exclude(group__lead=models.F("pk"))

    def current(self):
        """Whoever has a place or asks for one: what a person sees among their own."""
        return self.filter(state__in=Registration.CURRENT)

    def with_position(self):
        """Annotate ``position``: the rank among those who wait, None for others. Computed, never stored (3.3)."""
        ahead = Registration.objects.filter(
            Q(priority__gt=OuterRef("priority"))
            | Q(priority=OuterRef("priority"), joined_at__lt=OuterRef("joined_at"))
            | Q(priority=OuterRef("priority"), joined_at=OuterRef("joined_at"), pk__lte=OuterRef("pk")),
            event=OuterRef("event"),
            state=Registration.State.WAITING,
        ).order_by()
        rank = Subquery(ahead.values("event").annotate(n=models.Count("pk")).values("n"))
        return self.annotate(position=Case(When(state=Registration.State.WAITING, then=rank), default=None))

    def reachable(self):
        """Those who can be written to: who is anonymised has no address any more."""
        return self.exclude(email_key=None)

    def confirmed(self):
        return self.filter(state=Registration.State.CONFIRMED)

    def editable_by(self, user):
        """Those of the events that this person edits."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("events.change_registration"):
            return self.filter(event__organizer__side=user.side)
        return self.none()


class Registration(StateMachine, Named):
    """One person at one event. ``unproved`` means that the address has not been confirmed yet."""

    class State(models.TextChoices):
        UNPROVED = "unproved", _("address not confirmed yet")
        PENDING = "pending", pgettext_lazy("registration", "waiting for approval")
        CONFIRMED = "confirmed", _("confirmed")
        WAITING = "waiting", pgettext_lazy("registration", "on the waiting list")
        OFFERED = "offered", pgettext_lazy("registration", "has an offer")
        CANCELLED = "cancelled", pgettext_lazy("registration", "cancelled")
        REJECTED = "rejected", pgettext_lazy("registration", "not accepted")
        EXPIRED = "expired", pgettext_lazy("registration", "offer missed or declined")

    class Source(models.TextChoices):
        FORM = "form", pgettext_lazy("registered by", "the form")
        STAFF = "staff", pgettext_lazy("registered by", "staff")
        IMPORT = "import", pgettext_lazy("registered by", "a spreadsheet")
        DELEGATION = "delegation", pgettext_lazy("registered by", "the head of a delegation")

    NEXT = {
        "unproved": {"confirmed", "pending", "waiting", "cancelled"},
        "pending": {"confirmed", "rejected", "cancelled"},
        "confirmed": {"cancelled"},
        "waiting": {"offered", "confirmed", "cancelled"},
        "offered": {"confirmed", "expired", "cancelled", "waiting"},
        "cancelled": {"unproved", "confirmed", "pending", "waiting"},
        "rejected": {"confirmed", "pending"},
        "expired": {"waiting"},
    }
    CURRENT = ("confirmed", "pending", "waiting", "offered")

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="registrations"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="registrations",
    )
    email = models.EmailField(_("e-mail"))
    email_key = models.CharField(max_length=254, null=True, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.UNPROVED, editable=False)
    hold_until = models.DateTimeField(_("seat held until"), null=True, blank=True, editable=False)
    joined_at = models.DateTimeField(_("asked"), editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    priority = models.SmallIntegerField(
        _("priority"), default=0, editable=False, help_text=_("On the waiting list the higher number comes first.")
    )
    source = models.CharField(
        pgettext_lazy("registration", "registered by"),
        max_length=10,
        choices=Source,
        default=Source.FORM,
        editable=False,
    )
    decision_note = models.CharField(_("reason told to the person"), max_length=300, blank=True, editable=False)
    language = models.CharField(_("language of messages"), max_length=2, choices=Language)
    tzid = models.CharField(_("time zone"), max_length=64, validators=[validate_tzid])
    company = models.CharField(_("organisation"), max_length=160, blank=True)
    job_title = models.CharField(_("role"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    interpretation = models.CharField(
        _("interpretation"), max_length=3, blank=True, help_text=_("The language into which this person wants it.")
    )
    access_needs = models.CharField(_("access needs"), max_length=400, blank=True)
    join_window = models.PositiveSmallIntegerField(
        _("may enter the room, minutes before the start"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_("For speakers and interpreters, who come earlier. Empty: as everybody."),
    )
    last_sequence = models.IntegerField(null=True, editable=False)
    told_up_to = models.BigIntegerField(null=True, editable=False)  # the last EventChange this person knows of (5.2)
    last_mail_at = models.DateTimeField(null=True, blank=True, editable=False)
    consent_version = models.CharField(_("privacy text that was shown"), max_length=20, blank=True, editable=False)
    group = models.ForeignKey(
        "events.RegistrationGroup",
        verbose_name=pgettext_lazy("of people", "group"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="members",
    )
    # An answer to the invitation said so; staff decide, since mail can be forged (6.8).
    wants_to_withdraw_at = models.DateTimeField(_("declined in the calendar"), null=True, blank=True, editable=False)
    needs_review_since = models.DateTimeField(_("to be looked at since"), null=True, blank=True, editable=False)
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, blank=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["event", "joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "email_key"], name="registration_once_per_address"),
            models.CheckConstraint(
                name="registration_hold_fits_the_state",
                condition=Q(state="unproved")
                | Q(state="offered", hold_until__isnull=False)
                | (Q(hold_until=None) & ~Q(state="offered")),
            ),
            models.CheckConstraint(  # what is anonymised names nobody (13.3), whoever writes to it later
                name="registration_anonymised_names_nobody",
                condition=Q(anonymised_at=None)
                | Q(email_key=None, user=None, **dict.fromkeys((*PERSONAL, *KEY_FIELDS), "")),
            ),
        ]
        indexes = [
            models.Index(fields=["event", "state", "hold_until"], name="registration_seats"),
            # What the staff's home counts among all: those of the week, and the few that somebody must look at.
            models.Index(fields=["joined_at"], name="registration_joined"),
            models.Index(
                fields=["needs_review_since"],
                condition=Q(needs_review_since__isnull=False),
                name="registration_to_review",
            ),
            models.Index(
                fields=["wants_to_withdraw_at"],
                condition=Q(wants_to_withdraw_at__isnull=False),
                name="registration_to_withdraw",
            ),
            models.Index(
                fields=["event", "-priority", "joined_at", "id"],
                condition=Q(state="waiting"),
                name="registration_line",
            ),
        ]
        permissions = [
            ("moderate_registration", _("Can approve, reject and offer places")),
            ("override_limits", _("Can give places beyond the limits")),
            ("check_in", _("Can check people in")),
        ]

    def __str__(self):
        return f"{self.display_name(self.language) or self.email or '–'} – {self.event}"

    def takes_a_seat(self, *, now) -> bool:
        """What ``taking_seats`` says of one row, read under the event's lock; ``self.event`` is the locked one."""
        if self.state in {self.State.UNPROVED, self.State.OFFERED}:
            return self.hold_until is not None and self.hold_until > now
        if self.state == self.State.PENDING:
            return self.event.pending_holds_seat
        return self.state == self.State.CONFIRMED


class AccessToken(models.Model):
    """The digest of a token that was mailed. The clear token is never stored (16.2).

    It belongs to a registration; an invitation, sent before there is one, to its ``event``, and to one address if
    staff wish (``email_key``).
    """

    class Purpose(models.TextChoices):
        PROVE = "prove", _("confirm the address")
        MANAGE = "manage", _("change or cancel")
        OFFER = "offer", pgettext_lazy("token", "accept an offered place")
        INVITATION = "invitation", pgettext_lazy("token", "register by invitation")
        JOIN = "join", _("enter the room")

    registration = models.ForeignKey(
        Registration,
        verbose_name=_("registration"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="tokens",
    )
    event = models.ForeignKey(
        "events.Event",
        verbose_name=_("event"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="invitations",
    )
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering = ["-expires_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="accesstoken_of_a_registration_or_an_event",
                condition=Q(purpose="invitation", event__isnull=False, registration=None)
                | (~Q(purpose="invitation") & Q(event=None, registration__isnull=False)),
            )
        ]

    def __str__(self):
        return f"{self.purpose} {self.registration_id or self.event_id}"

    @property
    def manages(self) -> bool:
        """Whether it opens the person's own page with all it can do; an offer that is over shows the state alone."""
        return self.purpose == self.Purpose.MANAGE or (self.purpose == self.Purpose.OFFER and self.used_at is None)

    def is_expired(self, *, now) -> bool:
        return now >= self.expires_at
