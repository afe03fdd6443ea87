"""Kinds of message. The app that owns a kind registers how it reads and whether it is still wanted (4.21).

``notifications`` imports nobody above it: it calls back through this table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.core.mail import EmailMultiAlternatives

if TYPE_CHECKING:
    from iurc_portal.notifications.models import Message


def always(message: "Message") -> str:
    return ""


class Render(Protocol):
    def __call__(self, message: "Message", *, preview: bool) -> EmailMultiAlternatives: ...


@dataclass(frozen=True)
class Kind:
    """``render`` builds the letter (language and zone already active); for a ``preview`` it makes no token.

    ``refusal`` says why the letter is no longer wanted, or "". ``asks_for_proof``: it may go to an address that
    bounced, because only its answer can show that the address works again (4.26).
    """

    name: str
    title: Any
    render: Render
    refusal: Callable[["Message"], str] = always
    asks_for_proof: bool = False


_kinds: dict[str, Kind] = {}


def register(name: str, *, render: Render, title: Any = "", refusal=always, asks_for_proof: bool = False) -> None:
    """Register the kind ``name``, which staff know as ``title``, from the ``ready`` of the app that owns it.

    Twice is a programming error.
    """
    if name in _kinds:
        raise ValueError(f"message kind {name!r} is registered twice")
    _kinds[name] = Kind(name, title or name, render, refusal, asks_for_proof)


def kind_of(message: "Message") -> Kind:
    """The kind of ``message``. Raises ``KeyError`` if its app is not installed."""
    return _kinds[message.kind]


def title_of(name: str) -> str:
    """What staff call the kind ``name``; the name itself if its app is not installed."""
    return str(_kinds[name].title) if name in _kinds else name


def names() -> list[str]:
    return sorted(_kinds)
