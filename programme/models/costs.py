"""What a visit or another activity costs, who pays, and what was given as a present (programme spec P26).

Amounts are decimals in their own currency; ``programme.costs`` adds them up.
"""

from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.clock import PartnerSide
from iurc_portal.pdf_files import PdfField
from iurc_portal.translation.constraints import some_language


class Currency(models.TextChoices):
    EUR = "EUR", _("euro")
    JPY = "JPY", _("yen")


def refuse_part_of_a_yen(currency: str, **amounts: Decimal | None) -> dict[str, ValidationError]:
    """One refusal for each amount in yen that is no whole number."""
    if currency != Currency.JPY:
        return {}
    words = _("Yen have no decimals: write a whole number.")
    return {
        name: ValidationError(words, code="part_of_a_yen")
        for name, amount in amounts.items()
        if amount is not None and amount != amount.to_integral_value()
    }


def _amount(label, **options):
    """Up to ten digits and two decimals, not below zero."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, validators=[MinValueValidator(0)], **options)


def _no_rate() -> Q:
    """Amounts in yen without a rate: they are in no sum in euro."""
    has_amount = Q(estimate__isnull=False) | Q(actual__isnull=False)
    return has_amount & Q(rate=None) & ~Q(currency=Currency.EUR)


# What lists of costs say of whom a line is of, read along.
COSTS_ALONG = (
    *("budget_line", "visit", "exchange", "webinar__event", "stay__sending", "stay__hosting"),
    *("meeting__organisation_torino", "meeting__organisation_nagoya"),
)


class CostLineQuerySet(models.QuerySet):
    def editable_by(self, user):
        """Managers all; staff those of what their own city hosts or organises, of the rest what their own side pays.

        What belongs to both cities, an exchange or a meeting, has lines of each side.
        """
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if not (user.is_staff and user.side and user.has_perm("programme.change_studyvisit")):
            return self.none()
        own = Q(visit__host_city__slug=user.side)
        own |= Q(webinar__event__organizer__side=user.side) | Q(stay__hosting__side=user.side)
        of_both = Q(exchange__isnull=False) | Q(meeting__isnull=False) | Q(stay__sending__side=user.side)
        paid = Q(payer=user.side) & of_both
        paid |= Q(visit__guest_city__slug=user.side, payer__in=self.model.payers_of_guests(user.side))
        return self.filter(own | paid)

    def readable_by(self, user):
        """Managers and the staff of the lead city all, those of the other city what their own side answers for (8)."""
        if not user.has_perm("programme.view_costline"):
            return self.none()
        return self if reads_whole_budget(user) else self.editable_by(user)

    def of_edition(self, edition):
        """On a budget line of ``edition`` or, without one, of one of its activities."""
        ways = ("exchange", *(f"{owner}__exchange" for owner in self.model.OWNERS if owner != "exchange"))
        activity = reduce(or_, (Q(**{f"{way}__edition": edition}) for way in ways))
        return self.filter(Q(budget_line__edition=edition) | (Q(budget_line=None) & activity))

    def missing(self):
        """Without an actual amount yet."""
        return self.filter(actual=None)

    def without_rate(self):
        return self.filter(_no_rate())

    def spent(self):
        """What a sum of actual amounts in euro adds up."""
        return self.filter(actual__isnull=False).exclude(_no_rate())

    def committed(self):
        """What a sum of actual or else estimated amounts in euro adds up."""
        return self.filter(Q(actual__isnull=False) | Q(estimate__isnull=False)).exclude(_no_rate())


def reads_whole_budget(user) -> bool:
    """Managers, and staff of the lead city, which answers for the grant (programme spec 8)."""
    if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
        return True
    return user.is_staff and user.side == PartnerSide.TORINO and user.has_perm("programme.view_costline")


def _owner(model: str, label):
    """What a cost is of; exactly one of these is set."""
    return models.ForeignKey(
        f"programme.{model}",
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="costs",
    )


def _exactly_one(names: tuple[str, ...]) -> Q:
    return reduce(or_, (Q(**{f"{name}__isnull": name != kept for name in names}) for kept in names))


class CostLine(models.Model):
    """One line of the money of a visit or of another activity. Estimate and actual stand beside each other; a line may
    have neither yet.

    ``rate`` is how many yen one euro was worth on ``rate_date``; without it a line in yen has no value in euro.
    """

    class Payer(models.TextChoices):
        PROGRAMME = "programme", pgettext_lazy("payer", "the programme")
        TORINO = "torino", pgettext_lazy("payer", "City of Torino")
        NAGOYA = "nagoya", pgettext_lazy("payer", "City of Nagoya")
        DELEGATE = "delegate", pgettext_lazy("payer", "the delegates")
        HOST = "host", pgettext_lazy("payer", "the hosts")

    OWNERS = ("visit", "exchange", "webinar", "stay", "meeting")

    visit = _owner("StudyVisit", _("visit"))
    exchange = _owner("Exchange", _("exchange"))
    webinar = _owner("Webinar", _("webinar"))
    stay = _owner("StaffExchange", _("staff exchange"))
    meeting = _owner("Meeting", _("meeting"))
    budget_line = models.ForeignKey(
        "programme.BudgetLine",
        verbose_name=_("budget line"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="costs",
    )
    heading = models.CharField(pgettext_lazy("cost", "what for"), max_length=200)
    payer = models.CharField(_("who pays"), max_length=9, choices=Payer)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    estimate = _amount(pgettext_lazy("cost", "estimate"), null=True, blank=True)
    actual = _amount(pgettext_lazy("cost", "actual"), null=True, blank=True)
    rate = models.DecimalField(
        _("yen for one euro"),
        max_digits=10,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.0001"))],
    )
    rate_date = models.DateField(_("rate of the day"), null=True, blank=True)
    receipt = PdfField(_("receipt"), blank=True)
    no_receipt_reason = models.CharField(_("why there is no receipt"), max_length=200, blank=True)

    objects = CostLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        ordering = ["visit", "pk"]
        constraints = [
            some_language("costline", "heading"),
            models.CheckConstraint(
                name="costline_of_one_activity",
                condition=_exactly_one(("visit", "exchange", "webinar", "stay", "meeting")),
                violation_error_message=_("A cost is of one visit or activity: choose exactly one."),
            ),
            models.CheckConstraint(
                name="costline_actual_is_proved",
                condition=Q(actual=None) | ~Q(receipt="") | ~Q(no_receipt_reason=""),
                violation_error_message=_("An actual cost needs its receipt, or a word on why there is none."),
            ),
            models.CheckConstraint(
                name="costline_rate_has_its_day",
                condition=Q(rate=None, rate_date=None) | Q(rate__isnull=False, rate__gt=0, rate_date__isnull=False),
                violation_error_message=_("A rate and the day it is of go together: write both."),
            ),
            models.CheckConstraint(
                name="costline_not_below_zero",
                condition=(Q(estimate=None) | Q(estimate__gte=0)) & (Q(actual=None) | Q(actual__gte=0)),
                violation_error_message=_("An amount is not below zero."),
            ),
        ]

    def __str__(self):
        return self.heading or str(self.pk)

    @classmethod
    def payers_of_guests(cls, side: str) -> list[str]:
        """Who pays on the side of a visiting city: the city and its delegates."""
        return [payer for payer in (side, cls.Payer.DELEGATE) if payer in cls.Payer.values]

    @classmethod
    def payers_open_to(cls, user, owner) -> list[str] | None:
        """Whose costs of ``owner``, a visit or an activity, this person writes down; None for everybody's."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return None
        kind = type(owner).__name__
        if kind == "StudyVisit":
            return cls.payers_of_guests(user.side) if user.side == owner.guest_city.slug else None
        if kind == "Webinar" or (kind == "StaffExchange" and user.side == owner.hosting.side):
            return None
        return [user.side]

    @property
    def owner(self):
        """The visit or the activity that it is of; None before that is known."""
        return next((getattr(self, name) for name in self.OWNERS if getattr(self, f"{name}_id")), None)

    @owner.setter
    def owner(self, owner) -> None:
        for name in self.OWNERS:
            is_it = type(self)._meta.get_field(name).related_model is type(owner)
            setattr(self, name, owner if is_it else None)

    @property
    def edition_id(self) -> int | None:
        """The key of the edition whose budget it burdens; None for an activity of no edition."""
        owner = self.owner
        exchange = owner if self.exchange_id else getattr(owner, "exchange", None)
        return exchange.edition_id if exchange is not None else None

    def clean(self):
        super().clean()
        errors: dict[str, Any] = dict(refuse_part_of_a_yen(self.currency, estimate=self.estimate, actual=self.actual))
        if self.budget_line is not None and self.owner is not None and self.budget_line.edition_id != self.edition_id:
            words = _("“%(line)s” is a budget line of another edition: choose one of the edition of this activity.")
            errors["budget_line"] = ValidationError(words, code="other_edition", params={"line": self.budget_line})
        if errors:
            raise ValidationError(errors)


