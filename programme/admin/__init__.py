"""The staff's pages of the programme: one module a family."""

from programme.admin import (
    programme,
    surveys,
    travel,
    visit_delegation,
    visit_hosts,
    visit_sensitive,
    visits,
    webinars,
)

__all__ = [
    "programme",
    "surveys",
    "travel",
    "visit_delegation",
    "visit_hosts",
    "visit_sensitive",
    "visits",
    "webinars",
]
