"""Thin wrappers: ids in, one service called, a word out."""

from celery import shared_task
from django.utils import timezone


@shared_task(acks_late=True)
def deliver_messages(message_ids: list[int]) -> dict[str, int]:
    from iurc_portal.notifications import services

    return services.deliver_all(message_ids, now=timezone.now())


@shared_task
def sweep_outbox() -> int:
    from iurc_portal.notifications import services

    return services.sweep_outbox(now=timezone.now())
