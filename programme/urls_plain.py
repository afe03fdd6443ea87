"""Addresses that mail uses, without a language."""

from django.urls import path

from programme.views import delegates, hosts, surveys

urlpatterns = [
    path("q/<str:token>/", surveys.survey, name="survey"),
    path("h/<str:token>/", hosts.host, name="host"),
    path("d/<str:token>/", delegates.delegate, name="delegate"),
]
