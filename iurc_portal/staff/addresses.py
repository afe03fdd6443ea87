"""Addresses of the staff's lists, and what they name."""

from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse


def list_of(model: type[Model], **filters):
    """A callable that gives the address of a model's list under these filters; found when called, not when defined."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return lambda: f"{reverse(name)}?{urlencode(filters)}" if filters else reverse(name)


def new(model: type[Model]):
    """A callable that gives the address at which a new record is written."""
    return lambda: reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def change_page(model: type[Model]):
    """A callable that gives the address of the page on which the record with a key is edited."""
    return lambda key: reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])


def key_in(text: str | None) -> int:
    """The key that an address or a form names; 0, which no record has, for anything that is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
