"""Whose page an event is edited on. Apps above register what owns an event; ``events`` knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.urls import reverse


@dataclass(frozen=True)
class Owner:
    """``relation`` is the name of the one-to-one from the event to what owns it; ``address`` gives its staff page.

    ``along`` are further relations that ``address`` reads. Where staff may begin one from a day and an hour,
    ``add_page`` gives its label and address. ``copy`` makes the owner of a further date of a series (``owned``,
    ``event``); what has none cannot be repeated.

    ``stands_alone``: lists of what comes tell it; of what does not, its owner's own days are told.

    For the staff's month: ``kind`` is what it stands as there, ``movable`` and ``mine`` give conditions on events for
    a user, ``move`` takes the owned, ``start``, ``end`` (aware), ``now`` and ``by``; ``conflicts`` gives those of the
    owned in words, by keys that last, ``doubles`` what is wanted twice between two instants, in words by event,
    ``notes`` what else follows from a move of the owned.
    """

    relation: str
    address: Callable[[Any], str]
    along: tuple[str, ...] = ()
    add_page: Callable[[], tuple[Any, str]] | None = None
    copy: Callable[[Any, Any], Any] | None = None
    stands_alone: bool = True
    kind: str = ""
    movable: Callable[[Any], Q] | None = None
    mine: Callable[[Any], Q] | None = None
    move: Callable[..., Any] | None = None
    conflicts: Callable[[Any], dict[str, str]] | None = None
    doubles: Callable[[Any, Any], dict[int, list[str]]] | None = None
    notes: Callable[[Any], list[str]] | None = None


_owners: dict[str, Owner] = {}


def register(owner: Owner) -> None:
    _owners[owner.relation] = owner


def relations() -> list[str]:
    """What lists of events select along, so that asking for owners costs no query a row."""
    return [name for owner in _owners.values() for name in (owner.relation, *owner.along)]


def relations_alone() -> list[str]:
    """The one-to-ones from an event to what may own it."""
    return list(_owners)


def told_by_their_owner() -> Q:
    """The condition for events whose owner's days stand for them, as a visit's do for its items."""
    relations = [owner.relation for owner in _owners.values() if not owner.stands_alone]
    return reduce(or_, (Q(**{f"{relation}__isnull": False}) for relation in relations), Q(pk__in=[]))


def every() -> list[Owner]:
    return list(_owners.values())


def staff_page(event) -> str:
    """Where staff edit ``event``: on its owner's page, else on its own."""
    return owner_address(event) or reverse("admin:events_event_change", args=[event.pk])


def owner_address(event) -> str | None:
    """The staff page of what owns ``event``, or None for an event that stands alone."""
    found = owner_of(event)
    return found[0].address(found[1]) if found else None


def add_pages() -> list[tuple[Any, str]]:
    """Label and address of every page on which something with an event can be begun."""
    return [owner.add_page() for owner in _owners.values() if owner.add_page]


def owner_of(event) -> tuple[Owner, Any] | None:
    """What owns ``event``, with its entry here, or None for an event that stands alone."""
    for owner in _owners.values():
        owned_by = getattr(event, owner.relation, None)
        if owned_by is not None:
            return owner, owned_by
    return None
