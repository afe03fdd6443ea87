"""The staff's pages of calendars elsewhere: connecting them, what becomes of them, what they propose."""

from events.admin.calendars import page, proposals

__all__ = ["page", "proposals"]
