"""Taking the files that hosts hand in; late ones too, marked as such (programme spec P10, section 5)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import Event
from programme.exceptions import LinkOver
from programme.models import HostConfirmation, Material
from programme.models.materials import due_day
from programme.services.agenda import lock_visit
from programme.services.links import is_over

MOST = 12  # files of one host for one item
NAME_LENGTH = Material._meta.get_field("name").max_length or 160


@transaction.atomic
def hand_in(
    host: HostConfirmation, uploaded: UploadedFile, *, kind: str, language: str, now: datetime, by=None
) -> Material:
    """Keep ``uploaded``, which ``OfficeFormField`` has checked. Raises ``LinkOver`` and, for too many, a refusal."""
    visit = host.item.day.visit
    lock_visit(visit)
    host = HostConfirmation.objects.select_related("item__event", "item__day").get(pk=host.pk)
    if host.item.event.status == Event.Status.CANCELLED or is_over(visit, now=now):
        raise LinkOver
    if host.materials.count() >= MOST:
        raise ValidationError(_("%(n)s files are here already: take one away first."), code="many", params={"n": MOST})
    today = now.astimezone(ZoneInfo(visit.host_city.tzid)).date()
    due = due_day(host.item)
    stem, _dot, ending = (uploaded.name or "file").rpartition(".")
    name = f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}"
    return Material.objects.create(
        item=host.item,
        host=host,
        kind=kind,
        language=language,
        name=name,
        file=uploaded,
        due_on=due,
        received_at=now,
        is_late=due is not None and today > due,
    )


@transaction.atomic
def take_back(host: HostConfirmation, number: str, *, now: datetime) -> bool:
    """Take away one of the files of ``host``, by its number. False where it is not theirs or already sent on."""
    mine = host.materials.filter(sent_to_interpreters_at=None)
    found = mine.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 12 else None
    if found is None:
        return False
    found.delete()  # its file goes with it
    return True
