"""Columns that are stored encrypted (programme spec P17): with ``FIELD_KEY``, by Fernet (AES and HMAC, with the time).

The first key encrypts, every key decrypts: a new one goes before the old ones, and rows are written anew as they are
saved. Such a column cannot be searched, ordered or compared; "" is stored as it is, so that emptiness can.

A value is opened when somebody asks for it: rows are read, listed and deleted also where their key is lost.
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.query_utils import DeferredAttribute


class Unreadable(Exception):
    """A stored value that none of the keys opens: the key was changed or is not set, or the row damaged."""


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
    if not has_key():
        raise Unreadable
    try:
        return _cipher(settings.FIELD_KEY).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


@dataclass(frozen=True)
class Sealed:
    """A value as the database keeps it, not opened yet."""

    stored: str


class Opened(DeferredAttribute):
    """The attribute of an encrypted column. Reading it raises ``Unreadable``; loading the row does not."""

    def __get__(self, instance, cls=None):
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = decrypt(value.stored)
        return value

    def __set__(self, instance, value) -> None:  # without it Python would look past us into the row's values
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.TextField):
    """A short text. In Python it is clear, in the database it is not; lookups other than emptiness find nothing."""

    descriptor_class = Opened

    def from_db_value(self, value, expression, connection):
        return Sealed(value) if value else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value if value is None else encrypt(value)
