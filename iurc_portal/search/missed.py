"""Noting what visitors sought in vain, as often as people type and no oftener."""

from datetime import timedelta

from django.utils import timezone

from iurc_portal.limits import allow, network_of
from iurc_portal.search.service import note_missed

NOTED_AN_HOUR = 60  # from one network: each is a row for 90 days, and a page that is only read should not fill a table


def note_of(request, typed: str) -> None:
    """Note that ``typed`` found nothing. Beyond the limit of a network it is left out, and nobody is told."""
    if allow("missed-query", network_of(request), times=NOTED_AN_HOUR, within=timedelta(hours=1)):
        note_missed(typed, today=timezone.now().date())
