"""Columns that are stored encrypted (programme spec P17): with ``FIELD_KEY``, by Fernet (AES and HMAC, with the time).

The first key encrypts, every key decrypts: a new one goes before the old ones, and rows are written anew as they are
saved. Such a column cannot be searched, ordered or compared; "" is stored as it is, so that emptiness can.
"""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class Unreadable(Exception):
    """A stored value that none of the keys opens: the key was changed, or the row damaged."""


def has_key() -> bool:
    """Whether something can be encrypted at all."""
    return bool(settings.FIELD_KEY)


@lru_cache(maxsize=4)
def _cipher(keys: str) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_KEY: set it, sensitive columns are stored encrypted.")
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])


def encrypt(text: str) -> str:
    return _cipher(settings.FIELD_KEY).encrypt(text.encode()).decode() if text else ""


def decrypt(stored: str) -> str:
    """Raises ``Unreadable``."""
    if not stored:
        return ""
    try:
        return _cipher(settings.FIELD_KEY).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


class EncryptedField(models.TextField):
    """A short text. In Python it is clear, in the database it is not; lookups other than emptiness find nothing."""

    def from_db_value(self, value, expression, connection):
        return value if value is None else decrypt(value)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value if value is None else encrypt(value)
