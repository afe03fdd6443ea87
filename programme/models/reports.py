"""What came of a visit, written down once and kept as it was approved (programme spec P25)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine

TEXTS = ("summary", "lessons", "next_steps", "internal_note")
PUBLIC_TEXTS = ("summary", "lessons", "next_steps")


class VisitReport(StateMachine):
    """A version of the report of one visit. Approving freezes texts and facts; a correction is the next version.

    ``snapshot`` holds what happened as it stood at the approval: numbers and texts in three languages, no names.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("report", "draft")
        APPROVED = "approved", pgettext_lazy("report", "approved")
        SENT = "sent", pgettext_lazy("report", "sent")

    NEXT = {"draft": {"approved"}, "approved": {"sent"}, "sent": set()}

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.PROTECT, related_name="reports"
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    summary = models.TextField(_("what the visit was"), blank=True)
    lessons = models.TextField(_("what was learnt"), blank=True)
    next_steps = models.TextField(_("what comes next"), blank=True)
    internal_note = models.TextField(_("for the two offices alone"), blank=True)
    snapshot: Any = models.JSONField(_("facts"), default=dict, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
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
    sent_on = models.DateField(_("sent on"), null=True, blank=True, editable=False)

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

    @property
    def is_frozen(self) -> bool:
        return self.state != self.State.DRAFT
