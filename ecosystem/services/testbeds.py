"""The way of a testbed from draft to use and out of it."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ecosystem.models import Testbed
from ecosystem.services.moves import move
from iurc_portal.translation.languages import best_text


def missing_for_opening(testbed: Testbed) -> list:
    """What keeps ``testbed`` from being shown as open to tests, one sentence each; empty when nothing does."""
    missing = []
    if not best_text(testbed, "testable")[0]:
        missing.append(_("Write what can be tested."))
    if not best_text(testbed, "provided")[0]:
        missing.append(_("Write what the city provides."))
    if not testbed.themes.exists():
        missing.append(_("Choose one theme at least."))
    return missing


@transaction.atomic
def move_testbed(*, testbed: Testbed, to: str, by, now: datetime) -> None:
    """Publish, pause or retire a testbed. Raises ``ValidationError`` naming what is missing, or a move not allowed."""
    testbed = Testbed.objects.select_for_update(of=("self",), no_key=True).get(pk=testbed.pk)
    missing = missing_for_opening(testbed) if to == Testbed.State.PUBLISHED else []
    if missing:
        raise ValidationError([ValidationError(text, code="incomplete") for text in missing])
    move(testbed, to, by=by, now=now)
