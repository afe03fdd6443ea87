"""What hosts hand in before a meeting: slides and texts, which interpreters prepare with (programme spec P9, P10)."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.office_files import OfficeField
from iurc_portal.translation.languages import Language


class Material(models.Model):
    """A file for one agenda item. ``due_on`` is the item's day less ``materials_due``, as it was when it came."""

    class Kind(models.TextChoices):
        SLIDES = "slides", pgettext_lazy("material", "presentation")
        TEXT = "text", pgettext_lazy("material", "text of the speech")
        OTHER = "other", pgettext_lazy("material", "other document")

    item = models.ForeignKey(
        "programme.AgendaItem", verbose_name=_("agenda item"), on_delete=models.CASCADE, related_name="materials"
    )
    host = models.ForeignKey(
        "programme.HostConfirmation",
        verbose_name=pgettext_lazy("visit", "host"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="materials",
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.SLIDES)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    name = models.CharField(_("file name"), max_length=160)
    file = OfficeField(_("file"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    is_late = models.BooleanField(_("late"), default=False)
    sent_to_interpreters_at = models.DateTimeField(_("sent to the interpreters"), null=True, blank=True)

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["item", "received_at", "pk"]

    def __str__(self):
        return self.name


def due_day(item):
    """The day by which material for ``item`` is due, or None where nothing says so."""
    return item.day.date - timedelta(days=item.materials_due) if item.materials_due is not None else None
