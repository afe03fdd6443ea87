"""What a participant finds once an event is over. Apps above register it; ``events`` knows none of them (8.3)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase

from events.models import Event, Registration


@dataclass(frozen=True)
class Link:
    """One thing to open: ``title`` in the active language, ``url`` an address of ours or of the provider.

    What is for participants alone has a ``key`` and ``opens`` instead of an address: its link is one of the person's
    own page, which looks at the registration at each click. ``language`` is that of what opens, ``title_language``
    that of its title, where they are known.
    """

    title: Any
    url: str = ""
    note: str = ""
    language: str = ""
    title_language: str = ""
    key: str = ""
    opens: Callable[[], HttpResponseBase] | None = None


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


def links_of(event: Event) -> list[Link]:
    """What is there for everybody who took part."""
    return [link for provider in _providers for link in provider(event)]


def links_for(reader: Reader) -> list[Link]:
    """What is there for the reader of an own page: nothing before the end, and nothing without a place."""
    registration, event = reader.registration, reader.registration.event
    holds = registration.state == Registration.State.CONFIRMED and event.status == Event.Status.CONFIRMED
    if not holds or event.dtend > reader.now:
        return []
    return links_of(event) + [link for provider in _personal for link in provider(reader)]
