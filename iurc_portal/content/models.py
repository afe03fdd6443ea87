"""What the initial content wrote, so that a second run can tell a person's edit from its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContentRecord(models.Model):
    """The memory of one loaded record: a digest of each field as ``load_content`` last wrote it.

    A field whose value no longer has that digest was edited by a person, and stays as it is for ever.
    """

    model = models.CharField(_("kind of record"), max_length=80)
    key = models.CharField(_("key"), max_length=160)
    source_file = models.CharField(_("file"), max_length=80)
    digests = models.JSONField(default=dict)
    object_id = models.CharField(_("number"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded"), auto_now=True)

    class Meta:
        verbose_name = _("loaded record")
        verbose_name_plural = _("loaded records")
        ordering = ["model", "key"]
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="contentrecord_once")]

    def __str__(self):
        return f"{self.model} {self.key}"
