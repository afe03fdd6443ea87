"""The staff's pages of the programme: one module a family."""

from programme.admin import (
    followups,
    programme,
    surveys,
    travel,
    visit_costs,
    visit_questions,
    visit_report,
    visits,
    webinars,
)

__all__ = [
    "followups",
    "programme",
    "surveys",
    "travel",
    "visit_costs",
    "visit_questions",
    "visit_report",
    "visits",
    "webinars",
]
