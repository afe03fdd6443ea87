from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "iurc_portal.content"
    verbose_name = _("Initial content")
