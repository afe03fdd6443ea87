"""What an edition wants to reach, and what the two cities have agreed to do for it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.constraints import some_language


def _organisation(label, related_name: str, side: str):
    return models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name=related_name,
        limit_choices_to={"side": side},
    )


class Objective(models.Model):
    """One thing that an edition wants to reach. ``pilot`` says where it is tried first."""

    edition = models.ForeignKey(
        "programme.Edition", verbose_name=_("edition"), on_delete=models.PROTECT, related_name="objectives"
    )
    code = models.CharField(_("code"), max_length=12, help_text=_("As people quote it: O1, O2."))
    text = models.CharField(_("objective"), max_length=400)
    pilot = models.CharField(_("pilot"), max_length=300, blank=True)
    themes = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("themes"),
        blank=True,
        related_name="objectives",
        limit_choices_to={"scheme": "theme"},
    )
    responsible_torino = _organisation(_("who answers for it in Torino"), "objectives_torino", "torino")
    responsible_nagoya = _organisation(_("who answers for it in Nagoya"), "objectives_nagoya", "nagoya")
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ["edition", "code"]
        constraints = [
            some_language("objective", "text"),
            models.UniqueConstraint(
                fields=["edition", "code"],
                name="objective_code_once",
                violation_error_message=_("This edition already has an objective with that code: choose another one."),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.text or ''}".strip()[:120]

    def clean(self):
        """What names it stays within one edition: then it does not leave that."""
        super().clean()
        if self.pk is None or self.edition_id is None:
            return
        elsewhere = ~Q(edition=self.edition_id)
        if any(rows.filter(elsewhere).exists() for rows in (self.milestones, self.indicators, self.exchanges)):
            words = _("Milestones, indicators or exchanges name this objective: leave its edition as it is.")
            raise ValidationError({"edition": ValidationError(words, code="other_edition")})


class ActionItemQuerySet(models.QuerySet):
    def editable_by(self, user):
        """The action plan belongs to both cities: the staff of either write on it, and each agrees for its own."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        return self if user.is_staff and user.side and user.has_perm("programme.change_actionitem") else self.none()

    def told(self):
        """What the public reads: what both sides agreed on, also where it was dropped afterwards."""
        return self.exclude(state="draft").filter(torino_agreed_at__isnull=False, nagoya_agreed_at__isnull=False)


class ActionItem(StateMachine):
    """A line of the action plan. It is agreed once each side has said yes for itself."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("action item", "draft")
        AGREED = "agreed", pgettext_lazy("action item", "agreed")
        IN_PROGRESS = "in_progress", pgettext_lazy("action item", "in progress")
        DONE = "done", pgettext_lazy("action item", "done")
        DROPPED = "dropped", pgettext_lazy("action item", "dropped")

    NEXT = {
        "draft": {"agreed", "dropped"},
        "agreed": {"in_progress", "done", "dropped"},
        "in_progress": {"done", "dropped"},
        "done": set(),
        "dropped": set(),
    }

    objective = models.ForeignKey(
        Objective, verbose_name=_("objective"), on_delete=models.PROTECT, related_name="actions"
    )
    text = models.CharField(_("what is to be done"), max_length=400)
    owner_torino = _organisation(_("who does it in Torino"), "actions_torino", "torino")
    owner_nagoya = _organisation(_("who does it in Nagoya"), "actions_nagoya", "nagoya")
    due_on = models.DateField(_("due on"), null=True, blank=True)
    document_version = models.CharField(_("version of the action plan"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.DRAFT, editable=False)
    reason = models.TextField(_("why it was dropped"), blank=True, editable=False)
    torino_agreed_at = models.DateTimeField(_("Torino agreed"), null=True, editable=False)
    nagoya_agreed_at = models.DateTimeField(_("Nagoya agreed"), null=True, editable=False)
    torino_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    nagoya_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("action of the plan")
        verbose_name_plural = _("action plan")
        ordering = ["objective", "due_on", "pk"]
        constraints = [
            some_language("actionitem", "text"),
            models.CheckConstraint(
                name="actionitem_agreed_by_both",
                condition=Q(state__in=["draft", "dropped"])
                | Q(torino_agreed_at__isnull=False, nagoya_agreed_at__isnull=False),
                violation_error_message=_("It is agreed when both cities have said yes."),
            ),
            models.CheckConstraint(
                name="actionitem_dropped_with_a_reason",
                condition=~Q(state="dropped") | ~Q(reason=""),
                violation_error_message=_("Write why it is dropped."),
            ),
        ]

    def __str__(self):
        return (self.text or f"#{self.pk}")[:120]

    def agreed_at(self, side: str):
        """When ``side`` agreed (aware), or None."""
        return getattr(self, f"{PartnerSide(side)}_agreed_at")

    def is_overdue(self, *, today) -> bool:
        return self.state not in {"done", "dropped"} and self.due_on is not None and self.due_on < today
