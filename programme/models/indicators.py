"""What is counted, and what it was at the end of a period (programme spec P27, P28)."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.audit.machine import StateMachine
from iurc_portal.shown import digest_of
from iurc_portal.translation.constraints import some_language
from programme.exceptions import FrozenReading
from programme.models.editions import refuse_other_edition


def _number(label, **options):
    """Ten digits and two decimals."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, null=True, blank=True, **options)


class Indicator(models.Model):
    """A number of an edition. ``source`` says whether a query of ``programme.indicators`` counts it or people do."""

    class Kind(models.TextChoices):
        OUTPUT = "output", pgettext_lazy("indicator", "output")
        RESULT = "result", pgettext_lazy("indicator", "result")
        IMPACT = "impact", pgettext_lazy("indicator", "impact")

    class Frequency(models.TextChoices):
        HALF_YEAR = "half_year", _("every half-year")
        YEAR = "year", _("every year")
        WHOLE = "whole", _("once, at the end of the edition")

    class Source(models.TextChoices):
        QUERY = "query", pgettext_lazy("indicator", "counted by the portal")
        MANUAL = "manual", pgettext_lazy("indicator", "entered by hand")

    edition = models.ForeignKey(
        "programme.Edition", verbose_name=_("edition"), on_delete=models.PROTECT, related_name="indicators"
    )
    objective = models.ForeignKey(
        "programme.Objective",
        verbose_name=_("objective"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="indicators",
    )
    code = models.CharField(_("code"), max_length=12, help_text=_("As people quote it: I1, I2."))
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.OUTPUT)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    definition = models.TextField(
        _("definition"), blank=True, help_text=_("What is counted and when. Empty: the definition of the query.")
    )
    baseline = _number(_("baseline"), help_text=_("Empty: 0."))
    target = _number(_("target"), help_text=_("Empty: no target."))
    frequency = models.CharField(_("how often"), max_length=9, choices=Frequency, default=Frequency.HALF_YEAR)
    source = models.CharField(_("where the number comes from"), max_length=6, choices=Source, default=Source.QUERY)
    key = models.CharField(_("what is counted"), max_length=40, blank=True)
    is_key = models.BooleanField(_("on the public page"), default=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["edition", "code"]
        constraints = [
            some_language("indicator"),
            models.UniqueConstraint(
                fields=["edition", "code"],
                name="indicator_code_once",
                violation_error_message=_("This edition already has an indicator with that code: choose another one."),
            ),
            models.CheckConstraint(
                name="indicator_source_fits_the_key",
                condition=(Q(source="query") & ~Q(key="")) | Q(source="manual", key=""),
                violation_error_message=_(
                    "Choose what the portal counts; for a number entered by hand choose nothing."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.name or ''}".strip()

    def clean(self):
        super().clean()
        refuse_other_edition(self)
        from programme.indicators.queries import query_of  # it reads models

        if self.is_counted and self.key and query_of(self.key) is None:
            words = _("The portal does not count “%(key)s”: choose one of the list.")
            raise ValidationError({"key": ValidationError(words, code="unknown_key", params={"key": self.key})})

    @property
    def is_counted(self) -> bool:
        return self.source == self.Source.QUERY

    def progress(self, value: Decimal | None) -> Decimal | None:
        """The share of the way from baseline to target, 1 at the target and not cut there.

        None without a value, and where there is no way to go: no target, or one that is the baseline (P27).
        """
        start = self.baseline if self.baseline is not None else Decimal(0)
        if value is None or self.target is None or self.target == start:
            return None
        return (value - start) / (self.target - start)


class ReadingQuerySet(models.QuerySet):
    """What is frozen is not changed, not even in bulk; what follows a move goes through ``services.readings``."""

    def frozen(self):
        return self.filter(state="frozen")

    def update(self, **fields):
        self._refuse_frozen()
        return super().update(**fields)

    def delete(self):
        self._refuse_frozen()
        return super().delete()

    def bulk_update(self, objs, *args, **options):
        objs = list(objs)
        self.model.objects.filter(pk__in=[obj.pk for obj in objs])._refuse_frozen()
        return super().bulk_update(objs, *args, **options)

    def latest_versions(self):
        """Of each indicator and period the last version alone."""
        newer = self.model.objects.filter(
            indicator=models.OuterRef("indicator"),
            first_day=models.OuterRef("first_day"),
            last_day=models.OuterRef("last_day"),
            version__gt=models.OuterRef("version"),
        )
        return self.filter(~models.Exists(newer))

    def _refuse_frozen(self) -> None:
        if self.order_by().filter(state="frozen").exists():
            raise FrozenReading


class Reading(StateMachine):
    """The value of an indicator at the end of ``last_day``. Periods are ``programme.indicators.periods.Period``.

    A frozen reading is in an approved report and stays as it is; a new report of the same period has the next
    ``version``. ``facts`` keeps what the value was made of (``services.readings.facts_of``), without anybody's name.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("reading", "draft")
        VALIDATED = "validated", pgettext_lazy("reading", "validated")
        FROZEN = "frozen", pgettext_lazy("reading", "frozen")

    NEXT = {"draft": {"validated"}, "validated": {"draft", "frozen"}, "frozen": set()}

    indicator = models.ForeignKey(
        Indicator, verbose_name=_("indicator"), on_delete=models.PROTECT, related_name="readings"
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    version = models.PositiveSmallIntegerField(pgettext_lazy("reading", "version"), default=1, editable=False)
    value = models.DecimalField(
        _("value"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    evidence = models.URLField(_("evidence"), max_length=400, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    facts = models.JSONField(default=dict, blank=True, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    entered_at = models.DateTimeField(_("entered"), editable=False)
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("validated by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    validated_at = models.DateTimeField(_("validated"), null=True, editable=False)
    frozen_at = models.DateTimeField(_("frozen"), null=True, editable=False)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("indicator", "reading")
        verbose_name_plural = pgettext_lazy("indicator", "readings")
        ordering = ["indicator", "last_day", "-version"]
        permissions = [("validate_reading", _("Can validate readings"))]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "first_day", "last_day", "version"],
                name="reading_once",
                violation_error_message=_("There is a reading of this indicator for that period already."),
            ),
            models.CheckConstraint(
                name="reading_ends_after_it_starts",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The last day is before the first: set a later last day."),
            ),
            models.CheckConstraint(
                name="reading_not_below_zero",
                condition=Q(value=None) | Q(value__gte=0),
                violation_error_message=_("A reading is not below zero."),
            ),
            models.CheckConstraint(
                name="reading_frozen_has_its_moment",
                condition=~Q(state="frozen") | Q(frozen_at__isnull=False, validated_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.indicator}, {self.last_day}"

    @property
    def digest(self) -> str:
        """Of what a person reads before deciding."""
        return digest_of([str(self.value), self.evidence, self.comment])

    def save(self, *args, **options):
        """Raises ``FrozenReading`` where the stored row is frozen, whatever is to be saved."""
        if self.pk and type(self)._base_manager.filter(pk=self.pk, state=self.State.FROZEN).exists():
            raise FrozenReading
        super().save(*args, **options)

    def delete(self, *args, **options):
        if type(self)._base_manager.filter(pk=self.pk, state=self.State.FROZEN).exists():
            raise FrozenReading
        return super().delete(*args, **options)

    @property
    def is_frozen(self) -> bool:
        return self.state == self.State.FROZEN

    def refuse_without_grounds(self) -> None:
        """What is validated has a value, and a number entered by hand its evidence. Raises ``ValidationError``.

        A mean over no records has none, and that is what is validated: else it would keep its period open for ever.
        """
        is_of_nothing = self.indicator.is_counted and self.facts.get("count") == 0
        if self.value is None and not is_of_nothing:
            raise ValidationError(_("A reading without a value cannot be validated: write one."), code="no_value")
        if not self.indicator.is_counted and not self.evidence:
            words = _("A number entered by hand needs its evidence: write the address of a page or a document.")
            raise ValidationError(words, code="no_evidence")
