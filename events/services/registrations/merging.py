"""Places asked for as a guest become a person's once the address is proved (events spec 14.6)."""

from datetime import datetime

from django.db import transaction

from events.models import Registration
from events.services.registrations import steps
from iurc_portal.accounts.addresses import email_key


@transaction.atomic
def adopt_registrations(*, user, email: str, now: datetime) -> int:
    """Give ``user`` every registration of the proved address ``email`` that is nobody's. Returns how many.

    States, seats and places in line stay as they are. A request whose address nobody has proved is adopted too: it
    still asks for its own link.
    """
    rows = Registration.objects.select_for_update(of=("self",), no_key=True)
    adopted = list(rows.filter(email_key=email_key(email), user=None).order_by("pk"))
    for registration in adopted:
        registration.user = user
        registration.save(update_fields=["user"])
        steps.note(registration, now=now, by=user, reason="adopted")
    return len(adopted)
