"""What a participant finds once an event is over. Apps above register it; ``events`` knows none of them (8.3)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.models import Event, Registration


@dataclass(frozen=True)
class Link:
    """One thing to open: ``title`` in the active language, ``url`` an address of ours or of the provider."""

    title: Any
    url: str
    note: str = ""


@dataclass(frozen=True)
class Reader:
    """Whose own page it is: ``clear`` is the token that opened it, ``now`` (aware) when."""

    registration: Registration
    clear: str
    now: datetime


_providers: list[Callable[[Event], Iterable[Link]]] = []
_personal: list[Callable[[Reader], Iterable[Link]]] = []


def register(provider: Callable[[Any], Iterable[Link]]) -> None:
    """``provider`` takes an event and gives its links; it is asked while the reader's language is active."""
    if provider not in _providers:
        _providers.append(provider)


def register_personal(provider: Callable[[Reader], Iterable[Link]]) -> None:
    """``provider`` takes the reader of an own page and gives links that are for that person alone."""
    if provider not in _personal:
        _personal.append(provider)


def links_of(event: Event, reader: Reader | None = None) -> list[Link]:
    """What is there for everybody, then what is there for ``reader``, if somebody's own page asks."""
    links = [link for provider in _providers for link in provider(event)]
    return links + [link for provider in _personal for link in provider(reader)] if reader is not None else links
