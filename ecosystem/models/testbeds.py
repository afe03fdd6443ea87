"""Where one can test: a street, a building, data, a laboratory, a district that a city opens to others."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecosystem.models.sourcing import Located, Sourced, point_constraints
from iurc_portal.audit.machine import StateMachine
from iurc_portal.translation.constraints import some_language


class TestbedQuerySet(models.QuerySet):
    def listed(self):
        """What stands in lists: open to tests, or only paused."""
        return self.filter(state__in=Testbed.LISTED)

    def visible_to(self, user):
        """The public opens what was ever published; a retired one keeps its page for the tests made there."""
        if user.is_authenticated and user.has_perm("ecosystem.view_testbed"):
            return self
        return self.exclude(state=Testbed.State.DRAFT)

    def editable_by(self, user):
        """Staff edit the testbeds of their own city, managers all (ecosystem spec 8)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("ecosystem.change_testbed"):
            return self.filter(city__slug=user.side)
        return self.none()


class Testbed(StateMachine, Sourced, Located):
    """A place that can be used for tests, with what its city gives and does not give there."""

    __test__ = False  # its name begins with "Test", but pytest has nothing to collect here

    class Kind(models.TextChoices):
        STREET = "street", pgettext_lazy("testbed", "street")
        BUILDING = "building", pgettext_lazy("testbed", "building")
        DATA = "data", pgettext_lazy("testbed", "data")
        LABORATORY = "laboratory", pgettext_lazy("testbed", "laboratory")
        DISTRICT = "district", pgettext_lazy("testbed", "district or whole city")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("testbed", "draft")
        PUBLISHED = "published", pgettext_lazy("testbed", "open to tests")
        PAUSED = "paused", pgettext_lazy("testbed", "paused")
        RETIRED = "retired", pgettext_lazy("testbed", "no longer in use")

    NEXT = {
        "draft": {"published"},
        "published": {"paused", "retired"},
        "paused": {"published", "retired"},
        "retired": {"draft"},
    }
    LISTED = (State.PUBLISHED, State.PAUSED)

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=240)
    owner = models.ForeignKey(
        "ecosystem.Organisation", verbose_name=_("owner"), on_delete=models.PROTECT, related_name="testbeds"
    )
    city = models.ForeignKey(
        "ecosystem.City", verbose_name=_("city"), on_delete=models.PROTECT, related_name="testbeds"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    testable = models.TextField(_("what can be tested"), blank=True)
    provided = models.TextField(_("what the city provides"), blank=True)
    not_provided = models.TextField(_("what the city does not provide"), blank=True)
    data_available = models.TextField(_("data available"), blank=True)
    rules = models.TextField(_("rules"), blank=True)
    cost = models.TextField(_("cost"), blank=True)
    opening = models.CharField(_("opening"), max_length=240, blank=True)
    place_name = models.CharField(_("place"), max_length=240, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), null=True, blank=True, help_text=_("How many tests can run there at the same time.")
    )
    languages = models.JSONField(_("languages"), default=list, blank=True)
    initiatives = models.ManyToManyField(
        "ecosystem.Initiative", verbose_name=_("initiatives"), blank=True, related_name="testbeds"
    )
    themes = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("themes"),
        blank=True,
        related_name="testbeds",
        limit_choices_to={"scheme": "theme"},
    )

    objects = TestbedQuerySet.as_manager()

    class Meta:
        verbose_name = _("testbed")
        verbose_name_plural = _("testbeds")
        ordering = ["slug"]
        constraints = [some_language("testbed"), *point_constraints("testbed")]

    def __str__(self):
        return self.name or self.slug

    def get_absolute_url(self):
        return reverse("ecosystem:testbed", args=[self.slug])

    @property
    def is_listed(self) -> bool:
        return self.state in self.LISTED


class TestbedClosure(models.Model):
    """Days on which a testbed cannot be used; ``last_day`` is inclusive."""

    __test__ = False

    testbed = models.ForeignKey(Testbed, verbose_name=_("testbed"), on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=160)

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["first_day", "pk"]
        constraints = [
            some_language("testbedclosure", "reason"),
            models.CheckConstraint(
                name="testbedclosure_ends_after_it_starts",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day is before the first: set a later last day."),
            ),
        ]

    def __str__(self):
        return f"{self.first_day} – {self.last_day}"
