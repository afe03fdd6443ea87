"""Addresses that tracks and series share: each has a calendar of its own at ``/feeds/<slug>.<language>.ics`` (7.1)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

ALL = ("all", "events")  # two names of the calendar of everything: the second is the older one, also that of a track
PERSONAL = "me"
LISTS = ("offers", "needs", "study-visits", "programme")  # calendars of lists of other things than events


def check_calendar_address(slug: str, others: models.QuerySet, *, taken: tuple[str, ...]) -> None:
    """Refuse an address under which another calendar stands: one of ``taken``, or of the rows ``others``.

    Raises ``ValidationError`` for the field ``slug``, code ``calendar``.
    """
    if slug in taken or others.filter(slug=slug).exists():
        words = _("Another calendar has the address “%(slug)s” already: choose another one.")
        raise ValidationError({"slug": ValidationError(words, code="calendar", params={"slug": slug})})
