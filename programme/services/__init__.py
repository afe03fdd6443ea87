"""Planning agendas, moving visits, planning webinars. Who may do it is the caller's question."""

from programme.services.agenda import (
    change_agenda_item,
    check_slot,
    plan_agenda_item,
    reschedule_agenda_item,
    set_hosts,
    withdraw_agenda_item,
)
from programme.services.conflicts import conflicts_of
from programme.services.library import shelve
from programme.services.people import find_or_write_person
from programme.services.readiness import REASONED, missing_for, too_early
from programme.services.releases import draft_of, release
from programme.services.visits import follow_the_calendar, move_visit
from programme.services.webinars import (
    cancel_webinar,
    change_webinar,
    plan_webinar,
    publish_webinar,
    reschedule_webinar,
)

__all__ = [
    "REASONED",
    "cancel_webinar",
    "change_agenda_item",
    "change_webinar",
    "check_slot",
    "conflicts_of",
    "draft_of",
    "find_or_write_person",
    "follow_the_calendar",
    "missing_for",
    "move_visit",
    "plan_agenda_item",
    "plan_webinar",
    "publish_webinar",
    "release",
    "reschedule_agenda_item",
    "reschedule_webinar",
    "set_hosts",
    "shelve",
    "too_early",
    "withdraw_agenda_item",
]
