"""One event more like another, at a time of its own: a draft with everything but the people (events spec 17)."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import owners
from events.admin.times_form import TimesForm
from events.models import Event
from events.services.repeating import check_can_copy, copy_event

WEEK = timedelta(days=7)


class CopyPage:
    """The page that asks when the copy shall be, for the admin of events."""

    def get_urls(self):
        own = path("<int:event_id>/copy/", self.admin_site.admin_view(self.copy_view), name="events_event_copy")
        return [own, *super().get_urls()]

    def copy_view(self, request, event_id):
        """GET asks for the times, a week later to begin with; POST makes the draft and opens its page."""
        event = Event.objects.select_related(*owners.relations()).filter(pk=event_id).first()
        if event is None:
            raise Http404
        mine = Event.objects.editable_by(request.user).filter(pk=event.pk).exists()
        if not mine or not request.user.has_perm("events.add_event"):
            raise PermissionDenied
        form = TimesForm(request.POST or None, initial=TimesForm.times_of(event, later=WEEK))
        try:
            check_can_copy(event)
            if form.is_valid():
                start, end = form.cleaned_data["bounds"]
                made = copy_event(
                    event,
                    start=start,
                    end=end,
                    tzid=form.cleaned_data["anchor"],
                    all_day=form.cleaned_data["all_day"],
                    now=timezone.now(),
                    by=request.user,
                )
                self.message_user(request, _("The copy is a draft: look it over and publish it."), messages.SUCCESS)
                made = Event.objects.select_related(*owners.relations()).get(pk=made.pk)
                return redirect(owners.staff_page(made))
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return redirect(owners.staff_page(event))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Copy an event"),
            "event": event,
            "when": event.when.short_lines((request.LANGUAGE_CODE or "it")[:2]),
            "back": owners.staff_page(event),
            "form": form,
            "media": form.media,
        }
        return TemplateResponse(request, "admin/events/copy.html", context)
