from celery import shared_task


@shared_task(acks_late=True)
def tend_the_index() -> str:
    """Every night: bring forgotten rows up to date and forget old searches."""
    from django.utils import timezone

    from iurc_portal.notifications.services import heartbeat
    from iurc_portal.search.index import reindex_stale
    from iurc_portal.search.service import forget_missed

    now = timezone.now()
    with heartbeat("tend_the_index", now=now) as counts:
        counts["indexed"] = reindex_stale()
        counts["forgotten"] = forget_missed(today=now.date())
    return f"{counts['indexed']} indexed, {counts['forgotten']} forgotten"
