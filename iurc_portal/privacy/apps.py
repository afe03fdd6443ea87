from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "iurc_portal.privacy"
    verbose_name = _("Personal data")

    def ready(self):
        from iurc_portal.content import engine
        from iurc_portal.privacy import content, ground, mail

        mail.register_kinds()
        ground.register()
        engine.register(engine.Loader("privacy", 45, content.prepare))
