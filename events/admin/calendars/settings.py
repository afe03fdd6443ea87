"""Changing what goes into a connected calendar: first what would follow is said, then it is done (events spec 17)."""

from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.admin.calendars.forms import SettingsForm
from events.models import Event, RemoteCalendar
from events.services.calendars import changing
from events.services.calendars.changing import Effects, Settings

NAMED = 5  # of the events that come or go


class SettingsPage:
    """The page, for the admin of calendars."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        own = [path("<int:pk>/settings/", wrap(self.settings_view), name="events_remotecalendar_settings")]
        return [*own, *super().get_urls()]

    def settings_view(self, request, pk):
        """GET shows the form. POST says what would follow; with ``agreed`` (so many may go) it does it.

        What was agreed to is what the page had shown (``shown``): a form changed since is shown its consequences anew.
        """
        calendar = self._one(request, pk)
        now = timezone.now()
        form = SettingsForm(request.POST or None, calendar=calendar)
        found, shown = None, ""
        if form.is_valid():
            wanted = form.settings
            if wanted == Settings.of(calendar):
                self.message_user(request, _("Nothing was changed."))
                return redirect("admin:events_remotecalendar_change", pk)
            found, shown = changing.effects(calendar, wanted, now=now), _shown(wanted)
            agreed = request.POST.get("agreed", "")
            is_agreed = "do" in request.POST and request.POST.get("shown") == shown and agreed.isdecimal()
            if is_agreed or found.is_nothing:
                try:
                    changing.change(calendar, wanted, agreed=int(agreed) if is_agreed else 0, now=now, by=request.user)
                except ValidationError as error:
                    form.add_error(None, error)
                else:
                    words = _("Changed. The calendar is brought up to date with the next run.")
                    self.message_user(request, words, "SUCCESS")
                    return redirect("admin:events_remotecalendar_change", pk)
        return self._page(
            request,
            "settings",
            _("Change what goes there"),
            form=form,
            calendar=calendar,
            shown=shown,
            found=found,
            **(_words(found) if found else {}),
        )


def _shown(wanted: Settings) -> str:
    city = wanted.city.pk if wanted.city else ""
    return "|".join([wanted.scope, str(city), wanted.language, *wanted.remote_owns])


def _words(found: Effects) -> dict:
    """The events that come and go, the soonest by name; fields by their labels."""
    owned = RemoteCalendar.Owned
    return {
        "added": _named(found.added),
        "removed": _named(found.removed),
        "given": ", ".join(str(owned(name).label) for name in found.given),
        "withdrawn": ", ".join(str(owned(name).label) for name in found.withdrawn),
    }


def _named(keys: list[int]) -> dict:
    language = (get_language() or "it")[:2]
    events = Event.objects.in_bulk(keys[:NAMED])
    lines = [(events[pk], events[pk].when.short_lines(language)) for pk in keys[:NAMED] if pk in events]
    return {"events": lines, "number": len(keys), "more": max(0, len(keys) - NAMED)}
