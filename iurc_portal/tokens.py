"""Tokens of mailed links: 256 random bits, of which only a digest is stored (events spec 16.2).

Each model that keeps a digest says what its token opens and until when.
"""

import hashlib
import re
import secrets

SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in URL-safe base64


def new_token() -> tuple[str, str]:
    """A token in clear, to be mailed, and its digest, to be stored."""
    clear = secrets.token_urlsafe(32)
    return clear, digest_of(clear)


def looks_like_a_token(clear: str) -> bool:
    return SHAPE.fullmatch(clear) is not None


def digest_of(clear: str) -> str:
    return hashlib.sha256(clear.encode()).hexdigest()
