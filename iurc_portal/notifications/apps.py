from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "iurc_portal.notifications"
    verbose_name = _("Mail")

    def ready(self):
        from anymail.signals import tracking

        from iurc_portal.notifications import bounces, mail

        mail.register_kinds()
        tracking.connect(bounces.hear, dispatch_uid="notifications.bounces")
        post_migrate.connect(ensure_letter_texts, sender=self, dispatch_uid="notifications.letter_texts")


def ensure_letter_texts(sender, **kwargs) -> None:
    """After each migration: the list of letters that staff can adjust is that of the installed apps."""
    from iurc_portal.notifications import texts

    texts.ensure_rows()
