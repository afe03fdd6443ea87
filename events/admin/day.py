"""The day of an event: the room opened and closed, who was there, whose the provider's rows are (events spec 17)."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from events import joining, owners
from events.admin.day_forms import PresenceFileForm, RoomForm
from events.models import AttendanceInterval, Event, Registration
from events.printing import BADGES_A_FILE, badges_html, in_order, is_japanese
from events.services import attendance_import as imports
from events.services import joining as rooms
from events.services.attendance import Attendance, attendance_of
from iurc_portal.clock import both_cities
from iurc_portal.documents import DocumentsUnavailable, pdf_of
from iurc_portal.translation.times import clock, date_words

PER_PAGE = 50
SHOWN = {"": _("all"), "present": _("present"), "absent": _("not present")}
State = AttendanceInterval.State


@dataclass(frozen=True)
class Line:
    registration: Registration
    name: str
    attendance: Attendance


class DayPages:
    """For the admin of events: the pages of the day. Each asks for its permission and for an event of one's own."""

    def get_urls(self):
        pages = {
            "day": self.day_view,
            "room": self.room_view,
            "presence": self.presence_view,
            "matching": self.matching_view,
            "badges": self.badges_view,
        }
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"events_event_{name}")
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    # --- The pages ----------------------------------------------------------------------------------------------

    def day_view(self, request, pk):
        """The room, the numbers, and everybody with a place."""
        event = self.event_of_day(request, pk)
        return self._day(request, event)

    def room_view(self, request, pk):
        """Open, close, or change the way in: POST alone."""
        event = self.event_of_day(request, pk)
        if request.method != "POST":
            return self._to_day(event)
        act = {"open": rooms.open_room, "close": rooms.close_room}.get(request.POST.get("_do", ""))
        if act is not None:
            try:
                act(event, now=timezone.now(), by=request.user)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            else:
                told = _("The room is open.") if act is rooms.open_room else _("The room is closed.")
                self.message_user(request, told, messages.SUCCESS)
            return self._to_day(event)
        form = RoomForm(request.POST, instance=event, may_see_room=self._may_see_room(request))
        if not form.is_valid():
            return self._day(request, event, room_form=form, status=422)
        form.instance.save(update_fields=[*form.fields, "last_modified"])
        self.message_user(request, _("Saved."), messages.SUCCESS)
        return self._to_day(event)

    def presence_view(self, request, pk):
        """Take in the provider's list: POST alone."""
        event = self.event_of_day(request, pk)
        if request.method != "POST":
            return self._to_day(event)
        form = PresenceFileForm(request.POST, request.FILES, event=event)
        if not form.is_valid():
            return self._day(request, event, file_form=form, status=422)
        try:
            done = imports.import_attendance(
                event=event,
                data=form.cleaned_data["file"].read(),
                tzid=form.cleaned_data["tzid"],
                encoding=form.cleaned_data["encoding"],
                now=timezone.now(),
                by=request.user,
            )
        except ValidationError as refusal:
            form.add_error("file", refusal)
            return self._day(request, event, file_form=form, status=422)
        words = _("New rows: %(matched)s with their person, %(waiting)s without. Known already: %(known)s.")
        level = messages.WARNING if done.waiting else messages.SUCCESS
        self.message_user(request, words % vars(done), level)
        if done.waiting:
            return redirect("admin:events_event_matching", event.pk)
        return self._to_day(event)

    def matching_view(self, request, pk):
        """Whose are the rows that found nobody? One choice for each person of the list."""
        event = self.event_of_day(request, pk)
        if request.method == "POST":
            self._decide(request, event)
            return redirect("admin:events_event_matching", event.pk)
        rows = event.attendance_intervals.order_by().values("who", "state", "registration")
        rows = rows.annotate(
            name=Max("name"), email=Max("email"), times=Count("pk"), came=Min("joined_at"), left=Max("left_at")
        )
        by_hand = rows.filter(how=AttendanceInterval.How.STAFF) | rows.filter(state=State.IGNORED)
        page = Paginator(rows.filter(state=State.WAITING).order_by("name", "email", "who"), PER_PAGE).get_page(
            request.GET.get("page")
        )
        people = self._people(event)
        names = {line.pk: self._name(line) for line in people}
        decided = Paginator(by_hand.order_by("name", "email", "who"), PER_PAGE).get_page(request.GET.get("decided"))
        context = self._context(request, event) | {
            "title": _("Whose are these rows?"),
            "page": page,
            "rows": [self._row(event, row) for row in page],
            "people": [" ".join(filter(None, (f"{line.pk} ·", names[line.pk], line.company))) for line in people],
            "decided": [{**row, "person": names.get(row["registration"], "")} for row in decided],
            "decided_page": decided,
        }
        return TemplateResponse(request, "admin/events/matching.html", context)

    def badges_view(self, request, pk):
        """Badges of everybody with a place, as PDF to cut; large events in several files."""
        event = self.event_of_day(request, pk)
        part = Paginator(self._people(event), BADGES_A_FILE).get_page(request.GET.get("part"))
        if not part.object_list:
            self.message_user(request, _("Nobody has a place yet."), messages.WARNING)
            return self._to_day(event)
        try:
            pdf = pdf_of(badges_html(part.object_list, title=str(event)))
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return self._to_day(event)
        except DocumentsUnavailable as error:
            words = {
                "font": _("The Japanese font is missing on our server, and without it badges would show empty boxes."),
                "library": _("A part that writes PDF files is missing on our server."),
            }
            self.message_user(request, words[error.missing], messages.ERROR)
            return self._to_day(event)
        response = HttpResponse(pdf, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="badges-{event.slug}-{part.number}.pdf"'
        response["Cache-Control"] = "private, no-store"
        return response

    # --- Their parts --------------------------------------------------------------------------------------------

    def event_of_day(self, request, pk, permission: str = "events.change_registration") -> Event:
        """The event, if it is one's own; else 404: what one may not see does not exist (16.6)."""
        found = Event.objects.editable_by(request.user).select_related(*owners.relations()).filter(pk=pk).first()
        if found is None:
            raise Http404
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return found

    def _day(self, request, event: Event, *, room_form=None, file_form=None, status: int = 200):
        now = timezone.now()
        people = self._people(event)
        found = attendance_of(people)
        lines = [Line(person, self._name(person), found[person.pk]) for person in people]
        shown = request.GET.get("show", "")
        kept = [line for line in lines if not shown or line.attendance.attended == (shown == "present")]
        page = Paginator(kept, PER_PAGE).get_page(request.GET.get("page"))
        window = joining.window_of(event)
        may_see_room = self._may_see_room(request)
        context = self._context(request, event) | {
            "title": _("The day: room and attendance"),
            "phase": window.phase(now),
            "window": [
                (time.label, date_words(time.start, "short"), clock(time.start), clock(time.end))
                for time in both_cities(window.opens, window.closes, language=(get_language() or "it")[:2])
            ],
            "is_online": event.event_attendance_mode != Event.AttendanceMode.OFFLINE,
            "has_room": bool(event.join_url),
            "room_form": room_form or RoomForm(instance=event, may_see_room=may_see_room),
            "may_see_room": may_see_room,
            "file_form": file_form or PresenceFileForm(event=event),
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "shown": shown if shown in SHOWN else "",
            "tabs": list(SHOWN.items()),
            "numbers": {
                "places": len(lines),
                "clicked": sum(line.attendance.clicks > 0 for line in lines),
                "checked_in": sum(line.attendance.checked_in for line in lines),
                "attended": sum(line.attendance.attended for line in lines),
            },
            "waiting": event.attendance_intervals.filter(state=State.WAITING)
            .order_by()
            .values("who")
            .distinct()
            .count(),
            "badge_parts": range(1, len(lines) // BADGES_A_FILE + (2 if len(lines) % BADGES_A_FILE else 1)),
            "is_over": event.dtend <= now,
        }
        return TemplateResponse(request, "admin/events/day.html", context, status=status)

    def _decide(self, request, event: Event) -> None:
        """One button was pressed: ``match``, ``leave`` or ``back``, followed by whose rows it is about."""
        act, _colon, who = request.POST.get("_do", "").partition(":")
        now = timezone.now()
        try:
            if act == "match":
                chosen = request.POST.get(f"person-{who}", "").partition("·")[0].strip()
                is_number = chosen.isascii() and chosen.isdecimal() and len(chosen) < 19
                person = event.registrations.filter(pk=chosen).first() if is_number else None
                if person is None:
                    raise ValidationError(
                        _("Type a name and choose the person from the list that opens."), code="nobody"
                    )
                rows = imports.match(event, who, person, now=now, by=request.user)
            elif act == "leave":
                rows = imports.leave_out(event, who, now=now, by=request.user)
            elif act == "back":
                rows = imports.put_back(event, who, now=now, by=request.user)
            else:
                return
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        else:
            done = ngettext("Done for %(count)s record.", "Done for %(count)s records.", rows) % {"count": rows}
            self.message_user(request, done, messages.SUCCESS)

    def _context(self, request, event: Event) -> dict:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "event": event,
            "both": event.when.short_lines((get_language() or "it")[:2]),
            "staff_page": owners.staff_page(event),
            "may_check_in": request.user.has_perm("events.check_in"),
        }

    def _people(self, event: Event) -> list[Registration]:
        """Everybody with a place, as the reader looks people up, each knowing its event. One query."""
        people = list(event.registrations.confirmed())
        for person in people:
            person.event = event
        return in_order(people, (get_language() or "it")[:2])

    @staticmethod
    def _name(person: Registration) -> str:
        """A name for staff who read another script than the person writes: both, where they differ."""
        names = [person.display_name((get_language() or "it")[:2])]
        if is_japanese(person.family_name + person.given_name):
            names.append(person.display_name("ja"))
        return " · ".join(dict.fromkeys(filter(None, names))) or person.email

    def _row(self, event: Event, row: dict) -> dict:
        zone = both_cities(row["came"], row["left"], language=(get_language() or "it")[:2])[0]
        return {**row, "from": clock(zone.start), "to": clock(zone.end), "city": zone.label}

    def _may_see_room(self, request) -> bool:
        return request.user.has_perm("events.see_join_address")

    def _to_day(self, event: Event):
        return redirect("admin:events_event_day", event.pk)


def day_link(event: Event):
    """A link to the page of the day, for lists and forms."""
    if event.pk is None:
        return "–"
    return format_html(
        '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>',
        reverse("admin:events_event_day", args=[event.pk]),
        _("Room and attendance"),
    )
