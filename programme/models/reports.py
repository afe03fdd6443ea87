"""What every report is: versions that are written, approved and sent, and stay as they were approved (P25, P28)."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from programme.exceptions import FrozenReport

DRAFT, APPROVED, SENT = "draft", "approved", "sent"
MOVING = {"state", "sent_on"}  # all that changes of a report once it is approved


class ReportQuerySet(models.QuerySet):
    """What is approved is not changed, not even in bulk, and never deleted."""

    def drafts(self) -> Self:
        return self.filter(state=DRAFT)

    def approved(self) -> Self:
        """What is frozen, whether it was sent or not."""
        return self.exclude(state=DRAFT)

    def sent(self) -> Self:
        return self.filter(state=SENT)

    def update(self, **fields):
        if not set(fields) <= MOVING:
            self._refuse_frozen()
        return super().update(**fields)

    def bulk_update(self, objs, fields, *args, **options):
        if not set(fields) <= MOVING:
            ReportQuerySet(self.model).filter(pk__in=[obj.pk for obj in objs])._refuse_frozen()
        return super().bulk_update(objs, fields, *args, **options)

    def delete(self):
        self._refuse_frozen()
        return super().delete()

    def _refuse_frozen(self) -> None:
        if self.order_by().approved().exists():
            raise FrozenReport


class Report(StateMachine):
    """One version of a report. Approving freezes texts and facts; a correction is the next version.

    ``snapshot`` holds what happened as it stood at the approval, nobody's name among it. Subclasses bring the state
    itself: its words follow the gender of what the report is called.
    """

    NEXT = {DRAFT: {APPROVED}, APPROVED: {SENT}, SENT: set()}

    version = models.PositiveSmallIntegerField(pgettext_lazy("report", "version"), default=1, editable=False)
    snapshot: Any = models.JSONField(_("facts"), default=dict, blank=True, editable=False)
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
    sent_on = models.DateField(_("sent on"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **options):
        """Raises ``FrozenReport`` where the stored row is approved and more than its state is to be written."""
        fields = options.get("update_fields")
        if self.pk and not (fields is not None and set(fields) <= MOVING):
            self._stored()._refuse_frozen()
        super().save(*args, **options)

    def delete(self, *args, **options):
        self._stored()._refuse_frozen()
        return super().delete(*args, **options)

    def _stored(self) -> ReportQuerySet:
        return ReportQuerySet(type(self)).filter(pk=self.pk)

    @property
    def is_frozen(self) -> bool:
        return self.state != DRAFT

    def refuse_frozen(self) -> None:
        """Raises ``FrozenReport`` for what is approved."""
        if self.is_frozen:
            raise FrozenReport

    @property
    def frozen_at(self) -> datetime:
        """The moment of the approval, of what is approved."""
        if self.approved_at is None:
            raise ValueError("a draft is not frozen")
        return self.approved_at
