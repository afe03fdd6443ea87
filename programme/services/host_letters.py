"""Letters about hosts' answers: who gets which, and until when it is worth sending. Their words: ``host_mail``."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from events.triggers import Trigger
from iurc_portal.clock import ROME, TOKYO, zone_of_language
from iurc_portal.notifications.services import queue_message
from iurc_portal.translation.languages import best_text
from programme.host_facts import facts_of
from programme.models import AgendaItem, HostConfirmation

ASKED, REMINDER, AGAIN, KEPT, LINK, AGREED, SILENT, OFF = (
    f"programme.host_{name}" for name in ("asked", "reminder", "again", "kept", "link", "agreed", "silent", "off")
)
QUIET = timedelta(minutes=10)  # while staff move an item about, its hosts hear of where it comes to rest
SOME_DAY_AFTER = Trigger.parse("P1D")  # letters of no certain hour let people sleep
LIFE = timedelta(days=7)


def ask(
    host: HostConfirmation, kind: str, *, now: datetime, note: str = "", also: Sequence[HostConfirmation] = ()
) -> None:
    """Write to ``host`` that an answer is wanted. The latest letter alone counts: it overtakes those before it.

    ``also`` are further items of the same visit for which the same person is asked: one letter holds them all.
    """
    _write(
        host,
        kind,
        key=f"{kind}:{host.pk}:{host.asks}",
        payload={"asks": host.asks, "note": note, "former": host.known if kind == AGAIN else {}},
        not_before=now + QUIET if kind == AGAIN else None,
        now=now,
        also=also,
    )


def remind(host: HostConfirmation, *, now: datetime, also: Sequence[HostConfirmation] = ()) -> None:
    _write(
        host,
        REMINDER,
        key=f"{REMINDER}:{host.pk}:{host.asks}:{host.reminders}:{now:%Y%m%d%H%M}",
        payload={"asks": host.asks},
        not_before=_morning(now, _zone(host)),
        now=now,
        also=also,
    )


def tell_agreed(host: HostConfirmation, *, now: datetime) -> None:
    """Tell ``host`` that the proposed time is taken; nothing to who has no address."""
    if host.person.email:
        key = f"{AGREED}:{host.pk}:{now:%Y%m%dT%H%M%S}"
        _write(host, AGREED, key=key, payload={"facts": host.known}, not_before=None, now=now)


def tell_off(item: AgendaItem, *, now: datetime) -> None:
    """Tell whoever was asked that ``item`` does not take place. Its row may go: the letter has the facts."""
    asked = expecting(item.hosts.all())
    for host in asked.select_related("person", "item__event__place", "item__day__visit__host_city"):
        language = host.reads
        payload = {
            "facts": facts_of(host.item).stored(),
            "item": list(best_text(host.item.event, "name", language)),
            "person": host.person.display_name(language),
            "visit": host.item.day.visit_id,
        }
        queue_message(
            key=f"{OFF}:{host.pk}",
            kind=OFF,
            to=host.person.email,
            language=language,
            tzid=_zone(host),
            payload=payload,
            ordering_key=f"host:{host.pk}",
            expires_at=now + LIFE,
        )


def expecting(hosts):
    """Those of ``hosts`` who were asked, did not decline and have an address: they expect the delegation."""
    return hosts.filter(asks__gt=0).exclude(answer=HostConfirmation.Answer.DECLINED).exclude(person__email="")


def tell_lead(host: HostConfirmation, *, now: datetime) -> None:
    """Tell the visit's lead that ``host`` has not answered; nobody where there is no lead."""
    lead = host.item.day.visit.lead
    if lead is None or not lead.email:
        return
    zone = TOKYO.key if lead.side == "nagoya" else ROME.key
    queue_message(
        key=f"{SILENT}:{host.pk}:{host.asks}",
        kind=SILENT,
        to=lead.email,
        language=lead.language or "en",
        tzid=zone,
        payload={"asks": host.asks},
        subject_id=str(host.pk),
        not_before=_morning(now, zone),
        expires_at=now + LIFE,
    )


def _write(
    host: HostConfirmation,
    kind: str,
    *,
    key: str,
    payload: dict,
    not_before: datetime | None,
    now: datetime,
    also: Sequence[HostConfirmation] = (),
) -> None:
    last = max(one.item.event.dtstart for one in (host, *also))
    queue_message(
        key=key,
        kind=kind,
        to=host.person.email,
        language=host.reads,
        tzid=_zone(host),
        payload=payload | ({"also": [[one.pk, one.asks] for one in also]} if also else {}),
        subject_id=str(host.pk),
        ordering_key=f"host:{host.pk}",
        not_before=not_before,
        expires_at=min(now + LIFE, max(last, now + timedelta(hours=1))),
    )


def _zone(host: HostConfirmation) -> str:
    """Hosts live in the host city, whatever they read."""
    return host.item.day.visit.host_city.tzid or zone_of_language(host.reads)


def _morning(now: datetime, tzid: str) -> datetime | None:
    leaves = SOME_DAY_AFTER.leaves_at(now, now, tzid)
    return leaves if leaves > now else None
