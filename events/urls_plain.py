"""Addresses that mail and machines use, without a language."""

from django.urls import path

from events.views import answers, groups, invitations, offers, own, pages

urlpatterns = [
    path("r/<str:token>/", own.registration, name="registration"),
    path("r/<str:token>/cancel/", own.cancel, name="registration_cancel"),
    path("r/<str:token>/claim/", offers.claim, name="registration_claim"),
    path("r/<str:token>/decline/", offers.decline, name="registration_decline"),
    path("r/<str:token>/rejoin/", offers.rejoin, name="registration_rejoin"),
    path("i/<str:token>/", invitations.invitation, name="invitation"),
    path("r/<str:token>/join/", own.join, name="registration_join"),
    path("r/<str:token>/answers/", answers.change, name="registration_answers"),
    path("r/<str:token>/group/", groups.own_group, name="registration_group"),
    path("r/<str:token>/not-for-me/", groups.decline, name="registration_not_for_me"),
    path("r/<str:token>/event.ics", own.ics, name="registration_ics"),
    path("feeds/<slug:slug>.<str:language>.ics", pages.feed, name="events_feed"),
]
