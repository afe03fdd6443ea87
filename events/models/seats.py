"""Seats of one kind, who has or wants one, and the offers of the waiting list (events spec 2.17, 3.1)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SeatPool(models.Model):
    """So many seats of one kind. Events without pools have their capacity alone.

    A person takes one seat of a *main* pool (the room, online, a delegation's share), and none of these may be
    exceeded. A headset is an *extra*: when there is none left, the person comes all the same and waits for one.
    """

    class Kind(models.TextChoices):
        ROOM = "room", pgettext_lazy("seats", "in the room")
        ONLINE = "online", pgettext_lazy("seats", "online")
        DELEGATION = "delegation", pgettext_lazy("seats", "for delegations")
        HEADSET = "headset", pgettext_lazy("seats", "headsets for interpretation")

    MAIN = (Kind.ROOM, Kind.ONLINE, Kind.DELEGATION)
    FOR_EVERYBODY = (Kind.ROOM, Kind.ONLINE)  # what a visitor may choose; delegations are placed by staff

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), on_delete=models.CASCADE, related_name="seat_pools"
    )
    kind = models.CharField(pgettext_lazy("seats", "kind"), max_length=10, choices=Kind)
    size = models.PositiveIntegerField(pgettext_lazy("seats", "how many"))

    class Meta:
        verbose_name = _("seats of one kind")
        verbose_name_plural = _("seats by kind")
        ordering = ["event", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind"],
                name="seatpool_once",
                violation_error_message=_("The event has seats of this kind already."),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.size}"

    @property
    def is_main(self) -> bool:
        return self.kind in self.MAIN


class Seat(models.Model):
    """A seat of a pool that a person has, or would like to have.

    It counts as taken while it is ``held`` and its registration takes a seat (2.10): time decides, not a sweep.
    """

    class State(models.TextChoices):
        HELD = "held", pgettext_lazy("seat", "kept")
        WAITING = "waiting", pgettext_lazy("seat", "waiting")

    registration = models.ForeignKey(
        "events.Registration", verbose_name=_("registration"), on_delete=models.CASCADE, related_name="seats"
    )
    pool = models.ForeignKey(
        SeatPool, verbose_name=_("seats of one kind"), on_delete=models.CASCADE, related_name="seats"
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)

    class Meta:
        verbose_name = pgettext_lazy("of one kind", "seat")
        verbose_name_plural = pgettext_lazy("of one kind", "seats")
        ordering = ["registration", "pool"]
        constraints = [models.UniqueConstraint(fields=["registration", "pool"], name="seat_once")]

    def __str__(self):
        return f"{self.registration_id} {self.pool.get_kind_display()}"


class Offer(models.Model):
    """A place that a waiting person may claim, strictly before ``expires_at`` (3.6)."""

    class Outcome(models.TextChoices):
        OPEN = "open", pgettext_lazy("offer", "open")
        CLAIMED = "claimed", pgettext_lazy("offer", "accepted")
        DECLINED = "declined", pgettext_lazy("offer", "declined")
        EXPIRED = "expired", pgettext_lazy("offer", "missed")
        CLOSED = "closed", pgettext_lazy("offer", "withdrawn")

    registration = models.ForeignKey(
        "events.Registration", verbose_name=_("registration"), on_delete=models.CASCADE, related_name="offers"
    )
    offered_at = models.DateTimeField(_("offered"))
    expires_at = models.DateTimeField(_("good until"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.OPEN)

    class Meta:
        verbose_name = pgettext_lazy("of a place", "offer")
        verbose_name_plural = pgettext_lazy("of a place", "offers")
        ordering = ["-offered_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["registration"], condition=Q(outcome="open"), name="offer_one_open"),
            models.CheckConstraint(
                name="offer_ends_after_it_begins", condition=Q(expires_at__gt=models.F("offered_at"))
            ),
        ]
        indexes = [models.Index(fields=["outcome", "expires_at"], name="offer_due")]

    def __str__(self):
        return f"{self.registration_id} → {self.expires_at:%Y-%m-%d %H:%M} ({self.outcome})"
