"""The way of a good practice from draft to example."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ecosystem.models import GoodPractice
from ecosystem.services.moves import move
from iurc_portal.translation.languages import best_text


@transaction.atomic
def move_practice(*, practice: GoodPractice, to: str, by, now: datetime) -> None:
    """Move a good practice along its states. Raises ``ValidationError`` for a move its table does not allow.

    What is validated has its sources and says what did not work (ecosystem spec 1.5).
    """
    practice = GoodPractice.objects.select_for_update(of=("self",), no_key=True).get(pk=practice.pk)
    if to == GoodPractice.State.VALIDATED and practice.state != GoodPractice.State.FEATURED:
        if not practice.sources:
            raise ValidationError(_("Add at least one source before validating it."), code="incomplete")
        if not best_text(practice, "what_failed")[0]:
            raise ValidationError(_("Write what did not work before validating it."), code="incomplete")
    move(practice, to, by=by, now=now)
