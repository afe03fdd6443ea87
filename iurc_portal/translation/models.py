"""The ledger of texts: from which text each was made, by whom, and who has reviewed it (ecosystem spec E2).

What state a text is in is read off it (``status.py``) and never stored.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.translation.languages import Language


class TextRecordQuerySet(models.QuerySet):
    def of(self, model: type[models.Model], *ids: int):
        """The lines about records of ``model``: of all, or of those with these ids."""
        lines = self.filter(model=model._meta.label_lower)
        return lines.filter(object_id__in=ids) if ids else lines


class TextRecord(models.Model):
    """How one field of one record came to its text in one language.

    The record is named by its model's label and its key, as in the log: the ground has no foreign key upwards.
    ``source_hash`` is the digest (``status.digest``) of the text in ``source_language`` from which this one was made.
    """

    class Origin(models.TextChoices):
        HUMAN = "human", pgettext_lazy("origin of a text", "written by a person")
        MACHINE = "machine", pgettext_lazy("origin of a text", "machine translation")
        IMPORTED = "imported", pgettext_lazy("origin of a text", "imported")

    model = models.CharField(_("kind of record"), max_length=80, editable=False)
    object_id = models.PositiveBigIntegerField(_("number"), editable=False)
    field = models.CharField(_("field"), max_length=60, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language, editable=False)
    source_language = models.CharField(_("language of origin"), max_length=2, choices=Language, editable=False)
    source_hash = models.CharField(max_length=32, editable=False)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.HUMAN, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    written_at = models.DateTimeField(_("written"), editable=False)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewed by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, editable=False)

    objects = TextRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translation desk")
        ordering = ["model", "object_id", "field", "language"]
        permissions = [("review_every_language", _("Can review texts in every language"))]
        constraints = [
            models.UniqueConstraint(fields=["model", "object_id", "field", "language"], name="textrecord_once")
        ]

    def __str__(self):
        return f"{self.model} {self.object_id}: {self.field} [{self.language}]"
