"""The staff's pages of the programme: one module a family."""

from programme.admin import programme, visits, webinars

__all__ = ["programme", "visits", "webinars"]
