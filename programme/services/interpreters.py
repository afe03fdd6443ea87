"""Who interprets at which item, between which languages, from when until when (programme spec P9, section 5)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Person
from iurc_portal.templatetags.portal_tags import language_name
from iurc_portal.translation.times import clock
from programme.models import AgendaItem, InterpreterAssignment
from programme.services.agenda import lock_visit


@transaction.atomic
def assign_interpreter(
    item: AgendaItem,
    interpreter: Person,
    *,
    languages: tuple[str, str],
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> InterpreterAssignment:
    """Let ``interpreter`` work at ``item`` from the first language into the second, for all of it or a part.

    ``starts`` and ``ends`` are aware; without them the item's own. Raises ``ValidationError``: outside of the item
    (code ``outside``, with its hours), a pair of which the person does not know one (``unknown_pair``, with what they
    know), the same pair twice. Who interprets elsewhere meanwhile is a conflict and not refused.
    An item without interpretation becomes one with consecutive interpretation, the usual kind: its minutes follow.
    """
    lock_visit(item.day.visit)
    item.event.refresh_from_db(fields=["dtstart", "dtend"])
    starts, ends = starts or item.event.dtstart, ends or item.event.dtend
    if starts < item.event.dtstart or ends > item.event.dtend:
        zone = ZoneInfo(item.event.tzid)
        raise ValidationError(
            _("“%(item)s” is from %(start)s to %(end)s: choose hours inside of it."),
            code="outside",
            params={
                "item": str(item.event),
                "start": clock(item.event.dtstart.astimezone(zone)),
                "end": clock(item.event.dtend.astimezone(zone)),
            },
        )
    if interpreter.languages and not set(languages) <= set(interpreter.languages):
        raise ValidationError(
            _("%(name)s is not known to interpret between these languages, but to know %(known)s."),
            code="unknown_pair",
            params={
                "name": str(interpreter),
                "known": ", ".join(str(language_name(code)) for code in interpreter.languages),
            },
        )
    assignment = InterpreterAssignment(
        item=item,
        interpreter=interpreter,
        language_from=languages[0],
        language_to=languages[1],
        starts=starts,
        ends=ends,
    )
    assignment.full_clean()
    assignment.save()
    AgendaItem.objects.filter(pk=item.pk, interpretation=AgendaItem.Interpretation.NONE).update(
        interpretation=AgendaItem.Interpretation.CONSECUTIVE
    )
    return assignment


@transaction.atomic
def unassign_interpreter(assignment: InterpreterAssignment) -> None:
    """Take an interpreter off an item."""
    lock_visit(assignment.item.day.visit)
    assignment.delete()
