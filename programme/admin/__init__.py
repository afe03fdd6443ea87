"""The staff's pages of the programme: one module a family."""

from programme.admin import programme, surveys, travel, visit_release, visits, webinars

__all__ = ["programme", "surveys", "travel", "visit_release", "visits", "webinars"]
