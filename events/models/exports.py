"""The log of exports of people's data (events spec 11.4)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ParticipantExport(models.Model):
    """One file that somebody took away: who, when, by which filter, how many rows. Append-only."""

    at = models.DateTimeField(_("at"), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    query = models.TextField(_("filter"), blank=True, editable=False)
    form = models.CharField(_("file"), max_length=12, editable=False)
    number = models.PositiveIntegerField(_("rows"), editable=False)
    sensitive = models.CharField(
        _("reason for sensitive answers"),
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("Empty: the file holds none."),
    )

    class Meta:
        verbose_name = _("export of participants")
        verbose_name_plural = _("exports of participants")
        ordering = ["-at", "-pk"]
        permissions = [("export_registration", _("Can export registrations"))]

    def __str__(self):
        return f"{self.form}, {self.number}"
