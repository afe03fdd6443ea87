from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self):
        from events import (
            broadcast_mail,
            export_columns,
            export_mail,
            feeds,
            group_mail,
            mail,
            mail_changes,
            mail_reminders,
            mail_seats,
            search,
            sitemaps,
        )
        from events.receivers import adopt_registrations
        from iurc_portal.accounts.signals import address_proved
        from iurc_portal.pages.sitemaps import register as register_sitemap

        address_proved.connect(adopt_registrations, dispatch_uid="events.adopt_registrations")
        mail.register_kinds()
        mail_reminders.register_kinds()
        mail_changes.register_kinds()
        broadcast_mail.register_kinds()
        mail_seats.register_kinds()
        group_mail.register_kinds()
        export_mail.register_kinds()
        export_columns.register()
        register_sitemap("events-lists", sitemaps.Lists)
        register_sitemap("events-events", sitemaps.Events)
        search.register_kinds()
        feeds.SHELF.connect()
