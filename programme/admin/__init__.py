"""The staff's pages of the programme: one module a family, and one for each page of a visit."""

from programme.admin import (
    followups,
    papers,
    programme,
    surveys,
    travel,
    vehicles,
    visit_arrange,
    visit_costs,
    visit_documents,
    visit_groups,
    visit_interpreters,
    visit_questions,
    visit_report,
    visits,
    webinars,
)

__all__ = [
    "followups",
    "papers",
    "programme",
    "surveys",
    "travel",
    "vehicles",
    "visit_arrange",
    "visit_costs",
    "visit_documents",
    "visit_groups",
    "visit_interpreters",
    "visit_questions",
    "visit_report",
    "visits",
    "webinars",
]
