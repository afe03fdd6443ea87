"""Thin wrappers: one service called, a word out."""

from celery import shared_task
from django.utils import timezone


@shared_task
def ask_for_confirmation() -> dict[str, int]:
    from ecosystem.services import freshness

    return freshness.tend_profiles(now=timezone.now())


@shared_task(acks_late=True)
def write_the_rest(batch_id: int, user_id: int) -> str:
    """Go on writing a large import, a step at a time, until nothing is left."""
    from ecosystem.models import ImportBatch
    from ecosystem.services.imports import write_import
    from iurc_portal.accounts.models import User

    user, steps = User.objects.get(pk=user_id), 0
    while ImportBatch.objects.filter(pk=batch_id, state=ImportBatch.State.WRITING).exists():
        write_import(batch=ImportBatch(pk=batch_id), by=user, now=timezone.now())
        steps += 1
    return f"{steps} steps"


@shared_task(acks_late=True)
def expire_listings() -> str:
    from ecosystem.services.listings import expire_listings
    from iurc_portal.notifications.services import heartbeat

    now = timezone.now()
    with heartbeat("expire_listings", now=now) as counts:
        counts["ended"] = expire_listings(now=now)
    return f"{counts['ended']} ended"
