"""From the page of an event to its series, or to the page that begins one."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _


def series_line(event) -> str:
    """How to repeat or copy an event, or of which series it is a date and how to change the later ones (12.13)."""
    if event.pk is None:
        return "–"
    link = '<a class="text-primary-600 underline dark:text-primary-400" href="{}">{}</a>'
    copy = format_html(link, reverse("admin:events_event_copy", args=[event.pk]), _("Copy this event…"))
    if event.series_id is None:
        repeat = format_html(link, reverse("admin:events_series_start", args=[event.pk]), _("Repeat this event…"))
        return format_html("{} · {}", repeat, copy)
    return format_html(
        f"{link} · {link} · {link} · {{}}",
        reverse("admin:events_series_change", args=[event.series_id]),
        _("All dates of “%(name)s”") % {"name": event.series},
        reverse("admin:events_series_later", args=[event.pk]),
        _("Change this and the later ones…"),
        reverse("admin:events_series_remove", args=[event.pk]),
        _("Take this date off…"),
        copy,
    )
