"""How old what a profile says may grow, who confirmed it, and who was asked (ecosystem spec E12)."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecosystem.models.organisations import Organisation
from iurc_portal.clock import ROME
from iurc_portal.translation.languages import Language


def limit_of(kind: str) -> timedelta:
    """How long a profile of this kind counts as confirmed."""
    days = settings.IURC_ECOSYSTEM
    return timedelta(days=days["fresh_days_by_kind"].get(kind, days["fresh_days"]))


def due_on(organisation: Organisation) -> date:
    """The day from which its profile counts as not confirmed; one never verified is due since it was written."""
    if organisation.verified_on is None:
        return organisation.created_at.astimezone(ROME).date()
    return organisation.verified_on + limit_of(organisation.kind)


def is_overdue(organisation: Organisation, *, today: date) -> bool:
    return organisation.verified_on is None or due_on(organisation) <= today


class Verification(models.Model):
    """Somebody has confirmed what a profile says. Append-only; ``Organisation.verified_on`` is the latest."""

    class Method(models.TextChoices):
        OWNER_LINK = "owner link", _("confirmed by the organisation")
        OWNER_EDIT = "owner edit", _("corrected by the organisation")
        STAFF = "staff", _("checked by staff")
        DOCUMENT = "document", _("checked against a document")

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="verifications"
    )
    on = models.DateField(_("day"), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    method = models.CharField(_("method"), max_length=10, choices=Method, editable=False)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-on", "-pk"]

    def __str__(self):
        return f"{self.on} {self.get_method_display()}"


class ConfirmationRequest(models.Model):
    """An organisation was asked whether its profile is still correct. One row a day at most, whoever asks."""

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="confirmation_requests"
    )
    on = models.DateField(_("day"), editable=False)
    letters = models.PositiveSmallIntegerField(_("letters"), default=0, editable=False)

    class Meta:
        verbose_name = _("request for confirmation")
        verbose_name_plural = _("requests for confirmation")
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "on"], name="confirmationrequest_once_a_day")]

    def __str__(self):
        return f"{self.organisation} {self.on}"


class ConfirmationLink(models.Model):
    """The digest of a mailed link that opens one organisation's record and may confirm it, once."""

    request = models.ForeignKey(ConfirmationRequest, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(max_length=2, choices=Language, editable=False)
    expires_at = models.DateTimeField(editable=False)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-expires_at", "pk"]

    def __str__(self):
        return f"{self.request_id} {self.language}"
