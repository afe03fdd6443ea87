"""Certificates of attendance and what their codes confirm (events spec 8.8)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events import codes
from events.exceptions import NotPresent
from events.models import Certificate, Event, Registration
from events.services.attendance import has_attended


@transaction.atomic
def issue_certificate(registration: Registration, *, now: datetime) -> Certificate:
    """The certificate of somebody who attended; asking twice gives the same. Raises ``NotPresent``."""
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=registration.event_id)
    if not may_have_certificate(registration, now=now):
        raise NotPresent(_("There is no certificate: the list of those present does not have you."), code="absent")
    certificate = Certificate.objects.filter(registration=registration).first()
    if certificate is None:
        certificate = Certificate(registration=registration, code=_free_code(), issued_at=now)
        certificate.save()
    certificate.registration.event = event
    return certificate


def may_have_certificate(registration: Registration, *, now: datetime) -> bool:
    """Once the event is over, for those who were there under a name."""
    event = registration.event
    return (
        event.status == Event.Status.CONFIRMED
        and event.dtend <= now
        and bool(registration.display_name(registration.language))
        and has_attended(registration)
    )


def confirmed_certificate(code: str, *, now: datetime) -> Certificate | None:
    """What ``code`` stands for, as long as it holds: a check-in that was taken back takes its certificate along."""
    wanted = codes.normal(code)
    if len(wanted) != codes.CERTIFICATE_LENGTH:
        return None
    certificate = Certificate.objects.select_related("registration__event__organizer").filter(code=wanted).first()
    if certificate is None or not may_have_certificate(certificate.registration, now=now):
        return None
    return certificate


def _free_code() -> str:
    code = codes.new_certificate_code()
    while Certificate.objects.filter(code=code).exists():
        code = codes.new_certificate_code()
    return code
