"""State machines: one table of allowed moves, one method that makes them, refusals by name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class StateMachine(models.Model):
    """For models with a ``state`` that follows a table. Subclasses define ``State`` and ``NEXT``.

    ``NEXT`` maps each state to the set of states it may become. Nobody assigns ``state`` from outside.
    """

    NEXT: ClassVar[dict[str, set[str]]] = {}
    State: ClassVar[type[models.TextChoices]]

    if TYPE_CHECKING:  # each subclass brings the field itself, with its own length and default
        state: Any
        get_state_display: Callable[[], str]

    class Meta:
        abstract = True

    def move_to(self, state: str) -> str:
        """Change the state and return the former one. The caller saves and logs the move.

        Raises ``ValidationError`` with the code ``transition`` when the table does not allow it.
        """
        former = self.state
        if state not in self.NEXT[former]:
            raise ValidationError(
                _("What is “%(now)s” cannot become “%(wanted)s”."),
                code="transition",
                params={"now": self.get_state_display(), "wanted": self.State(state).label},
            )
        self.state = state
        return former
