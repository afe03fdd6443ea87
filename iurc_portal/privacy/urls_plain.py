"""Addresses that our letters name, without a language: the page speaks that of its letter."""

from django.urls import path

from iurc_portal.privacy import views

urlpatterns = [
    path("p/<str:token>/", views.by_link, name="own_data"),
    path("p/<str:token>/erase/", views.erase_by_link, name="own_data_erase"),
    path("p/<str:token>/file/", views.file, name="own_data_file"),
]
