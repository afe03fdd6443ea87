"""Events that stand alone. One that belongs to a webinar or a visit is edited on its owner's page."""

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from import_export.resources import modelresource_factory
from unfold.decorators import display

from events import owners
from events.admin.calendar import CalendarPages
from events.admin.check_in import DoorPage
from events.admin.copying import CopyPage
from events.admin.day import DayPages, day_link
from events.admin.day_forms import ROOM_FIELDS
from events.admin.day_notes import notes_of, watched
from events.admin.forms import CancelForm, EventTimesForm
from events.admin.notices import changes_address, say_who_will_be_told
from events.admin.reminders import ReminderInline
from events.admin.rules import RulesOfEvent
from events.admin.series_links import series_line
from events.admin.slots import StaffPages, slot_of
from events.models import Event, EventLanguage, Track
from events.services import scheduling
from events.services.notices import how_many_to_tell
from events.services.series import change_alone
from iurc_portal.admin import EditableBy, PlainTabularInline, PortalAdmin, page_links
from iurc_portal.staff.actions import each_row
from iurc_portal.staff.filters import missing_language
from iurc_portal.translation.languages import columns


class LanguageInline(PlainTabularInline):
    model = EventLanguage
    language_fields = ()  # here "language" is one code, not a list
    tab = True


class WhenFilter(admin.SimpleListFilter):
    """Coming events first: what is over is looked up, not worked on."""

    title = _("when")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("coming", _("coming")), ("past", _("past"))]

    def queryset(self, request, queryset):
        now = timezone.now()
        if self.value() == "coming":
            return queryset.filter(dtend__gt=now)
        if self.value() == "past":
            return queryset.filter(dtend__lte=now)
        return queryset


def both_times(event) -> str:
    """Both cities' times, one line a city, for lists."""
    lines = [(line,) for line in event.when.short_lines((get_language() or "it")[:2])]
    return format_html('<span class="staff-times">{}</span>', format_html_join("", "<span>{}</span>", lines))


def _without(hidden: set[str], lines):
    """The lines of a form, each a field or several, without those that are ``hidden``."""
    for line in lines:
        names = [name for name in ([line] if isinstance(line, str) else line) if name not in hidden]
        if names:
            yield names[0] if len(names) == 1 else tuple(names)


def places(event) -> str:
    """Taken and offered places: ``12 / 40``."""
    if event.pk is None:
        return "–"
    limit = event.maximum_attendee_capacity
    if limit is None:
        return str(event.places_taken)
    text = f"{event.places_taken} / {limit}"
    over = event.places_taken - limit
    if over <= 0:
        return text
    words = ngettext("%(n)s too many", "%(n)s too many", over) % {"n": over}
    return f"{text} ({words})"


@admin.register(Track)
class TrackAdmin(PortalAdmin):
    general = ("slug",)
    list_display = ["name", "slug"]


