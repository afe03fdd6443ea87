"""The four initiatives of Torino that a Japanese company meets first."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecosystem.models.sourcing import Sourced
from iurc_portal.translation.constraints import some_language


class InitiativeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self


class Initiative(Sourced):
    """Torino Social Impact, SEED, Torino City Lab, CTE Next. ``colour`` is a token of the style sheet."""

    class Colour(models.TextChoices):
        BLUE = "blue", _("blue")
        VERMILION = "vermilion", _("vermilion")
        GOLD = "gold", _("gold")
        GREEN = "green", _("green")

    slug = models.SlugField(_("address of the page"), unique=True)
    code = models.CharField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=160)
    tagline = models.CharField(_("tagline"), max_length=240, blank=True)
    description = models.TextField(_("description"), blank=True)
    started_year = models.PositiveSmallIntegerField(_("started, year"), null=True, blank=True)
    started_month = models.PositiveSmallIntegerField(
        _("started, month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    started_day = models.PositiveSmallIntegerField(
        _("started, day"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    started_note = models.CharField(_("about the start"), max_length=400, blank=True)
    leads = models.ManyToManyField(
        "ecosystem.Organisation", verbose_name=_("leads"), blank=True, related_name="initiatives_led"
    )
    themes = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("themes"),
        blank=True,
        related_name="initiatives",
        limit_choices_to={"scheme": "theme"},
    )
    website = models.URLField(_("website"), blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    colour = models.CharField(_("colour"), max_length=9, choices=Colour, default=Colour.BLUE)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        ordering = ["order", "slug"]
        constraints = [some_language("initiative")]

    def __str__(self):
        return self.name or self.slug


class InitiativeFigure(models.Model):
    """A public number with its day and source: without a source it is not shown."""

    initiative = models.ForeignKey(
        Initiative, verbose_name=_("initiative"), on_delete=models.CASCADE, related_name="figures"
    )
    value = models.CharField(_("value"), max_length=40)
    label = models.CharField(_("label"), max_length=240)
    as_of = models.CharField(
        _("as of"),
        max_length=10,
        help_text=_("A year, a month, a day or some years: 2024, 2024-11, 2024-11-18, 2021-2024."),
    )
    source = models.URLField(_("source"), max_length=400)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["initiative", "order", "pk"]
        constraints = [some_language("initiativefigure", "label")]

    def __str__(self):
        return f"{self.value} {self.label}"


class TakePart(models.Model):
    """One thing an outside company can do with an initiative."""

    class Kind(models.TextChoices):
        MEMBERSHIP = "membership", _("become a member")
        NETWORK = "network", _("join the network")
        PARTNERSHIP = "partnership", _("become a partner")
        SERVICE = "service", _("use a service")
        INFRASTRUCTURE = "infrastructure", _("use laboratories and equipment")
        INVESTMENT = "investment", _("invest")
        CALL_FOR_TESTING = "call_for_testing", _("apply to a call for tests")
        OPEN_DESK = "open_desk", _("propose a test at any time")
        CHALLENGE = "challenge", _("answer a challenge")

    initiative = models.ForeignKey(
        Initiative, verbose_name=_("initiative"), on_delete=models.CASCADE, related_name="take_parts"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    text = models.TextField(_("text"))
    source = models.URLField(_("source"), max_length=400, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("way to take part")
        verbose_name_plural = _("ways to take part")
        ordering = ["initiative", "order", "pk"]
        constraints = [some_language("takepart", "text")]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.initiative}"
