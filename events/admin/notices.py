"""What staff are told after saving that the portal does not tell people yet."""

from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event


def warn_of_move(model_admin, request, event: Event) -> None:
    """A published event has moved: no letter leaves for that yet, so staff tell those who hold a place."""
    n = event.registrations.confirmed().count()
    if event.status != Event.Status.CONFIRMED or not n:
        return
    words = ngettext(
        "The event has moved. %(n)s person is registered and gets no letter about it: tell them.",
        "The event has moved. %(n)s people are registered and get no letter about it: tell them.",
        n,
    ) % {"n": n}
    address = f"{reverse('admin:events_registration_changelist')}?{urlencode({'event__id__exact': event.pk})}"
    link = format_html('<a class="underline" href="{}">{}</a>', address, _("Open the list of those registered"))
    model_admin.message_user(request, format_html("{} {}", words, link), messages.WARNING)
