"""Addresses of the staff's pages on which the events of the programme are edited."""

from django.urls import reverse
from django.utils.translation import gettext as _


def of_webinar(webinar) -> str:
    return reverse("admin:programme_webinar_change", args=[webinar.pk])


def of_agenda_item(item) -> str:
    return f"{reverse('admin:programme_studyvisit_change', args=[item.day.visit_id])}#tab-agenda"


def of_meeting(meeting) -> str:
    return reverse("admin:programme_meeting_change", args=[meeting.pk])


def of_stay_session(session) -> str:
    return reverse("admin:programme_staffexchange_change", args=[session.stay_id])


def add_webinar() -> tuple[str, str]:
    return _("Webinar"), reverse("admin:programme_webinar_add")
