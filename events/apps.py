from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self):
        from events import (
            broadcast_mail,
            calendar_mail,
            export_columns,
            export_mail,
            feeds,
            feeds_lists,
            group_mail,
            mail,
            mail_changes,
            mail_reminders,
            mail_seats,
            privacy,
            search,
            sitemaps,
            staff_calendar,
        )
        from events.caldav import oauth  # noqa: F401 - says how calendars with a consent sign in
        from events.receivers import adopt_registrations, follow_changed_address
        from iurc_portal.accounts.signals import address_changed, address_proved
        from iurc_portal.api import registry as api
        from iurc_portal.pages.sitemaps import register as register_sitemap

        address_proved.connect(adopt_registrations, dispatch_uid="events.adopt_registrations")
        address_changed.connect(follow_changed_address, dispatch_uid="events.follow_changed_address")
        mail.register_kinds()
        mail_reminders.register_kinds()
        mail_changes.register_kinds()
        broadcast_mail.register_kinds()
        mail_seats.register_kinds()
        group_mail.register_kinds()
        export_mail.register_kinds()
        calendar_mail.register_kinds()
        export_columns.register()
        register_sitemap("events-lists", sitemaps.Lists)
        register_sitemap("events-events", sitemaps.Events)
        register_sitemap("events-series", sitemaps.SeriesPages)
        search.register_kinds()
        privacy.register()
        feeds_lists.register()
        staff_calendar.register_sources()
        feeds.SHELF.connect()
        api.register("events.api.resources")
