"""Asking to speak for an organisation (ecosystem spec E16)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ecosystem.models.organisations import Organisation
from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.languages import Language


class ClaimQuerySet(models.QuerySet):
    def open(self, *, now):
        """Those that still lead somewhere at ``now``: waiting for staff, or for a proof that may still come."""
        return self.filter(Q(state=Claim.State.PENDING) | Q(state=Claim.State.UNPROVED, proof_until__gt=now))

    def dead(self, *, now):
        """Those whose mailbox was not proved in time."""
        return self.filter(state=Claim.State.UNPROVED, proof_until__lte=now)

    def editable_by(self, user):
        """Staff decide about the organisations they may edit."""
        return self.filter(organisation__in=Organisation.objects.editable_by(user))


class Claim(StateMachine):
    """A user asks to speak for an organisation and proves a mailbox by a mailed link; then staff decide.

    ``domain_matches`` says whether the mailbox is of the organisation's own domain. It decides nothing by itself.
    """

    class State(models.TextChoices):
        UNPROVED = "unproved", _("mailbox not confirmed")
        PENDING = "pending", _("to be decided")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    NEXT = {
        "unproved": {"pending"},
        "pending": {"approved", "rejected"},
        "approved": set(),
        "rejected": set(),
    }

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="claims"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="claims"
    )
    mailbox = models.EmailField(_("mailbox at the organisation"))
    domain_matches = models.BooleanField(_("mailbox of its own domain"), default=False, editable=False)
    evidence = models.TextField(_("role and evidence"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.UNPROVED, editable=False)
    asked_at = models.DateTimeField(_("asked"), editable=False)
    proof_digest = models.CharField(max_length=64, blank=True, editable=False)
    proof_until = models.DateTimeField(_("link good until"), editable=False)
    proved_at = models.DateTimeField(_("mailbox confirmed"), null=True, editable=False)
    answer_by = models.DateField(_("answer promised by"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    reason = models.TextField(_("reason"), blank=True, editable=False)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(state__in=["unproved", "pending"]),
                name="claim_one_open",
            ),
            models.UniqueConstraint(fields=["proof_digest"], condition=~Q(proof_digest=""), name="claim_proof_digest"),
        ]

    def __str__(self):
        return f"{self.mailbox} – {self.organisation}"
