"""Released versions of the sample visits: a first one, and a second that moved an item and took another one off."""

from datetime import datetime, time, timedelta

from iurc_portal.notifications.models import Message
from programme.conflicts.facts import Level
from programme.demo import people
from programme.demo.samples import three
from programme.models import AgendaItem, AgendaVersion, HostConfirmation, StudyVisit
from programme.services import draft_of, release, reschedule_agenda_item
from programme.services.release_letters import RELEASED
from programme.services.releases import key_of

WHY = "Sample: shown as it is."
NOTHING = ("", "", "")


def release_sample(visit: StudyVisit, *, now: datetime, by, note: tuple[str, str, str] = NOTHING) -> AgendaVersion:
    """Release ``visit`` as a manager who has read every warning: the demonstration shows conflicts, too."""
    draft = draft_of(visit, now=now)
    version = release(
        visit,
        now=now,
        by=people.user(people.MANAGER) if draft.blocks else by,
        ticks={key_of(told.conflict): WHY for told in draft.conflicts if told.level != Level.BLOCK},
        override_reason=WHY,
        note=three(*note),
        seen=draft.seen,
    )
    # What was told days ago does not leave today.
    told = Message.objects.filter(kind=RELEASED, subject_id=str(version.pk))
    told.update(state=Message.State.SENT, sent_at=now, not_before=None)
    return version


def change_and_release(visit: StudyVisit, *, now: datetime, by) -> AgendaVersion:
    """Version 2: the talk of the second day begins and ends half an hour later."""
    talk = AgendaItem.objects.filter(day__visit=visit, kind=AgendaItem.Kind.TALK).select_related("event").get()
    reschedule_agenda_item(talk, date=talk.day.date, starts=time(15, 30), ends=time(17, 0), now=now, by=by)
    talk.hosts.update(answer=HostConfirmation.Answer.ACCEPTED, answered_at=now)
    return release_sample(
        visit,
        now=now + timedelta(hours=1),
        by=by,
        note=(
            "Il secondo giorno l'incontro del pomeriggio comincia mezz'ora dopo.",
            "On the second day the afternoon's talk begins half an hour later.",
            "2日目の午後の講演は、開始が30分遅くなります。",
        ),
    )
