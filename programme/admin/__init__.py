"""The staff's pages of the programme: one module a family."""

from programme.admin import programme, travel, visits, webinars

__all__ = ["programme", "travel", "visits", "webinars"]
