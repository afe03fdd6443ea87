"""Addresses that mail and machines use, without a language."""

from django.urls import path

from events.views import answers, certificates, check_in, feeds, groups, invitations, join, offers, own, remains

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
    path("r/<str:token>/calendars/", feeds.of_guest, name="registration_calendars"),
    path("feeds/me/<str:clear>.ics", feeds.personal, name="personal_feed"),
    path("feeds/<slug:slug>.<str:language>.ics", feeds.public, name="events_feed"),
    path("r/<str:token>/certificate/", certificates.own, name="registration_certificate"),
    path("r/<str:token>/afterwards/<slug:item>/", remains.of_own_page, name="registration_afterwards"),
    path("j/<str:token>/", join.join, name="join"),
    path("j/<str:token>/afterwards/<slug:item>/", remains.of_way_in, name="join_afterwards"),
    path("check-in/<uuid:event>/<str:code>/", check_in.scanned, name="check_in"),
    path("certificates/", certificates.ask, name="certificates"),
    path("certificates/<str:code>/", certificates.confirm, name="certificate"),
]
