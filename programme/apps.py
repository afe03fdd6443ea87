from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = _("Programme")

    def ready(self):
        from django.db.models.signals import post_delete, post_migrate

        from events import afterwards, linked_data, owners
        from events import feeds as event_feeds
        from events.services.calendars import choosing
        from events.signals import attendance_recorded, event_moved, registration_withdrawn
        from iurc_portal.content import engine
        from iurc_portal.pages.sitemaps import register as register_sitemap
        from programme import (
            check_stays,
            content,
            delegate_mail,
            feeds,
            feeds_news,
            host_mail,
            mail,
            mail_followups,
            mail_proposals,
            mail_visits,
            privacy,
            receivers,
            remains,
            remote_calendars,
            search,
            sitemaps,
            staff_calendar,
            staff_pages,
            visit_privacy,
        )
        from programme import linked_data as of_programme
        from programme.models import Document, LibraryItem, Material
        from programme.services.webinars import repeat_webinar

        owners.register(
            owners.Owner(
                "webinar",
                staff_pages.of_webinar,
                add_page=staff_pages.add_webinar,
                copy=repeat_webinar,
                kind="webinars",
                movable=staff_calendar.webinars_movable_by,
            )
        )
        owners.register(
            owners.Owner(
                "agenda_item",
                staff_pages.of_agenda_item,
                along=("agenda_item__day__visit__host_city",),
                stands_alone=False,
                kind="items",
                movable=staff_calendar.items_movable_by,
                mine=staff_calendar.items_of,
                move=staff_calendar.move_item_to,
                conflicts=staff_calendar.conflicts_of_item,
                doubles=staff_calendar.doubles_between,
                notes=staff_calendar.notes_of_item,
            )
        )
        owners.register(owners.Owner("meeting", staff_pages.of_meeting))
        owners.register(owners.Owner("stay_session", staff_pages.of_stay_session))
        staff_calendar.register_sources()
        check_stays.register_sources()
        afterwards.register(remains.of_webinar)
        afterwards.register_personal(remains.survey_of)
        mail.register_kinds()
        mail_followups.register_kinds()
        mail_proposals.register_kinds()
        mail_visits.register_kinds()
        linked_data.register(of_programme.of_webinar)
        post_delete.connect(receivers.forget_paper, LibraryItem, dispatch_uid="programme.forget_paper")
        post_delete.connect(receivers.forget_paper, Document, dispatch_uid="programme.forget_document")
        post_migrate.connect(receivers.ensure_paper_texts, sender=self, dispatch_uid="programme.paper_texts")
        host_mail.register_kinds()
        delegate_mail.register_kinds()
        post_delete.connect(receivers.forget_material, Material, dispatch_uid="programme.forget_material")
        engine.register(engine.Loader("programme", 30, content.prepare))
        event_moved.connect(receivers.follow_moved_event, dispatch_uid="programme.follow_moved_event")
        for signal, name in ((attendance_recorded, "recorded"), (registration_withdrawn, "withdrawn")):
            signal.connect(receivers.count_attendance_again, dispatch_uid=f"programme.attendance_{name}")
        for name in ("Pages", "Visits", "Exchanges", "Clusters", "News", "Editions", "Indicators"):
            register_sitemap(f"programme-{name.lower()}", getattr(sitemaps, name))
        search.register_kinds()
        privacy.register()
        visit_privacy.register()
        event_feeds.register_source(feeds.visits_of)
        feeds.register_calendars()
        feeds_news.SHELF.connect()
        choosing.register_source(remote_calendars.webinars)
        choosing.register_source(remote_calendars.visits_of_owner)
