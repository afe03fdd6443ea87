from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "iurc_portal.accounts"
    verbose_name = _("People and sign-in")

    def ready(self):
        from allauth.account.signals import email_changed, email_confirmed

        from iurc_portal.accounts import mail, privacy
        from iurc_portal.accounts.receivers import follow_changed_address, tell_of_proved_address
        from iurc_portal.accounts.roles import ensure_roles_after_migration

        privacy.register()
        email_confirmed.connect(tell_of_proved_address, dispatch_uid="accounts.address_proved")
        email_changed.connect(follow_changed_address, dispatch_uid="accounts.address_changed")
        mail.register_kinds()
        # After the last app's own permissions exist: this app's signal comes once per installed app.
        post_migrate.connect(ensure_roles_after_migration, dispatch_uid="accounts.ensure_roles")
