"""What of the events needs doing, and what comes in the next two weeks."""

from datetime import timedelta

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
from iurc_portal.staff import todo
from iurc_portal.staff.filters import without_text
from iurc_portal.staff.todo import Job, Panel, Task, register

AHEAD = timedelta(days=14)
WEEK = timedelta(days=7)
MOST_CALENDARS = 10  # on the home


def public_without_japanese(now):
    lacking = without_text("name", "ja") | without_text("description", "ja")
    return Event.objects.upcoming(now=now).exclude(access=Event.Access.PARTICIPANTS).filter(lacking)


def next_two_weeks(now, user) -> dict:
    """Coming events with both cities' times, and how many registered this week. Two queries."""
    coming = Event.objects.upcoming(now=now).filter(dtstart__lt=now + AHEAD).exclude(status=Event.Status.CANCELLED)
    rows = [
        {
            "event": event,
            "url": owners.staff_page(event),
            "times": event.when.short_lines((get_language() or "it")[:2]),
        }
        for event in coming.with_places_taken(now=now).select_related(*owners.relations())[:20]
    ]
    return {
        "rows": rows,
        "registrations": todo.tasks["registered-this-week"].rows_for(user, now).count(),
        "registrations_url": todo.tasks["registered-this-week"].url(Registration),
    }


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
    """Asked for in the last seven days and not given back."""
    return Registration.objects.filter(joined_at__gte=now - WEEK).exclude(state=Registration.State.CANCELLED)


register(
    Task(
        "events-without-japanese",
        _("Coming webinars and events without a Japanese text"),
        public_without_japanese,
        "events.change_event",
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
    ),
    Task(
        "requests-to-decide",
        _("Requests for a place that wait for approval"),
        lambda now: Registration.objects.filter(state=Registration.State.PENDING, event__dtstart__gt=now),
        "events.moderate_registration",
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
    ),
    Task(
        "answers-to-look-at",
        _("Registrations with changed answers to look at"),
        lambda now: Registration.objects.filter(state=Registration.State.CONFIRMED).exclude(needs_review_since=None),
        "events.change_registration",
    ),
    Task(
        "imported-items",
        _("Items of calendars of others to look at"),
        lambda now: ImportedItem.objects.to_decide(now=now),
        "events.change_importeditem",
    ),
    Task(
        "feed-sources",
        _("Calendars of others that cannot be read or were stopped"),
        lambda now: FeedSource.objects.in_trouble(),
        "events.change_feedsource",
    ),
    Task(
        "calendar-proposals",
        _("Proposals and conflicts from connected calendars"),
        lambda now: SyncProposal.objects.open(),
        "events.decide_syncproposal",
    ),
    Task(
        "calendars-to-look-at",
        _("Connected calendars that stand still and wait for you"),
        calendars_that_wait,
        "events.change_remotecalendar",
    ),
    Panel("next-two-weeks", "admin/_next_two_weeks.html", next_two_weeks, "events.view_event"),
    Panel("connected-calendars", "admin/_calendars.html", connected_calendars, "events.change_remotecalendar"),
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
