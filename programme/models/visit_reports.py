"""What came of a visit, written down once and kept as it was approved (programme spec P25)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programme.models import reports
from programme.models.reports import Report, ReportQuerySet

TEXTS = ("summary", "lessons", "next_steps", "internal_note")


class VisitReport(Report):
    """A version of the report of one visit; its snapshot holds numbers, and texts in three languages."""

    class State(models.TextChoices):
        DRAFT = reports.DRAFT, pgettext_lazy("report", "draft")
        APPROVED = reports.APPROVED, pgettext_lazy("report", "approved")
        SENT = reports.SENT, pgettext_lazy("report", "sent")

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.PROTECT, related_name="reports"
    )
    summary = models.TextField(_("what the visit was"), blank=True)
    lessons = models.TextField(_("what was learnt"), blank=True)
    next_steps = models.TextField(_("what comes next"), blank=True)
    internal_note = models.TextField(_("for the two offices alone"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT, editable=False)
    asked_at = models.DateTimeField(_("approval asked for"), null=True, blank=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approval asked for by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a visit")
        verbose_name_plural = _("reports of visits")
        ordering = ["visit", "version"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "version"], name="visitreport_version"),
            models.UniqueConstraint(fields=["visit"], condition=Q(state="draft"), name="visitreport_one_draft"),
            models.CheckConstraint(
                name="visitreport_approval_is_dated",
                condition=Q(state="draft") | Q(approved_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.visit}, {self.version}"
