"""Putting things into the library and taking them out, their files included."""

from datetime import datetime

from django.core.files.storage import Storage
from django.db import transaction

from iurc_portal.database import after_commit
from programme.models import LibraryItem


@transaction.atomic
def shelve(item: LibraryItem, *, by, now: datetime) -> LibraryItem:
    """Save ``item``; note when readers were first given it, and by whom. A file that it had before is deleted."""
    if item.access == LibraryItem.Access.STAFF:
        item.published_at = item.published_by = None
    elif item.published_at is None:
        item.published_at, item.published_by = now, by
    former = LibraryItem.objects.filter(pk=item.pk).values_list("file", flat=True).first()
    item.save()
    if former and former != item.file.name:
        forget_file(item.file.storage, former)
    return item


def forget_file(storage: Storage, name: str) -> None:
    """Delete a stored file once the transaction is committed: until then a row may still need it."""
    after_commit(storage.delete, name)
