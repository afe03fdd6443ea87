"""Addresses under ``/admin/`` that stand before the admin's own."""

from django.urls import path

from iurc_portal.staff import views

urlpatterns = [
    path("login/", views.sign_in),
    path("logout/", views.sign_out),
    path("language/", views.switch_language, name="staff_language"),
]
