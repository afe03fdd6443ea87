from celery import shared_task


@shared_task(acks_late=True)
def write_records(kind_name: str, ids: list[int]) -> int:
    """Bring the rows of these records up to date."""
    from iurc_portal.search.index import reindex_many

    return reindex_many(kind_name, ids)


@shared_task(acks_late=True)
def write_stale() -> int:
    """Write anew what another analyser or another glossary has written."""
    from iurc_portal.search.index import reindex_stale

    return reindex_stale()


@shared_task(acks_late=True)
def tend_the_index() -> str:
    """Every night: bring forgotten rows up to date and forget old searches."""
    from django.utils import timezone

    from iurc_portal.notifications.services import heartbeat
    from iurc_portal.search.index import tend
    from iurc_portal.search.service import forget_missed

    now = timezone.now()
    with heartbeat("tend_the_index", now=now) as counts:
        counts["indexed"] = tend()
        counts["forgotten"] = forget_missed(today=now.date())
    return f"{counts['indexed']} indexed, {counts['forgotten']} forgotten"
