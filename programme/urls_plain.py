"""Addresses that mail and machines use, without a language."""

from django.urls import path

from programme.views import certificates, checks, delegates, hosts, surveys
from programme.views.news import feed as news_feed

urlpatterns = [
    path("feeds/news.<str:language>.atom", news_feed, name="news_feed"),
    path("q/<str:token>/", surveys.survey, name="survey"),
    path("c/<str:token>/", checks.follow_up_check, name="follow_up_check"),
    path("h/<str:token>/", hosts.host, name="host"),
    path("d/<str:token>/", delegates.delegate, name="delegate"),
    path("d/<str:token>/certificates/<int:pk>/", certificates.delegate_certificate, name="delegate_certificate"),
]
