"""Thematic clusters: what other cities share with the two (programme spec 1.1, P30)."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.translation.constraints import some_language


class ThematicClusterQuerySet(models.QuerySet):
    def public(self):
        """Those with a city besides the two; before that it is a plan."""
        return self.filter(models.Exists(ClusterCity.objects.beyond().filter(cluster=models.OuterRef("pk"))))


class ThematicCluster(models.Model):
    """A subject on which further cities work with the two. Each city has its own zone (``ecosystem.City``)."""

    slug = models.SlugField(_("address of the page"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    how_to_join = models.TextField(_("how to take part"), blank=True)
    concepts = models.ManyToManyField(
        "ecosystem.Concept",
        verbose_name=_("themes"),
        blank=True,
        related_name="clusters",
        limit_choices_to={"scheme": "theme"},
    )
    link = models.URLField(_("website"), max_length=400, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = ThematicClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("thematic cluster")
        verbose_name_plural = _("thematic clusters")
        ordering = ["slug"]
        constraints = [some_language("thematiccluster")]

    def __str__(self):
        return self.name or self.slug

    def get_absolute_url(self):
        return reverse("programme:cluster", args=[self.slug])


class ClusterCityQuerySet(models.QuerySet):
    def beyond(self):
        """Without the two partner cities."""
        return self.filter(city__is_partner=False)


class ClusterCity(models.Model):
    """A city in a cluster, with its part in it. The lead comes first; a cluster has one at most."""

    class Role(models.TextChoices):
        LEAD = "lead", pgettext_lazy("city of a cluster", "leads")
        MEMBER = "member", pgettext_lazy("city of a cluster", "takes part")
        OBSERVER = "observer", pgettext_lazy("city of a cluster", "observes")

    cluster = models.ForeignKey(
        ThematicCluster, verbose_name=_("thematic cluster"), on_delete=models.CASCADE, related_name="places"
    )
    city = models.ForeignKey(
        "ecosystem.City", verbose_name=_("city"), on_delete=models.PROTECT, related_name="cluster_places"
    )
    role = models.CharField(_("part in the cluster"), max_length=8, choices=Role, default=Role.MEMBER)
    since = models.DateField(pgettext_lazy("city of a cluster", "since"), null=True, blank=True)

    objects = ClusterCityQuerySet.as_manager()

    class Meta:
        verbose_name = _("city of the cluster")
        verbose_name_plural = _("cities of the cluster")
        ordering = ["cluster", "-city__is_partner", "city__slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "city"],
                name="clustercity_once",
                violation_error_message=_("This city is in the cluster already."),
            ),
            models.UniqueConstraint(
                fields=["cluster"],
                condition=Q(role="lead"),
                name="clustercity_one_lead",
                violation_error_message=_("The cluster has a lead already: change that city's part first."),
            ),
        ]

    def __str__(self):
        return str(self.city)
