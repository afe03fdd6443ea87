"""What the portal notes about records by the way: the log of moves, the staff's log, old versions (13.3)."""

from collections.abc import Iterable

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models

from iurc_portal.audit.models import Transition


def blank_traces(model: type[models.Model], keys: Iterable) -> None:
    """Take what was said of the records ``keys`` out of every log: values go, action, author and date stay.

    Old versions of them (simple-history) go altogether: they are the values.
    """
    keys = list(keys)
    names = [str(key) for key in keys]
    Transition.objects.filter(model=model._meta.label_lower, object_id__in=names).update(comment="")
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id__in=names).update(
        object_repr="", change_message=""
    )
    manager = getattr(model._meta, "simple_history_manager_attribute", None)
    if manager is not None:
        getattr(model, manager).filter(**{f"{model._meta.pk.name}__in": keys}).delete()
