from django.urls import path

from programme import views

app_name = "programme"
urlpatterns = [
    path("", views.programme, name="programme"),
    path("webinars/", views.webinars, name="webinars"),
    path("news/", views.news, name="news"),
    path("news/<slug:slug>/", views.news_item, name="news_item"),
    path("library/", views.library, name="library"),
    path("library/<uuid:item>/", views.library_item, name="library_item"),
    path("visits/", views.visits, name="visits"),
    path("visits/propose/", views.propose, name="propose"),
    path("visits/proposals/<str:number>/", views.proposal, name="proposal"),
    path("visits/proposals/<str:number>/send/", views.proposal_send, name="proposal_send"),
    path("visits/proposals/<str:number>/dates/remarks/", views.proposal_remarks, name="proposal_remarks"),
    path("visits/proposals/<str:number>/<slug:step>/", views.proposal_step, name="proposal_step"),
    path("visits/<slug:slug>/", views.visit, name="visit"),
    path("visits/<slug:slug>/agenda/", views.visit_agenda, name="visit_agenda"),
    path("visits/<slug:slug>/certificates/<int:pk>/", views.visit_certificate, name="visit_certificate"),
    path("visits/<slug:slug>/people/", views.visit_people, name="visit_people"),
    path("visits/<slug:slug>/documents/", views.visit_documents, name="visit_documents"),
    path("visits/<slug:slug>/documents/<int:pk>/", views.visit_document, name="visit_document"),
    path("visits/<slug:slug>/emergency/", views.visit_emergency, name="visit_emergency"),
    path("visits/<slug:slug>/agenda/worker.js", views.agenda_worker, name="agenda_worker"),
    path("visits/<slug:slug>/delay/", views.visit_delay, name="visit_delay"),
    path("visits/<slug:slug>/attendance/", views.visit_attendance, name="visit_attendance"),
    path("exchanges/", views.exchanges, name="exchanges"),
    path("exchanges/<slug:slug>/", views.exchange, name="exchange"),
    path("figures/", views.figures, name="figures"),
    path("clusters/", views.clusters, name="clusters"),
    path("clusters/<slug:slug>/", views.cluster, name="cluster"),
    path("staff-exchanges/", views.staff_exchanges, name="staff_exchanges"),
    path("reports/", views.reports, name="reports"),
    path("reports/<slug:edition>/<slug:period>/", views.report, name="report"),
    path(
        "reports/<slug:edition>/<slug:period>/<int:version>/<slug:language>.pdf",
        views.report_paper,
        name="report_paper",
    ),
    path("progress/", views.progress, name="progress"),
    path("progress/<slug:picture>.csv", views.picture_table, name="progress_csv"),
    path("progress/<slug:edition>/", views.edition_progress, name="progress_edition"),
    # A code is free text of staff: any sign may stand in it.
    path("progress/<slug:edition>/<path:indicator>/series.csv", views.indicator_series, name="indicator_series"),
    path("progress/<slug:edition>/<path:indicator>/records.csv", views.indicator_records, name="indicator_records"),
    path("progress/<slug:edition>/<path:indicator>/", views.indicator, name="indicator"),
]
