"""Addresses of the staff's pages on which the events of the programme are edited."""

from django.urls import reverse


def of_webinar(webinar) -> str:
    return reverse("admin:programme_webinar_change", args=[webinar.pk])


def of_agenda_item(item) -> str:
    return f"{reverse('admin:programme_studyvisit_change', args=[item.day.visit_id])}#tab-agenda"
