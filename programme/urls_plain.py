"""Addresses that mail uses, without a language."""

from django.urls import path

from programme.views import surveys

urlpatterns = [path("q/<str:token>/", surveys.survey, name="survey")]
