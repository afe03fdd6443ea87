"""Several people registered by one of them (events spec 2.18)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RegistrationGroup(models.Model):
    """A lead and those whom the lead named: ``members`` are their registrations, the lead's among them.

    ``invited_at`` is the moment when the lead's address was proved and the members were written to. Until then
    nobody but the lead has heard from us, and the seats are held as long as the lead's.
    """

    event = models.ForeignKey(
        "events.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="registration_groups"
    )
    lead = models.OneToOneField(
        "events.Registration",
        verbose_name=pgettext_lazy("of people", "lead"),
        on_delete=models.CASCADE,
        related_name="leads",
    )
    name = models.CharField(_("name of the group"), max_length=160, blank=True)
    created_at = models.DateTimeField(_("made"), editable=False)
    invited_at = models.DateTimeField(_("members written to"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = pgettext_lazy("of people", "group")
        verbose_name_plural = pgettext_lazy("of people", "groups")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.name or self.lead.display_name(self.lead.language) or self.lead.email
