from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self):
        from events import broadcast_mail, mail, search, sitemaps
        from iurc_portal.pages.sitemaps import register as register_sitemap

        mail.register_kinds()
        broadcast_mail.register_kinds()
        register_sitemap("events-lists", sitemaps.Lists)
        register_sitemap("events-events", sitemaps.Events)
        search.register_kinds()
