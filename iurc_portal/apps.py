from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "iurc_portal"
    label = "portal"
    verbose_name = "Portal"

    def ready(self):
        from iurc_portal import kept

        kept.connect()
        # Each app says in its own ``todo.py`` what the staff's home should count.
        autodiscover_modules("todo")
