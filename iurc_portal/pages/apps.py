from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "iurc_portal.pages"
    verbose_name = _("Pages and texts")

    def ready(self):
        from iurc_portal.content import engine
        from iurc_portal.pages import content

        engine.register(engine.Loader("pages", 40, content.prepare))
