"""What is still to be done after a visit, a webinar or a stay, and whether it lives on months later (P22, P23)."""

from datetime import date

from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models import Organisation
from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.constraints import some_language
from iurc_portal.translation.languages import Language, Spoken

UNFINISHED = ("open", "in_progress")


class FollowUpQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Managers all; staff those of their own city's side; others those their own organisations answer for, and
        members of a delegation those of their visits.
        """
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("programme.view_followup"):
            return self.of_side(user.side)
        if not user.is_authenticated:
            return self.none()
        return self.concerning(user)

    def concerning(self, user):
        """Those that ``user``'s organisations answer for, and those of visits in whose delegation they are."""
        visits = self.model.visit.field.related_model.objects.with_delegate(user)
        return self.filter(self._owned(user) | Q(visit__in=visits.values("pk")))

    def unfinished_first(self):
        """What is still to be done first, each by its day."""
        return self.order_by(Case(When(state__in=UNFINISHED, then=0), default=1), "due_on", "priority", "pk")

    def answered_for_by(self, user):
        """Those for which an organisation of ``user`` answers: they may say how it goes, staff or not."""
        return self.filter(self._owned(user)) if user.is_authenticated else self.none()

    @staticmethod
    def _owned(user) -> Q:
        own = user.memberships.values("organisation")
        return Q(owner_torino__in=own) | Q(owner_nagoya__in=own)

    def editable_by(self, user):
        """What staff of a side may change: that in which somebody of their side is an owner."""
        return self.visible_to(user) if user.has_perm("programme.change_followup") else self.none()

    def of_side(self, side: str):
        """Those with an owner on ``side``, and those of visits and stays that it hosts."""
        owned = {f"owner_{side}__isnull": False} if side in PartnerSide.values else {"pk__in": []}
        return self.filter(Q(**owned) | Q(visit__host_city__slug=side) | Q(stay__hosting__side=side))

    def unfinished(self):
        return self.filter(state__in=UNFINISHED)

    def overdue(self, *, today: date):
        """Unfinished and due before ``today``, the longest waiting first."""
        return self.unfinished().filter(due_on__lt=today).order_by("due_on", "pk")


class FollowUp(StateMachine):
    """A thing that somebody promised to do by a date. At least one organisation answers for it."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("follow-up", "open")
        IN_PROGRESS = "in_progress", pgettext_lazy("follow-up", "in progress")
        DONE = "done", pgettext_lazy("follow-up", "done")
        DROPPED = "dropped", pgettext_lazy("follow-up", "dropped")

    NEXT = {
        "open": {"in_progress", "done", "dropped"},
        "in_progress": {"done", "dropped"},
        "done": set(),
        "dropped": set(),
    }

    class Priority(models.IntegerChoices):
        HIGH = 1, pgettext_lazy("priority", "high")
        NORMAL = 2, pgettext_lazy("priority", "normal")
        LOW = 3, pgettext_lazy("priority", "low")

    visit = models.ForeignKey(
        "programme.StudyVisit",
        verbose_name=_("visit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    webinar = models.ForeignKey(
        "programme.Webinar",
        verbose_name=_("webinar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    stay = models.ForeignKey(
        "programme.StaffExchange",
        verbose_name=_("staff exchange"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    question = models.OneToOneField(
        "programme.LearningQuestion",
        verbose_name=_("learning question"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="follow_up",
    )
    text = models.TextField(_("what is to be done"))
    owner_torino = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("who answers for it in Torino"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups_torino",
        limit_choices_to={"side": "torino"},
    )
    owner_nagoya = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("who answers for it in Nagoya"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="follow_ups_nagoya",
        limit_choices_to={"side": "nagoya"},
    )
    due_on = models.DateField(_("due on"))
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.OPEN, editable=False)
    reason = models.TextField(_("why it was dropped"), blank=True, editable=False)
    finished_on = models.DateField(_("finished on"), null=True, blank=True, editable=False)
    note = models.TextField(_("last word of who answers for it"), blank=True, max_length=2000, editable=False)
    note_by = models.ForeignKey(
        "ecosystem.Organisation",
        verbose_name=_("written by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    noted_at = models.DateTimeField(_("written"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_on", "priority", "pk"]
        constraints = [
            some_language("followup", "text"),
            models.CheckConstraint(
                name="followup_has_an_owner",
                condition=Q(owner_torino__isnull=False) | Q(owner_nagoya__isnull=False),
                violation_error_message=_("Choose who answers for it, in one of the two cities at least."),
            ),
            models.CheckConstraint(
                name="followup_comes_from_somewhere",
                condition=Q(visit__isnull=False) | Q(webinar__isnull=False) | Q(stay__isnull=False),
                violation_error_message=_("Choose the visit, the webinar or the staff exchange that it comes from."),
            ),
            models.CheckConstraint(
                name="followup_dropped_with_a_reason",
                condition=~Q(state="dropped") | ~Q(reason=""),
                violation_error_message=_("Write why it is dropped."),
            ),
        ]

    def __str__(self):
        return (self.text or str(self.pk))[:80]

    @property
    def comes_from(self) -> Spoken:
        """What the visit, the webinar or the stay is called. Reads ``webinar.event`` and both sides of ``stay``."""
        if self.visit is not None:
            return Spoken.of(self.visit, "title")
        return Spoken.of(self.webinar.event, "name") if self.webinar is not None else self.stay.called

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    def is_overdue(self, *, today: date) -> bool:
        """Whether its day has passed without its being done; ``today`` is a date of whoever asks."""
        return self.is_unfinished and self.due_on < today

    @property
    def owners(self) -> dict[str, Organisation]:
        """The organisations that answer for it, by side."""
        both = {PartnerSide.TORINO.value: self.owner_torino, PartnerSide.NAGOYA.value: self.owner_nagoya}
        return {side: organisation for side, organisation in both.items() if organisation is not None}


class FollowUpCheck(models.Model):
    """One question to one side, so many days after: is it moving? Silence is an answer too, and is written down.

    ``source`` names an entry of ``programme.check_sources``, ``source_id`` the record's key there. ``digest`` is that
    of the latest mailed link.
    """

    class Answer(models.TextChoices):
        WAITING = "", pgettext_lazy("check", "not answered yet")
        MOVING = "moving", pgettext_lazy("check", "it is moving")
        STALLED = "stalled", pgettext_lazy("check", "it has stalled")
        CONCLUDED = "concluded", pgettext_lazy("check", "it is concluded")
        SILENT = "silent", pgettext_lazy("check", "no answer came")

    DAYS = (30, 90, 180)

    source = models.CharField(_("source"), max_length=20, editable=False)
    source_id = models.PositiveBigIntegerField(_("number"), editable=False)
    day = models.PositiveSmallIntegerField(_("days after"), editable=False)
    side = models.CharField(_("city"), max_length=6, choices=PartnerSide, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language, editable=False)
    sent_at = models.DateTimeField(_("sent"), editable=False)
    answer = models.CharField(_("answer"), max_length=9, choices=Answer, default=Answer.WAITING, blank=True)
    note = models.CharField(_("a line of text"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("check after some time")
        verbose_name_plural = _("checks after some time")
        ordering = ["source", "source_id", "day", "side"]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id", "day", "side"], name="followupcheck_once"),
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="followupcheck_digest"),
            models.CheckConstraint(name="followupcheck_days", condition=Q(day__in=(30, 90, 180))),
        ]

    def __str__(self):
        return f"{self.source} {self.source_id}, {self.day}, {self.side}"

    @property
    def is_over(self) -> bool:
        """Whether it takes no answer any more: its silence has been written down."""
        return self.answer == self.Answer.SILENT
