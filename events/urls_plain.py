"""Addresses that mail and machines use, without a language."""

from django.urls import path

from events.views import own, pages

urlpatterns = [
    path("r/<str:token>/", own.registration, name="registration"),
    path("r/<str:token>/cancel/", own.cancel, name="registration_cancel"),
    path("r/<str:token>/join/", own.join, name="registration_join"),
    path("r/<str:token>/event.ics", own.ics, name="registration_ics"),
    path("feeds/<slug:slug>.<str:language>.ics", pages.feed, name="events_feed"),
]
