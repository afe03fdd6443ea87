"""Tokens of mailed links: 256 random bits, of which only a digest is stored (events spec 16.2).

Each model that keeps a digest says what its token opens and until when.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import Model

_shelf: ContextVar[list[Model] | None] = ContextVar("tokens to be stored together", default=None)
SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in URL-safe base64


def new_token() -> tuple[str, str]:
    """A token in clear, to be mailed, and its digest, to be stored."""
    clear = secrets.token_urlsafe(32)
    return clear, digest_of(clear)


def looks_like_a_token(clear: str) -> bool:
    return SHAPE.fullmatch(clear) is not None


def digest_of(clear: str) -> str:
    return hashlib.sha256(clear.encode()).hexdigest()


def store(row: Model) -> None:
    """Store the row that keeps a digest: now or, inside of ``stored_together``, with the others."""
    shelf = _shelf.get()
    if shelf is None:
        row.save(force_insert=True)
    else:
        shelf.append(row)


@contextmanager
def stored_together() -> Iterator[None]:
    """What is stored inside is written at the end, by one statement for each model: a batch of letters makes many."""
    shelf: list[Model] = []
    former = _shelf.set(shelf)
    try:
        yield
    finally:
        _shelf.reset(former)
    for model in dict.fromkeys(map(type, shelf)):
        model._default_manager.bulk_create([row for row in shelf if type(row) is model])
