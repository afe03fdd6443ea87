from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "iurc_portal.search"
    verbose_name = _("Search")

    def ready(self):
        from iurc_portal.search import receivers

        receivers.connect()
