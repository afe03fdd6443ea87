"""Thin wrappers: one service called, a word out."""

from celery import shared_task
from django.utils import timezone


@shared_task
def follow_the_calendar() -> dict[str, int]:
    from iurc_portal.notifications.services import heartbeat
    from programme import services
    from programme.services import attendance_counts, clusters

    now = timezone.now()
    with heartbeat("follow_the_calendar", now=now) as counts:
        counts |= services.follow_the_calendar(now=now)
        counts["attendance"] = attendance_counts.count_stale(now=now)
        counts["cities"] = clusters.keep_all_cities()
    return counts


@shared_task
def count_attendance() -> int:
    from programme.services import attendance_counts

    return attendance_counts.count_stale(now=timezone.now())


@shared_task
def tend_follow_ups() -> dict[str, int]:
    from iurc_portal.notifications.services import heartbeat
    from programme.services import checks, reminders

    now = timezone.now()
    with heartbeat("tend_follow_ups", now=now) as counts:
        counts |= {
            "silent": checks.note_silence(now=now),
            "asked": checks.ask(now=now),
            "reminded": reminders.remind(now=now),
        }
    return counts


@shared_task
def tend_surveys() -> dict[str, int]:
    from iurc_portal.notifications.services import heartbeat
    from programme.services import surveys

    now = timezone.now()
    with heartbeat("tend_surveys", now=now) as counts:
        counts |= surveys.tend(now=now)
    return counts


@shared_task(acks_late=True)
def make_paper(document_id: int) -> str:
    from programme.services import papers

    return papers.make(document_id, now=timezone.now())


@shared_task
def make_papers() -> dict[str, int]:
    from programme.services import papers

    return papers.make_waiting(now=timezone.now())


@shared_task
def bring_out_news() -> int:
    from programme.services import news

    return news.bring_out(now=timezone.now())


@shared_task
def tend_hosts() -> dict[str, int]:
    from iurc_portal.notifications.services import heartbeat
    from programme.services import hosts

    now = timezone.now()
    with heartbeat("tend_hosts", now=now) as counts:
        counts |= hosts.tend_hosts(now=now)
    return counts


@shared_task(acks_late=True)
def make_evidence(pack_id: int) -> str:
    from programme.services import evidence

    return evidence.make(pack_id)


@shared_task
def make_evidence_packs() -> dict[str, int]:
    from programme.services import evidence

    return evidence.go_on(now=timezone.now())
