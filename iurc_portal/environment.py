"""Reading settings from the environment: each value is checked, and a bad one is refused by its name.

Only ``settings.py`` calls this. Source of the names: ``.env.example``.
"""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}
# What django-anymail speaks to and what tells us of bounces by webhook.
MAIL_SERVICES = (
    *("amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postal", "postmark"),
    *("resend", "sparkpost", "unisender_go"),
)
SHORTEST_SECRET = 24


class Environment:
    """A mapping of names to texts, read with types. Raises ``ImproperlyConfigured`` naming what is wrong."""

    def __init__(self, values: Mapping[str, str]):
        self.values = values

    def refuse(self, name: str, wish: str) -> ImproperlyConfigured:
        # The value itself stays out of the message: it may be a secret and messages end in logs.
        return ImproperlyConfigured(f"{name}: the value in the environment cannot be used. {wish}")

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.values.get(name, "").strip().lower()
        if value == "" or name not in self.values:
            return default
        if value in YES:
            return True
        if value in NO:
            return False
        raise self.refuse(name, "Write on or off.")

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise self.refuse(name, f"Write one of: {', '.join(choices)}.")
        return value

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        value = self.text(name)
        return [word.strip() for word in value.split(",") if word.strip()] if value else list(default)

    def networks(self, name: str) -> list[str]:
        words = self.words(name)
        for word in words:
            try:
                ipaddress.ip_network(word)
            except ValueError as error:
                raise self.refuse(name, "Write networks such as 127.0.0.0/8, separated by commas.") from error
        return words

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isdecimal():
            raise self.refuse(name, "Write a whole number.")
        return int(value)

    def site_url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
            raise self.refuse(name, "Write it as https://portal.example, without a path.")
        return value

    def domain(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not all(part.replace("-", "").isalnum() for part in value.split(".")):
            raise self.refuse(name, "Write a domain such as portal.example.")
        return value

    def database(self, name: str, default: str) -> dict:
        try:
            config = environ.Env.db_url_config(self.text(name, default))
        except Exception as error:
            raise self.refuse(
                name, "Write postgres://user:password@host:5432/name or sqlite:////folder/file."
            ) from error
        if config.get("ENGINE") not in {"django.db.backends.postgresql", "django.db.backends.sqlite3"}:
            raise self.refuse(name, "Only postgres:// and sqlite:// are supported.")
        return config

    def redis(self, name: str) -> str:
        value = self.text(name)
        if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
            raise self.refuse(name, "Write redis://host:6379/0.")
        return value

    def email(self, name: str) -> dict:
        """Django's EMAIL_* settings from smtp://user:password@host:587, or {} when the name is not set."""
        value = self.text(name)
        if not value:
            return {}
        try:
            config = environ.Env.email_url_config(value)
        except Exception as error:
            raise self.refuse(name, "Write smtp+tls://user:password@host:587.") from error
        return {key: entry for key, entry in config.items() if key.startswith("EMAIL_") and entry is not None}

    def mailbox(self, name: str) -> str:
        """An IMAP mailbox as ``imaps://user:password@host:993/folder``, or "". ``imap`` is without encryption."""
        value = self.text(name)
        parts = urlsplit(value)
        try:
            known = parts.scheme in {"imaps", "imap"} and parts.hostname and parts.username and parts.password
            usable = bool(known) and parts.port != 0
        except ValueError:  # the port is no number
            usable = False
        if value and not usable:
            raise self.refuse(name, "Write imaps://user:password@host:993/INBOX.")
        return value

    def starting_with(self, prefix: str) -> dict[str, str]:
        """Every value whose name begins with ``prefix``, under the rest of its name."""
        return {name.removeprefix(prefix): value for name, value in self.values.items() if name.startswith(prefix)}

    def webhook_secret(self, name: str) -> str:
        """``user:password`` as the mail service sends it (HTTP basic authentication), too long to guess."""
        value = self.text(name)
        user, _colon, password = value.partition(":")
        if value and (not user or len(password) < SHORTEST_SECRET):
            raise self.refuse(name, f"Write user:password, the password of {SHORTEST_SECRET} letters at least.")
        return value

    def field_keys(self, name: str) -> str:
        """Keys of encrypted columns (``iurc_portal.secret_fields``), the newest first, separated by commas; or ""."""
        words = self.words(name)
        for word in words:
            try:
                Fernet(word)
            except ValueError as error:
                raise self.refuse(name, "Write 32 bytes in URL-safe base64, several divided by commas.") from error
        return ",".join(words)

    def folder(self, name: str, default: Path) -> Path:
        value = Path(self.text(name, str(default)))
        if not value.is_absolute():
            raise self.refuse(name, "Write an absolute path.")
        return value
