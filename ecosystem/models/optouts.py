"""Organisations that asked not to be listed. Nothing of them is kept but digests, by which they are known again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ListingOptOutQuerySet(models.QuerySet):
    def standing(self):
        """Those that nobody has lifted."""
        return self.filter(lifted_at=None)


class ListingOptOut(models.Model):
    """One request not to be listed (E13). It survives the record and every import; only a manager lifts it."""

    asked_by = models.CharField(
        _("asked by"), max_length=200, help_text=_("Role and channel are enough: “the owner, by e-mail”.")
    )
    asked_on = models.DateField(_("asked on"))
    reason = models.TextField(_("reason"), blank=True)
    # While the record exists staff see which it was; afterwards the digests alone remain.
    organisation = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("organisation"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written down by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("written down on"))
    lifted_at = models.DateTimeField(_("lifted on"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("lifted by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    lifted_because = models.TextField(_("why it was lifted"), blank=True)

    objects = ListingOptOutQuerySet.as_manager()

    class Meta:
        verbose_name = _("request not to be listed")
        verbose_name_plural = _("requests not to be listed")
        ordering = ["-asked_on", "-pk"]
        permissions = [("lift_listingoptout", _("Can lift a request not to be listed"))]
        constraints = [
            models.CheckConstraint(
                name="listingoptout_lifted_with_a_reason",
                condition=Q(lifted_at=None) | ~Q(lifted_because=""),
                violation_error_message=_("Write why it is lifted."),
            )
        ]

    def __str__(self):
        return str(self.organisation) if self.organisation else str(_("a record that is gone"))


class OptOutFingerprint(models.Model):
    """A keyed digest of what an organisation is known by; ``kind`` keeps names and hosts apart."""

    class Kind(models.TextChoices):
        REGISTRY = "registry", _("registry number")
        HOST = "host", _("website")
        NAME = "name", _("name")

    opt_out = models.ForeignKey(ListingOptOut, on_delete=models.CASCADE, related_name="fingerprints")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        verbose_name = _("fingerprint")
        verbose_name_plural = _("fingerprints")
        ordering = ["opt_out", "kind", "pk"]
        constraints = [models.UniqueConstraint(fields=["opt_out", "digest"], name="optoutfingerprint_once")]

    def __str__(self):
        return self.get_kind_display()
