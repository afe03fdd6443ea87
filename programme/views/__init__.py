"""Public pages of the programme, and the agenda of a delegation."""

from programme.views.agenda import agenda_worker, visit_agenda, visit_attendance, visit_delay
from programme.views.carried import visit_document, visit_documents, visit_emergency
from programme.views.certificates import visit_certificate
from programme.views.exchanges import cluster, clusters, exchange, exchanges, staff_exchanges
from programme.views.figures import figures
from programme.views.library import library, library_item
from programme.views.news import news, news_item
from programme.views.pages import programme, webinars
from programme.views.people import visit_people
from programme.views.progress import (
    edition_progress,
    indicator,
    indicator_records,
    indicator_series,
    picture_table,
    progress,
)
from programme.views.proposals import proposal, proposal_remarks, proposal_send, proposal_step, propose
from programme.views.reports import report, report_paper, reports
from programme.views.visits import visit, visits

__all__ = [
    "agenda_worker",
    "cluster",
    "clusters",
    "edition_progress",
    "exchange",
    "exchanges",
    "figures",
    "indicator",
    "indicator_records",
    "indicator_series",
    "library",
    "library_item",
    "news",
    "news_item",
    "picture_table",
    "programme",
    "progress",
    "proposal",
    "proposal_remarks",
    "proposal_send",
    "proposal_step",
    "propose",
    "report",
    "report_paper",
    "reports",
    "staff_exchanges",
    "visit",
    "visit_agenda",
    "visit_attendance",
    "visit_certificate",
    "visit_delay",
    "visit_document",
    "visit_documents",
    "visit_emergency",
    "visit_people",
    "visits",
    "webinars",
]
