"""Who comes on a visit and who receives them."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, npgettext, pgettext_lazy


class RankBand(models.IntegerChoices):
    """How high a post is, for both cities: whom one receives, one receives by somebody of the same band (P15)."""

    HEAD = 1, pgettext_lazy("rank", "mayor or president")
    DEPUTY = 2, pgettext_lazy("rank", "deputy mayor or vice president")
    DIRECTOR_GENERAL = 3, pgettext_lazy("rank", "director general")
    DIRECTOR = 4, pgettext_lazy("rank", "director")
    MANAGER = 5, pgettext_lazy("rank", "manager")
    OFFICER = 6, pgettext_lazy("rank", "officer and others")


class Delegate(models.Model):
    """A person of the delegation, in protocol order. No name of a delegate is ever on a public page."""

    class Role(models.TextChoices):
        HEAD = "head", pgettext_lazy("delegate", "head of delegation")
        DEPUTY = "deputy", pgettext_lazy("delegate", "deputy")
        MEMBER = "member", pgettext_lazy("delegate", "member")
        INTERPRETER = "interpreter", pgettext_lazy("delegate", "interpreter")
        STAFF = "staff", pgettext_lazy("delegate", "staff")
        PRESS = "press", pgettext_lazy("delegate", "press")

        def counted(self, number: int) -> str:
            """«3 componenti», "3 members", 団員 3名: how many of a delegation have this role."""
            words = {
                "head": ngettext("%(n)s head of delegation", "%(n)s heads of delegation", number),
                "deputy": ngettext("%(n)s deputy", "%(n)s deputies", number),
                "member": ngettext("%(n)s member", "%(n)s members", number),
                "interpreter": ngettext("%(n)s interpreter", "%(n)s interpreters", number),
                "staff": npgettext("delegates", "%(n)s of staff", "%(n)s of staff", number),
                "press": npgettext("delegates", "%(n)s of the press", "%(n)s of the press", number),
            }
            return words[self.value] % {"n": number}

    class Reply(models.TextChoices):
        INVITED = "invited", pgettext_lazy("reply", "no answer yet")  # letters of invitation are a later issue
        ACCEPTED = "accepted", pgettext_lazy("reply", "accepted")
        DECLINED = "declined", pgettext_lazy("reply", "declined")

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.CASCADE, related_name="delegates"
    )
    person = models.ForeignKey(
        "ecosystem.Person", verbose_name=_("person"), on_delete=models.PROTECT, related_name="delegations"
    )
    role = models.CharField(_("role"), max_length=11, choices=Role, default=Role.MEMBER)
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=10, validators=[MinValueValidator(1)], help_text=_("Protocol order: 1 comes first.")
    )
    rank_band = models.PositiveSmallIntegerField(_("rank band"), choices=RankBand, null=True, blank=True)
    track = models.ForeignKey(
        "programme.AgendaTrack",
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="delegates",
    )
    languages = models.JSONField(
        _("languages understood"), default=list, blank=True, help_text=_("None: the first language of the guest city.")
    )
    arrives_at = models.DateTimeField(_("arrival"), null=True, blank=True)
    leaves_at = models.DateTimeField(_("departure"), null=True, blank=True)
    photo_consent = models.BooleanField(_("may be photographed"), null=True, blank=True)
    reply = models.CharField(_("reply"), max_length=8, choices=Reply, default=Reply.INVITED)

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["visit", "rank", "person__family_kana", "person__romaji", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "person"],
                name="delegate_once",
                violation_error_message=_("This person is already in the delegation."),
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(role="head"),
                name="delegate_one_head",
                violation_error_message=_("The delegation already has a head: change that role first."),
            ),
            models.CheckConstraint(
                name="delegate_rank_from_one",
                condition=Q(rank__gte=1),
                violation_error_message=_("A rank starts at 1."),
            ),
        ]

    def __str__(self):
        return str(self.person)


class HostConfirmation(models.Model):
    """A person who receives the delegation at one agenda item, and what they answered."""

    class Answer(models.TextChoices):
        PENDING = "pending", pgettext_lazy("reply", "no answer yet")
        ACCEPTED = "accepted", pgettext_lazy("reply", "accepted")
        PROPOSED = "proposed", pgettext_lazy("reply", "proposes another time")
        DECLINED = "declined", pgettext_lazy("reply", "declined")

    item = models.ForeignKey(
        "programme.AgendaItem", verbose_name=_("agenda item"), on_delete=models.CASCADE, related_name="hosts"
    )
    person = models.ForeignKey(
        "ecosystem.Person",
        verbose_name=pgettext_lazy("visit", "host"),
        on_delete=models.PROTECT,
        related_name="hostings",
    )
    rank_band = models.PositiveSmallIntegerField(_("rank band"), choices=RankBand, null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, default=Answer.PENDING)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("visit", "host")
        verbose_name_plural = pgettext_lazy("visit", "hosts")
        ordering = ["item", "person__family_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "person"],
                name="host_once",
                violation_error_message=_("This person already hosts that item."),
            )
        ]

    def __str__(self):
        return str(self.person)
