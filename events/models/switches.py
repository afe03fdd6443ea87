"""How people get into an event: the switches of its registration (events spec 2.1).

They are columns of ``Event``; they stand apart because they are one subject and the event has many.
"""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from iurc_portal.accounts.addresses import email_key

DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
MOST_DOMAINS = 50


def domain_key(domain: str) -> str:
    """A domain as addresses are compared: lower case, in its IDNA form."""
    return email_key(f"x@{domain.strip().removeprefix('@')}").partition("@")[2]


def validate_domains(value) -> None:
    """Refuse what is no list of mail domains. Raises ``ValidationError`` with the code ``domain``."""
    if not isinstance(value, list) or len(value) > MOST_DOMAINS:
        raise ValidationError(
            _("Write at most %(most)s domains, one to a line."), code="domain", params={"most": MOST_DOMAINS}
        )
    for domain in value:
        if not isinstance(domain, str) or DOMAIN.fullmatch(domain_key(domain)) is None:
            raise ValidationError(
                _("“%(value)s” is not a mail domain. Write what stands behind the @, such as company.jp."),
                code="domain",
                params={"value": domain},
            )


class RegistrationSwitches(models.Model):
    """Who may ask, what happens to a request, and who is next when a place becomes free."""

    class Promotion(models.TextChoices):
        AUTOMATIC = "automatic", _("by the portal, in order")
        MANUAL = "manual", _("by staff")

    class QueuePolicy(models.TextChoices):
        STRICT = "strict", _("strictly in order")
        FILL_GAPS = "fill_gaps", _("whoever fits first")

    registration_opens_at = models.DateTimeField(
        _("registration opens"), null=True, blank=True, help_text=_("Empty: as soon as the event is published.")
    )
    approval_required = models.BooleanField(
        _("staff approve each request"),
        default=False,
        help_text=_("Whoever has confirmed the address waits for your yes; the place is taken then."),
    )
    pending_holds_seat = models.BooleanField(_("a request keeps a place while it waits for approval"), default=False)
    waiting_list = models.BooleanField(
        _("waiting list"),
        default=False,
        help_text=_("When all places are taken people may wait for one. Without it they are told that it is full."),
    )
    promotion = models.CharField(
        _("free places are offered"), max_length=9, choices=Promotion, default=Promotion.AUTOMATIC
    )
    group_policy = models.CharField(
        pgettext_lazy("waiting list", "order"),
        max_length=9,
        choices=QueuePolicy,
        default=QueuePolicy.STRICT,
        help_text=_("What happens when the first in line does not fit. It stands on the public page."),
    )
    allowed_domains = models.JSONField(
        _("mail domains that may register"),
        default=list,
        blank=True,
        validators=[validate_domains],
        help_text=_("One to a line, such as company.jp. Empty: every address."),
    )
    invitation_only = models.BooleanField(
        _("by invitation only"), default=False, help_text=_("Only whoever has an invitation of yours can register.")
    )

    class Meta:
        abstract = True

    def admits(self, email: str) -> bool:
        """Whether the domain of ``email`` may register here. Subdomains are domains of their own."""
        if not self.allowed_domains:
            return True
        return email_key(email).rpartition("@")[2] in {domain_key(domain) for domain in self.allowed_domains}
