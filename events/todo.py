"""What of the events needs doing, and what comes in the next two weeks."""

from datetime import timedelta
from math import ceil

from django.conf import settings
from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events import owners
from events.models import (
    Event,
    FeedSource,
    ImportedItem,
    Registration,
    RemoteCalendar,
    RemoteItem,
    SyncProposal,
)
from events.remote_words import state_of
from iurc_portal.clock import ROME, day_bounds
from iurc_portal.staff import todo
from iurc_portal.staff.coming import days_ahead
from iurc_portal.staff.filters import without_text
from iurc_portal.staff.todo import Job, Panel, Section, Task, city_at, register
from iurc_portal.translation.times import date_range

AHEAD = timedelta(days=14)
MOST_AHEAD = 20  # on the home; the calendar has all
BAR = 40  # pixels: the bar of the day on which most people registered
MOST_CALENDARS = 10  # on the home


def public_without_japanese(now):
    lacking = without_text("name", "ja") | without_text("description", "ja")
    return Event.objects.upcoming(now=now).exclude(access=Event.Access.PARTICIPANTS).filter(lacking)


def next_two_weeks(now, user) -> dict:
    """Coming events with both cities' times and, between them, days: visits, deadlines. Two queries."""
    language, today = (get_language() or "it")[:2], now.astimezone(ROME).date()
    coming = Event.objects.upcoming(now=now).filter(dtstart__lt=now + AHEAD).exclude(status=Event.Status.CANCELLED)
    coming = coming.exclude(owners.told_by_their_owner()).with_seats_counted(now=now)
    events = list(coming.select_related(*owners.relations()).order_by("dtstart", "pk")[: MOST_AHEAD + 1])
    days = days_ahead(today, today + AHEAD, user, most=MOST_AHEAD + 1)
    rows = [
        {
            "order": (event.dtstart.astimezone(ROME).date(), 1, event.dtstart),
            "event": event,
            "url": owners.staff_page(event),
            "times": event.when.short_lines(language),
        }
        for event in events
    ]
    rows += [
        {"order": (one.first, 0, now), "days": one, "url": one.url, "times": [date_range(one.first, one.last)]}
        for one in days
    ]
    rows.sort(key=lambda row: row["order"])
    return {
        "rows": rows[:MOST_AHEAD],
        "has_more": len(rows) > MOST_AHEAD,
        "calendar_url": reverse("admin:events_calendar"),
    }


def registrations_of_the_week(now, user) -> dict:
    """How many registered on each of the last seven days, with the list of each. One query."""
    task = todo.tasks["registered-this-week"]
    bounds = _week(now)
    numbers = task.rows_for(user, now).aggregate(
        **{
            f"day_{place}": Count("pk", filter=Q(joined_at__gte=start, joined_at__lt=end))
            for place, (_day, start, end) in enumerate(bounds)
        }
    )
    address, most = task.url(Registration), max([*numbers.values(), 1])
    days = [
        {
            "day": day,
            "number": numbers[f"day_{place}"],
            "height": ceil(BAR * numbers[f"day_{place}"] / most),
            "url": f"{address}&joined_at__year={day.year}&joined_at__month={day.month}&joined_at__day={day.day}",
        }
        for place, (day, _start, _end) in enumerate(bounds)
    ]
    return {"registrations": sum(numbers.values()), "registrations_url": address, "days": days, "bar": BAR}


def _week(now) -> list[tuple]:
    """The last seven days on Torino's calendar, today among them, with their first instants and those after them."""
    today = now.astimezone(ROME).date()
    days = [today - timedelta(days=back) for back in range(6, -1, -1)]
    return [(day, *day_bounds(day, day, ROME.key)) for day in days]


def connected_calendars(now, user) -> dict:
    """Those that this person looks after, the sick first: last success, entries, open questions. One query."""
    copies = RemoteItem.objects.ours().filter(calendar=OuterRef("pk"), deleted_at=None)
    waiting = SyncProposal.objects.open().filter(item__calendar=OuterRef("pk"))
    calendars = (
        RemoteCalendar.objects.editable_by(user)
        .select_related("city")
        .annotate(copies=_number(copies, "calendar"), asked=_number(waiting, "item__calendar"))
        .annotate(
            is_ill=Case(When(paused_because="", stopped_because="", failures=0, then=Value(0)), default=Value(1))
        )
        .order_by("-is_ill", "last_success_at", "pk")
    )
    rows = []
    for calendar in calendars[:MOST_CALENDARS]:
        state, words = state_of(calendar)
        url = reverse("admin:events_remotecalendar_change", args=[calendar.pk])
        rows.append({"calendar": calendar, "state": words, "is_well": state in ("running", "paused"), "url": url})
    return {"rows": rows}


def _number(rows, of: str) -> Coalesce:
    counted = rows.order_by().values(of).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def calendars_that_wait(now):
    """Refused by their server, or stopped by a guard: a person must look."""
    refused = Q(paused_because__in=(RemoteCalendar.Pause.UNAUTHORIZED, RemoteCalendar.Pause.FORBIDDEN))
    stopped = Q(paused_because="") & ~Q(stopped_because="")
    return RemoteCalendar.objects.filter(refused | stopped)


