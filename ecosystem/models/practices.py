"""Good practices: what one city did that another may repeat."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ecosystem.models.sourcing import Sourced
from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.constraints import some_language


class GoodPracticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.is_authenticated and user.has_perm("ecosystem.view_goodpractice"):
            return self
        return self.public()

    def public(self):
        return self.filter(state__in=GoodPractice.PUBLIC)

    def editable_by(self, user):
        """Staff write the practices of their own city, managers all (ecosystem spec 8)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("ecosystem.change_goodpractice"):
            return self.filter(city__slug=user.side)
        return self.none()


class GoodPractice(StateMachine, Sourced):
    """Problem, solution, results, conditions to repeat. ``last_year`` empty means it goes on."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        INFO_REQUESTED = "info_requested", _("information asked")
        VALIDATED = "validated", _("validated")
        FEATURED = "featured", _("featured")
        RETIRED = "retired", _("retired")

    NEXT = {
        "draft": {"submitted"},
        "submitted": {"info_requested", "validated"},
        "info_requested": {"submitted"},
        "validated": {"featured", "retired"},
        "featured": {"validated", "retired"},
        "retired": {"draft"},
    }
    PUBLIC = (State.VALIDATED, State.FEATURED)  # everybody may read it

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    city = models.ForeignKey(
        "ecosystem.City", verbose_name=_("city"), on_delete=models.PROTECT, related_name="practices"
    )
    title = models.CharField(_("title"), max_length=240)
    state = models.CharField(_("state"), max_length=14, choices=State, default=State.DRAFT, editable=False)
    recognition = models.CharField(_("recognition"), max_length=240, blank=True)
    first_year = models.PositiveSmallIntegerField(_("first year"), null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(
        _("last year"), null=True, blank=True, help_text=_("Empty if it goes on.")
    )
    first_year_is_approximate = models.BooleanField(_("about that year"), default=False)
    problem = models.TextField(_("problem"), blank=True)
    solution = models.TextField(_("what was done"), blank=True)
    results = models.TextField(_("results"), blank=True)
    what_failed = models.TextField(_("what did not work"), blank=True)
    replicability = models.TextField(_("conditions to repeat it"), blank=True)
    costs = models.TextField(_("costs"), blank=True)
    transfer_asked_on = models.DateField(
        _("contact asked about transfers on"),
        null=True,
        blank=True,
        help_text=_("When its contact was last asked why nobody has taken it over yet."),
    )
    organisations = models.ManyToManyField(
        "ecosystem.Organisation", verbose_name=_("organisations"), blank=True, related_name="practices"
    )
    themes = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("themes"),
        blank=True,
        related_name="practices",
        limit_choices_to={"scheme": "theme"},
    )
    initiatives = models.ManyToManyField(
        "ecosystem.Initiative", verbose_name=_("initiatives"), blank=True, related_name="practices"
    )

    objects = GoodPracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("good practice")
        verbose_name_plural = _("good practices")
        ordering = [F("first_year").desc(nulls_last=True), "slug"]
        constraints = [
            some_language("goodpractice", "title"),
            models.CheckConstraint(
                name="goodpractice_years_in_order",
                condition=Q(first_year=None) | Q(last_year=None) | Q(last_year__gte=F("first_year")),
                violation_error_message=_("The last year is before the first."),
            ),
        ]

    def __str__(self):
        return self.title or self.slug

    @property
    def is_public(self) -> bool:
        """What ``public`` says of a set, of this row."""
        return self.state in self.PUBLIC

    def get_absolute_url(self):
        return reverse("ecosystem:practice", args=[self.slug])
