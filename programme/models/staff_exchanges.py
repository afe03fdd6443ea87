"""Somebody of one administration works for a while in the other (programme spec 1.1, P30)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.constraints import some_language
from iurc_portal.translation.languages import Spoken

OVER = ("completed", "reported")  # states of a stay that took place
AGREED = ("agreed", "running", *OVER)


class StaffExchangeQuerySet(models.QuerySet):
    TOLD = AGREED

    def public(self):
        """What is agreed and what came after; the page names units and aims, never people."""
        return self.filter(state__in=self.TOLD)

    def editable_by(self, user):
        """Staff of the sending and of the hosting side; managers all."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.side and user.has_perm("programme.change_staffexchange"):
            return self.filter(Q(sending__side=user.side) | Q(hosting__side=user.side))
        return self.none()


class StaffExchange(StateMachine):
    """A stay of ``person`` from ``sending`` at ``hosting``. Days are days of the hosting side's calendar."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("stay", "proposed")
        AGREED = "agreed", pgettext_lazy("stay", "agreed")
        RUNNING = "running", pgettext_lazy("stay", "under way")
        COMPLETED = "completed", pgettext_lazy("stay", "completed")
        REPORTED = "reported", pgettext_lazy("stay", "reported")
        DECLINED = "declined", pgettext_lazy("stay", "declined")
        CANCELLED = "cancelled", pgettext_lazy("stay", "cancelled")

    NEXT = {
        "proposed": {"agreed", "declined", "cancelled"},
        "agreed": {"running", "cancelled"},
        "running": {"completed", "cancelled"},
        "completed": {"reported"},
        "reported": set(),
        "declined": set(),
        "cancelled": set(),
    }

    exchange = models.ForeignKey(
        "programme.Exchange", verbose_name=_("exchange"), on_delete=models.PROTECT, related_name="staff_exchanges"
    )
    person = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=_("who goes"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="stays",
    )
    sending = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("sending organisation"),
        on_delete=models.PROTECT,
        related_name="stays_sent",
    )
    sending_unit = models.CharField(_("sending office"), max_length=160, blank=True)
    hosting = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("hosting organisation"),
        on_delete=models.PROTECT,
        related_name="stays_hosted",
    )
    hosting_unit = models.CharField(_("hosting office"), max_length=160, blank=True)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    aims = models.TextField(_("learning aims"))
    mentor = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=_("mentor"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="stays_mentored",
    )
    note = models.TextField(
        _("learning note"), blank=True, help_text=_("What was learnt; without names, for the public.")
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PROPOSED, editable=False)
    reason = models.TextField(_("why it was declined or cancelled"), blank=True, editable=False)
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = StaffExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff exchange")
        verbose_name_plural = _("staff exchanges")
        ordering = [F("first_day").desc(nulls_first=True), "pk"]
        constraints = [
            some_language("staffexchange", "aims"),
            models.CheckConstraint(
                name="staffexchange_ends_after_it_starts",
                condition=Q(first_day=None) | Q(last_day=None) | Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day is before the first: set a later last day."),
            ),
            models.CheckConstraint(
                name="staffexchange_agreed_has_days",
                condition=Q(state__in=["proposed", "declined", "cancelled"])
                | Q(first_day__isnull=False, last_day__isnull=False),
                violation_error_message=_("Write the first and the last day: a stay is agreed with its days."),
            ),
        ]

    def __str__(self):
        return f"{self.sending} → {self.hosting}"

    @property
    def called(self) -> Spoken:
        """From where to where, for a reader of the active language; people are named nowhere."""
        sending, hosting = Spoken.of(self.sending, "name"), Spoken.of(self.hosting, "name")
        return Spoken.written_in(f"{sending} → {hosting}", sending.language)

    def clean(self):
        super().clean()
        if self.sending_id and self.hosting_id and self.sending.side == self.hosting.side:
            words = _("Both organisations are on the same side: choose one of the other city as host.")
            raise ValidationError({"hosting": ValidationError(words, code="same_side")})


class StaySession(models.Model):
    """A session of a stay: it owns its event, which has name, hours and place and is private."""

    stay = models.ForeignKey(
        StaffExchange, verbose_name=_("staff exchange"), on_delete=models.CASCADE, related_name="sessions"
    )
    event = models.OneToOneField(
        "events.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="stay_session", editable=False
    )

    class Meta:
        verbose_name = _("session of the stay")
        verbose_name_plural = _("sessions of the stay")
        ordering = ["event__dtstart", "pk"]

    def __str__(self):
        return str(self.event)
