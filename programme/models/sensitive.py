"""What a delegation tells of itself in confidence, apart from everything else (programme spec P16–P18, section 6).

These tables have no history and no admin of their own: ``services.sensitive`` reads and writes them, and notes who
read. Values are blanked on their dates by the rules in ``programme.privacy``.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.secret_fields import EncryptedField

PASSPORT_FIELDS = ("passport_spelling", "passport_number", "passport_expiry", "passport_country")
CARE_FIELDS = ("diet", "allergies", "mobility", "emergency_name", "emergency_phone")


class Diet(models.TextChoices):
    """What caterers count by. Reasons are nobody's business, so none of these names one."""

    VEGETARIAN = "vegetarian", pgettext_lazy("diet", "vegetarian")
    VEGAN = "vegan", pgettext_lazy("diet", "vegan")
    HALAL = "halal", pgettext_lazy("diet", "halal")
    KOSHER = "kosher", pgettext_lazy("diet", "kosher")
    NO_PORK = "no_pork", pgettext_lazy("diet", "no pork")
    NO_BEEF = "no_beef", pgettext_lazy("diet", "no beef")
    NO_FISH = "no_fish", pgettext_lazy("diet", "no fish or seafood")
    NO_GLUTEN = "no_gluten", pgettext_lazy("diet", "no gluten")
    NO_DAIRY = "no_dairy", pgettext_lazy("diet", "no milk products")
    NO_ALCOHOL = "no_alcohol", pgettext_lazy("diet", "no alcohol")


class DelegateSensitive(models.Model):
    """Given by the delegate, with explicit consent. Passport columns are encrypted and empty unless asked for.

    ``passports_asked`` repeats, for the constraint, that the visit asks for them. ``purged_at`` is when diet, health
    and the emergency contact were blanked, ``passport_purged_at`` when the passport was.
    """

    delegate = models.OneToOneField(
        "programme.Delegate", verbose_name=_("delegate"), on_delete=models.CASCADE, related_name="sensitive"
    )
    diet: Any = models.JSONField(_("diet"), default=list, blank=True)
    allergies = models.TextField(_("allergies"), blank=True)
    mobility = models.TextField(_("help with walking, seeing, hearing"), blank=True)
    emergency_name = models.CharField(_("whom to call in an emergency"), max_length=160, blank=True)
    emergency_phone = models.CharField(_("their telephone"), max_length=40, blank=True)
    consent_at = models.DateTimeField(_("consent given"), null=True, blank=True)
    passport_spelling = EncryptedField(_("name as in the passport"), blank=True, default="")
    passport_number = EncryptedField(_("passport number"), blank=True, default="")
    passport_expiry = EncryptedField(_("passport valid until"), blank=True, default="")
    passport_country = EncryptedField(_("issuing country"), blank=True, default="")
    passports_asked = models.BooleanField(default=False)
    purged_at = models.DateTimeField(null=True, blank=True)
    passport_purged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("sensitive data of a delegate")
        verbose_name_plural = _("sensitive data of delegates")
        # Not the usual four: the roles give those to all staff. Whoever leads a visit reads it without this one.
        default_permissions = ()
        permissions = [("read_sensitive", _("Can read sensitive data of delegations, with a reason"))]
        constraints = [
            models.CheckConstraint(
                name="sensitive_no_passports_unasked",
                condition=Q(passports_asked=True) | Q(**dict.fromkeys(PASSPORT_FIELDS, "")),
                violation_error_message=_("This visit does not ask for passport data."),
            )
        ]

    def __str__(self):
        return f"#{self.pk}"

    @property
    def diet_labels(self) -> list[str]:
        return [str(Diet(code).label) for code in self.diet if code in Diet.values]

    @property
    def has_care(self) -> bool:
        return any(getattr(self, name) for name in CARE_FIELDS)

    def blank_care(self, *, now) -> None:
        """Forget diet, health and the emergency contact. The caller saves."""
        self.diet, self.consent_at, self.purged_at = [], None, now
        self.allergies = self.mobility = self.emergency_name = self.emergency_phone = ""

    def open_passport(self) -> list[str]:
        """What the four columns say. Raises ``Unreadable`` where their key is lost."""
        return [getattr(self, name) for name in PASSPORT_FIELDS]

    def blank_passport(self, *, now) -> None:
        """Forget the passport. The caller saves."""
        for name in PASSPORT_FIELDS:
            setattr(self, name, "")
        self.passport_purged_at = now


class PassportRequest(models.Model):
    """That a visit needs passport data, why, and the two who agreed: its lead and, another person, a manager (P17)."""

    visit = models.OneToOneField("programme.StudyVisit", on_delete=models.CASCADE, related_name="passport_request")
    reason = models.CharField(_("why passport data are needed"), max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(_("asked on"))
    lead_yes_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    lead_yes_at = models.DateTimeField(null=True)
    manager_yes_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    manager_yes_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("request for passport data")
        verbose_name_plural = _("requests for passport data")
        default_permissions = ()

    def __str__(self):
        return f"#{self.pk}"

    @property
    def is_agreed(self) -> bool:
        return self.lead_yes_at is not None and self.manager_yes_at is not None


class SensitiveAccess(models.Model):
    """Who read which kind of sensitive data, or tried to. Append-only; it never holds a value."""

    class Kind(models.TextChoices):
        CARE = "care", pgettext_lazy("sensitive data", "diet, allergies, emergency contact")
        PASSPORT = "passport", pgettext_lazy("sensitive data", "passport")
        REFUSED = "refused", pgettext_lazy("sensitive data", "refused")

    visit = models.ForeignKey(
        "programme.StudyVisit", verbose_name=_("visit"), null=True, on_delete=models.SET_NULL, related_name="accesses"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    people = models.PositiveSmallIntegerField(_("people"), default=0)

    class Meta:
        verbose_name = _("access to sensitive data")
        verbose_name_plural = _("accesses to sensitive data")
        default_permissions = ("view",)
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
