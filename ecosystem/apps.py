from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class EcosystemConfig(AppConfig):
    name = "ecosystem"
    verbose_name = pgettext_lazy("staff menu", "Ecosystem")

    def ready(self):
        from ecosystem import content, mail, privacy, search, sitemaps, staff_calendar
        from iurc_portal.api import registry as api
        from iurc_portal.content import engine
        from iurc_portal.pages.sitemaps import register as register_sitemap

        engine.register(engine.Loader("ecosystem", 10, content.prepare))
        names = (
            "Lists",
            "Organisations",
            "Listings",
            "Initiatives",
            "Testbeds",
            "Mirrors",
            "Tests",
            "Practices",
            "Concepts",
        )
        for name in names:
            register_sitemap(f"ecosystem-{name.lower()}", getattr(sitemaps, name))
        search.register_kinds()
        staff_calendar.register_sources()
        mail.register_kinds()
        privacy.register()
        api.register("ecosystem.api.resources")
