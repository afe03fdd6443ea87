"""What a telephone opens that scans somebody's code at the door: the staff's list, for who may see it."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from events.models import Event


@require_safe
def scanned(request, event, code):
    """Lead to the list of the event with this code; signing in, and who may, is the staff workplace's own affair."""
    found = get_object_or_404(Event.objects.published(), public_id=event)
    page = reverse("admin:events_event_check_in", args=[found.pk])
    response = redirect(f"{page}?{urlencode({'code': code[:64]})}")
    response["Cache-Control"] = "no-store"
    return response
