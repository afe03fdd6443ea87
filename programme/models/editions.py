"""The two years: an edition of the programme, its exchanges and its milestones."""

from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.core.exceptions import ValidationError
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
from iurc_portal.translation.languages import columns


class EditionQuerySet(models.QuerySet):
    def current(self):
        """The edition that runs, else the one planned, else the latest that was; None before the first is written."""
        order = Case(When(state="running", then=0), When(state="planned", then=1), default=2)
        return self.order_by(order, F("first_day").desc(nulls_last=True), "pk").first()

    @staticmethod
    def first_of(editions):
        """Which of ``editions`` (read already) is the current one; None of none. The same rule as ``current``."""
        order = {"running": 0, "planned": 1}
        by_days = sorted(editions, key=lambda one: (one.first_day or date.min, -one.pk), reverse=True)
        return min(by_days, key=lambda one: order.get(one.state, 2), default=None)

    def that_run_along(self, edition: "Edition"):
        """Running editions of the same programme whose days meet those of ``edition``; an unknown day is no limit.

        Editions of different programmes may run side by side, and so may planned and closed ones.
        """
        names = [(column, getattr(edition, column)) for column in columns("programme_name")]
        same = [Q(**{column: name}) for column, name in names if name]
        if not same:
            return self.none()
        begun = Q(first_day=None) | Q(first_day__lte=edition.last_day) if edition.last_day else Q()
        unfinished = Q(last_day=None) | Q(last_day__gte=edition.first_day) if edition.first_day else Q()
        return self.filter(begun, unfinished, reduce(or_, same), state="running").exclude(pk=edition.pk)


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
    funder = models.CharField(_("funder"), max_length=240, blank=True)
    contract_reference = models.CharField(_("number of the contract"), max_length=120, blank=True)
    cities = models.ManyToManyField("ecosystem.City", verbose_name=_("cities"), blank=True, related_name="editions")
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

    def clean(self):
        super().clean()
        if self.state == self.State.RUNNING:
            self.refuse_overlap()

    def refuse_overlap(self) -> None:
        """Raises ``ValidationError`` (``overlap``) where another edition of the programme runs on the same days."""
        other = Edition.objects.that_run_along(self).first()
        if other is not None:
            words = _(
                "“%(other)s” of the same programme runs on some of these days: close it first, or write days that do "
                "not overlap."
            )
            raise ValidationError(words, code="overlap", params={"other": other})


class ExchangeQuerySet(models.QuerySet):
    def public(self):
        return self.exclude(state="cancelled")

    def editable_by(self, user):
        """Staff who plan exchanges write on all of them: an exchange belongs to both cities."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        return self if user.is_staff and user.side and user.has_perm("programme.change_exchange") else self.none()


def _lead(label, related_name: str):
    """Who answers for an exchange in one of the two cities."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name=related_name,
        limit_choices_to={"is_staff": True},
    )


class Exchange(StateMachine):
    """A strand of the cooperation: the parent of visits, webinars, staff exchanges and meetings on one subject.

    ``cities`` are those that take part, at least two. One that belongs to a ``cluster`` counts among the activities
    with other cities and never in the figures of the two (programme spec P30).
    """

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
    objectives = models.ManyToManyField(
        "programme.Objective", verbose_name=_("objectives"), blank=True, related_name="exchanges"
    )
    cities = models.ManyToManyField("ecosystem.City", verbose_name=_("cities"), blank=True, related_name="exchanges")
    cluster = models.ForeignKey(
        "programme.ThematicCluster",
        verbose_name=_("thematic cluster"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="exchanges",
        help_text=_("Where other cities take part: their time stands beside that of the two."),
    )
    lead_torino = _lead(_("lead in Torino"), "exchanges_led_torino")
    lead_nagoya = _lead(_("lead in Nagoya"), "exchanges_led_nagoya")
    practices = models.ManyToManyField(
        "ecosystem.GoodPractice",
        verbose_name=_("good practices that came of it"),
        blank=True,
        related_name="exchanges",
    )
    transfers = models.ManyToManyField(
        "ecosystem.Transfer", verbose_name=_("transfers that came of it"), blank=True, related_name="exchanges"
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

    @property
    def is_public(self) -> bool:
        """What ``public`` says of a set, of this row."""
        return self.state != self.State.CANCELLED

    @property
    def is_of_cluster(self) -> bool:
        return self.cluster_id is not None


def check_participants(cities, cluster) -> None:
    """At least two cities; other cities than the two only with their cluster, of which they are.

    ``cities`` are ``ecosystem.City``, ``cluster`` may be None. Raises ``ValidationError``.
    """
    others = [city for city in cities if not city.is_partner]
    if len(cities) == 1:
        raise ValidationError(_("An exchange has two cities at least: choose another one."), code="one_city")
    if others and cluster is None:
        words = _("%(city)s is not one of the two partner cities: choose the thematic cluster through which it comes.")
        raise ValidationError(words, code="no_cluster", params={"city": others[0]})
    if cluster is not None:
        known = set(cluster.places.values_list("city", flat=True))
        for city in others:
            if city.pk not in known:
                words = _("%(city)s is not in the cluster “%(cluster)s”: add it there first.")
                raise ValidationError(words, code="other_cluster", params={"city": city, "cluster": cluster})


class MilestoneQuerySet(models.QuerySet):
    def late(self, *, today):
        return self.filter(done_on=None, due_on__lt=today)


class Milestone(Sourced):
    """A step of the two years, or of one of its objectives. Whether it is late is computed, never typed."""

    edition = models.ForeignKey(
        Edition, verbose_name=_("edition"), on_delete=models.CASCADE, related_name="milestones"
    )
    objective = models.ForeignKey(
        "programme.Objective",
        verbose_name=_("objective"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="milestones",
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
        constraints = [
            some_language("milestone", "title"),
            models.CheckConstraint(
                name="milestone_done_is_proved",
                condition=Q(done_on=None) | ~Q(evidence=""),
                violation_error_message=_(
                    "A milestone is done when something shows it: write the address of the proof."
                ),
            ),
        ]

    def __str__(self):
        return self.title or f"#{self.pk}"

    def clean(self):
        super().clean()
        refuse_other_edition(self)

    def is_late(self, *, today) -> bool:
        return self.done_on is None and self.due_on < today


def refuse_other_edition(record) -> None:
    """What names an edition and an objective names an objective of that edition. Raises ``ValidationError``."""
    objective = record.objective
    if objective is not None and record.edition_id is not None and objective.edition_id != record.edition_id:
        words = _("The objective %(objective)s belongs to another edition: choose one of this edition.")
        raise ValidationError(
            {"objective": ValidationError(words, code="other_edition", params={"objective": objective})}
        )
