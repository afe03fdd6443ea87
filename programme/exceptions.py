"""Refusals by name. Each is a ``ValidationError``, so that forms and admin can show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Missing:
    """One thing a visit still needs for a move. ``code`` is stable; ``tab`` is where in the admin it is written."""

    code: str
    text: str | Promise
    tab: str = "proposal"


class NotReady(ValidationError):
    """The visit cannot move yet; ``missing`` says each thing that is wanting."""

    def __init__(self, visit, to_state: str, missing: Sequence[Missing]):
        super().__init__([ValidationError(thing.text, code=thing.code) for thing in missing])
        self.visit = visit
        self.to_state = to_state
        self.missing = list(missing)


class SurveyIncomplete(ValidationError):
    """The survey cannot be opened: it asks nothing, or readers of some language would lack a text."""


class SurveyOver(ValidationError):
    """The survey takes no answers now."""

    def __init__(self):
        super().__init__(_("This survey takes no answers any more. Nothing has been changed."), code="over")


class AlreadyAnswered(ValidationError):
    """The invitation has been used."""

    def __init__(self):
        super().__init__(_("We have your answer already. Thank you!"), code="used")


class LinkOver(ValidationError):
    """A link to an answer that nobody can give any more."""

    def __init__(self):
        super().__init__(_("This link is no longer valid. Nothing has been changed."), code="over")


class ItemChanged(ValidationError):
    """The item has moved since its page was read; ``read`` and ``current`` are its ``host_facts.Facts``."""

    def __init__(self, read, current):
        super().__init__(
            _("The item has changed since you opened the page. Please look at it and answer again."), code="changed"
        )
        self.read = read
        self.current = current


class ReleaseRefused(ValidationError):
    """The agenda is not released: ``blocks`` must be resolved, ``unticked`` warnings read (both ``words.Told``)."""

    def __init__(self, *, blocks: Sequence = (), unticked: Sequence = ()):
        super().__init__([ValidationError(str(told), code=str(told.conflict.code)) for told in (*blocks, *unticked)])
        self.blocks, self.unticked = list(blocks), list(unticked)


class Frozen(ValidationError):
    """What was released stays as it was."""

    def __init__(self):
        super().__init__(_("A released agenda is never changed: release a new one."), code="frozen")


class NothingToPrint(ValidationError):
    """The paper has nothing to tell yet; the message says what is missing."""


class FrozenReading(ValidationError):
    """What an approved report holds stays as it was."""

    def __init__(self):
        super().__init__(
            _("This reading is in an approved report and stays as it is: make a new one."), code="frozen_reading"
        )


class FrozenReport(ValidationError):
    """What was approved stays as it was approved."""

    def __init__(self):
        super().__init__(_("An approved report does not change: make a new version."), code="frozen")
