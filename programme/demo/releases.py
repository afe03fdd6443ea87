"""Released versions of the sample visits: a first one, and of one of them a second, in which an item has moved."""

from datetime import datetime, time, timedelta

from iurc_portal.notifications.models import Message
from programme.conflicts.facts import Level
from programme.demo import people
from programme.demo.samples import three
from programme.models import AgendaItem, AgendaVersion, StudyVisit
from programme.services import draft_of, release, reschedule_agenda_item
from programme.services.release_letters import RELEASED

WHY = "Esempio: resta così."
NOTHING = ("", "", "")


def release_sample(visit: StudyVisit, *, now: datetime, by, note: tuple[str, str, str] = NOTHING) -> AgendaVersion:
    """Release ``visit`` as a manager who has read every warning: the demonstration shows conflicts, too."""
    draft = draft_of(visit, now=now)
    version = release(
        visit,
        now=now,
        by=people.user(people.MANAGER) if draft.blocks else by,
        ticks={told.key: WHY for told in draft.conflicts if told.level != Level.BLOCK},
        override_reason=WHY,
        note=three(*note),
        seen=draft.seen,
    )
    # The people are samples, and so is what they were told: nobody is written to.
    Message.objects.filter(kind=RELEASED, subject_id=str(version.pk)).delete()
    return version


def change_and_release(visit: StudyVisit, *, now: datetime, by) -> AgendaVersion:
    """Version 2: on the last day the transfer leaves half an hour later."""
    items = AgendaItem.objects.filter(day__visit=visit).select_related("event")
    transfer = items.filter(kind=AgendaItem.Kind.TRAVEL).latest("event__dtstart")
    reschedule_agenda_item(transfer, date=transfer.day.date, starts=time(15, 30), ends=time(17, 0), now=now, by=by)
    return release_sample(
        visit,
        now=now + timedelta(hours=1),
        by=by,
        note=(
            "L'ultimo giorno il trasferimento all'aeroporto parte mezz'ora dopo.",
            "On the last day the transfer to the airport leaves half an hour later.",
            "最終日の空港への移動は、出発が30分遅くなります。",
        ),
    )
