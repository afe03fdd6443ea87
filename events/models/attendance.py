"""Who came: clicks into the room, times of presence, the door, certificates (events spec 8).

A click means "joined", never "attended"; what attending means is in ``events.services.attendance``.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from iurc_portal.audit.machine import StateMachine


class JoinClick(models.Model):
    """Somebody pressed the button into the room."""

    registration = models.ForeignKey(
        "events.Registration", verbose_name=_("registration"), on_delete=models.CASCADE, related_name="join_clicks"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("click into the room")
        verbose_name_plural = _("clicks into the room")
        ordering = ["registration", "at", "pk"]

    def __str__(self):
        return f"{self.registration_id} {self.at:%Y-%m-%d %H:%M}"


class AttendanceInterval(StateMachine):
    """A time of presence from the list of the room's provider, as half-open UTC instants.

    It waits until it is known whose it is. ``who`` is a digest of how the list names the person, the same for all
    rows of one person; ``external_id`` one of the row, so that the same file twice changes nothing (8.6).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("nobody found")
        MATCHED = "matched", _("found")
        IGNORED = "ignored", _("left out")

    NEXT = {"waiting": {"matched", "ignored"}, "matched": {"waiting"}, "ignored": {"waiting"}}

    class How(models.TextChoices):
        CODE = "code", _("by the number of the registration")
        EMAIL = "email", _("by the e-mail address")
        NAME = "name", _("by the name")
        STAFF = "staff", _("by hand")

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), on_delete=models.CASCADE, related_name="attendance_intervals"
    )
    registration = models.ForeignKey(
        "events.Registration",
        verbose_name=_("registration"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="attendance_intervals",
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING, editable=False)
    how = models.CharField(_("how found"), max_length=5, choices=How, blank=True, editable=False)
    joined_at = models.DateTimeField(_("came"))
    left_at = models.DateTimeField(_("left"))
    source = models.CharField(max_length=20, default="import", editable=False)
    external_id = models.CharField(max_length=64, editable=False)
    who = models.CharField(max_length=64, editable=False)
    name = models.CharField(_("name in the list"), max_length=200, blank=True)
    email = models.CharField(_("e-mail in the list"), max_length=254, blank=True)
    imported_at = models.DateTimeField(_("imported"), editable=False)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("time of presence")
        verbose_name_plural = _("times of presence")
        ordering = ["event", "joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="attendanceinterval_once"),
            models.CheckConstraint(
                name="attendanceinterval_leaves_after_coming", condition=Q(left_at__gt=F("joined_at"))
            ),
            models.CheckConstraint(
                name="attendanceinterval_matched_has_a_person",
                condition=Q(state="matched", registration__isnull=False)
                | (~Q(state="matched") & Q(registration__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["event", "state", "who"], name="attendanceinterval_waiting")]

    def __str__(self):
        return f"{self.name or self.email} {self.joined_at:%Y-%m-%d %H:%M}"


class CheckIn(StateMachine):
    """At the door, or wherever staff saw with their own eyes that somebody is there. Reversible, with its author."""

    class State(models.TextChoices):
        PRESENT = "present", _("present")
        UNDONE = "undone", _("taken back")

    NEXT = {"present": {"undone"}, "undone": {"present"}}

    registration = models.OneToOneField(
        "events.Registration", verbose_name=_("registration"), on_delete=models.CASCADE, related_name="check_in"
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.PRESENT, editable=False)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["-at", "pk"]

    def __str__(self):
        return f"{self.registration_id} ({self.get_state_display()})"


class Certificate(models.Model):
    """That somebody took part, under a code that anybody may ask about. What it says is read from the registration."""

    registration = models.OneToOneField(
        "events.Registration", verbose_name=_("registration"), on_delete=models.CASCADE, related_name="certificate"
    )
    code = models.CharField(max_length=12, unique=True, editable=False)
    issued_at = models.DateTimeField(_("issued"), editable=False)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-issued_at", "pk"]

    def __str__(self):
        return self.code
