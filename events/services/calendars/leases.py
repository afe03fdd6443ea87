"""One run per calendar at a time: a lease in its row that runs out by itself (events spec 9.6)."""

import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from events.models import RemoteCalendar

LASTS = timedelta(minutes=5)


class LeaseLost(Exception):
    """Another run holds the calendar now: this one stops at once and writes nothing more."""


def take(calendar: RemoteCalendar) -> str:
    """The lease, or "" while another run has it. By the clock of the machine: a run's ``now`` stands still."""
    lease = secrets.token_hex(16)
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    mine = RemoteCalendar.objects.filter(free, pk=calendar.pk)
    return lease if mine.update(lease=lease, lease_until=now + LASTS) else ""


def hold(calendar: RemoteCalendar, lease: str) -> None:
    """Say before each step that the run goes on. Raises ``LeaseLost``."""
    held = RemoteCalendar.objects.filter(pk=calendar.pk, lease=lease)
    until = next(iter(held.order_by().values_list("lease_until", flat=True)), None)  # asked for every entry
    now = timezone.now()
    if until is None:
        raise LeaseLost
    if until < now + LASTS / 2 and not held.update(lease_until=now + LASTS):
        raise LeaseLost


def release(calendar: RemoteCalendar, lease: str) -> None:
    RemoteCalendar.objects.filter(pk=calendar.pk, lease=lease).update(lease="", lease_until=None)
