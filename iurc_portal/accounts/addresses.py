"""What makes two e-mail addresses the same (events spec 2.3)."""

import unicodedata
from contextlib import suppress


def email_key(email: str) -> str:
    """Return the form under which ``email`` is compared: trimmed, NFKC, lower case, domain in IDNA form.

    Dots and plus-tags are kept: they may be different people. Mail itself goes to the address as typed.
    """
    local, _at, domain = unicodedata.normalize("NFKC", email).strip().lower().rpartition("@")
    with suppress(UnicodeError):  # not a domain name: the form's own check refuses it with a kind message
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"
