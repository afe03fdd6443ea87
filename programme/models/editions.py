"""The two years: an edition of the programme, its exchanges and its milestones."""

from datetime import date, datetime, timedelta

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models.sourcing import Sourced
from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import ROME
from iurc_portal.privacy.registry import months_before
from iurc_portal.translation.constraints import some_language


class EditionQuerySet(models.QuerySet):
    def current(self):
        """The edition that runs, else the one planned, else the latest that was; None before the first is written."""
        order = Case(When(state="running", then=0), When(state="planned", then=1), default=2)
        return self.order_by(order, F("first_day").desc(nulls_last=True), "pk").first()


class Edition(StateMachine, Sourced):
    """One funded run of the cooperation. ``funding_notice`` stands in the footer of every page."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("edition", "planned")
        RUNNING = "running", pgettext_lazy("edition", "running")
        CLOSED = "closed", pgettext_lazy("edition", "closed")
        ARCHIVED = "archived", pgettext_lazy("edition", "archived")

    NEXT = {"planned": {"running"}, "running": {"closed"}, "closed": {"archived", "running"}, "archived": set()}

    slug = models.SlugField(_("address of the page"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    programme_name = models.CharField(_("programme"), max_length=240, blank=True)
    objective = models.TextField(_("objective"), blank=True)
    funding_notice = models.TextField(_("funding notice"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED, editable=False)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    duration_years = models.PositiveSmallIntegerField(_("years"), default=2)
    partner_city_count = models.PositiveSmallIntegerField(_("partner cities"), default=2)
    study_visit_count = models.PositiveSmallIntegerField(_("study visits foreseen"), default=2)
    archive_years = models.PositiveSmallIntegerField(
        _("years for which names are kept"),
        default=5,
        validators=[MaxValueValidator(20)],
        help_text=_(
            "After its last day, as the grant’s archive rule says; then visits keep numbers and nobody’s name."
        ),
    )
    website = models.URLField(_("website"), blank=True, max_length=400)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        permissions = [("read_aggregates", "Can read figures, reports and evidence without personal data")]
        ordering = ["-first_day", "slug"]
        constraints = [
            some_language("edition"),
            models.CheckConstraint(
                name="edition_ends_after_it_starts",
                condition=Q(first_day=None) | Q(last_day=None) | Q(last_day__gt=F("first_day")),
                violation_error_message=_("The edition ends before it starts: set a later last day."),
            ),
        ]

    def __str__(self):
        return self.name or self.slug

    @property
    def names_end(self) -> date | None:
        """The first day on which its visits name nobody any more; None while its last day is not known."""
        if self.last_day is None:
            return None
        midnight = datetime(self.last_day.year, self.last_day.month, self.last_day.day, tzinfo=ROME)
        return months_before(midnight, -12 * self.archive_years).date() + timedelta(days=1)


class ExchangeQuerySet(models.QuerySet):
    def public(self):
        return self.exclude(state="cancelled")


class Exchange(StateMachine):
    """A strand of the cooperation: the parent of visits and webinars on one subject."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("exchange", "planned")
        ACTIVE = "active", pgettext_lazy("exchange", "under way")
        CONCLUDED = "concluded", pgettext_lazy("exchange", "concluded")
        CANCELLED = "cancelled", pgettext_lazy("exchange", "cancelled")

    NEXT = {
        "planned": {"active", "cancelled"},
        "active": {"concluded", "cancelled"},
        "concluded": set(),
        "cancelled": set(),
    }

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    edition = models.ForeignKey(Edition, verbose_name=_("edition"), on_delete=models.PROTECT, related_name="exchanges")
    title = models.CharField(_("title"), max_length=240)
    story = models.TextField(_("story"), blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PLANNED, editable=False)
    initiatives = models.ManyToManyField(
        "ecosystem.Initiative", verbose_name=_("initiatives"), blank=True, related_name="exchanges"
    )
    themes = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("themes"),
        blank=True,
        related_name="exchanges",
        limit_choices_to={"scheme": "theme"},
    )
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")
        ordering = ["edition", "slug"]
        constraints = [some_language("exchange", "title")]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("programme:exchange", args=[self.slug])


class MilestoneQuerySet(models.QuerySet):
    def late(self, *, today):
        return self.filter(done_on=None, due_on__lt=today)


class Milestone(Sourced):
    """A step of the two years. Whether it is late is computed, never typed."""

    edition = models.ForeignKey(
        Edition, verbose_name=_("edition"), on_delete=models.CASCADE, related_name="milestones"
    )
    title = models.CharField(_("title"), max_length=240)
    due_on = models.DateField(pgettext_lazy("milestone", "due on"))
    done_on = models.DateField(pgettext_lazy("milestone", "done on"), null=True, blank=True)
    evidence = models.URLField(_("evidence"), blank=True, max_length=400)
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["due_on", "pk"]
        constraints = [some_language("milestone", "title")]

    def __str__(self):
        return self.title or f"#{self.pk}"

    def is_late(self, *, today) -> bool:
        return self.done_on is None and self.due_on < today
