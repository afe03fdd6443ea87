from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "iurc_portal.notifications"
    verbose_name = _("Mail")

    def ready(self):
        from allauth.account.signals import email_confirmed
        from anymail.signals import tracking

        from iurc_portal.notifications import bounces, mail, privacy

        mail.register_kinds()
        privacy.register()
        tracking.connect(bounces.hear, dispatch_uid="notifications.bounces")
        email_confirmed.connect(address_is_good_again, dispatch_uid="notifications.email_confirmed")
        post_migrate.connect(ensure_letter_texts, sender=self, dispatch_uid="notifications.letter_texts")


def ensure_letter_texts(sender, using, **kwargs) -> None:
    """After each migration: the list of letters that staff can adjust is that of the installed apps.

    Where somebody has migrated back to before these texts there is no table to fill.
    """
    from django.db import connections

    from iurc_portal.notifications import texts

    if texts.LetterText._meta.db_table in connections[using].introspection.table_names():
        texts.ensure_rows()


def address_is_good_again(sender, email_address, **kwargs) -> None:
    """Who confirms an address of their account has read our letter there: a proof like any other (4.26)."""
    from django.utils import timezone

    from iurc_portal.notifications import services

    services.clear_bounces(email_address.email, now=timezone.now())
