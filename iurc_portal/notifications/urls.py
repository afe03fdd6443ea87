from django.urls import path

from iurc_portal.notifications import views

urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("asked/", views.asked, name="subscribe_asked"),
]
