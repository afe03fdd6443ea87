"""Series at the staff's desk: begin one from an event, see its dates in both cities, change one or the later ones."""

from functools import partial
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.http import Http404
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events import owners
from events.admin.events import both_times
from events.admin.forms import CancelForm
from events.admin.series_forms import LaterForm, RepeatForm, preview, words_of
from events.models import Event, Series
from events.recurrence import Date, wall_of
from events.services import series as services
from events.services.series_plan import ahead, plan_change
from events.when import When
from iurc_portal.admin import EditableBy, PortalAdmin, page_links
from iurc_portal.clock import ZONES, PartnerSide
from iurc_portal.translation.languages import columns

PER_PAGE = 30
CITY = {zone.key: PartnerSide(side).label for side, zone in ZONES.items()}


@admin.register(Series)
class SeriesAdmin(EditableBy, PortalAdmin):
    """The names are edited as everywhere; rule and dates change on their own pages, through the services."""

    reverts = False
    general = ("slug", "rule_now", "anchor_now", "on_the_site", "dates")
    readonly_fields = ["rule_now", "anchor_now", "on_the_site", "dates"]
    list_display = ["name", "rule_now", "next_date", "coming"]
    search_fields = [*columns("name")]

    def get_queryset(self, request):
        now = timezone.now()
        coming = Event.objects.upcoming(now=now).filter(series=OuterRef("pk")).exclude(status=Event.Status.CANCELLED)
        on = Q(events__dtend__gt=now) & ~Q(events__status=Event.Status.CANCELLED)
        return (
            super()
            .get_queryset(request)
            .annotate(
                next_start=Min("events__dtstart", filter=on),
                to_come=Count("events", filter=on),
                next_all_day=Subquery(coming.values("all_day")[:1]),
            )
        )

    def get_urls(self):
        pages = (("start", self.start_view), ("later", self.later_view), ("remove", self.remove_view))
        own = [
            path(f"{name}/<int:event_id>/", self.admin_site.admin_view(view), name=f"events_series_{name}")
            for name, view in pages
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request):
        return False  # a series begins with an event

    def has_delete_permission(self, request, obj=None):
        return False  # its dates stand in people's calendars: it is ended

    @admin.display(description=_("rule"))
    def rule_now(self, obj):
        return words_of(obj.rule)

    @admin.display(description=_("clock of"))
    def anchor_now(self, obj):
        return CITY.get(obj.anchor_tzid, obj.anchor_tzid)

    @admin.display(description=_("on the site"))
    def on_the_site(self, obj):
        return page_links(obj)

    @admin.display(description=_("next date"), ordering="next_start")
    def next_date(self, obj):
        if obj.next_start is None:
            return "–"
        next_one = When(obj.next_start, obj.next_start + obj.duration, obj.anchor_tzid, bool(obj.next_all_day))
        lines = [(line,) for line in next_one.short_lines(_language())]
        return format_html('<span class="staff-times">{}</span>', format_html_join("", "<span>{}</span>", lines))

    @admin.display(description=_("dates to come"), ordering="to_come")
    def coming(self, obj):
        return obj.to_come

    @admin.display(description=_("dates"))
    def dates(self, obj):
        """The dates to come, a page of them, with what may be done to each. Three queries, whatever their number."""
        now = timezone.now()
        rows = obj.events.filter(dtend__gt=now).select_related(*owners.relations()).order_by("dtstart")
        page = Paginator(rows, PER_PAGE).get_page(1)
        events = list(page)
        shown = preview(
            [Date(event.dtstart, event.dtstart, event.dtend) for event in events],
            obj.anchor_tzid,
            _language(),
            all_day=bool(events) and events[0].all_day,
        )
        context = {
            "rows": [(event, owners.staff_page(event), row) for event, row in zip(events, shown, strict=True)],
            "more": rows.count() - len(events) if page.has_next() else 0,
            "series": obj,
        }
        return mark_safe(render_to_string("admin/events/_series_dates.html", context))  # noqa: S308 – a template, escaped

    # --- Pages of their own -----------------------------------------------------------------------

    def start_view(self, request, event_id):
        """GET previews the dates of a rule in both cities, POST makes them."""
        event = self._event(request, event_id)
        now = timezone.now()
        try:
            services.check_can_repeat(event, now=now)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return redirect(owners.staff_page(event))
        if event.status == Event.Status.CONFIRMED and not request.user.has_perm("events.publish_event"):
            self.message_user(request, _("You need the right to publish events."), messages.ERROR)
            return redirect(owners.staff_page(event))
        asked = request.POST if request.method == "POST" else request.GET
        form = RepeatForm(asked if "every" in asked else None, initial={"every": "week"})
        rows = []
        if form.is_valid():
            try:
                wall = event.dtstart.astimezone(ZoneInfo(event.tzid)).replace(tzinfo=None, fold=0)
                rule = services.rule_from(event, rrule=form.rrule(wall))
                if request.method == "POST":
                    left_out = _left_out(request) & set(rule.walls(until=now + ahead()))
                    made = services.start_series(event, rrule=rule.rrule, exdate=left_out, now=now, by=request.user)
                    told = _("The dates of “%(name)s” are made.") % {"name": made}
                    self.message_user(request, told, messages.SUCCESS)
                    return redirect("admin:events_series_change", made.pk)
                rows = preview(rule.dates(until=now + ahead()), event.tzid, _language(), all_day=event.all_day)
            except ValidationError as refusal:
                form.add_error("own_rule" if form.cleaned_data["every"] == "own" else None, refusal)
        return self._page(request, "start", _("Repeat an event"), event, form, rows=rows)

    def later_view(self, request, event_id):
        """Asks, then shows what would become of each date; the button beside that changes this one and the later."""
        event = self._event(request, event_id, of_series=True)
        now = timezone.now()
        form = LaterForm(request.POST or None, initial=LaterForm.initial_of(event))
        change = None
        if form.is_valid():
            try:
                rule = form.rule(event)
                if request.POST.get("do") == "change":
                    services.change_later(
                        event,
                        rule,
                        now=now,
                        by=request.user,
                        texts_too=form.cleaned_data["texts_too"],
                        all_day=form.cleaned_data["all_day"],
                    )
                    self.message_user(request, _("This date and the later ones are changed."), messages.SUCCESS)
                    return redirect("admin:events_series_change", event.series_id)
                change = plan_change(event, rule, now=now)
            except ValidationError as refusal:
                form.add_error(None, refusal)
        return self._page(
            request, "later", _("Change this date and the later ones"), event, form, **self._outcome(change, form)
        )

    def remove_view(self, request, event_id):
        """Asks once; POST takes this date off, or it and all later ones."""
        event = self._event(request, event_id, of_series=True)
        form = CancelForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            now = timezone.now()
            try:
                if "later_too" in request.POST:
                    services.end_before(event, now=now, by=request.user)
                else:
                    services.remove_date(event, now=now, by=request.user, reason=form.reasons())
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            else:
                self.message_user(request, _("Done."), messages.SUCCESS)
            return redirect("admin:events_series_change", event.series_id)
        told = event.registrations.confirmed().count() if event.was_published else 0
        return self._page(request, "remove", _("Take a date off"), event, form, told=told)

    # --- What they share --------------------------------------------------------------------------

    def _event(self, request, event_id, *, of_series: bool = False) -> Event:
        event = Event.objects.select_related("series", *owners.relations()).filter(pk=event_id).first()
        if event is None or (of_series and event.series is None):
            raise Http404
        may = request.user.has_perm("events.change_series") and request.user.has_perm("events.add_event")
        if not may or not Event.objects.editable_by(request.user).filter(pk=event.pk).exists():
            raise PermissionDenied
        return event

    def _page(self, request, name, title, event, form, **more):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "event": event,
            "when": both_times(event),
            "back": owners.staff_page(event),
            "form": form,
            "media": form.media,
            **more,
        }
        return TemplateResponse(request, f"admin/events/series_{name}.html", context)

    @staticmethod
    def _outcome(change, form) -> dict:
        """What a change would do, by kind, each date in both cities."""
        if change is None:
            return {"planned": False}
        shown = partial(
            preview, tzid=form.cleaned_data["anchor"], language=_language(), all_day=form.cleaned_data["all_day"]
        )
        moved = change.really_moved
        return {
            "planned": True,
            "moved": list(
                zip(
                    [both_times(event) for event, _date in moved],
                    shown([date for _event, date in moved]),
                    strict=True,
                )
            ),
            "same": len(change.moved) - len(moved),
            "made": shown(change.made),
            "removed": [(both_times(event), event.was_published) for event in change.removed],
            "kept": [both_times(event) for event, _date in change.kept],
        }


def _language() -> str:
    return (get_language() or "it")[:2]


def _left_out(request) -> set:
    """The ticked dates as wall clocks; what is no date is left alone."""
    found = set()
    for text in request.POST.getlist("leave_out"):
        try:
            found.add(wall_of(text))
        except ValueError:
            continue
    return found
