"""Mirror testbeds: one in each city, and what it would take to run a test of the one in the other (E29)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.constraints import some_language


class MirrorPairQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The public sees what both sides agreed on, also after its end; staff see proposals, too."""
        if user.is_authenticated and user.has_perm("ecosystem.view_mirrorpair"):
            return self
        return self.exclude(
            Q(torino_agreed_at=None) | Q(nagoya_agreed_at=None) | Q(torino__state="draft") | Q(nagoya__state="draft")
        )

    def of(self, testbed):
        """The pairs in which ``testbed`` is, those that go on first."""
        return self.filter(Q(torino=testbed) | Q(nagoya=testbed)).order_by(
            models.Case(models.When(state=MirrorPair.State.ENDED, then=1), default=0), "pk"
        )

    def editable_by(self, user):
        """A pair belongs to both cities: the staff of either write on it."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.side and user.has_perm("ecosystem.change_mirrorpair"):
            return self
        return self.none()


class MirrorPair(StateMachine):
    """A testbed of Torino and one of Nagoya. It is agreed when each side has agreed for itself."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("mirror", "proposed")
        AGREED = "agreed", pgettext_lazy("mirror", "agreed")
        ACTIVE = "active", pgettext_lazy("mirror", "active")
        ENDED = "ended", pgettext_lazy("mirror", "ended")

    NEXT = {
        "proposed": {"agreed", "ended"},
        "agreed": {"active", "ended"},
        "active": {"ended"},
        "ended": set(),
    }

    torino = models.ForeignKey(
        "ecosystem.Testbed",
        verbose_name=_("testbed in Torino"),
        on_delete=models.PROTECT,
        related_name="mirrors_in_nagoya",
    )
    nagoya = models.ForeignKey(
        "ecosystem.Testbed",
        verbose_name=_("testbed in Nagoya"),
        on_delete=models.PROTECT,
        related_name="mirrors_in_torino",
    )
    rationale = models.TextField(_("why these two"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PROPOSED, editable=False)
    torino_agreed_at = models.DateTimeField(_("Torino agreed"), null=True, editable=False)
    nagoya_agreed_at = models.DateTimeField(_("Nagoya agreed"), null=True, editable=False)
    torino_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    nagoya_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    objects = MirrorPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("mirror pair")
        verbose_name_plural = _("mirror pairs")
        ordering = ["-pk"]
        constraints = [
            some_language("mirrorpair", "rationale"),
            models.UniqueConstraint(
                fields=["torino", "nagoya"],
                name="mirrorpair_once",
                violation_error_message=_("These two testbeds are a pair already."),
            ),
            # A testbed has one mirror in the other city at a time; what has ended is history and stands in no way.
            models.UniqueConstraint(
                fields=["torino"],
                condition=~Q(state="ended"),
                name="mirrorpair_one_mirror_in_nagoya",
                violation_error_message=_("The testbed in Torino has a mirror in Nagoya already."),
            ),
            models.UniqueConstraint(
                fields=["nagoya"],
                condition=~Q(state="ended"),
                name="mirrorpair_one_mirror_in_torino",
                violation_error_message=_("The testbed in Nagoya has a mirror in Torino already."),
            ),
        ]

    def __str__(self):
        return f"{self.torino} ⇄ {self.nagoya}"

    def get_absolute_url(self):
        return reverse("ecosystem:mirror", args=[self.pk])

    def clean(self):
        """One testbed of each partner city."""
        super().clean()
        wrong = {}
        for side in PartnerSide:
            testbed = getattr(self, side) if getattr(self, f"{side}_id") else None
            if testbed is not None and testbed.city.slug != side:
                words = _("“%(name)s” is in %(city)s: choose a testbed of %(wanted)s.")
                params = {"name": testbed, "city": testbed.city, "wanted": side.label}
                wrong[str(side)] = ValidationError(words, "side", params)
        if wrong:
            raise ValidationError(wrong)

    def other_pairs(self):
        """The pairs that keep this one from being: the same two ever, or one of the two in a pair that goes on."""
        same = Q(torino=self.torino_id, nagoya=self.nagoya_id)
        taken = (Q(torino=self.torino_id) | Q(nagoya=self.nagoya_id)) & ~Q(state=self.State.ENDED)
        return MirrorPair.objects.filter(same | taken).exclude(pk=self.pk).select_related("torino", "nagoya")

    def agreed_at(self, side: str):
        """When ``side`` agreed (aware), or None."""
        return getattr(self, f"{PartnerSide(side)}_agreed_at")

    def other_of(self, testbed):
        """The mirror of ``testbed``."""
        return self.nagoya if testbed.pk == self.torino_id else self.torino

    @property
    def has_ended(self) -> bool:
        return self.state == self.State.ENDED


class MirrorStep(models.Model):
    """One thing it would take to run the test in the other city, and which side does it."""

    pair = models.ForeignKey(MirrorPair, verbose_name=_("mirror pair"), on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    text = models.CharField(_("what it would take"), max_length=300)
    owner_side = models.CharField(_("whose task"), max_length=6, choices=PartnerSide)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps: what it would take")
        ordering = ["pair", "order"]
        constraints = [
            some_language("mirrorstep", "text"),
            models.UniqueConstraint(fields=["pair", "order"], name="mirrorstep_order_once"),
        ]

    def __str__(self):
        return f"{self.order}. {self.text}"
