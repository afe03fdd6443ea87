"""The lock under which places are decided (events spec 2.9, 2.12)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from events.exceptions import Busy
from events.models import Event, Registration
from iurc_portal.database import is_busy


@contextmanager
def locked(event: Event) -> Iterator[Event]:
    """A transaction that holds the event's row, freshly read. Raises ``Busy`` when the lock does not come (2.12).

    So it does when the database goes away in between: then nothing was written, or, if that happened as it was
    committed, all of it, and doing the same again is no error.
    """
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{int(settings.IURC_EVENTS['lock_seconds'])}s'")
            yield Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event.pk)
    except (OperationalError, InterfaceError) as error:
        if not is_busy(error):
            raise
        raise Busy(event) from error


def locked_registration(event: Event, pk: int) -> Registration:
    """The row as it is now, locked in its turn; ``event`` is locked already and becomes the row's."""
    registration = Registration.objects.select_for_update(of=("self",), no_key=True).get(pk=pk, event=event)
    registration.event = event
    return registration
