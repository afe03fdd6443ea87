"""How long the way from one place to another takes, where staff know it (programme spec P7)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class TravelTime(models.Model):
    """Minutes from door to door. The way back may take longer or shorter: it has a row of its own."""

    origin = models.ForeignKey(
        "ecosystem.Place", verbose_name=_("from the place"), on_delete=models.CASCADE, related_name="ways_from"
    )
    destination = models.ForeignKey(
        "ecosystem.Place", verbose_name=_("to the place"), on_delete=models.CASCADE, related_name="ways_to"
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"), help_text=_("From door to door."))

    class Meta:
        verbose_name = _("way between two places")
        verbose_name_plural = _("ways between places")
        ordering = ["origin", "destination"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "destination"],
                name="traveltime_once",
                violation_error_message=_("This way is written down already: change its minutes."),
            ),
            models.CheckConstraint(
                name="traveltime_two_places",
                condition=~Q(origin=F("destination")),
                violation_error_message=_("The way goes from a place to itself: choose two places."),
            ),
        ]

    def __str__(self):
        return f"{self.origin} → {self.destination}"
