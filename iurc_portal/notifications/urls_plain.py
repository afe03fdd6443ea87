"""Addresses that mail, mail programs and mail services use, without a language."""

from django.conf import settings
from django.urls import include, path

from iurc_portal.notifications import views

urlpatterns = [
    path("s/<str:token>/", views.by_link, name="subscription"),
    path("s/<str:token>/one-click/", views.one_click, name="subscription_one_click"),
]

if settings.ANYMAIL["WEBHOOK_SECRET"]:  # without a secret anybody could close anybody's address
    urlpatterns.append(path("mail-events/", include("anymail.urls")))
