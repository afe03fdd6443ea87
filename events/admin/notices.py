"""What staff are told after saving: who will hear of it, when, and that it can still be put back."""

from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from events.services.notices import how_many_to_tell, quiet


def changes_address(event: Event) -> str:
    """The list of what changed about ``event`` and who was told."""
    return _list_address("eventchange", event)


def rules_address(event: Event) -> str:
    """The list of the reminders of ``event``, each with its instants and letters."""
    return _list_address("reminderrule", event)


def _list_address(model: str, event: Event) -> str:
    return f"{reverse(f'admin:events_{model}_changelist')}?{urlencode({'event__id__exact': event.pk})}"


def say_who_will_be_told(model_admin, request, event: Event) -> None:
    """An event that people hold in their calendars has changed: they are told after the quiet minutes (5.2)."""
    n = how_many_to_tell(event)
    if not event.was_published or not n:
        return
    facts = {"n": n, "minutes": int(quiet().total_seconds() // 60)}
    if event.status == Event.Status.CONFIRMED:
        words = ngettext(
            "The event has changed. %(n)s person will be told once nothing has been edited for %(minutes)s minutes; "
            "put it back before then and nobody is told.",
            "The event has changed. %(n)s people will be told once nothing has been edited for %(minutes)s minutes; "
            "put it back before then and nobody is told.",
            n,
        )
    else:
        words = ngettext(
            "The event has changed. %(n)s person will be told once it is on again.",
            "The event has changed. %(n)s people will be told once it is on again.",
            n,
        )
    link = format_html(
        '<a class="underline" href="{}">{}</a>', changes_address(event), _("What changed and who was told")
    )
    model_admin.message_user(request, format_html("{} {}", words % facts, link), messages.WARNING)
