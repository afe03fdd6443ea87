"""Every address of the portal. Pages stand under their language; what machines and mail use stands outside."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path

from iurc_portal.api.entrance import enter

urlpatterns = [
    path("admin/", include("iurc_portal.staff.urls")),  # sign-in, sign-out and language, before the admin's own
    path("admin/", admin.site.urls),
    path("", include("iurc_portal.pages.urls_plain")),  # healthz, readyz, robots.txt, sitemap.xml, security.txt
    path("", include("iurc_portal.privacy.urls_plain")),  # /p/<token>/
    path("", include("iurc_portal.notifications.urls_plain")),  # /s/<token>/, the mail service's /mail-events/…
    path("", include("ecosystem.urls_plain")),  # /o/<token>/, /vocabulary.ttl, /vocabulary/…
    path("", include("events.urls_plain")),  # /r/<token>/, /feeds/…
    path("", include("programme.urls_plain")),  # /q/<token>/, /h/<token>/, /d/<token>/
    re_path(r"^api/v1/(?P<rest>(?:.*/)?)$", enter),  # not include(): what is behind is imported when somebody asks
]

urlpatterns += i18n_patterns(
    path("", include("iurc_portal.pages.urls")),  # home, search, editable texts, rating, report, my area
    path("", include("iurc_portal.privacy.urls")),  # your-data/, my/data/
    path("my/", include("events.urls_my")),  # one's own calendars
    path("my/", include("programme.urls_my")),  # follow-ups of one's organisations and visits
    path("news/", include("iurc_portal.notifications.urls")),  # subscribing by mail
    path("account/", include("allauth.urls")),
    path("ecosystem/", include("ecosystem.urls")),
    path("events/", include("events.urls")),
    path("programme/", include("programme.urls")),
)

handler403 = "iurc_portal.pages.errors.forbidden"
handler404 = "iurc_portal.pages.errors.not_found"
handler429 = "iurc_portal.pages.errors.too_many_requests"
handler500 = "iurc_portal.pages.errors.server_error"
