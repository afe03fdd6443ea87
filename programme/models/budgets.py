"""The money of an edition by heading. What is committed and spent follows from the cost lines (P26)."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.translation.constraints import some_language


class BudgetLine(models.Model):
    """One heading of an edition's budget, in euro; ``programme.budgets`` says what of it is committed and spent."""

    edition = models.ForeignKey(
        "programme.Edition", verbose_name=_("edition"), on_delete=models.PROTECT, related_name="budget_lines"
    )
    heading = models.CharField(pgettext_lazy("budget", "heading"), max_length=200)
    ceiling = models.DecimalField(
        _("ceiling in euro"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        ordering = ["edition", "order", "pk"]
        constraints = [
            some_language("budgetline", "heading"),
            models.CheckConstraint(
                name="budgetline_not_below_zero",
                condition=Q(ceiling__gte=0),
                violation_error_message=_("An amount is not below zero."),
            ),
        ]

    def __str__(self):
        return self.heading or f"#{self.pk}"
