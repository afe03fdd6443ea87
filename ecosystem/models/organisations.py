"""Organisations of both cities, their part in the initiatives, and who may speak for them."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ecosystem.models.facts import CompanyFacts, KanaField, facts_constraints
from ecosystem.models.sourcing import Located, Sourced, point_constraints
from iurc_portal.audit.machine import StateMachine
from iurc_portal.clock import PartnerSide
from iurc_portal.translation.constraints import some_language
from iurc_portal.translation.languages import Language


def told_at(path: str = "") -> Q:
    """The condition of ``told`` for the organisation at the end of ``path``; "" is the row itself."""
    at = f"{path}__" if path else ""
    return Q(**{f"{at}state": Organisation.State.PUBLISHED, f"{at}merged_into": None})


class OrganisationQuerySet(models.QuerySet):
    def published(self):
        return self.filter(state=Organisation.State.PUBLISHED)

    def visible_to(self, user):
        """What may be opened: everything for staff who manage organisations; published and unlisted for everybody.

        What one may not see does not exist (E4). Lists for the public use ``listed_for``.
        """
        if user.is_authenticated and user.has_perm("ecosystem.view_organisation"):
            return self
        return self.filter(state__in=[Organisation.State.PUBLISHED, Organisation.State.UNLISTED], merged_into=None)

    def told(self):
        """What pages of other records may name and link: published and not merged, closed ones too (E4)."""
        return self.filter(told_at())

    def listed_for(self, user):
        """What stands in public lists: published, neither closed nor merged, the same for everybody."""
        return self.told().exclude(activity=Organisation.Activity.CLOSED)

    def overdue(self, *, today):
        """Those that nobody has confirmed for too long, or ever, on the day ``today`` (E12)."""
        kinds = settings.IURC_ECOSYSTEM["fresh_days_by_kind"]
        old = Q(verified_on=None)
        for kind, days in kinds.items():
            old |= Q(kind=kind, verified_on__lte=today - timedelta(days=days))
        others = today - timedelta(days=settings.IURC_ECOSYSTEM["fresh_days"])
        return self.filter(old | (~Q(kind__in=list(kinds)) & Q(verified_on__lte=others)))

    def editable_by(self, user):
        """Staff edit their own city's side, managers both; editors of an organisation propose (a later issue)."""
        if user.is_superuser or user.has_perm("ecosystem.edit_both_sides"):
            return self
        if user.is_staff and user.has_perm("ecosystem.change_organisation"):
            return self.filter(side=user.side)
        return self.none()


