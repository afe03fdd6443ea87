"""Kinds of message. The app that owns a kind registers how it reads and whether it is still wanted (4.21).

``notifications`` imports nobody above it: it calls back through this table. Topics of news are registered likewise.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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
    bounced, because only its answer can show that the address works again (4.26). ``placeholders`` are the gaps of its
    words, with what fills them; a kind that names some can be adjusted by staff (``LetterText``). ``specimen`` takes a
    language and gives an unsaved message to look at. ``is_news``: it needs a subscription, whose id is the message's
    ``subject_id``, and offers the way out of it in its headers (4.27). ``read`` takes many letters of the kind and
    leaves at each one's ``subject`` and ``occasion`` what ``refusal`` and ``render`` need, in so many queries for all.
    """

    name: str
    title: Any
    render: Render
    refusal: Callable[["Message"], str] = always
    asks_for_proof: bool = False
    placeholders: Mapping[str, Any] = field(default_factory=dict)
    specimen: Callable[[str], "Message"] | None = None
    is_news: bool = False
    read: Callable[[list["Message"]], None] | None = None


_kinds: dict[str, Kind] = {}
_topics: dict[str, Any] = {}


def register(name: str, *, render: Render, title: Any = "", **options: Any) -> None:
    """Register the kind ``name``, which staff know as ``title``, from the ``ready`` of the app that owns it.

    ``options`` are the other fields of ``Kind``. Twice is a programming error.
    """
    if name in _kinds:
        raise ValueError(f"message kind {name!r} is registered twice")
    _kinds[name] = Kind(name, title or name, render, **options)


def kind_of(message: "Message") -> Kind:
    """The kind of ``message``. Raises ``KeyError`` if its app is not installed."""
    return _kinds[message.kind]


def read_subjects(messages: "Iterable[Message]") -> None:
    """Read what ``messages`` are about, for kinds that read many at once."""
    by_kind: dict[str, list[Message]] = {}
    for message in messages:
        by_kind.setdefault(message.kind, []).append(message)
    for name, letters in by_kind.items():
        if name in _kinds and (read := _kinds[name].read) is not None:
            read(letters)


def title_of(name: str) -> str:
    """What staff call the kind ``name``; the name itself if its app is not installed."""
    return str(_kinds[name].title) if name in _kinds else name


def names() -> list[str]:
    return sorted(_kinds)


def placeholders_of(name: str) -> Mapping[str, Any]:
    """The gaps that the words of the kind ``name`` may have, with what fills them."""
    return _kinds[name].placeholders if name in _kinds else {}


def is_adjustable(name: str) -> bool:
    return bool(placeholders_of(name))


def specimen_of(name: str, language: str) -> "Message | None":
    """An unsaved letter of the kind ``name`` to look at, or None where its app makes none."""
    make = _kinds[name].specimen if name in _kinds else None
    return make(language) if make is not None else None


def register_topic(name: str, title: Any) -> None:
    """Register news that people may subscribe to; ``title`` completes "News by mail: …"."""
    if name in _topics:
        raise ValueError(f"topic {name!r} is registered twice")
    _topics[name] = title


def topics() -> dict[str, Any]:
    """The topics of news with their titles, in the order in which the apps are installed."""
    return dict(_topics)


def topic_title(name: str) -> str:
    return str(_topics.get(name, name))
