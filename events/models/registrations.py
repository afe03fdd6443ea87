"""Who comes. One row per person and event for life: a return revives the row."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.accounts.names import Named
from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import validate_tzid
from iurc_portal.translation.languages import Language


class RegistrationQuerySet(models.QuerySet):
    def taking_seats(self, *, now):
        """Those who take a seat at ``now``: confirmed, or unproved while their hold lasts. Time decides (2.10)."""
        return self.filter(
            Q(state=Registration.State.CONFIRMED) | Q(state=Registration.State.UNPROVED, hold_until__gt=now)
        )

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
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    NEXT = {
        "unproved": {"confirmed", "cancelled"},
        "confirmed": {"cancelled"},
        "cancelled": {"unproved", "confirmed"},
    }

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
    language = models.CharField(_("language of messages"), max_length=2, choices=Language)
    tzid = models.CharField(_("time zone"), max_length=64, validators=[validate_tzid])
    company = models.CharField(_("organisation"), max_length=160, blank=True)
    job_title = models.CharField(_("role"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    interpretation = models.CharField(
        _("interpretation"), max_length=3, blank=True, help_text=_("The language into which this person wants it.")
    )
    access_needs = models.CharField(_("access needs"), max_length=400, blank=True)
    last_sequence = models.IntegerField(null=True, editable=False)
    last_mail_at = models.DateTimeField(null=True, blank=True, editable=False)
    consent_version = models.CharField(max_length=20, blank=True, editable=False)
    group = models.ForeignKey(
        "events.RegistrationGroup",
        verbose_name=pgettext_lazy("of people", "group"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="members",
    )
    needs_review_since = models.DateTimeField(_("to be looked at since"), null=True, blank=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["event", "joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "email_key"], name="registration_once_per_address"),
            models.CheckConstraint(
                name="registration_hold_only_unproved", condition=Q(hold_until=None) | Q(state="unproved")
            ),
        ]
        indexes = [models.Index(fields=["event", "state", "hold_until"], name="registration_seats")]

    def __str__(self):
        return f"{self.display_name(self.language) or self.email} – {self.event}"


class AccessToken(models.Model):
    """The digest of a token that was mailed. The clear token is never stored (16.2)."""

    class Purpose(models.TextChoices):
        PROVE = "prove", _("confirm the address")
        MANAGE = "manage", _("change or cancel")

    registration = models.ForeignKey(
        Registration, verbose_name=_("registration"), on_delete=models.CASCADE, related_name="tokens"
    )
    purpose = models.CharField(_("purpose"), max_length=6, choices=Purpose)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering = ["-expires_at", "pk"]

    def __str__(self):
        return f"{self.purpose} {self.registration_id}"

    def is_expired(self, *, now) -> bool:
        return now >= self.expires_at
