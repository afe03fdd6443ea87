"""Taking people out of registrations (events spec 13.3): what names them goes, what counts them stays.

Event, state, language, country, attendance and the hours of it stay. Nobody is told: whoever still has a place gives
it back first (``let_go_of_what_comes``).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import unquote_plus

from django.db import transaction
from django.db.models import Case, CharField, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from events.models import (
    AccessToken,
    Answer,
    AttendanceInterval,
    Certificate,
    CheckIn,
    Delivery,
    FeedToken,
    ParticipantExport,
    Registration,
    RegistrationGroup,
)
from events.models.registrations import PERSONAL
from events.services import exports
from events.services import registrations as places
from events.services.attendance_import import name_key, names_of
from iurc_portal.accounts.names import KEY_FIELDS
from iurc_portal.clock import zone_of_language
from iurc_portal.notifications.models import Message
from iurc_portal.notifications.privacy import blank as blank_letters
from iurc_portal.privacy.subjects import Subject
from iurc_portal.privacy.traces import blank_traces
from iurc_portal.translation.languages import Language

OF_OTHERS = ("events.invitation", "events.announcement")  # letters whose subject is no registration
State = Registration.State
ASKS = (*Registration.CURRENT, State.UNPROVED)


def of_person(subject: Subject) -> QuerySet[Registration]:
    """Every registration of a person that still names them."""
    return Registration.objects.filter(subject.of()).select_related("event").order_by("pk")


def let_go_of_what_comes(subject: Subject, now: datetime) -> None:
    """Leave every event that has not begun, as the person's own button does: each calendar is told (13.5).

    The links that opened these registrations are dead from now on (16.9). Raises ``Busy``.
    """
    coming = of_person(subject).filter(state__in=ASKS, event__dtstart__gt=now)
    for registration in coming:
        places.withdraw_registration(registration, now=now)
    AccessToken.objects.filter(registration__in=of_person(subject).values("pk")).delete()


def forget_person(subject: Subject, now: datetime) -> None:
    """Everything of a person that events keep: registrations, invitations, calendars, lines in lists and exports."""
    rows = list(of_person(subject))
    _forget_unmatched(subject, rows)
    exports.forget_files(exports.holding(row.pk for row in rows))
    for export in ParticipantExport.objects.exclude(query=""):
        if _names_one_of(unquote_plus(export.query), subject, rows):
            ParticipantExport.objects.filter(pk=export.pk).update(query="")
    anonymise(rows, now)
    AccessToken.objects.filter(email_key__in=subject.keys).delete()
    if subject.user is not None:
        end_calendars(FeedToken.objects.filter(user=subject.user))
        subject.user.remote_calendars.all().delete()  # with what was seen there; what stands there is theirs


@transaction.atomic
def anonymise(rows: Sequence[Registration], now: datetime) -> None:
    """Take the person out of each of ``rows``. Doing it twice changes nothing."""
    keys = [row.pk for row in rows]
    mine = Registration.objects.filter(pk__in=keys)
    _forget_what_was_written(keys)
    Answer.objects.filter(registration__in=keys).delete()
    AccessToken.objects.filter(registration__in=keys).delete()
    Certificate.objects.filter(registration__in=keys).delete()
    end_calendars(FeedToken.objects.filter(registration__in=keys))
    blank_traces(CheckIn, CheckIn.objects.filter(registration__in=keys).values_list("pk", flat=True))
    blank_attendance(AttendanceInterval.objects.filter(registration__in=keys))
    groups = RegistrationGroup.objects.filter(lead__in=keys)
    blank_traces(RegistrationGroup, groups.values_list("pk", flat=True))
    groups.update(name="")
    blank_traces(Registration, keys)
    mine.update(
        **dict.fromkeys((*PERSONAL, *KEY_FIELDS), ""),
        email_key=None,
        user=None,
        tzid=_zone_of_their_language(),
        last_mail_at=None,
        anonymised_at=now,
    )


@transaction.atomic
def delete(rows: Sequence[Registration], now: datetime) -> None:
    """Requests that nobody ever proved go altogether."""
    anonymise(rows, now)
    Registration.objects.filter(pk__in=[row.pk for row in rows]).delete()


@transaction.atomic
def forget_sensitive(rows: Sequence[Registration], now: datetime) -> None:
    """Diet, access needs and whatever a question calls sensitive; the rest of the registration stays (13.2)."""
    keys = [row.pk for row in rows]
    Answer.objects.filter(registration__in=keys, question__is_sensitive=True).delete()
    Registration.objects.filter(pk__in=keys).update(access_needs="")


def blank_attendance(intervals: QuerySet[AttendanceInterval]) -> None:
    """The hours stay; how the provider's list named somebody, and the digests of it, do not."""
    blank_traces(AttendanceInterval, intervals.values_list("pk", flat=True))
    nobody = Concat(Value("blank:"), Cast("pk", CharField()))
    intervals.update(name="", email="", who=nobody, external_id=nobody)


def end_calendars(tokens: QuerySet[FeedToken]) -> None:
    """The addresses stop at once; the name of the device went with its person."""
    blank_traces(FeedToken, tokens.values_list("pk", flat=True))
    tokens.delete()


def _forget_what_was_written(keys: list[int]) -> None:
    """Letters about these registrations, and those to the leads of their groups, which name members."""
    numbers = [str(key) for key in keys]
    blank_letters(
        Message.objects.filter(kind__startswith="events.", subject_id__in=numbers).exclude(kind__in=OF_OTHERS)
    )
    leads = RegistrationGroup.objects.filter(members__in=keys).values_list("lead", flat=True)
    told = Message.objects.filter(kind="events.members_gone", subject_id__in=[str(lead) for lead in leads])
    told.update(payload={"names": [], "declined": False})
    deliveries = Delivery.objects.filter(registration__in=keys)
    blank_traces(Delivery, deliveries.values_list("pk", flat=True))
    deliveries.update(reason="")


def _zone_of_their_language() -> Case:
    """The hours of the city that speaks it: a zone of one's own would tell one person from the others."""
    return Case(
        *(When(language=code, then=Value(zone_of_language(code))) for code in Language.values),
        default=Value("Europe/Rome"),
    )


def _forget_unmatched(subject: Subject, rows: Iterable[Registration]) -> None:
    """Lines of lists that bear the person's address, or at their own events their name, and belong to nobody yet."""
    open_ones = AttendanceInterval.objects.filter(registration=None)
    found = set(open_ones.filter(subject.at("email")).values_list("pk", flat=True))
    names = {row.event_id: names_of(row) for row in rows}
    for pk, event, name in open_ones.filter(event__in=names).values_list("pk", "event", "name"):
        if name and name_key(name) in names[event]:
            found.add(pk)
    blank_traces(AttendanceInterval, found)
    AttendanceInterval.objects.filter(pk__in=found).delete()


def _names_one_of(text: str, subject: Subject, rows: Iterable[Registration]) -> bool:
    """Whether the words by which staff filtered an export are of this person."""
    folded = text.casefold()
    parts = {part for row in rows for part in (row.family_name, row.given_name, row.romaji) if len(part) > 1}
    return any(word.casefold() in folded for word in (*subject.spellings, *parts))
