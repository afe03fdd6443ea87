"""What of events stands in a person's own area, under their language."""

from django.urls import path

from events.views import feeds

urlpatterns = [path("calendars/", feeds.mine, name="my_calendars")]
