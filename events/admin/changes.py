"""What changed about events, and who was told: read here, written by the services alone (events spec 5.2, 17)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ecosystem.models import Place
from events.models import Event, EventChange
from iurc_portal.admin import PlainAdmin, ReadOnly
from iurc_portal.clock import ZONES, PartnerSide, both_cities
from iurc_portal.translation import times
from iurc_portal.translation.languages import columns

CITIES = {zone.key: PartnerSide(side).label for side, zone in ZONES.items()}


@admin.register(EventChange)
class EventChangeAdmin(ReadOnly, PlainAdmin):
    list_display = ["event", "what", "before", "after", "told_badge", "when", "told_at"]
    list_filter = ["material", ("notified_at", admin.EmptyFieldListFilter), "field"]
    list_select_related = ["event", "by"]
    search_fields = [f"event__{column}" for column in columns("name")]
    date_hierarchy = "at"
    fields = ["event", "what", ("before", "after"), ("at", "by"), ("told_badge", "notified_at")]
    readonly_fields = ["what", "before", "after", "told_badge"]

    def get_changelist_instance(self, request):
        """With the places that the page names, in one statement."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        keys = {text for row in rows if row.field == "place" for text in (row.old, row.new) if text}
        places = Place.objects.in_bulk(keys) if keys else {}
        for row in rows:
            row.places = places
        changelist.result_list = rows
        return changelist

    @admin.display(description=_("changed"), ordering="at")
    def when(self, obj):
        """The instant on the clock of the reader, and by whom."""
        return format_html(
            '<span class="whitespace-nowrap">{}</span><br>{}', self._on_the_readers_clock(obj.at), obj.by or "–"
        )

    @admin.display(description=_("told"), ordering="notified_at")
    def told_at(self, obj):
        if obj.notified_at is None:
            return "–"
        return format_html('<span class="whitespace-nowrap">{}</span>', self._on_the_readers_clock(obj.notified_at))

    @staticmethod
    def _on_the_readers_clock(instant: datetime) -> str:
        local = timezone.localtime(instant)
        return f"{times.date_words(local, 'short')} {times.clock(local)}"

    @admin.display(description=_("what"), ordering="field")
    def what(self, obj):
        return Event._meta.get_field(obj.field).verbose_name

    @admin.display(description=_("before"))
    def before(self, obj):
        return self._words(obj, obj.old)

    @admin.display(description=_("after"))
    def after(self, obj):
        return self._words(obj, obj.new)

    @display(description=_("state"), label={"told": "success", "waits": "warning", "quiet": "info"})
    def told_badge(self, obj):
        if obj.notified_at:
            return "told", _("people were told")
        return ("waits", _("not told yet")) if obj.material else ("quiet", _("nobody is told"))

    @staticmethod
    def _words(obj, text: str) -> str:
        """A value as staff read it: instants in both cities, places and states by name."""
        if not text:
            return "–"
        if obj.field == "all_day":
            return _("yes") if text == str(True) else _("no")
        if obj.field in {"dtstart", "dtend"} and obj.event.all_day:
            moment = datetime.fromisoformat(text).astimezone(ZoneInfo(obj.event.tzid))
            last = moment - timedelta.resolution if obj.field == "dtend" else moment
            return times.date_words(last, "short")
        if obj.field in {"dtstart", "dtend"}:
            lines = [
                (f"{times.date_words(time.start, 'short')} {times.clock(time.start)} {time.label}",)
                for time in both_cities(datetime.fromisoformat(text), language=get_language() or "it")
            ]
            return format_html('<span class="staff-times">{}</span>', format_html_join("", "<span>{}</span>", lines))
        if obj.field == "place":
            places = obj.places if hasattr(obj, "places") else Place.objects.in_bulk([text])
            return str(places.get(int(text), text))
        if obj.field == "tzid":
            return str(CITIES.get(text, text))
        choices = dict(Event._meta.get_field(obj.field).flatchoices)
        return str(choices.get(text, text))
