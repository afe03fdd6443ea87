"""The door: a list on a telephone, found by name in any script or by a scanned code, present or taken back (8.7)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import codes
from events.finding import those_called
from events.models import CheckIn, Event
from events.services.check_in import check_in, undo_check_in
from iurc_portal.staff.addresses import key_in

PER_PAGE = 40
LONGEST = 80


class DoorPage:
    """For the admin of events, beside ``DayPages``, whose helpers it uses."""

    def get_urls(self):
        own = path("<int:pk>/check-in/", self.admin_site.admin_view(self.door_view), name="events_event_check_in")
        return [own, *super().get_urls()]

    def door_view(self, request, pk):
        """GET finds people; POST notes one as present or takes that back."""
        event = self.event_of_day(request, pk, "events.check_in")
        if request.method == "POST":
            return self._note(request, event)
        people = self._people(event)
        words, code = request.GET.get("q", "")[:LONGEST], request.GET.get("code", "")
        scanned = codes.registration_behind(event, code) if code else None
        if code and scanned is None:
            told = _("This code is of no confirmed place at this event. Look for the name.")
            self.message_user(request, told, messages.ERROR)
        found = [person for person in people if person.pk == scanned.pk] if scanned else those_called(people, words)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        present = {pk: (at, by) for pk, at, by in self._present(event).values_list("registration", "at", "by__email")}
        context = self._context(request, event) | {
            "title": _("Check-in"),
            "words": words,
            "scanned": scanned,
            "page": page,
            "lines": [
                {
                    "person": person,
                    "name": self._name(person),
                    "reading": f"{person.family_kana} {person.given_kana}".strip(),
                    "at": present.get(person.pk, (None, None))[0],
                    "by": present.get(person.pk, (None, None))[1],
                }
                for person in page
            ],
            "present": len(present),
            "places": len(people),
        }
        return TemplateResponse(request, "admin/events/check_in.html", context)

    def _note(self, request, event: Event):
        pk = request.POST.get("person", "")
        person = event.registrations.filter(pk=key_in(pk)).first()
        act = {"in": check_in, "out": undo_check_in}.get(request.POST.get("_do", ""))
        if person is not None and act is not None:
            try:
                act(person, now=timezone.now(), by=request.user)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            else:
                told = _("%(name)s is present.") if act is check_in else _("%(name)s: taken back.")
                self.message_user(request, told % {"name": self._name(person)}, messages.SUCCESS)
        back = {name: request.POST[name][:LONGEST] for name in ("q", "page") if request.POST.get(name)}
        return redirect(f"{reverse('admin:events_event_check_in', args=[event.pk])}?{urlencode(back)}")

    @staticmethod
    def _present(event: Event):
        return CheckIn.objects.filter(registration__event=event, state=CheckIn.State.PRESENT)
