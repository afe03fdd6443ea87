"""Links without login of study visits: digests of what stands in letters alone (programme spec P10, P16)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HostLink(models.Model):
    """A mailed link to ``/h/<token>/``. A host may have several; a new one made by staff voids those before it.

    It outlives its host's row, so that the page can still say whom to ask.
    """

    visit = models.ForeignKey("programme.StudyVisit", on_delete=models.CASCADE, related_name="host_links")
    host = models.ForeignKey("programme.HostConfirmation", null=True, on_delete=models.SET_NULL, related_name="links")
    language = models.CharField(max_length=2)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    void_at = models.DateTimeField(_("void since"), null=True, editable=False)

    class Meta:
        verbose_name = _("link of a host")
        verbose_name_plural = _("links of hosts")

    def __str__(self):
        return str(self.pk)


class DelegateLink(models.Model):
    """A mailed link to ``/d/<token>/``, the delegate's own page."""

    visit = models.ForeignKey("programme.StudyVisit", on_delete=models.CASCADE, related_name="delegate_links")
    delegate = models.ForeignKey("programme.Delegate", null=True, on_delete=models.SET_NULL, related_name="links")
    language = models.CharField(max_length=2)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    void_at = models.DateTimeField(_("void since"), null=True, editable=False)

    class Meta:
        verbose_name = _("link of a delegate")
        verbose_name_plural = _("links of delegates")

    def __str__(self):
        return str(self.pk)
