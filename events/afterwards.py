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


_providers: list[Callable[[Any], Iterable[Link]]] = []


def register(provider: Callable[[Any], Iterable[Link]]) -> None:
    """``provider`` takes an event and gives its links; it is asked while the reader's language is active."""
    if provider not in _providers:
        _providers.append(provider)


def links_of(event) -> list[Link]:
    return [link for provider in _providers for link in provider(event)]


def links_for(registration: Registration, *, now: datetime) -> list[Link]:
    """What is there for this person at ``now`` (aware): nothing before the end, and nothing without a place."""
    event = registration.event
    holds = registration.state == Registration.State.CONFIRMED and event.status == Event.Status.CONFIRMED
    return links_of(event) if holds and event.dtend <= now else []
