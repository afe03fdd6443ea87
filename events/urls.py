from django.urls import path

from events.views import embed, feeds, groups, pages, registering, series

app_name = "events"
urlpatterns = [
    path("", pages.event_list, name="list"),
    path("calendars/", feeds.calendars, name="calendars"),
    path("embed/", embed.embed, name="embed"),
    path("series/<slug:slug>/", series.page, name="series"),
    path("<slug:slug>/", pages.event, name="event"),
    path("<slug:slug>/register/", registering.register, name="register"),
    path("<slug:slug>/register/group/", groups.register_group, name="register_group"),
    path("<slug:slug>/register/asked/", registering.asked, name="asked"),
    path("<slug:slug>/mine/", registering.own, name="own"),
    path("<slug:slug>/event.ics", pages.event_ics, name="ics"),
]
