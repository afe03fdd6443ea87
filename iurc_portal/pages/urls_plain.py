"""Addresses for machines, without a language."""

from django.contrib.sitemaps.views import index, sitemap
from django.urls import path, re_path

from iurc_portal.pages import health, pictures, sitemaps

urlpatterns = [
    re_path(r"^media/(?P<path>pictures/[0-9a-f]{32}\.(?:png|jpg|webp))$", pictures.picture, name="picture"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path(".well-known/security.txt", sitemaps.security, name="security_txt"),
    path("sitemap.xml", index, {"sitemaps": sitemaps.registered, "sitemap_url_name": "sitemap"}, name="sitemaps"),
    path("sitemap-<slug:section>.xml", sitemap, {"sitemaps": sitemaps.registered}, name="sitemap"),
]
