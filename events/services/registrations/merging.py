"""Places become a person's once the address is proved, and follow them to another one (events spec 14.6, 14.7)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from events.models import Delivery, Registration
from events.services import letters
from events.services.registrations import steps
from iurc_portal.accounts.addresses import email_key
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.services import readdress


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


@transaction.atomic
def move_to_address(*, user, former: str, email: str, now: datetime) -> int:
    """Let the mail about places that ``user`` has under ``former`` go to the proved ``email``. Returns how many.

    UID and SEQUENCE stay, so that a later REQUEST or CANCEL is about the same entry. Letters that wait go there, too.
    Where the new address has a row of its own at the event, that row keeps the key.
    """
    key = email_key(email)
    rows = Registration.objects.select_for_update(of=("self",), no_key=True)
    moved = list(rows.filter(user=user, email_key=email_key(former)).order_by("pk"))
    taken = set(Registration.objects.filter(email_key=key).values_list("event", flat=True))
    for registration in moved:
        registration.email = email
        if registration.event_id not in taken:
            registration.email_key = key
        registration.save(update_fields=["email", "email_key"])
        steps.note(registration, now=now, by=user, reason="address_changed")
    in_turn = Q(ordering_key__in=[letters.order_of(registration) for registration in moved])
    reminders = Q(pk__in=Delivery.objects.filter(registration__in=moved).values("message"))
    readdress(Message.objects.filter(in_turn | reminders), to=email)
    return len(moved)
