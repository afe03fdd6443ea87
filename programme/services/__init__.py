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
from programme.services.groups import dissolve_group, divide_delegation, name_group
from programme.services.interpreters import assign_interpreter, unassign_interpreter
from programme.services.library import shelve
from programme.services.people import find_or_write_person
from programme.services.readiness import REASONED, missing_for, too_early
from programme.services.rearranging import copy_day, lengthen_item, move_item, shift_from, swap_hosts
from programme.services.releases import draft_of, release
from programme.services.visits import follow_the_calendar, is_close, move_visit, told_of_the_end
from programme.services.webinars import (
    cancel_webinar,
    change_webinar,
    plan_webinar,
    publish_webinar,
    reschedule_webinar,
)

__all__ = [
    "REASONED",
    "assign_interpreter",
    "cancel_webinar",
    "change_agenda_item",
    "change_webinar",
    "check_slot",
    "conflicts_of",
    "copy_day",
    "dissolve_group",
    "divide_delegation",
    "draft_of",
    "find_or_write_person",
    "follow_the_calendar",
    "is_close",
    "lengthen_item",
    "missing_for",
    "move_item",
    "move_visit",
    "name_group",
    "plan_agenda_item",
    "plan_webinar",
    "publish_webinar",
    "release",
    "reschedule_agenda_item",
    "reschedule_webinar",
    "set_hosts",
    "shelve",
    "shift_from",
    "swap_hosts",
    "told_of_the_end",
    "too_early",
    "unassign_interpreter",
    "withdraw_agenda_item",
]