class Organisation(StateMachine, CompanyFacts, Sourced, Located):
    """schema.org Organization, on one of the two sides of the programme.

    ``state`` is the publication machine, ``activity`` whether the organisation still works.
    """

    class Kind(models.TextChoices):
        PUBLIC_BODY = "public_body", _("public body")
        UNIVERSITY = "university", _("university")
        RESEARCH_CENTRE = "research_centre", _("research centre")
        INCUBATOR = "incubator_accelerator", _("incubator or accelerator")
        CLUSTER = "cluster_network", _("cluster or network")
        COMPETENCE_CENTRE = "competence_centre", _("competence centre")
        FOUNDATION = "foundation", _("foundation")
        COMPANY = "company", _("company")
        STARTUP = "startup", _("start-up")
        SOCIAL_ENTERPRISE = "social_enterprise", _("social enterprise")
        ASSOCIATION = "association", _("association")
        UTILITY = "utility", _("utility")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        PUBLISHED = "published", _("published")
        UNLISTED = "unlisted", _("not in lists")
        ARCHIVED = "archived", _("archived")

    NEXT = {
        "draft": {"in_review", "published"},
        "in_review": {"published", "draft"},
        "published": {"unlisted"},
        "unlisted": {"published", "archived"},
        "archived": {"draft"},
    }

    class Activity(models.TextChoices):
        ACTIVE = "active", _("active")
        INACTIVE = "inactive", _("inactive")
        CLOSED = "closed", _("closed")

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=200)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    kana = KanaField(_("reading in katakana"), max_length=200, blank=True)
    name_ja_suggested = models.CharField(
        _("suggested Japanese name"),
        max_length=200,
        blank=True,
        help_text=_("A proposal that the organisation has not yet approved; shown as such."),
    )
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    is_programme = models.BooleanField(
        _("is a programme"), default=False, help_text=_("Listed, but cannot be claimed or introduced.")
    )
    side = models.CharField(_("city's side"), max_length=6, choices=PartnerSide)
    city = models.ForeignKey(
        "ecosystem.City",
        verbose_name=_("seat"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    activity = models.CharField(_("activity"), max_length=8, choices=Activity, default=Activity.ACTIVE)
    summary = models.TextField(_("summary"), blank=True)
    description = models.TextField(_("description"), blank=True)
    address = models.CharField(_("street address"), max_length=240, blank=True)
    website = models.URLField(_("website"), blank=True, max_length=400)
    same_as = models.JSONField(_("other addresses of it on the web"), default=list, blank=True)
    founded_year = models.PositiveSmallIntegerField(
        _("founded"), null=True, blank=True, validators=[MinValueValidator(1000), MaxValueValidator(2100)]
    )
    contact_languages = models.JSONField(_("languages of contact"), default=list, blank=True)
    open_to_japan = models.BooleanField(_("open to Japan"), default=False)
    themes = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("themes"),
        blank=True,
        related_name="organisations",
        limit_choices_to={"scheme": "theme"},
    )
    initiatives = models.ManyToManyField(
        "ecosystem.Initiative",
        verbose_name=_("initiatives"),
        through="ecosystem.OrganisationInitiative",
        related_name="organisations",
    )
    source_language = models.CharField(
        _("language of origin"), max_length=2, choices=Language, default=Language.ENGLISH
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="merged_from"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_en", "name_it", "pk"]
        permissions = [("edit_both_sides", _("Can edit what belongs to either city"))]
        constraints = [
            some_language("organisation"),
            models.CheckConstraint(
                name="organisation_not_merged_into_itself", condition=~Q(merged_into=F("pk")) | Q(merged_into=None)
            ),
            *point_constraints("organisation"),
            *facts_constraints("organisation"),
        ]
        indexes = [models.Index(fields=["state", "side", "kind"], name="organisation_listed")]

    def __str__(self):
        return self.name or self.slug

    def get_absolute_url(self):
        return reverse("ecosystem:organisation", args=[self.slug])

    @property
    def is_told(self) -> bool:
        """Whether pages of other records may name it; the same rule as ``told``."""
        return self.state == self.State.PUBLISHED and self.merged_into_id is None


class OrganisationInitiative(models.Model):
    """The part an organisation has in an initiative. ``member`` only where a source names it as member or partner."""

    class Role(models.TextChoices):
        LEAD = "lead", _("lead")
        MEMBER = "member", _("member")
        PARTNER = "partner", _("involved")
        HOST = "host", _("host")
        TESTER = "tester", _("tester")
        FUNDED = "funded", _("funded")

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="parts"
    )
    initiative = models.ForeignKey(
        "ecosystem.Initiative", verbose_name=_("initiative"), on_delete=models.CASCADE, related_name="parts"
    )
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.PARTNER)

    class Meta:
        verbose_name = _("part in an initiative")
        verbose_name_plural = _("parts in initiatives")
        ordering = ["initiative", "organisation", "role"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "initiative", "role"], name="organisationinitiative_once")
        ]

    def __str__(self):
        return f"{self.organisation} – {self.initiative} ({self.get_role_display()})"


class ContactPoint(models.Model):
    """schema.org ContactPoint. Public only for shared mailboxes, never for a person's."""

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="contact_points"
    )
    label = models.CharField(_("label"), max_length=120)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Only for a shared mailbox, not for the address of a person.")
    )

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering = ["organisation", "pk"]
        constraints = [some_language("contactpoint", "label")]

    def __str__(self):
        return self.label or self.email


class Membership(models.Model):
    """A user who may speak for an organisation. Comes from an approved claim or from staff."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        EDITOR = "editor", _("editor")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="memberships"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=6, choices=Role, default=Role.EDITOR)
    since = models.DateField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation", "user"]
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="membership_once")]

    def __str__(self):
        return f"{self.user} – {self.organisation}"
