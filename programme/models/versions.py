"""Released versions of an agenda, and what is written down on the day: delays and who was there (P12, P20, P21)."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programme.exceptions import Frozen

MOST_MINUTES = 240  # who is later than this is not late: the agenda is another one


class AgendaVersionQuerySet(models.QuerySet):
    """Versions are written once. Nobody rewrites what people hold in their hands."""

    def update(self, **fields):
        raise Frozen

    def bulk_update(self, *args, **options):
        raise Frozen

    def delete(self):
        raise Frozen

    def last_of(self, visits) -> dict[int, "AgendaVersion"]:
        """The last version of each of ``visits`` (or their numbers) that has one, by the visit's number. One query."""
        newest = self.model._base_manager.filter(visit=models.OuterRef("visit")).order_by("-number")
        found = self.filter(visit__in=visits, pk=models.Subquery(newest.values("pk")[:1]))
        return {version.visit_id: version for version in found}


class AgendaVersion(models.Model):
    """What delegates, hosts, calendars and the public page hold of an agenda: frozen at ``released_at``.

    ``snapshot`` is written and read by ``programme.versions``; people stand in it by number alone, so that who is
    forgotten is forgotten here, too. ``acknowledged`` are the conflicts that staff let stand: key, code, level, who
    (a user's number) and why. Note and reason are texts of staff.
    """

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField(pgettext_lazy("agenda", "version"), editable=False)
    released_at = models.DateTimeField(_("released"), editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("released by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    snapshot = models.JSONField(editable=False)
    acknowledged = models.JSONField(default=list, editable=False)
    override_reason = models.TextField(_("why it was released over conflicts"), blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)

    objects = AgendaVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("released agenda")
        verbose_name_plural = _("released agendas")
        ordering = ["visit", "-number"]
        permissions = [("release_over_blocks", _("Can release an agenda over conflicts, with a reason"))]
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="agendaversion_once"),
            models.CheckConstraint(name="agendaversion_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self):
        return f"{self.visit} v{self.number}"

    def save(self, *args, **options):
        """Once. Raises ``Frozen`` for a version that is written already."""
        if not self._state.adding:
            raise Frozen
        super().save(*args, **options)

    def delete(self, *args, **options):
        raise Frozen


class DelayNotice(models.Model):
    """How late (or, below zero, early) a day runs from an item on. It moves no event; the last one of a day counts."""

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.CASCADE, related_name="delays"
    )
    item = models.ForeignKey(
        "programme.AgendaItem", verbose_name=_("from this item on"), on_delete=models.CASCADE, related_name="delays"
    )
    minutes = models.SmallIntegerField(
        _("minutes late"),
        validators=[MinValueValidator(-MOST_MINUTES), MaxValueValidator(MOST_MINUTES)],
        help_text=_("Below zero: earlier than planned. Zero: on time again."),
    )
    at = models.DateTimeField(_("written"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("delay")
        verbose_name_plural = _("delays")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="delay_within_reason",
                condition=Q(minutes__gte=-MOST_MINUTES, minutes__lte=MOST_MINUTES),
                violation_error_message=_("Write at most 240 minutes; if it is more, move the items."),
            )
        ]

    def __str__(self):
        return f"{self.item}: {self.minutes:+d}"


class Attendance(models.Model):
    """Who was at an item, as somebody who was there has ticked. Whoever is not ticked is not counted (P21)."""

    class State(models.TextChoices):
        PRESENT = "present", pgettext_lazy("attendance", "present")
        PART = "part", pgettext_lazy("attendance", "for a part")
        ABSENT = "absent", pgettext_lazy("attendance", "absent")

    item = models.ForeignKey(
        "programme.AgendaItem", verbose_name=_("agenda item"), on_delete=models.CASCADE, related_name="attendance"
    )
    delegate = models.ForeignKey(
        "programme.Delegate", verbose_name=_("delegate"), on_delete=models.CASCADE, related_name="attendance"
    )
    state = models.CharField(_("attendance"), max_length=7, choices=State)
    at = models.DateTimeField(_("ticked"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ["item", "delegate"]
        constraints = [models.UniqueConstraint(fields=["item", "delegate"], name="attendance_once")]

    def __str__(self):
        return f"{self.delegate}: {self.get_state_display()}"
