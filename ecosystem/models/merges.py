"""Two records that were one organisation: what the merging moved, so that it can be taken back."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

UNDO_FOR = timedelta(days=30)


class OrganisationMerge(models.Model):
    """One merging (E14). ``former`` and ``chosen`` hold the survivor's fields before and after, as text.

    ``moved`` lists what points at the survivor since: ``[model, key, field]``; ``joined`` the rows of many-to-many
    tables that were moved or, where the survivor had the same already, left out: ``[table, key, was moved, source]``.
    """

    survivor = models.ForeignKey(
        "ecosystem.Organisation", verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="+"
    )
    merged = models.ForeignKey(
        "ecosystem.Organisation", verbose_name=_("merged with it"), on_delete=models.CASCADE, related_name="+"
    )
    was_published = models.BooleanField(default=False)
    former = models.JSONField(default=dict)
    chosen = models.JSONField(default=dict)
    moved = models.JSONField(default=list)
    joined = models.JSONField(default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("merged on"))
    undone_at = models.DateTimeField(_("taken back on"), null=True)

    class Meta:
        verbose_name = _("merging")
        verbose_name_plural = _("mergings")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="organisationmerge_of_two", condition=~Q(survivor=F("merged"))),
        ]

    def __str__(self):
        return f"{self.merged} → {self.survivor}"

    def can_be_undone(self, now: datetime) -> bool:
        return self.undone_at is None and now < self.at + UNDO_FOR
