"""What a participant finds once an event is over. Apps above register it; ``events`` knows none of them (8.3)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Link:
    """One thing to open: ``title`` in the active language, ``url`` an address of ours or of the provider."""

    title: Any
    url: str
    note: str = ""


_providers: list[Callable[[Any], Iterable[Link]]] = []


def register(provider: Callable[[Any], Iterable[Link]]) -> None:
    """``provider`` takes an event and gives its links; it is asked while the reader's language is active."""
    if provider not in _providers:
        _providers.append(provider)


def links_of(event) -> list[Link]:
    return [link for provider in _providers for link in provider(event)]
