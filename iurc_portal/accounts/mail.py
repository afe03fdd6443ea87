"""What we write about accounts beside the letters of sign-in: to an address that is no longer theirs (14.7)."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from iurc_portal.notifications import registry
from iurc_portal.notifications.letters import compose
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import queue_message
from iurc_portal.notifications.words import Words
from iurc_portal.notifications.words import gettext as _

KIND = "accounts.address_changed"


def register_kinds() -> None:
    registry.register(KIND, title=pgettext_lazy("letter", "address of the account changed"), render=address_changed)


def queue_address_changed(user, *, former: str, now: datetime) -> None:
    """Tell the ``former`` address, which may belong to somebody who knows nothing of the change."""
    queue_message(
        key=f"address-changed:{user.pk}:{now:%Y%m%dT%H%M%S%f}",
        kind=KIND,
        to=former,
        language=user.language,
        tzid=user.tzid,
        payload={"email": user.email},
    )


def address_changed(message: Message, *, preview: bool) -> EmailMultiAlternatives:
    new = {"email": message.payload["email"]}
    words = Words(
        subject=_("Your account has another e-mail address"),
        opening=[
            _("The e-mail address of your account is now %(email)s.") % new,
            _("From now on our messages about your registrations go there. Nothing else has changed."),
        ],
        button=_("Open my account"),
        link=settings.SITE_URL + reverse("account_email"),
        closing=[_("If it was not you, write to us at once.")],
    )
    return compose(message, words, template="plain", context={})
