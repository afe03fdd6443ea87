"""What stays of a visit's people when their names are gone: numbers (programme spec 6)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.helix import Helix
from iurc_portal.clock import PartnerSide


class PeopleCount(models.Model):
    """How many of one kind took part in one visit. Written when names go, never before; nobody is in two rows."""

    class Part(models.TextChoices):
        GUEST = "guest", pgettext_lazy("part in a visit", "guests")
        HOST = "host", pgettext_lazy("part in a visit", "hosts")
        INTERPRETER = "interpreter", pgettext_lazy("part in a visit", "interpreters")

    class Presence(models.TextChoices):
        PRESENT = "present", pgettext_lazy("attendance of a visit", "were there")
        ABSENT = "absent", pgettext_lazy("attendance of a visit", "were not there")
        UNKNOWN = "unknown", pgettext_lazy("attendance of a visit", "not ticked")

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.CASCADE, related_name="people_counts"
    )
    part = models.CharField(_("part"), max_length=11, choices=Part)
    side = models.CharField(_("city"), max_length=6, choices=PartnerSide)
    helix = models.CharField(_("kind of actor"), max_length=10, choices=Helix)
    country = models.CharField(_("country"), max_length=2)
    presence = models.CharField(_("attendance"), max_length=7, choices=Presence)
    number = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("number of people of a visit")
        verbose_name_plural = _("numbers of people of visits")
        ordering = ["visit", "part", "side", "helix", "country", "presence"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "part", "side", "helix", "country", "presence"], name="peoplecount_once"
            ),
            models.CheckConstraint(name="peoplecount_counts_somebody", condition=Q(number__gte=1)),
        ]

    def __str__(self):
        return f"{self.visit}, {self.get_part_display()}: {self.number}"