class Gift(models.Model):
    """A present given on a visit. Above the limit it is declared: ``declared_on`` says when."""

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), on_delete=models.PROTECT, related_name="gifts"
    )
    giver = models.CharField(
        pgettext_lazy("gift", "given by"), max_length=160, help_text=_("The office or organisation, not a person.")
    )
    receiver = models.CharField(
        pgettext_lazy("gift", "given to"), max_length=160, help_text=_("The office or organisation, not a person.")
    )
    item = models.CharField(pgettext_lazy("gift", "what it is"), max_length=200)
    value = _amount(_("value"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.EUR)
    declared_on = models.DateField(_("declared on"), null=True, blank=True)

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        ordering = ["visit", "pk"]
        constraints = [
            some_language("gift", "item"),
            models.CheckConstraint(
                name="gift_not_below_zero",
                condition=Q(value__gte=0),
                violation_error_message=_("An amount is not below zero."),
            ),
        ]

    def __str__(self):
        return self.item or str(self.pk)

    @property
    def limit(self) -> Decimal:
        """The value, in its own currency, above which it must be declared."""
        return Decimal(settings.IURC_VISITS["gift_limit"][self.currency])

    @property
    def must_be_declared(self) -> bool:
        return self.value is not None and self.value > self.limit

    def clean(self):
        super().clean()
        errors = refuse_part_of_a_yen(self.currency, value=self.value)
        if self.must_be_declared and self.declared_on is None:
            words = _("Above %(limit)s %(currency)s a gift is declared: write the day of the declaration.")
            facts = {"limit": self.limit, "currency": self.currency}
            errors["declared_on"] = ValidationError(words, "undeclared", facts)
        if errors:
            raise ValidationError(errors)
