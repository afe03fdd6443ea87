"""Who may organise for whom: the companion of ``Event.objects.editable_by`` for events that are being written."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def check_organizer(organisation, *, by) -> None:
    """Staff organise for their own city's side, managers for both.

    Raises ``ValidationError`` with the code ``foreign``.
    """
    if by is None or by.is_superuser or by.has_perm("ecosystem.edit_both_sides") or organisation.side == by.side:
        return
    raise ValidationError(_("Choose an organisation of your own city: the other city writes its own."), code="foreign")
