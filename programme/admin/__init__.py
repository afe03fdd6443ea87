"""The staff's pages of the programme: one module a family."""

from programme.admin import programme, surveys, visits, webinars

__all__ = ["programme", "surveys", "visits", "webinars"]
