"""Addresses that mail and machines use, without a language."""

from django.urls import path

from events.views import certificates, check_in, join, own, pages

urlpatterns = [
    path("r/<str:token>/", own.registration, name="registration"),
    path("r/<str:token>/cancel/", own.cancel, name="registration_cancel"),
    path("r/<str:token>/join/", own.join, name="registration_join"),
    path("r/<str:token>/event.ics", own.ics, name="registration_ics"),
    path("r/<str:token>/certificate/", certificates.own, name="registration_certificate"),
    path("j/<str:token>/", join.join, name="join"),
    path("check-in/<uuid:event>/<str:code>/", check_in.scanned, name="check_in"),
    path("certificates/", certificates.ask, name="certificates"),
    path("certificates/<str:code>/", certificates.confirm, name="certificate"),
    path("feeds/<slug:slug>.<str:language>.ics", pages.feed, name="events_feed"),
]