@admin.register(Event)
class EventAdmin(CalendarPages, CopyPage, StaffPages, RulesOfEvent, DoorPage, DayPages, EditableBy, PortalAdmin):
    reverts = False  # what was announced is changed by the services alone
    form = EventTimesForm
    general = (
        ("state_now", "on_the_site"),
        ("times", "changes_shown"),
        ("anchor", "all_day"),
        "starts",
        "ends",
        "day_notes",
        "series_line",
        ("track", "organizer"),
        ("access", "event_attendance_mode"),
        "place",
        "contact_email",
        "themes",
    )
    more_tabs = (
        (
            _("Registration"),
            (
                ("registration_open", "maximum_attendee_capacity"),
                "registration_closes_at",
                ("question_set", "answers_until"),
                "maximum_group_size",
                "rules_link",
                "taken",
                "join_url",
                "day",
            ),
        ),
    )
    list_display = ["name", "both", "track", "status_badge", "taken", "languages_written", "day"]
    list_filter = [WhenFilter, "track", "status", missing_language("name"), "access", "event_attendance_mode"]
    search_fields = [*columns("name"), "slug"]
    date_hierarchy = "dtstart"
    ordering = ["-dtstart", "-pk"]
    autocomplete_fields = ["organizer", "place", "themes"]
    readonly_fields = [
        "state_now",
        "times",
        "day_notes",
        "series_line",
        "changes_shown",
        "taken",
        "on_the_site",
        "rules_link",
        "day",
    ]
    inlines = [LanguageInline, ReminderInline]
    actions = ["publish", "unpublish", "cancel", "restore"]
    list_per_page = 50

    def get_queryset(self, request):
        """With what the list shows of each, and what owns it, in one statement."""
        found = super().get_queryset(request).with_places_taken(now=timezone.now())
        return found.select_related("track", "organizer", *owners.relations())

    def get_search_results(self, request, queryset, search_term):
        """Registering somebody offers events that still take people and that this person edits."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.GET.get("model_name") == "registration":
            mine = Event.objects.editable_by(request.user)
            found = found.filter(pk__in=mine, status=Event.Status.CONFIRMED, dtstart__gt=timezone.now())
        return found, may_repeat

    def get_export_resource_classes(self, request):
        """Everything but the way into the room, which leaves by its button alone (8.1)."""
        return [modelresource_factory(Event, meta_options={"exclude": ROOM_FIELDS})]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        event = self.get_object(request, object_id)
        address = owners.owner_address(event) if event is not None else None
        if address is not None:
            self.message_user(request, _("This event is edited here, on the page of what it belongs to."))
            return HttpResponseRedirect(address)
        return super().change_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def get_changeform_initial_data(self, request):
        """A slot that was found is taken over: its day and hours, on the clock it was found on."""
        return super().get_changeform_initial_data(request) | slot_of(request.GET)

    def has_publish_permission(self, request):
        return request.user.has_perm("events.publish_event")

    def get_fieldsets(self, request, obj=None):
        """The reason of a cancellation is written when cancelling, not here; who only reads types no times."""
        hidden = set(columns("cancellation_reason"))
        if not request.user.has_perm("events.see_join_address"):
            hidden |= set(ROOM_FIELDS)
        if obj is not None and (getattr(request, "looks_back", False) or not self.has_change_permission(request, obj)):
            hidden |= {"anchor", "starts", "ends"}
        return [
            (title, {**options, "fields": list(_without(hidden, options["fields"]))})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def save_model(self, request, obj, form, change):
        data, now = form.cleaned_data, timezone.now()
        when = {
            "start": data["starts"],
            "end": data["ends"],
            "tzid": data["anchor"],
            "all_day": data["all_day"],
            "now": now,
            "by": request.user,
        }
        if not change:
            scheduling.create_event(event=obj, **when)
            return
        former = Event.objects.get(pk=obj.pk)
        venue = {name: getattr(obj, name) for name in scheduling.VENUE_FIELDS if hasattr(obj, name)}
        for name in (*scheduling.TIME_FIELDS, *venue):
            setattr(obj, name, getattr(former, name))
        super().save_model(request, obj, form, change)
        scheduling.schedule_event(obj, **when)
        scheduling.relocate_event(obj, now=now, by=request.user, **venue)
        if form.has_changed():
            change_alone(obj)
        if obj.sequence > former.sequence:
            say_who_will_be_told(self, request, obj)

    def delete_model(self, request, obj):
        scheduling.delete_event(obj)

    def has_delete_permission(self, request, obj=None):
        """What was published stands in other people's calendars: it is cancelled. Nothing is deleted by the list."""
        if obj is None or obj.was_published or owners.owner_address(obj) is not None:
            return False
        return super().has_delete_permission(request, obj)

    @admin.display(description=_("times"), ordering="dtstart")
    def both(self, obj):
        return both_times(obj)

    @admin.display(description=_("both cities"))
    def times(self, obj):
        return both_times(obj) if obj.pk else "–"

    @admin.display(description=_("series"))
    def series_line(self, obj):
        return series_line(obj)

    @admin.display(description=_("to know of the day"))
    def day_notes(self, obj):
        return watched(notes_of(obj) if obj.pk else [], day="starts_0", hour="starts_1", anchor="anchor")

    @admin.display(description=_("changes"))
    def changes_shown(self, obj):
        if obj.pk is None or not obj.was_published:
            return "–"
        return format_html(
            '<a class="underline" href="{}">{}</a>', changes_address(obj), _("What changed and who was told")
        )

    @display(
        description=_("status"),
        ordering="status",
        label={"CONFIRMED": "success", "TENTATIVE": "info", "CANCELLED": "danger"},
    )
    def status_badge(self, obj):
        return obj.status, obj.get_status_display()

    @admin.display(description=_("status"))
    def state_now(self, obj):
        return obj.get_status_display()

    @admin.display(description=_("places taken"))
    def taken(self, obj):
        return places(obj)

    @admin.display(description=_("the day"))
    def day(self, obj):
        return day_link(obj)

    @admin.display(description=_("languages"))
    def languages_written(self, obj):
        return self.languages_shown(obj, "name")

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)

    @admin.action(description=_("Publish the selected events"), permissions=["publish"])
    def publish(self, request, queryset):
        self._each(request, queryset, scheduling.publish_event)

    @admin.action(description=_("Make the selected events drafts again"), permissions=["publish"])
    def unpublish(self, request, queryset):
        self._each(request, queryset, scheduling.unpublish_event)

    @admin.action(description=_("Cancel the selected events…"), permissions=["publish"])
    def cancel(self, request, queryset):
        """Asks once, on its own page, with the number of people who will be told (17)."""
        form = CancelForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            reasons = form.reasons()
            now = timezone.now()
            each_row(
                self,
                request,
                queryset,
                lambda event: scheduling.cancel_event(event, now=now, by=request.user, reason=reasons),
            )
            return None
        rows = [event for event in queryset if self.has_change_permission(request, event)]
        told = sum(how_many_to_tell(event) for event in rows)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel events"),
            "opts": self.model._meta,
            "events": [(event, both_times(event)) for event in rows],
            "told": told,
            "form": form,
        }
        return TemplateResponse(request, "admin/events/cancel.html", context)

    @admin.action(description=_("Restore the selected events"), permissions=["publish"])
    def restore(self, request, queryset):
        self._each(request, queryset, scheduling.restore_event)

    def _each(self, request, queryset, service):
        now = timezone.now()
        each_row(self, request, queryset, lambda event: service(event, now=now, by=request.user))
