from django.urls import path

from iurc_portal.pages import views
from iurc_portal.search.views import search

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", search, name="search"),
    path("texts/<slug:slug>/", views.text, name="text"),
    path("rating/", views.rate_page, name="rate_page"),
    path("report/", views.report_problem, name="report_problem"),
    path("report/thanks/", views.report_thanks, name="report_thanks"),
    path("my/", views.my_area, name="my"),
]
