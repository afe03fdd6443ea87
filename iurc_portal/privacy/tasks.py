"""Thin wrappers: an id in, one service called, a word out."""

from celery import shared_task
from django.utils import timezone


@shared_task
def purge_personal_data() -> dict[str, int]:
    """Every hour, to do something once a night: what is kept too long is forgotten."""
    from iurc_portal.privacy import retention

    return retention.purge_once_a_night(now=timezone.now())


@shared_task
def tend_data_requests() -> dict[str, int]:
    from iurc_portal.privacy import services

    return services.tend_requests(now=timezone.now())


@shared_task(acks_late=True)
def make_copy(request_id: int) -> str:
    from iurc_portal.privacy import services

    return "made" if services.make_copy(request_id, now=timezone.now()) else "already made"
