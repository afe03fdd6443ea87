"""Where a good practice went: written by those who took it over, never by those who gave it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models.tests import DatePrecision
from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.constraints import some_language


class TransferQuerySet(models.QuerySet):
    def writable_by(self, user):
        """Those of the receiving side; a confirmed one is history and only a superuser mends it."""
        if user.is_superuser:
            return self
        if not (user.is_staff and user.side and user.has_perm("ecosystem.change_transfer")):
            return self.none()
        received = Q(organisation__side=user.side) | Q(organisation=None, city__slug=user.side)
        return self.filter(received, state=Transfer.State.REPORTED).exclude(practice__city__slug=user.side)


class Transfer(StateMachine):
    """A practice taken over by a city or an organisation of the other side.

    ``started`` and ``in_use_since`` are the first day they may be, with how exact they are.
    """

    class State(models.TextChoices):
        REPORTED = "reported", pgettext_lazy("transfer", "reported")
        CONFIRMED = "confirmed", pgettext_lazy("transfer", "confirmed")

    NEXT = {"reported": {"confirmed"}, "confirmed": set()}

    practice = models.ForeignKey(
        "ecosystem.GoodPractice",
        verbose_name=_("good practice"),
        on_delete=models.PROTECT,
        related_name="transfers",
    )
    city = models.ForeignKey(
        "ecosystem.City",
        verbose_name=_("receiving city"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="transfers",
    )
    organisation = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("receiving organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="transfers",
    )
    adapted = models.TextField(_("what was adapted"))
    started = models.DateField(_("started"), null=True, blank=True)
    started_precision = models.CharField(
        _("how exact is the start"), max_length=5, choices=DatePrecision, default=DatePrecision.MONTH
    )
    in_use_since = models.DateField(_("in use since"), null=True, blank=True)
    in_use_precision = models.CharField(
        _("how exact is the use"), max_length=5, choices=DatePrecision, default=DatePrecision.MONTH
    )
    proof = models.URLField(
        _("proof"),
        max_length=400,
        blank=True,
        help_text=_("A page or a document on the web that shows it. It is needed for the transfer to be confirmed."),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.REPORTED, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = [F("started").asc(nulls_last=True), "pk"]
        constraints = [
            some_language("transfer", "adapted"),
            models.CheckConstraint(
                name="transfer_has_receiver",
                condition=Q(city__isnull=False) | Q(organisation__isnull=False),
                violation_error_message=_("Choose the city or the organisation that took the practice over."),
            ),
            models.CheckConstraint(
                name="transfer_in_use_after_it_starts",
                condition=Q(started=None) | Q(in_use_since=None) | Q(in_use_since__gte=F("started")),
                violation_error_message=_("It is in use before it starts: set a later day of use."),
            ),
            models.CheckConstraint(
                name="transfer_confirmed_has_proof",
                condition=Q(state="reported") | ~Q(proof=""),
                violation_error_message=_("It is confirmed: the proof stays. Write where it can be seen."),
            ),
        ]

    def __str__(self):
        return f"{self.practice} → {self.receiver}"

    @property
    def receiver(self):
        return self.organisation or self.city

    @property
    def receiving_side(self) -> str:
        """``torino`` or ``nagoya``, or the slug of a third city; "" where nobody receives yet."""
        if self.organisation is not None:
            return self.organisation.side
        return self.city.slug if self.city is not None else ""

    def clean(self):
        """What stays at home is no transfer."""
        super().clean()
        if self.practice_id and self.receiving_side and self.receiving_side == self.practice.city.slug:
            words = _("The practice comes from %(city)s itself: a transfer goes to the other side.")
            at = "organisation" if self.organisation_id else "city"
            raise ValidationError({at: ValidationError(words, "own_side", {"city": self.practice.city})})

    def may_be_written_by(self, user) -> bool:
        """Only the receiving side writes: the giver may not count its own success (ecosystem spec 1.5)."""
        return user.is_superuser or (user.is_staff and bool(user.side) and user.side == self.receiving_side)
