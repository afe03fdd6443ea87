"""Thin wrappers: one service called, a word out."""

from celery import shared_task
from django.utils import timezone


@shared_task
def send_due_reminders() -> dict[str, int]:
    from events.services import reminders

    return reminders.send_due(now=timezone.now())


@shared_task(acks_late=True)
def make_export(export_id: int) -> str:
    from events.services import exports

    return exports.make(export_id, now=timezone.now())


@shared_task
def make_exports() -> dict[str, int]:
    from events.services import exports

    return exports.make_waiting(now=timezone.now())


@shared_task
def extend_series() -> dict[str, int]:
    from events.services import series

    return series.extend_all(now=timezone.now())


@shared_task
def tell_clock_changes() -> dict[str, int]:
    from events.services import clock_notes

    return clock_notes.tell(now=timezone.now())


@shared_task
def take_replies() -> dict[str, int]:
    """Read the mailbox of answers, where there is one."""
    from django.conf import settings

    from events import replies_mailbox
    from iurc_portal.notifications.services import heartbeat

    now = timezone.now()
    with heartbeat("take_replies", now=now) as counts:
        counts.update(replies_mailbox.read_mailbox(settings.REPLY_MAILBOX_URL, now=now))
    return counts


@shared_task
def send_change_notices() -> dict[str, int]:
    from events.services import notices

    return notices.send_notices(now=timezone.now())


@shared_task
def release_lapsed_members() -> dict[str, int]:
    from events.services import lapsing

    return lapsing.release_lapsed(now=timezone.now())


@shared_task
def promote_waiting_lists() -> dict[str, int]:
    from events.services import registrations

    return registrations.sweep(now=timezone.now())


@shared_task
def fetch_sources() -> dict[str, int]:
    """Ask which calendars of others are due, and hand each to a task of its own."""
    from events.services import sources
    from iurc_portal.notifications.services import heartbeat

    now = timezone.now()
    with heartbeat("fetch_sources", now=now) as counts:
        counts.update(sources.fetch_due(now=now))
    return counts


@shared_task
def fetch_source(source_id: int) -> str:
    from events.services import sources

    return sources.fetch(source_id, now=timezone.now())


@shared_task
def sync_calendars() -> dict[str, int]:
    from events.services.calendars import scheduling

    return scheduling.start_due(now=timezone.now())


@shared_task(acks_late=True)
def sync_calendar(calendar_id: int) -> str:
    from events.services.calendars import scheduling

    return scheduling.run_one(calendar_id, now=timezone.now())
