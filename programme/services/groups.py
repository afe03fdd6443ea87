"""The groups of a delegation: what they are called and who is in which (programme spec 1.2)."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import ngettext

from events.models import Event
from iurc_portal.translation.languages import Language
from programme.models import AgendaTrack, Delegate, StudyVisit
from programme.services.agenda import lock_visit


@transaction.atomic
def name_group(visit: StudyVisit, names: Mapping[str, str], *, group: AgendaTrack | None = None) -> AgendaTrack:
    """Write a new group of ``visit``, or what ``group`` is called; ``names`` are texts by language code."""
    lock_visit(visit)
    if group is None:
        last = visit.tracks.aggregate(last=Max("order"))["last"]
        group = AgendaTrack(visit=visit, order=0 if last is None else last + 1)
    for code in Language.values:
        setattr(group, f"name_{code}", (names.get(code) or "").strip())
    group.full_clean()
    group.save()
    return group


@transaction.atomic
def dissolve_group(group: AgendaTrack) -> None:
    """Take a group away; its people are in none then.

    Raises ``ValidationError`` (code ``has_items``) while items are for it: without it they would be for everybody.
    """
    lock_visit(group.visit)
    items = group.items.exclude(event__status=Event.Status.CANCELLED).count()
    if items:
        raise ValidationError(
            ngettext(
                "%(n)s item of the agenda is for “%(group)s”: choose another group there first.",
                "%(n)s items of the agenda are for “%(group)s”: choose another group there first.",
                items,
            )
            % {"n": items, "group": group},
            code="has_items",
        )
    group.delete()


@transaction.atomic
def divide_delegation(visit: StudyVisit, groups: Mapping[int, AgendaTrack | None]) -> None:
    """Put delegates (by their numbers) into groups, or into none. Delegates of other visits are left alone."""
    lock_visit(visit)
    moved = []
    for delegate in Delegate.objects.filter(visit=visit, pk__in=groups):
        group = groups[delegate.pk]
        if delegate.track_id != (group.pk if group else None):
            delegate.track = group
            moved.append(delegate)
    Delegate.objects.bulk_update(moved, ["track"])
