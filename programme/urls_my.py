"""What of the programme stands in a person's own area, under their language."""

from django.urls import path

from programme.views import my_follow_ups

urlpatterns = [
    path("follow-ups/", my_follow_ups.mine, name="my_follow_ups"),
    path("follow-ups/<int:pk>/", my_follow_ups.say, name="my_follow_up"),
]
