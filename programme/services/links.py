"""Secret links of hosts and delegates: made while a letter is written, found again, and the day they end (P10).

A link is dead after the visit, when visit or item is cancelled, when its person is no longer asked, and when staff
have made a new one.
"""

import hmac
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from events.models import Event
from iurc_portal.tokens import digest_of, looks_like_a_token, new_token, store
from programme.models import Delegate, DelegateLink, HostConfirmation, HostLink, StudyVisit

State = StudyVisit.State
OVER = {State.CANCELLED, State.DECLINED, State.COMPLETED, State.REPORTED, State.CLOSED}
Link = TypeVar("Link", HostLink, DelegateLink)


def issue_host_link(host: HostConfirmation, *, language: str) -> str:
    """Make a token for ``host`` and return it in clear; only its digest is stored."""
    clear, digest = new_token()
    store(HostLink(visit_id=host.item.day.visit_id, host=host, language=language, digest=digest))
    return clear


def issue_delegate_link(delegate: Delegate, *, language: str) -> str:
    clear, digest = new_token()
    store(DelegateLink(visit_id=delegate.visit_id, delegate=delegate, language=language, digest=digest))
    return clear


def find_host_link(clear: str) -> HostLink | None:
    """The link behind a token, dead or alive, with what its page shows; None if there never was one."""
    return _find(
        clear,
        HostLink.objects.select_related(
            "visit__host_city",
            "visit__guest_city",
            "visit__lead",
            "host__person__organisation",
            "host__item__day",
            "host__item__event__place__city",
            "host__item__organisation",
        ),
    )


def find_delegate_link(clear: str) -> DelegateLink | None:
    return _find(
        clear,
        DelegateLink.objects.select_related(
            "visit__host_city",
            "visit__guest_city",
            "visit__lead",
            "visit__exchange__edition",
            "delegate__person__organisation",
        ),
    )


def _find(clear: str, links):
    if not looks_like_a_token(clear):
        return None
    digest = digest_of(clear)
    link = links.filter(digest=digest).first()
    return link if link is not None and hmac.compare_digest(link.digest, digest) else None


def is_over(visit: StudyVisit, *, now: datetime) -> bool:
    """Whether the visit is over or called off, by its state or by the host city's calendar. Reads ``host_city``."""
    return visit.state in OVER or (visit.last_day is not None and now >= end_of(visit))


def end_of(visit: StudyVisit) -> datetime:
    """The first moment after the last day, in the host city. The visit has dates."""
    if visit.last_day is None:
        raise ValueError("end_of needs a visit with dates")
    midnight = datetime.combine(visit.last_day + timedelta(days=1), time(0))
    return midnight.replace(tzinfo=ZoneInfo(visit.host_city.tzid))


def host_link_works(link: HostLink, *, now: datetime) -> bool:
    if link.void_at is not None or link.host is None or is_over(link.visit, now=now):
        return False
    return link.host.item.event.status != Event.Status.CANCELLED


def delegate_link_works(link: DelegateLink, *, now: datetime) -> bool:
    return link.void_at is None and link.delegate is not None and not is_over(link.visit, now=now)