def registered_this_week(now):
    """Asked for on the last seven days, today among them, and not given back."""
    week = _week(now)
    asked = Registration.objects.filter(joined_at__gte=week[0][1], joined_at__lt=week[-1][2])
    return asked.exclude(state=Registration.State.CANCELLED)


register(
    Task(
        "events-without-japanese",
        _("Coming webinars and events without a Japanese text"),
        public_without_japanese,
        "events.change_event",
        city=city_at("organizer__side"),
    ),
    Task(
        "drafts-soon",
        _("Drafts of events in the next two weeks"),
        lambda now: (
            Event.objects.upcoming(now=now)
            .filter(status=Event.Status.TENTATIVE, dtstart__lt=now + AHEAD)
            .exclude(access=Event.Access.PARTICIPANTS)
        ),
        "events.change_event",
        city=city_at("organizer__side"),
    ),
    Task(
        "requests-to-decide",
        _("Requests for a place that wait for approval"),
        lambda now: Registration.objects.filter(state=Registration.State.PENDING, event__dtstart__gt=now),
        "events.moderate_registration",
        city=city_at("event__organizer__side"),
    ),
    Task(
        "line-without-offers",
        _("People on the waiting list, where staff make the offers"),
        lambda now: Registration.objects.filter(
            Q(event__promotion=Event.Promotion.MANUAL) | Q(event__approval_required=True),
            state=Registration.State.WAITING,
            event__status=Event.Status.CONFIRMED,
            event__dtstart__gt=now,
        ),
        "events.moderate_registration",
        city=city_at("event__organizer__side"),
    ),
    Task(
        "registered-this-week",
        _("Registrations of the last seven days"),
        registered_this_week,
        "events.view_registration",
        urgent=False,
    ),
    Task(
        "declined-in-the-calendar",
        _("People who declined the invitation in their calendar"),
        lambda now: Registration.objects.confirmed().filter(
            wants_to_withdraw_at__isnull=False, event__dtstart__gt=now
        ),
        "events.change_registration",
        city=city_at("event__organizer__side"),
    ),
    Task(
        "answers-to-look-at",
        _("Registrations with changed answers to look at"),
        lambda now: Registration.objects.filter(state=Registration.State.CONFIRMED, needs_review_since__isnull=False),
        "events.change_registration",
        city=city_at("event__organizer__side"),
    ),
    Task(
        "imported-items",
        _("Items of calendars of others to look at"),
        lambda now: ImportedItem.objects.to_decide(now=now),
        "events.change_importeditem",
        city=city_at("source__owner__side"),
    ),
    Task(
        "feed-sources",
        _("Calendars of others that cannot be read or were stopped"),
        lambda now: FeedSource.objects.in_trouble(),
        "events.change_feedsource",
        section=Section.SYNC,
    ),
    Task(
        "calendar-proposals",
        _("Proposals and conflicts from connected calendars"),
        lambda now: SyncProposal.objects.open(),
        "events.decide_syncproposal",
        section=Section.SYNC,
    ),
    Task(
        "calendars-failing",
        _("Connected calendars whose last attempts failed"),
        lambda now: RemoteCalendar.objects.filter(failures__gt=0, paused_because="", stopped_because=""),
        "events.change_remotecalendar",
        section=Section.SYNC,
    ),
    Task(
        "calendars-to-look-at",
        _("Connected calendars that stand still and wait for you"),
        calendars_that_wait,
        "events.change_remotecalendar",
        section=Section.SYNC,
    ),
    Panel("next-two-weeks", "admin/_next_two_weeks.html", next_two_weeks, "events.view_event"),
    Panel(
        "registrations",
        "admin/_registrations.html",
        registrations_of_the_week,
        "events.view_registration",
        aside=True,
    ),
    Panel(
        "connected-calendars",
        "admin/_calendars.html",
        connected_calendars,
        "events.change_remotecalendar",
        aside=True,
    ),
    Job("send_change_notices", _("Notices of changed events"), "send-change-notices"),
    Job("promote_waiting_lists", _("Waiting lists of events"), "promote-waiting-lists"),
    Job("release_lapsed_members", _("Places of groups that nobody confirmed"), "release-lapsed-members"),
    Job("send_due_reminders", _("Reminders of events"), "send-due-reminders"),
    Job("sync_calendars", _("Connected calendars"), "sync-calendars"),
    Job("make_exports", _("Files of participants that were asked for"), "make-exports"),
    Job("fetch_sources", _("Reading calendars of others"), "fetch-sources"),
    Job("extend_series", _("Further dates of series"), "extend-series"),
    *(
        [Job("take_replies", _("Reading answers to invitations"), "take-replies")]
        if settings.REPLY_MAILBOX_URL
        else []
    ),
    Job("tell_clock_changes", _("Notes before clock changes"), "tell-clock-changes"),
)
