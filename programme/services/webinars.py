"""A webinar and its event are one thing for staff: written, moved and cancelled together (programme spec P30)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from events.models import Event, Track
from events.services import registrations, rules, scheduling
from iurc_portal.translation.languages import columns
from programme.models import Exchange, Speaker, Webinar, WebinarSegment
from programme.services.attendance_counts import mark_stale
from programme.services.clusters import keep_cities

TRACK = "webinars"
TRACK_NAMES = {"name_it": "Webinar", "name_en": "Webinar", "name_ja": "ウェビナー"}


@transaction.atomic
def plan_webinar(
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    by=None,
    tzid: str = "Europe/Rome",
    exchange: Exchange | None = None,
    texts: Mapping[str, str] | None = None,
    segments: Iterable[Mapping] = (),
    webinar: Webinar | None = None,
    track: Track | None = None,
    **event_fields,
) -> Webinar:
    """Write a webinar and its event, a draft, in one transaction; ``publish_webinar`` makes it public.

    ``start`` and ``end`` are wall-clock times of ``tzid`` or aware instants. ``texts`` are columns of the webinar
    (audience_it, goals_en, …), ``segments`` the fields of its parts, everything else goes to
    ``events.services.scheduling.create_event``. ``webinar`` is an unsaved instance to fill, for forms.
    Raises ``ValidationError``; nothing is written then.
    """
    event = scheduling.create_event(
        start=start,
        end=end,
        tzid=tzid,
        now=now,
        by=by,
        track=track or Track.objects.get_or_create(slug=TRACK, defaults=TRACK_NAMES)[0],
        **event_fields,
    )
    webinar = webinar or Webinar(exchange=exchange)
    webinar.event = event
    for column, text in (texts or {}).items():
        setattr(webinar, column, text)
    webinar.full_clean()
    webinar.save()
    keep_cities(event, webinar.exchange)
    for fields in segments:
        webinar.segments.create(**fields)
    return webinar


def reschedule_webinar(webinar: Webinar, *, start: datetime, end: datetime, now: datetime, by=None, **zone) -> Event:
    """Give the webinar's event new times; its parts move with it, since they count minutes from the start."""
    return scheduling.schedule_event(webinar.event, start=start, end=end, now=now, by=by, **zone)


@transaction.atomic
def change_webinar(
    webinar: Webinar,
    *,
    start: datetime,
    end: datetime,
    tzid: str,
    all_day: bool | None = None,
    now: datetime,
    by=None,
    venue: Mapping | None = None,
    themes: Iterable | None = None,
    languages: Iterable[tuple[str, str]] | None = None,
    reminders: Iterable[str] | None = None,
    **event_fields,
) -> Webinar:
    """Change the event of a webinar: times and venue through ``scheduling``, which tells people; the rest as typed.

    ``venue`` are the fields of ``scheduling.relocate_event``. What is the same is left alone.
    """
    event = Event.objects.get(pk=webinar.event_id)
    scheduling.schedule_event(event, start=start, end=end, tzid=tzid, all_day=all_day, now=now, by=by)
    moved = {name: value for name, value in (venue or {}).items() if (getattr(event, name) or "") != (value or "")}
    if moved:
        scheduling.relocate_event(event, now=now, by=by, **moved)
    changed = [name for name, value in event_fields.items() if getattr(event, name) != value]
    for name in changed:
        setattr(event, name, event_fields[name])
    if changed:
        event.full_clean()
        event.save(update_fields=[*changed, "last_modified"])
    registrations.promote_soon(event, now=now)  # the number of places may have grown
    if themes is not None:
        event.themes.set(themes)
    if languages is not None:
        _keep_only(event.languages, [{"language": code, "role": role} for code, role in languages])
    if reminders is not None:
        rules.keep_usual(event, reminders)
        rules.keep_fitting(event)
    keep_cities(event, webinar.exchange)
    mark_stale(event)  # when or how long one must be there may be another
    webinar.event = event
    return webinar


def _keep_only(related, wanted: list[dict]) -> None:
    """Let the child rows be exactly ``wanted``; rows that stay are not touched, nor what hangs on them."""
    names = list(wanted[0]) if wanted else ["pk"]
    present = {tuple(row[name] for name in names): row["pk"] for row in related.values("pk", *names)}
    kept = {tuple(row.values()) for row in wanted}
    related.filter(pk__in=[pk for key, pk in present.items() if key not in kept]).delete()
    for row in wanted:
        if tuple(row.values()) not in present:
            related.create(**row)


def repeat_webinar(webinar: Webinar, event: Event) -> Webinar:
    """The webinar of a further date of a series: the same texts, speakers and parts, without what remained of it."""
    texts = {name: getattr(webinar, name) for name in columns("audience", "goals")}
    again = Webinar.objects.create(exchange=webinar.exchange, event=event, **texts)
    keep_cities(event, webinar.exchange)
    rows: list[WebinarSegment | Speaker] = [*webinar.segments.all(), *webinar.speakers.all()]
    for row in rows:
        row.pk, row.webinar = None, again
        row._state.adding = True
        row.save()
    return again


def publish_webinar(webinar: Webinar, *, now: datetime, by=None) -> Event:
    return scheduling.publish_event(webinar.event, now=now, by=by)


def cancel_webinar(webinar: Webinar, *, now: datetime, by=None, reason: str | Mapping[str, str] = "") -> Event:
    """Cancel the webinar, which is to cancel its event: whoever registered is told."""
    return scheduling.cancel_event(webinar.event, now=now, by=by, reason=reason)
