"""The staff's pages of the programme: one module a family, and one for each page of a visit."""

from programme.admin import (
    programme,
    surveys,
    travel,
    vehicles,
    visit_arrange,
    visit_groups,
    visit_interpreters,
    visits,
    webinars,
)

__all__ = [
    "programme",
    "surveys",
    "travel",
    "vehicles",
    "visit_arrange",
    "visit_groups",
    "visit_interpreters",
    "visits",
    "webinars",
]
