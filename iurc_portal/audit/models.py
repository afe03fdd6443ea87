"""The log of what changed state: who, when, from what to what (ecosystem spec, section 0)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TransitionQuerySet(models.QuerySet):
    def of(self, obj):
        """The transitions of one object, oldest first."""
        return self.filter(model=obj._meta.label_lower, object_id=str(obj.pk)).order_by("at", "pk")


class Transition(models.Model):
    """One move of one object. Append-only: nobody rewrites a log line.

    The object is named by its model's label and its key as text, so that the log outlives what it speaks of and
    needs no foreign key into apps above the ground.
    """

    model = models.CharField(_("kind of record"), max_length=80, editable=False)
    object_id = models.CharField(_("number"), max_length=64, editable=False)
    from_state = models.CharField(_("from"), max_length=24, blank=True, editable=False)
    to_state = models.CharField(_("to"), max_length=24, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    at = models.DateTimeField(_("at"), editable=False)
    reason = models.CharField(_("reason"), max_length=40, blank=True, editable=False)
    comment = models.TextField(_("comment"), blank=True, editable=False)

    objects = TransitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["model", "object_id", "at"], name="transition_object")]

    def __str__(self):
        return f"{self.model} {self.object_id}: {self.from_state} → {self.to_state}"
