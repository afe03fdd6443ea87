"""Addresses that mail uses, without a language."""

from django.urls import path

from programme.views import checks, surveys

urlpatterns = [
    path("q/<str:token>/", surveys.survey, name="survey"),
    path("c/<str:token>/", checks.follow_up_check, name="follow_up_check"),
]
