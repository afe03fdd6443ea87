"""The staff's pages of the programme: one module a family."""

from programme.admin import papers, programme, surveys, travel, visit_documents, visits, webinars

__all__ = ["papers", "programme", "surveys", "travel", "visit_documents", "visits", "webinars"]
