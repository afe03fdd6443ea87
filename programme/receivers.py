"""What the programme does on news from the events below."""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from programme.models import AgendaItem, VisitDay
from programme.services.agenda import ask_hosts_again, lock_visit
from programme.services.library import forget_file


def follow_moved_event(sender, event, **kwargs):
    """An event moved on the pages of events takes its agenda item to the right day, and hosts are asked again."""
    item = AgendaItem.objects.filter(event=event).select_related("day__visit__host_city").first()
    if item is None:
        return
    visit = item.day.visit
    date = event.dtstart.astimezone(ZoneInfo(visit.host_city.tzid)).date()
    if item.day.date != date:
        item.day = VisitDay.objects.get_or_create(visit=visit, date=date)[0]
        item.save(update_fields=["day"])
    with transaction.atomic():
        lock_visit(visit)
        ask_hosts_again(item, now=timezone.now())


def forget_paper(sender, instance, **kwargs):
    """A row with a file is gone, by itself or with its webinar or visit: so is the file."""
    if instance.file:
        forget_file(instance.file.storage, instance.file.name)


def ensure_paper_texts(sender, using, **kwargs):
    """After each migration the wording of every letter has its row, where the table is there."""
    from django.db import connections

    from programme.models import PaperText
    from programme.papers import wording

    if PaperText._meta.db_table in connections[using].introspection.table_names():
        wording.ensure_rows()


def forget_material(sender, instance, **kwargs):
    """What a host handed in goes with its row."""
    forget_paper(sender, instance)


def count_attendance_again(sender, event, **kwargs):
    """Somebody was present, or is not any more: the number beside the webinar is counted again, once for a crowd."""
    from programme.services.attendance_counts import mark_stale
    from programme.tasks import count_attendance

    if mark_stale(event):
        count_attendance.delay()
